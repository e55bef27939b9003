"""What the rule set says of an event before it may enter the log: findings name items and clauses that it has.

The vocabulary judges an event by itself; this asks the rules in force on the event's own day, so that nothing is recorded
which the judge could only set aside. Pure.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from chalicelib.errors import Problem
from chalicelib.grading.rulebook import rules_on
from chalicelib.grading.rules import RuleSet, check_findings
from chalicelib.register.district import District
from chalicelib.supervision.model import Event

Refuse = Callable[[Event], list[Problem]]


def refusals_in(district: District) -> Refuse:
    """What a district's rule set of the event's own day has against its findings; nothing while it has none."""
    def refuse(event: Event) -> list[Problem]:
        if "items" not in event.payload:
            return []
        return refused_findings(event, rules_on(district, date.fromisoformat(event.occurred_on)))

    return refuse


def refused_findings(event: Event, rules: RuleSet | None) -> list[Problem]:
    """The problems of an event's findings under these rules; none for an event without findings, or without rules."""
    if rules is None or "items" not in event.payload:
        return []
    found = check_findings(rules, event.payload["items"], tuple(event.payload.get("not_applicable", ())))
    return [Problem(event.event_id, f"payload.{problem.place}", problem.column or problem.value, problem.reason) for problem in found]
