"""./dev months --from 2018-07 --to 2020-06: replay months from the log, each with its phases on the days of its calendar."""

from __future__ import annotations

import argparse
import json
import time

from chalicelib.errors import BadInput

HELP = "replay months from the log on the running stack: provisional, then final, as their calendar had it"
PATIENCE_SECONDS = 300
STANDS = "the final index stands, a provisional one behind it would be a newer revision with an older state"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--from", dest="first", required=True, metavar="MONTH", help="the first month, YYYY-MM")
    parser.add_argument("--to", dest="last", required=True, metavar="MONTH", help="the last month, YYYY-MM")


def run(args: argparse.Namespace) -> int:
    """0 when every month is published and sound (one JSON line per phase), 1 when a hash does not match, 2 for bad months."""
    from chalicelib.index.monthly import stack_desk
    from chalicelib.index.phases import months_between, replay, replayed_phases
    from chalicelib.index.timetable import Status
    from chalicelib.publish.release import verify
    from infra.commands.month import wait_for_finish
    from infra.local.stack import current

    try:
        months = months_between(args.first, args.last)
    except ValueError as error:
        raise BadInput("months YYYY-MM, the first not after the last, are required") from error
    settings, faults = current().settings(), 0
    desk, now = stack_desk(settings), settings.now()
    for month in months:
        if Status.PROVISIONAL not in replayed_phases(month, desk):
            print(json.dumps({"month": month, "status": "provisional", "left_out": STANDS}), flush=True)
        for begun in replay(month, desk, now):
            began = time.monotonic()
            finish = wait_for_finish(desk.runs, begun["run"], began + PATIENCE_SECONDS)
            broken = [fault for release in finish["releases"] for fault in verify(desk.files, release["kind"], month, release["revision"])]
            faults += len(broken)
            seconds = round(time.monotonic() - began, 1)
            print(json.dumps({"run": begun["run"], "status": begun["status"], "seconds": seconds, "faults": broken}), flush=True)
    return 1 if faults else 0
