"""Vetoes and caps from inspections alone: how the latest one went, what stands until a later one passes, how long ago it was."""

from __future__ import annotations

from collections.abc import Iterable

from chalicelib.grading.case import months_after
from chalicelib.grading.limits import BY_ACT, Hearing, because
from chalicelib.grading.model import Cause
from chalicelib.grading.rules import Rule
from chalicelib.grading.visits import later_visits, latest_visit, says


def inspection_outcome(hearing: Hearing, rule: Rule) -> Iterable[Cause]:
    """The latest inspection went like this; only a later one ends it."""
    visit = latest_visit(hearing.case)
    if visit is not None and visit.get("outcome") in rule.params["outcomes"]:
        yield because(rule, BY_ACT, visit)


def finding_until_passed(hearing: Hearing, rule: Rule) -> Iterable[Cause]:
    """A finding of this kind stands until a later inspection has one of the outcomes that end it."""
    case = hearing.case
    for hazard in case.hazards:
        record = hazard.record
        if hazard.dismissed or not says(record, rule.params):
            continue
        if not any(visit.get("outcome") in rule.params["ended_by"] for visit in later_visits(case, record["on"])):
            yield because(rule, BY_ACT, record)


def inspection_overdue(hearing: Hearing, rule: Rule) -> Iterable[Cause]:
    """The latest inspection is older than its term, which the register's inherent class decides; an unknown class has the shortest."""
    visit = latest_visit(hearing.case)
    if visit is None:
        return
    terms = rule.params["months_by_class"]
    due = months_after(visit["on"], terms.get(str(hearing.register.fields.get("inherent_class")), min(terms.values())))
    if hearing.case.reached(due):
        yield because(rule, BY_ACT, visit)


HOLDS = {
    "inspection_outcome": inspection_outcome,
    "finding_until_passed": finding_until_passed,
    "inspection_overdue": inspection_overdue,
}
