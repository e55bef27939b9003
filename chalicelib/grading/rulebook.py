"""Which rule set judges on which day: the district's list, newest with ``effective_from`` <= day."""

from __future__ import annotations

from datetime import date
from functools import lru_cache

from chalicelib.grading.rules import RuleSet, load_rule_set
from chalicelib.register.district import District, RuleSetRef


@lru_cache(maxsize=16)
def _rules(ref: RuleSetRef) -> RuleSet:
    return load_rule_set(ref.content or ref.path)


def rules_on(district: District, day: date) -> RuleSet | None:
    """The rule set that applies on a day; None where the district has none."""
    ref = district.rule_set_on("grading", day)
    return _rules(ref) if ref is not None else None


def rules_change_after(district: District, day: date) -> date | None:
    """The first day after ``day`` on which another rule set applies."""
    return min((ref.effective_from for ref in district.rule_sets["grading"] if ref.effective_from > day), default=None)
