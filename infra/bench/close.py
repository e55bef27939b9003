"""From a month's close to its publication on a real local stack: the run's own queue, functions, tables and bucket, the whole district."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator

from chalicelib import clock
from infra.bench.apart import AS_OF, Apart, apart

NAME = "close"
SITES, CLOSE_S = 8_800, 60
MONTH = clock.previous_month(AS_OF[:7])  # over, and not published yet
PATIENCE_SECONDS = 900


def run() -> Iterator[dict[str, object]]:
    """Seconds from the order of a month to its finish, index and map published, verified against their manifests."""
    with apart() as home:
        home.up("--sites", str(SITES), "--months", "1")
        seconds, faults = close(home)
        if faults:
            raise RuntimeError(f"a released file is not what its manifest says: {faults[:3]}")
        yield {"bench": NAME, "figure": f"month close to published, {SITES:,} sites, local stack", "value": round(seconds, 1), "unit": "s", "target": CLOSE_S}


def close(home: Apart) -> tuple[float, list[str]]:
    """Begin the run of a month, as its clock does, and wait for its finish: seconds, and what is wrong with the release."""
    from chalicelib.index.monthly import Order, stack_desk, start
    from chalicelib.publish.release import verify
    from infra.commands.month import wait_for_finish

    settings = home.deployed().settings()
    desk = stack_desk(settings)
    began = time.monotonic()
    begun = start(MONTH, desk, settings.now(), Order())
    finish = wait_for_finish(desk.runs, begun["run"], began + PATIENCE_SECONDS)
    seconds = time.monotonic() - began
    print(file=sys.stderr)
    return seconds, [fault for each in finish["releases"] for fault in verify(desk.files, each["kind"], MONTH, each["revision"])]
