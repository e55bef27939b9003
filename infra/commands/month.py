"""./dev month: run a closed month on the running stack and wait until index and map are published."""

from __future__ import annotations

import argparse
import json
import sys
import time
from datetime import datetime

from chalicelib.errors import BadInput, Unavailable

HELP = "run a month (YYYY-MM) on the running stack, wait for publication, verify the hashes"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("month", help="a closed month, YYYY-MM")
    parser.add_argument("--known-at", metavar="INSTANT", help="order a revision: facts recorded by this instant count (ISO, with offset)")
    parser.add_argument("--run", help="take up this run again instead of a new one")
    parser.add_argument("--patience", type=int, default=300, metavar="SECONDS", help="how long to wait (default: %(default)s)")


def run(args: argparse.Namespace) -> int:
    """0 published and sound (one JSON line per release), 1 not published in time or a hash does not match, 2 bad input."""
    from chalicelib import clock
    from chalicelib.index.monthly import Order, published_on, stack_desk, standing_order, start
    from chalicelib.publish.release import verify
    from infra.local.stack import current

    known_at = parse_instant(args.known_at) if args.known_at else None
    try:
        clock.parse_month(args.month)
    except ValueError as error:
        raise BadInput(f"{args.month}: a month YYYY-MM is required") from error
    settings = current().settings()
    desk = stack_desk(settings)
    began = time.monotonic()
    ordered = args.run or known_at or published_on(desk.runs, args.month)
    order = Order(run=args.run, known_at=known_at) if ordered else standing_order(args.month, desk, settings.now())
    begun = start(args.month, desk, settings.now(), order)
    finish = wait_for_finish(desk.runs, begun["run"], began + args.patience)
    faults = 0
    for release in finish["releases"]:
        broken = verify(desk.files, release["kind"], args.month, release["revision"])
        faults += len(broken)
        print(
            json.dumps(
                {**release, "month": args.month, "run": begun["run"], "seconds": round(time.monotonic() - began, 1), "faults": broken}
            )
        )
    return 1 if faults else 0


def parse_instant(text: str) -> datetime:
    """An aware instant. BadInput without an offset."""
    from chalicelib import clock

    try:
        return clock.parse_instant(text)
    except ValueError as error:
        raise BadInput(str(error)) from error


def wait_for_finish(runs, run: str, deadline: float) -> dict:
    """The finish of a run. Unavailable when it does not come in time; the run can be taken up again with ``--run``."""
    from chalicelib.index.runs import FINISH

    while True:
        finish = runs.find(run, FINISH)
        if finish is not None:
            return finish
        if time.monotonic() > deadline:
            raise Unavailable(f"not published yet; take it up again with --run {run}")
        print(".", end="", file=sys.stderr, flush=True)
        time.sleep(0.5)
