"""Which rule set judges on which day: the district's list, newest with ``effective_from`` <= day."""

from __future__ import annotations

from datetime import date
from functools import lru_cache
from pathlib import Path

from chalicelib.grading.rules import RuleSet, load_rule_set
from chalicelib.register.district import District


@lru_cache(maxsize=8)
def _rules(path: Path) -> RuleSet:
    return load_rule_set(path)


def rules_on(district: District, day: date) -> RuleSet | None:
    """The rule set that applies on a day; None where the district has none."""
    ref = district.rule_set_on("grading", day)
    return _rules(ref.path) if ref is not None else None


def rules_change_after(district: District, day: date) -> date | None:
    """The first day after ``day`` on which another rule set applies."""
    return min((ref.effective_from for ref in district.rule_sets["grading"] if ref.effective_from > day), default=None)
