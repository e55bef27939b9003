"""./dev follow: sites of townships that a reform ended go on under their successors' codes."""

from __future__ import annotations

import argparse

from chalicelib import clock
from chalicelib.config import settings
from infra.arguments import day

HELP = "after a reform of townships: let the sites of ended ones follow to their successors (townships.csv)"
NEEDS_STACK = True


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--on", type=day, metavar="DATE", help="townships that have ended by this day (default: today)")
    parser.add_argument("--check", action="store_true", help="only say how many sites would follow")


def run(args: argparse.Namespace) -> int:
    """0 when done; repeating it changes nothing."""
    from chalicelib.grading.store import CardStore
    from chalicelib.register.district import load_district
    from chalicelib.registry.follow import follow
    from chalicelib.supervision.store import EventLog

    given = settings()
    times = {"known_at": given.now(), "now": clock.utc_now()}
    stores = CardStore(given.table_prefix), EventLog(given.table_prefix)
    done = follow(load_district(given.district), args.on or given.day(), *stores, times, args.check)
    for one in done:
        print(f"{one.township.code} {one.township.name} → {one.township.successor}: {one.sites} sites{' would follow' if args.check else ''}")
    print(f"{len(done)} townships have ended and go on under another code")
    return 0
