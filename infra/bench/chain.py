"""The whole chain by a real ``./dev up``: first pages, all of it for 8,800 sites, and the second up."""

from __future__ import annotations

import http.client
import time
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import subprocess

    from infra.bench.apart import Apart

NAME = "chain"
SITES = 8_800
LOOK_SECONDS = 0.25
FIRST_PAGES_TARGET, CHAIN_TARGET, SECOND_UP_TARGET = 120, 240, 15


def run() -> Iterator[dict[str, object]]:
    """Seconds since ``up`` began, packages being installed: the first pages, the end of it; then a second up on the saved data."""
    from infra.bench.apart import apart

    with apart() as home:
        began = time.perf_counter()
        process = home.begin_up(["--sites", str(SITES)])
        yield figure("portal", watch(process, lambda: status_of(home, "/") == 200, began), FIRST_PAGES_TARGET)
        yield figure("first scan page", watch(process, lambda: first_scan(home) == 200, began), FIRST_PAGES_TARGET)
        yield figure("first leaderboard", watch(process, lambda: status_of(home, "/index/") == 200, began))
        home.finish(process)
        yield figure(f"whole chain, {SITES:,} sites", time.perf_counter() - began, CHAIN_TARGET)
        yield from counts(home)
        home.begin("down").wait()
        yield figure("second up", home.up("--sites", str(SITES)), SECOND_UP_TARGET)
        if first_scan(home) != 200 or status_of(home, "/map/") != 200:
            raise RuntimeError("the second up does not show the pages of the first")


def figure(name: str, seconds: float, target: int | None = None) -> dict[str, object]:
    return {"figure": name, "value": round(seconds, 1), "unit": "s", **({"target": target} if target else {})}


def counts(home: Apart) -> Iterator[dict[str, object]]:
    """How large it was: events in the log, cards made of them."""
    from infra.local import demo

    deployed = home.deployed()
    for table in ("events", "cards", "quarantine"):
        yield {"figure": table, "value": demo.count_items(deployed, table), "unit": "items"}


def watch(process: subprocess.Popen, there: Callable[[], bool], began: float) -> float:
    """Seconds until it is there. RuntimeError if the command ended before."""
    while not there():
        if process.poll() not in (None, 0):
            raise RuntimeError("up failed; its words are in told.txt")
        time.sleep(LOOK_SECONDS)
    return time.perf_counter() - began


def status_of(home: Apart, path: str) -> int:
    """What the front door answers; 0 while there is none."""
    door = http.client.HTTPConnection("127.0.0.1", home.port, timeout=30)
    try:
        door.request("GET", path)
        return door.getresponse().status
    except OSError:
        return 0
    finally:
        door.close()


def first_scan(home: Apart) -> int:
    """The status of some graded site's scan page; 0 while no site is graded."""
    import boto3

    from infra.local import demo

    deployed = home.deployed()
    scanned = boto3.client("dynamodb").scan(TableName=f"{deployed.name}-cards", Limit=1, ProjectionExpression="site_id, issue")["Items"]
    if not scanned or "issue" not in scanned[0]:
        return 0
    plate = demo.plate_address(deployed, scanned[0]["site_id"]["S"], int(scanned[0]["issue"]["N"]))
    return status_of(home, "/" + plate.split("/", 3)[3])
