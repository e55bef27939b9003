"""./dev ledger verify: works the ledger's chain out anew and holds it against the log; ``head`` prints what to write down elsewhere."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Iterator
from datetime import timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from chalicelib.supervision.model import Event

HELP = "the hash-chained ledger of overrides, withdrawals and appeal decisions: verify, head, list, catch-up"
NEEDS_STACK = True
ACTIONS = ("verify", "head", "list", "catch-up")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("action", choices=ACTIONS, help="verify the chain · print its head · list it · enter what the log has and it lacks")
    parser.add_argument("--expect", metavar="HASH", help="with verify: a head written down before; the chain must still contain it")
    parser.add_argument("--whole-log", action="store_true", help="with verify: also look in every site's log for acts without an entry")
    parser.add_argument("--table-prefix", help="name of the stack (default: TABLE_PREFIX or safety-code)")


def run(args: argparse.Namespace) -> int:
    """0 when the chain holds, 1 when it does not, with every fault named."""
    from chalicelib.config import settings
    from chalicelib.supervision.chain import LedgerStore

    setting = settings()
    prefix = args.table_prefix or setting.table_prefix
    store = LedgerStore(prefix)
    if args.action == "head":
        head = store.head()
        print(f"{head.count} {head.hash}")
        return 0
    if args.action == "list":
        for entry in store.entries():
            print(f"{entry['number']} {entry['known_at']} {entry['kind']} {entry['subject']} {entry['event_id']} {entry['hash']}")
        return 0
    if args.action == "catch-up":
        print(f"{store.enter(absent(prefix, setting.district, store))} entries added")
        return 0
    return verified(args, prefix, setting.district, store)


def verified(args: argparse.Namespace, prefix: str, district: str, store) -> int:
    from chalicelib.supervision.ledger import faults

    entries, head = store.entries(), store.head()
    found = list(faults(entries, head, events_of(prefix, {str(entry.get("subject")) for entry in entries})))
    if args.expect and args.expect not in {entry.get("hash") for entry in entries}:
        found.append(f"链头 {args.expect} 不在链中：此前的记录被截去或改写")
    if args.whole_log:
        found += [f"日志中的 {event.kind} {event.event_id} 没有登记" for event in absent(prefix, district, store)]
    for line in found:
        print(line)
    print(f"{len(entries)} entries, {len(found)} faults, head {head.count} {head.hash}")
    return 1 if found else 0


def events_of(prefix: str, subjects: Iterable[str]) -> dict[str, Event]:
    """Every event of these logs by its id."""
    from chalicelib.supervision.store import EventLog

    log = EventLog(prefix)
    return {event.event_id: event for subject in sorted(subjects) for event in log.list_events(subject)}


def absent(prefix: str, district: str, store) -> list[Event]:
    """Ledgered events of the whole log that have no entry."""
    from chalicelib.supervision.ledger import missing

    return missing(whole_log(prefix, district), store.entries())


def whole_log(prefix: str, district_id: str) -> Iterator[Event]:
    """Every event of the district's sites and their enterprises, and of its townships."""
    from chalicelib import clock
    from chalicelib.grading.recompute import sites_of_district
    from chalicelib.grading.regrade import Regrader, owner_of
    from chalicelib.ids import subject_of
    from chalicelib.register.district import load_district

    regrader, now = Regrader(prefix, load_district(district_id)), clock.utc_now()
    sites = sites_of_district(regrader, regrader.saver.cards, now - timedelta(days=31), now)
    owners = set()
    for number, site_id in enumerate(sites, 1):
        events = regrader.log.list_events(subject_of("site", site_id))
        owners.add(owner_of(events))
        yield from events
        if number % 500 == 0:
            print(f"\r{number}/{len(sites)} sites", end="", file=sys.stderr, flush=True)
    for owner in filter(None, owners):
        yield from regrader.log.list_events(subject_of("enterprise", owner))
    for code in dict.fromkeys(township.code for township in regrader.district.townships):
        yield from regrader.log.list_events(subject_of("township", code))
