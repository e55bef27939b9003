"""How long from an event appended through the API until the scan page says something else, both through the front door."""

from __future__ import annotations

import http.client
import json
import statistics
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from infra.local.stack import Deployed

NAME = "freshness"
EVENTS = 60
PATIENCE_SECONDS = 30
TARGET_SECONDS = 1.0


def run() -> Iterator[dict[str, object]]:
    """p50, p95 and the slowest in seconds, from sending the request until the changed page was read."""
    from infra.bench.apart import apart

    with apart() as home:
        home.up("--small")
        seconds = measure(home.deployed(), home.port)
    yield {"figure": "events", "value": len(seconds), "unit": "events"}
    yield {"figure": "append to changed page p50", "value": round(statistics.median(seconds), 3), "unit": "s"}
    yield {"figure": "append to changed page p95", "value": round(quantile(seconds, 0.95), 3), "unit": "s", "target": TARGET_SECONDS}
    yield {"figure": "append to changed page slowest", "value": round(max(seconds), 3), "unit": "s"}


def quantile(values: list[float], share: float) -> float:
    """The smallest value that at least this share of them does not exceed."""
    return sorted(values)[max(0, -int(-share * len(values) // 1) - 1)]


def measure(deployed: Deployed, port: int) -> list[float]:
    """A fatal accident on each of so many sites that are not red yet, one after the other: seconds until its page changed."""
    from infra.local import accounts, demo

    token = accounts.id_token(deployed, accounts.ensure(deployed)["district"])
    sites = [card for card in demo.list_cards(deployed) if card["grade"] not in ("red", "none")][:EVENTS]
    door = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE_SECONDS)
    return [changed_after(door, demo.plate_address(deployed, card["site_id"], card["issue"]), card["site_id"], token) for card in sites]


def changed_after(door: http.client.HTTPConnection, plate: str, site_id: str, token: str) -> float:
    path = "/" + plate.split("/", 3)[3]
    before = ask(door, "GET", path)[1]
    accident = {"deaths": 1, "serious_injuries": 0, "light_injuries": 0, "responsibility": "responsible"}
    body = {"kind": "accident", "key": f"freshness-{site_id}", "payload": accident}
    began = time.perf_counter()
    status, answer = ask(door, "POST", f"/api/sites/{site_id}/events", json.dumps(body), token)
    if status != 201:
        raise RuntimeError(f"{status} {answer[:300]!r}")
    while ask(door, "GET", path)[1] == before:
        if time.perf_counter() - began > PATIENCE_SECONDS:
            raise TimeoutError(f"the page of {site_id} did not change")
    return time.perf_counter() - began


def ask(door: http.client.HTTPConnection, method: str, path: str, body: str | None = None, token: str = "") -> tuple[int, bytes]:
    headers = {"Authorization": token, "Content-Type": "application/json"} if token else {}
    door.request(method, path, body, headers)
    answer = door.getresponse()
    return answer.status, answer.read()
