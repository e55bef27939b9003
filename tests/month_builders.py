"""A township's month from hand-made facts: sites with what a test says, the township's own records, and what comes out."""

from __future__ import annotations

from datetime import datetime

from event_builders import TOWNSHIP, fact, hazard, registration, site_id, step

from chalicelib import clock
from chalicelib.index.township import compute_partial, month_rules
from chalicelib.register.district import load_district
from chalicelib.supervision.facts import fold
from chalicelib.supervision.model import Event

DISTRICT = load_district("demo")
JUNE = "2020-06"
RULES = month_rules(DISTRICT, JUNE)
FREEZE = datetime(2020, 7, 3, 23, 59, tzinfo=clock.SHANGHAI)
OTHER = "330110002"


def site(name: str, *events: Event, assessed: bool = True, **fields: object) -> dict:
    """The facts of one site: registered, in order, self-checked in May, and what the test adds."""
    register = registration(name, **fields)
    own = [*register, *events]
    if assessed:
        own.append(fact("assessment", "2019-12-01", subject=site_id(name), coverage="full", items={}))
        own += [
            fact("self_check", day, subject=site_id(name), source="self", coverage="full", items={})
            for day in ("2020-03-01", "2020-04-01", "2020-05-01")
        ]
        own.append(fact("completeness_measured", "2019-12-01", subject=site_id(name), source="system", filled=10, required=10))
    return fold([event for event in own if event.scope == "site"], [event for event in own if event.scope == "enterprise"])


def at(name: str, kind: str, on: str = "2020-06-10", **fields: object) -> Event:
    return fact(kind, on, subject=site_id(name), **fields)


def partial(*facts: dict, events: tuple[Event, ...] = (), month: str = JUNE, known_at: datetime = FREEZE) -> dict:
    township = DISTRICT.township(TOWNSHIP, clock.last_day(month))
    return compute_partial(township, facts, events, month, known_at, month_rules(DISTRICT, month))


def counts(code: str, *facts: dict, events: tuple[Event, ...] = (), **run: object) -> tuple:
    """(numerator, denominator) of a sub-item, or its kind of no value."""
    row = partial(*facts, events=events, **run)["sub_items"][code]
    return row["no_value"] if "no_value" in row else (row["numerator"], row["denominator"])


def cases(code: str, *facts: dict, events: tuple[Event, ...] = ()) -> list[str]:
    return partial(*facts, events=events)["sub_items"][code].get("cases", [])


def returned(
    sub_item: str, numerator: int, month: str = JUNE, on: str = "2020-06-30", *, confirmed: str | None = "2020-07-01", **fields: object
):
    """A monthly return with its attachment and, unless ``confirmed`` is None, its confirmation."""
    fields = {"attachment": "FJ-1", **fields}
    given = {key: value for key, value in fields.items() if value is not None}
    event = fact("monthly_return", on, sub_item=sub_item, month=month, numerator=numerator, **given)
    return (event, step("monthly_return_confirmed", event, confirmed)) if confirmed else (event,)


# ── Inspections and plans ──


def plan(inspections: int, **fields: object) -> Event:
    return fact("annual_plan", "2020-01-05", year=2020, inspections=inspections, **fields)


# ── Hazards ──


def story(name: str, *, deadline: str = "2020-06-20", level: str = "general", campaign: bool = False, **steps: object) -> list[Event]:
    found = hazard(level, deadline, "2020-06-02", subject=site_id(name), special_campaign=campaign)
    return [found, *(step(kind, found, on, **fields) for kind, (on, fields) in steps.items())]  # type: ignore[misc]


def closed(on: str, officers: int = 1) -> tuple:
    return on, {"officers": [f"o{number}" for number in range(officers)]}


# ── Accidents ──


def accident(name: str = "a", on: str = "2020-06-10", **fields: object) -> Event:
    figures = {"deaths": 0, "serious_injuries": 0, "light_injuries": 0, "responsibility": "pending", **fields}
    return at(name, "accident", on, **figures)
