"""./dev recompute: rebuild every card from the log and compare it with the stored one."""

from __future__ import annotations

import argparse
import sys
from datetime import timedelta

from chalicelib import clock
from chalicelib.errors import BadInput

HELP = "rebuild every card from the event log and report differences"
NEEDS_STACK = True
SHOWN = 20
CUT = 300
BEFORE = 60


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--from-log", action="store_true", help="fold every site's log anew (the only source there is; say so)")
    parser.add_argument("--repair", action="store_true", help="replace what differs")
    parser.add_argument(
        "--days", type=int, default=31, help="look for sites without a card in what came in this many days back (default: %(default)s)"
    )
    parser.add_argument("--table-prefix", help="name of the stack (default: TABLE_PREFIX or safety-code)")


def run(args: argparse.Namespace) -> int:
    """0 when every card follows from the log (or was repaired), 1 when one does not."""
    if not args.from_log:
        raise BadInput("say --from-log: cards are rebuilt from the log and from nothing else")
    from chalicelib.config import settings
    from chalicelib.grading.recompute import rebuild, sites_of_district
    from chalicelib.grading.regrade import Regrader
    from chalicelib.register.district import load_district

    setting = settings()
    regrader = Regrader(args.table_prefix or setting.table_prefix, load_district(setting.district))
    now = clock.utc_now()
    sites = sites_of_district(regrader, regrader.saver.cards, now - timedelta(days=args.days), now)
    rebuilt = rebuild(regrader, setting.day(), sites, repair=args.repair, progress=_progress)
    for difference in rebuilt.differences[:SHOWN]:
        stored, again = around_difference(difference.stored, difference.rebuilt)
        print(f"{difference.site_id} {difference.what}\n  stored  {stored}\n  rebuilt {again}")
    mended = " (repaired)" if args.repair and rebuilt.differences else ""
    print(f"{rebuilt.sites} sites rebuilt from the log, {len(rebuilt.differences)} differences{mended}")
    return 1 if rebuilt.differences and not args.repair else 0


def around_difference(stored: str, rebuilt: str) -> tuple[str, str]:
    """Both texts where they part, with a little of what stands before: a card is longer than a line."""
    same = next((place for place, pair in enumerate(zip(stored, rebuilt, strict=False)) if pair[0] != pair[1]), 0)
    start = max(0, same - BEFORE)
    return stored[start : start + CUT], rebuilt[start : start + CUT]


def _progress(done: int, total: int) -> None:
    print(f"\r{done}/{total} sites", end="\n" if done >= total else "", file=sys.stderr, flush=True)
