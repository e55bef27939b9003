"""Builders of facts with safe defaults: a site that is in order on 2020-06-20 unless a test says otherwise.

The default site was first assessed on 2019-12-01, fully assessed and self-checked on 2020-06-01, has inherent grade 3,
a self-check in each of the last months, complete data, and no hazards: all items are full.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from itertools import count

from chalicelib.grading.case import Case, so_far
from chalicelib.grading.judge import grade
from chalicelib.grading.model import Judgement
from chalicelib.grading.rules import MODEL_2020, RuleSet, load_rule_set
from chalicelib.grading.stories import Hazard, tell, tell_hazard

AS_OF = date(2020, 6, 20)
SITE = "5ZKQ0J8V3M7R2W1N"
ENTERPRISE = "1B9X4T6C8D2F5G3H"
RULES = load_rule_set(MODEL_2020)
_number = count(1)

Facts = dict[str, object]


def day(value: str | date) -> date:
    return value if isinstance(value, date) else date.fromisoformat(value)


def event_id(name: str = "") -> str:
    """An id of the right form; the same name gives the same id."""
    text = "".join(letter for letter in name.upper() if letter in "0123456789ABCDEFGHJKMNPQRSTVWXYZ") or format(next(_number), "X")
    return f"{SITE[:6]}-{text:0>18}"[:25]


def record(on: str, by: str = "district", *, at: str = "", id: str = "", **payload: object) -> Facts:
    """A fact as the fold leaves it. ``at`` defaults to that day at 08:00 UTC."""
    return {"id": event_id(id), "on": on, "at": at or f"{on}T08:00:00.000Z", "by": by, **payload}


def step(kind: str, on: str, by: str = "district", **payload: object) -> Facts:
    return {"kind": kind, **record(on, by, **payload)}


def registered(on: str = "2019-01-02", **payload: object) -> Facts:
    defaults = {"enterprise_id": ENTERPRISE, "name": "示例印刷厂", "township": "330110010", "state": "operating", "inherent_class": 3}
    return record(on, "system", **{**defaults, **payload})


def assessment(on: str = "2020-06-01", items: Mapping[str, Mapping[str, int]] | None = None, **payload: object) -> Facts:
    """A full district assessment with these findings."""
    return record(on, payload.pop("by", "district"), **{"coverage": "full", "items": dict(items or {}), "not_applicable": [], **payload})


def self_check(on: str = "2020-06-01", items: Mapping[str, Mapping[str, int]] | None = None, **payload: object) -> Facts:
    return record(on, "self", **{"coverage": "full", "items": dict(items or {}), **payload})


def self_checks(*days: str) -> list[Facts]:
    return [self_check(on) for on in days]


def hazard(on: str, deadline_on: str, then: list[Facts] | None = None, **payload: object) -> Facts:
    """A general hazard found by the township, unless ``level`` or ``by`` say otherwise."""
    made = record(on, payload.pop("by", "township"), **{"level": "general", "deadline_on": deadline_on, **payload})
    return {**made, "then": then} if then else made


def accident(on: str, deaths: int | None = 0, serious: int | None = 0, light: int | None = 0, **payload: object) -> Facts:
    figures = {"deaths": deaths, "serious_injuries": serious, "light_injuries": light, "responsibility": "responsible"}
    return record(on, **{**figures, **payload})


def penalty(on: str, procedure: str = "general", **payload: object) -> Facts:
    return record(on, procedure=procedure, **payload)


def certificate(type: str, valid_from: str, valid_to: str, on: str = "2019-01-02", **payload: object) -> Facts:
    return record(on, type=type, valid_from=valid_from, valid_to=valid_to, **payload)


def measured(filled: int = 30, required: int = 30, on: str = "2020-06-01") -> Facts:
    return record(on, "system", filled=filled, required=required)


def records_in_order(items: Mapping[str, Mapping[str, int]] | None = None, not_applicable: tuple[str, ...] = ()) -> dict[str, list[Facts]]:
    """The records of the default site, with these findings in its newest assessment."""
    return {
        "site_registered": [registered()],
        "assessment": [
            assessment("2019-12-01", id="FIRST"),
            assessment("2020-06-01", items, not_applicable=list(not_applicable), id="NEWEST", at="2020-06-01T09:00:00.000Z"),
        ],
        "self_check": self_checks("2020-03-15", "2020-04-15", "2020-05-15", "2020-06-01"),
        "completeness_measured": [measured()],
    }


def facts(items: Mapping[str, Mapping[str, int]] | None = None, *, not_applicable: tuple[str, ...] = (), **records: list[Facts]) -> Facts:
    """A whole site: the default one, with records of further kinds, or with a kind's default records replaced."""
    held = {**records_in_order(items, not_applicable), **records}
    known = max((entry["at"] for found in held.values() for entry in found), default="2020-01-01T00:00:00.000Z")
    version = sum(len(found) for found in held.values()) * 1_000_000
    return {"schema": 1, "site_id": SITE, "enterprise_id": ENTERPRISE, "version": version, "known_at": known, "records": held}


def judged(site: Facts, on: str | date = AS_OF, rules: RuleSet = RULES) -> Judgement:
    return grade(site, rules, day(on))


def told_hazard(made: Facts, on: str) -> Hazard:
    """A hazard as the judge reads it on a day."""
    case = Case({"records": {}}, on)
    tell(case, RULES)
    tell_hazard(case, {**made, "then": so_far(made.get("then", ()), on)}, RULES.officers)
    return case.hazards[0]


def codes(causes: tuple) -> list[str]:
    return [cause.code for cause in causes]

