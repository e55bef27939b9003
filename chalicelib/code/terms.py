"""What stands against an event besides its form and its sender: terms and remedy of an appeal, conditions of an enactment."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from chalicelib import clock
from chalicelib.code.compose import Stores
from chalicelib.code.remedy import remedy_problems
from chalicelib.errors import Problem
from chalicelib.grading.appeals import filing_problems
from chalicelib.grading.governance import DRAFTED, refused
from chalicelib.supervision.model import Event


def against(event: Event, root: Event | None, standing: Sequence[Event], stores: Stores, today: date) -> list[Problem]:
    """Everything that terms and conditions have against an event."""
    late = _too_late(event, standing, stores, today) if event.kind == "appeal" else []
    return [*refused(event, root, standing), *_same_name(event, stores, today), *late, *remedy_problems(event, root, standing)]


def _same_name(event: Event, stores: Stores, today: date) -> list[Problem]:
    """A draft with the name and version of the rules in force, and other content: a card could not say which of them judged it."""
    if event.kind != DRAFTED:
        return []
    rules, told = stores.rules(today), event.payload
    same = (rules.id, rules.version) == (told["rule_set"], told["version"]) and rules.hash != told["hash"]
    return [Problem("payload", "version", rules.version, "现行规则集已用此版本号，内容不同的规则集须另编版本号")] if same else []


def _too_late(event: Event, standing: Sequence[Event], stores: Stores, today: date) -> list[Problem]:
    """An appeal has its term, from the day on which what it is against was recorded, or the grade last changed."""
    target = event.payload.get("against")
    named = {known.event_id: known for known in standing}.get(str(target))
    if target and named is None:
        return [Problem("payload", "against", str(target), "该场所下没有这一事实")]
    if named is not None:
        known_on = clock.day_of(clock.parse_instant(named.known_at)).isoformat()
    else:
        lines = stores.history.list_lines(event.subject_id)
        known_on = lines[-1]["line"][:10] if lines else event.occurred_on
    return filing_problems(stores.rules(today), known_on, event.occurred_on)
