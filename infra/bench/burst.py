"""9,000 events at once on the running stack: how long until every one is graded, and whether one was lost or counted twice."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING

from chalicelib import clock

if TYPE_CHECKING:
    from chalicelib.supervision.model import Event
    from infra.local.stack import Deployed

NAME = "burst"
EVENTS, SITES = 9_000, 900
PATIENCE_SECONDS = 600
FIRST_DAY = 1
OFFICERS = ["burst-1", "burst-2"]
ROLES = {"self": "enterprise"}
KINDS: tuple[tuple[str, str, dict[str, object]], ...] = (
    ("inspection", "district", {"officers": OFFICERS, "planned": True}),
    ("hazard_found", "district", {"level": "general", "deadline_on": "2020-06-29", "description": "灭火器压力不足"}),
    ("self_check", "self", {"coverage": "full", "items": {}}),
    ("penalty", "district", {"procedure": "general", "amount_fen": 500_000}),
    ("completeness_measured", "system", {"filled": 19, "required": 20}),
)


def run() -> Iterator[dict[str, object]]:
    """Seconds to append and to drain; events lost, cards that do not follow from the log, lines out of order, given up: all 0."""
    from infra.bench.apart import apart
    from infra.local import demo

    with apart() as home:
        home.up("--sites", str(SITES))
        deployed = home.deployed()
        sites = sorted(card["site_id"] for card in demo.list_cards(deployed))
        before = status(deployed)
        append_seconds, drained_seconds = pour(deployed, events_for(sites, EVENTS))
        after = status(deployed)
        yield figure("append 9,000 events", round(append_seconds, 2), "s")
        yield figure("9,000 events graded", round(drained_seconds, 2), "s")
        yield figure("graded a second", round(EVENTS / drained_seconds), "events/s")
        yield figure("events lost", before["tables"]["events"] + EVENTS - after["tables"]["events"], "events", target=0)
        yield figure("records not settled once", after["pump"]["done"] - before["pump"]["done"] - EVENTS, "records", target=0)
        given_up = after["pump"]["discarded"] + after["tables"]["quarantine"] + sum(after["dead_letters"].values())
        yield figure("given up", given_up, "records", target=0)
        yield figure("cards not at their log's count", len(behind(deployed, sites)), "cards", target=0)
        yield figure("cards that do not follow from the log", differences(deployed, sites), "cards", target=0)
        yield figure("sites with a broken history", len(broken_histories(deployed, sites)), "sites", target=0)


def figure(name: str, value: float, unit: str, **more: object) -> dict[str, object]:
    return {"figure": name, "value": value, "unit": unit, **more}


def status(deployed: Deployed) -> dict[str, dict]:
    """Counts of tables, dead letters and the pump, once the pump has told that all is settled."""
    from infra.local import report, serve

    serve.wait_drained(time.time(), PATIENCE_SECONDS, lambda told: None)
    return report.status(deployed)


def events_for(sites: Sequence[str], count: int) -> list[Event]:
    """Distinct events spread evenly over the sites, in turn, so that neighbours in the stream belong to different sites."""
    return [event_for(sites[number % len(sites)], number, *KINDS[number // len(sites) % len(KINDS)]) for number in range(count)]


def event_for(site_id: str, number: int, kind: str, source: str, payload: dict[str, object]) -> Event:
    from chalicelib.supervision.model import Actor, make_event

    return make_event(
        kind,
        site_id,
        occurred_on=f"2020-06-{FIRST_DAY + number % 28:02d}",
        known_at=f"2020-06-{FIRST_DAY + number % 28:02d}T08:00:00.000Z",
        actor=Actor("burst", ROLES.get(source, source)),
        source=source,
        payload=payload,
        key=f"burst-{number}",
    )


def pour(deployed: Deployed, events: Sequence[Event]) -> tuple[float, float]:
    """Append them and wait until the pump has settled everything: seconds of the append, and of both together."""
    from chalicelib.supervision.store import EventLog
    from infra.local import serve

    began = time.perf_counter()
    EventLog(deployed.name).append(events, clock.utc_now())
    appended = time.perf_counter()
    serve.wait_drained(time.time(), PATIENCE_SECONDS, lambda told: None)
    return appended - began, time.perf_counter() - began


def behind(deployed: Deployed, sites: Sequence[str]) -> list[str]:
    """Sites whose card was not made from everything that stands in the logs its facts come from: its own, of records merged into it, of its
    enterprise's family."""
    from chalicelib.supervision.facts import fold
    from chalicelib.supervision.kin import kin_of
    from chalicelib.supervision.store import EventLog
    from infra.local import demo

    events_of = cache(EventLog(deployed.name).list_events)
    versions = {card["site_id"]: card["version"] for card in demo.list_cards(deployed)}
    kin = ((site_id, kin_of(site_id, events_of)) for site_id in sites)
    return [site_id for site_id, each in kin if fold(each.site, each.enterprise, each.absorbed)["version"] != versions[site_id]]


def differences(deployed: Deployed, sites: Sequence[str]) -> int:
    """Cards and facts that come out otherwise when they are made anew from the log."""
    from chalicelib.grading.recompute import rebuild
    from chalicelib.grading.regrade import Regrader
    from chalicelib.register.district import load_district

    settings = deployed.settings()
    return len(rebuild(Regrader(deployed.name, load_district(settings.district)), settings.day(), sites).differences)


def broken_histories(deployed: Deployed, sites: Sequence[str]) -> list[str]:
    """Sites whose history is not one chain: versions that do not grow, a line that does not begin where the last one ended."""
    from chalicelib.grading.store import HistoryStore

    store = HistoryStore(deployed.name)
    return [site_id for site_id in sites if not is_chain(store.list_lines(site_id))]


def is_chain(lines: Sequence[dict]) -> bool:
    ordered = sorted(lines, key=lambda line: line["version"])
    grows = all(earlier["version"] < later["version"] for earlier, later in pairwise(ordered))
    return bool(ordered) and ordered[0]["from"] is None and grows and all(a["to"] == b["from"] for a, b in pairwise(ordered))
