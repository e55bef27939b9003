"""The trend of a site: its colour at each of the last twelve month ends, worked out anew from the facts. Pure.

Each month end is judged by the rule set of its own day, with everything known today: a fact that was withdrawn since
leaves no trace, one that came in late does. Months before the registration have no colour at all (not grey).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date

from chalicelib.clock import add_days, add_months
from chalicelib.grading.judge import grade
from chalicelib.grading.model import Grade
from chalicelib.grading.rules import RuleSet
from chalicelib.supervision.site import site_on

MONTHS = 12

Facts = Mapping[str, object]
RulesOn = Callable[[date], RuleSet | None]


def month_ends(on: date) -> list[date]:
    """The last twelve month ends before a day, oldest first."""
    first = on.replace(day=1)
    return [add_days(add_months(first, -months), -1) for months in range(MONTHS - 1, -1, -1)]


def trend_of(facts: Facts, on: date, rules_on: RulesOn) -> list[dict[str, str | None]]:
    """``[{"on", "grade"}, …]`` of the twelve month ends before ``on``; ``grade`` is None before the site was registered."""
    return [{"on": day.isoformat(), "grade": _grade_on(facts, day, rules_on(day))} for day in month_ends(on)]


def _grade_on(facts: Facts, day: date, rules: RuleSet | None) -> str | None:
    if site_on(facts, day.isoformat()) is None:
        return None
    return Grade.NONE.code if rules is None else grade(facts, rules, day).grade.code
