"""The log: how long an event takes to check, to fold and to append.

Appending needs a database: with ``AWS_ENDPOINT_URL`` set and ``TABLE_PREFIX`` naming a stack of one's own, events go into
its log; without, that figure is null.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING

from chalicelib import clock
from chalicelib.ids import keyed_id

if TYPE_CHECKING:
    from chalicelib.supervision.model import Event

NAME = "events"
SITES = 400
RECHECK_US, FOLD_US = 30, 60


def run() -> Iterator[dict[str, object]]:
    """Microseconds to check an event and to fold a site; events a second appended in transactions of a hundred."""
    from chalicelib.supervision.facts import fold
    from chalicelib.supervision.vocabulary import problems

    sites = [events_of_site(number) for number in range(SITES)]
    events = [event for site in sites for event in site]
    pairs = [([event for event in site if event.scope == "site"], [event for event in site if event.scope != "site"]) for site in sites]
    for event in events:
        assert not problems(event), problems(event)
    start = time.process_time()
    for event in events:
        problems(event)
    checked = time.process_time()
    for own, company in pairs:
        fold(own, company)
    folded = time.process_time()
    yield {
        "bench": NAME,
        "figure": "check an event",
        "value": round((checked - start) / len(events) * 1e6, 1),
        "unit": "CPU µs",
        "target": RECHECK_US,
    }
    yield {"bench": NAME, "figure": "fold a site", "value": round((folded - checked) / SITES * 1e6, 1), "unit": "CPU µs", "target": FOLD_US}
    yield {"bench": NAME, "figure": "append", "value": appended_per_second(events), "unit": "events/s", "target": 4300}


def appended_per_second(events: list[Event]) -> int | None:
    """Events a second into the log of the stack the environment names; None without one."""
    prefix = os.environ.get("TABLE_PREFIX")
    if not prefix or not os.environ.get("AWS_ENDPOINT_URL"):
        return None
    from chalicelib.supervision.store import EventLog

    start = time.perf_counter()
    EventLog(prefix).append(events, clock.utc_now())
    return round(len(events) / (time.perf_counter() - start))


def events_of_site(number: int) -> list[Event]:
    """An ordinary history of a synthetic site: nine events, every fifth site a hazard's whole story and a penalty more."""
    site, enterprise = keyed_id(b"bench", "site", str(number)), keyed_id(b"bench", "enterprise", str(number))
    day = f"2020-0{1 + number % 5}-{1 + number % 28:02d}"
    events = [
        _event("enterprise_registered", enterprise, "2019-03-01", name=f"示例企业{number}有限公司"),
        _event("site_opened", enterprise, "2019-03-01", site_id=site),
        _event(
            "site_registered", site, "2019-03-01", enterprise_id=enterprise, name=f"示例企业{number}厂区", township="330110001",
            address="示例路1号", industry="C3360", staff=20 + number, size="below_designated", premises="independent", state="operating",
        ),
        _event("plate_issued", site, "2019-03-02", issue=1),
        _event("assessment", site, "2019-11-05", coverage="full", items={}),
        _event("assessment", site, day, coverage="full", items={"E05": {"defect": number % 4}, "W02": {}}),
        _event("inspection", site, day, officers=["o1", "o2"], sectors=["FIRE_SAFETY"], planned=True),
        _event("self_check", site, "2020-05-20", coverage="full", items={}),
        _event("completeness_measured", site, "2020-06-01", filled=18 + number % 3, required=20),
    ]  # fmt: skip
    return events + _hazard_story(site, number) if number % 5 == 0 else events


def _hazard_story(site: str, number: int) -> list[Event]:
    found = _event("hazard_found", site, "2020-05-25", level="general", item="E05", description="灭火器压力不足", deadline_on="2020-06-08")
    steps = [
        ("rectification_ordered", "2020-05-25", {"deadline_on": "2020-06-08"}),
        ("rectification_reported", "2020-06-03", {}),
        ("recheck", "2020-06-05", {"result": "passed", "officers": ["o1"]}),
        ("hazard_closed", "2020-06-05", {"officers": ["o1"]}),
    ]
    told = [_event(kind, site, day, caused_by=found.event_id, **fields) for kind, day, fields in steps]
    return [found, *told, _event("penalty", site, "2020-04-02", procedure="general", number=f"N{number}", amount_fen=500_000)]


def _event(kind: str, subject_id: str, on: str, caused_by: str | None = None, **payload: object) -> Event:
    from chalicelib.supervision.model import Actor, make_event

    return make_event(
        kind, subject_id, occurred_on=on, known_at=f"{on}T08:00:00.000Z", actor=Actor("bench", "district"), source="district",
        payload=payload, key=f"{kind}-{on}", caused_by=caused_by,
    )  # fmt: skip
