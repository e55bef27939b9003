"""Builders of events with safe defaults: a test names only what it is about."""

from __future__ import annotations

from itertools import count

from chalicelib.ids import keyed_id
from chalicelib.supervision.model import Actor, Event, make_event
from chalicelib.supervision.vocabulary import scope_of

KEY = b"test"
DISTRICT_OFFICER = Actor("officer-1", "district", "330110", True)
TOWNSHIP = "330110001"
_numbers = count(1)


def site_id(name: object) -> str:
    return keyed_id(KEY, "site", str(name))


def enterprise_id(name: object) -> str:
    return keyed_id(KEY, "enterprise", str(name))


SITE, ENTERPRISE = site_id("a"), enterprise_id("a")


def fact(kind: str, on: str = "2020-06-01", *, subject: str | None = None, **fields: object) -> Event:
    """One event on a day, recorded at 08:00 UTC of it. Envelope names (``at key source actor caused_by voids
    evidence place``) go to the envelope, all others to the payload."""
    scope = scope_of(kind)
    envelope = {name: fields.pop(name) for name in ("caused_by", "voids", "evidence", "place") if name in fields}
    at = fields.pop("at", f"{on}T08:00:00.000Z")
    key = fields.pop("key", None) or f"fact-{next(_numbers)}"
    source, actor = fields.pop("source", "district"), fields.pop("actor", DISTRICT_OFFICER)
    default = {"site": SITE, "enterprise": ENTERPRISE, "township": TOWNSHIP}[scope]
    return make_event(
        kind, subject or default, occurred_on=on, known_at=at, actor=actor, source=source, payload=fields, key=str(key), **envelope
    )


def registration(name: object = "a", on: str = "2019-11-01", *, township: str = TOWNSHIP, **fields: object) -> list[Event]:
    """The register events of one enterprise with one site, enterprise first."""
    site, enterprise = site_id(name), enterprise_id(name)
    return [
        fact("enterprise_registered", on, subject=enterprise, key="enterprise", name=f"示例企业{name}"),
        fact("site_opened", on, subject=enterprise, key="opened", site_id=site),
        fact(
            "site_registered", on, subject=site, key="site", enterprise_id=enterprise, name=f"示例场所{name}", township=township, **fields
        ),
    ]


def hazard(level: str = "general", deadline_on: str = "2020-06-08", on: str = "2020-06-01", **fields: object) -> Event:
    return fact("hazard_found", on, level=level, deadline_on=deadline_on, **fields)


def step(kind: str, root: Event, on: str, **fields: object) -> Event:
    return fact(kind, on, caused_by=root.event_id, subject=root.subject_id, **fields)


def busy_site(name: object = "a", township: str = TOWNSHIP) -> list[Event]:
    """A site with an ordinary history: registered, assessed, checked, inspected, one hazard from finding to closing."""
    site = site_id(name)
    found = hazard(subject=site, key="hazard", item="E05", description="灭火器失效")
    return [
        *registration(name, township=township),
        fact("assessment", "2019-12-01", subject=site, key="first", coverage="full", items={}),
        fact("assessment", "2020-06-01", subject=site, key="second", coverage="full", items={"E05": {"defect": 1}}),
        fact("self_check", "2020-06-01", subject=site, key="self", source="self", coverage="full", items={}),
        fact("inspection", "2020-06-01", subject=site, key="inspection", officers=["o1", "o2"]),
        fact("completeness_measured", "2020-06-01", subject=site, key="complete", source="system", filled=20, required=20),
        found,
        step("rectification_ordered", found, "2020-06-01", key="order", deadline_on="2020-06-08"),
        step("rectification_reported", found, "2020-06-05", key="report", source="self"),
        step("recheck", found, "2020-06-06", key="recheck", result="passed", officers=["o1"]),
        step("hazard_closed", found, "2020-06-06", key="close", officers=["o1"]),
    ]


def stream_record(table: str, subject: str, event_id: str, name: str = "INSERT") -> dict[str, object]:
    """A stream record of an item that stands in the ``events`` table, as the service would deliver it."""
    from chalicelib import bulk

    key = {"subject": {"S": subject}, "event_id": {"S": event_id}}
    item = bulk.client().get_item(TableName=table, Key=key)["Item"]
    return {"eventName": name, "dynamodb": {"Keys": key, "NewImage": item, "SequenceNumber": f"n-{subject}-{event_id}"}}


def stream_batch(table: str, events: list[Event]) -> dict[str, list[dict]]:
    """A batch of records numbered from 0 in the order given."""
    records = [stream_record(table, event.subject, event.event_id) for event in events]
    for number, record in enumerate(records):
        record["dynamodb"]["SequenceNumber"] = str(number)
    return {"Records": records}
