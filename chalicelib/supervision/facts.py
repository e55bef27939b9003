"""The facts of a site: its log and its enterprise's, regrouped for the judges (docs/architecture.md, "Facts").

A pure function of two sets of events: neither their order nor duplicates matter, and nothing a judge could ask for is
lost (long prose is cut). Withdrawn facts stay, marked, because a past grade is judged by what was known then.
"""

from __future__ import annotations

from collections.abc import Iterable
from operator import attrgetter, itemgetter

from chalicelib.supervision.model import Event

SCHEMA = 1
# No judge reads prose; the log keeps all of it. Cut here, so that a site with many long complaints still fits its item.
TEXT_LENGTH = 500
# One site never has a million enterprise events, so the two counts do not run into each other.
SITE_EVENT_WEIGHT = 1_000_000

_order = attrgetter("occurred_on", "known_at", "event_id")
_record_order = itemgetter("on", "at", "id")


def fold(site_events: Iterable[Event], enterprise_events: Iterable[Event] = ()) -> dict[str, object]:
    """The facts document of the one site that ``site_events`` are about. ValueError if there is no event or a second site.

    The opening of the enterprise's other sites is left out and not counted: it does not concern this one.
    """
    own = {event.event_id: event for event in site_events}
    site_id = _only_subject(own)
    company = {
        event.event_id: event for event in enterprise_events if event.kind != "site_opened" or event.payload.get("site_id") == site_id
    }
    events = sorted([*own.values(), *company.values()], key=_order)
    records: dict[str, list[dict]] = {}
    by_id: dict[str, dict] = {}
    steps, voids = [], []
    enterprise_id = None
    for event in events:
        record = by_id[event.event_id] = _record(event)
        if event.voids is not None:
            voids.append(event)
        if event.caused_by is not None:
            steps.append((event, record))
            continue
        records.setdefault(event.kind, []).append(record)
        if event.kind == "site_registered" and enterprise_id is None:
            enterprise_id = event.payload.get("enterprise_id")
    _attach_steps(steps, records, by_id)
    _mark_withdrawn(voids, by_id)
    return {
        "schema": SCHEMA,
        "site_id": site_id,
        "enterprise_id": enterprise_id,
        "version": len(own) * SITE_EVENT_WEIGHT + len(company),
        "known_at": max([event.known_at for event in events]),
        "records": records,
    }


def _only_subject(events: dict[str, Event]) -> str:
    subjects = {event.subject_id for event in events.values()}
    if len(subjects) != 1:
        raise ValueError(f"events of exactly one site are required, not of {len(subjects)}")
    return subjects.pop()


def _record(event: Event) -> dict[str, object]:
    record = {"id": event.event_id, "on": event.occurred_on, "at": event.known_at, "by": event.source, **event.payload}
    for name, value in event.payload.items():
        if type(value) is str and len(value) > TEXT_LENGTH:
            record[name] = value[: TEXT_LENGTH - 1] + "…"
    if event.scope == "enterprise":
        record["scope"] = "enterprise"
    if event.evidence:
        record["evidence"] = list(event.evidence)
    if event.place:
        record["place"] = event.place
    if event.voids is not None:
        record["voids"] = event.voids
    return record


def _attach_steps(steps: list[tuple[Event, dict]], records: dict[str, list[dict]], by_id: dict[str, dict]) -> None:
    """A step joins its root; one whose root is missing, or is itself a step, stays a record of its own kind."""
    step_ids = {event.event_id for event, _ in steps}
    for event, record in steps:
        root = by_id.get(event.caused_by) if event.caused_by not in step_ids else None
        if root is None:
            record["caused_by"] = event.caused_by
            records[event.kind] = sorted([*records.get(event.kind, ()), record], key=_record_order)
        else:
            record["kind"] = event.kind
            root.setdefault("then", []).append(record)


def _mark_withdrawn(voids: list[Event], by_id: dict[str, dict]) -> None:
    """The earliest recorded void counts. A void cannot be voided: a wrong one is mended by appending the fact again."""
    void_ids = {event.event_id for event in voids}
    for event in sorted(voids, key=attrgetter("known_at", "occurred_on", "event_id")):
        target = by_id.get(event.voids)
        if target is not None and event.voids not in void_ids:
            target.setdefault("void", {"id": event.event_id, "on": event.occurred_on, "at": event.known_at})
