"""The inherent grade 固有风险等级 of a site in each of its sectors: the highest rule that holds; a filed result may raise it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from chalicelib.riskmap.model import Inherent
from chalicelib.riskmap.rules import RiskRules, Sector

FILED = "FILED"  # a filed result decided
GIVEN = "GIVEN"  # the grade came with the input


def inherent_grades(
    profile: Mapping[str, object], rules: RiskRules, filed: Iterable[tuple[str | None, str, str]] = ()
) -> dict[str, Inherent]:
    """Sector code → inherent grade, for the sectors this profile belongs to. A site in no sector has none.

    ``filed`` are results in force as (sector or None, method, colour). One without a sector raises that of its method, else all.
    """
    raised = [(sector or rules.filed_methods.get(method), colour) for sector, method, colour in filed]
    grades = {}
    for sector in rules.sectors:
        if sector.is_member is not None and sector.is_member(profile):
            found = _grade(sector, profile)
            grades[sector.code] = _raise(found, sector.code, raised, rules) if raised else found
    return grades


def _grade(sector: Sector, profile: Mapping[str, object]) -> Inherent:
    level, names = 0, []
    for rule in sector.grades:  # worst first: once one holds, only rules of its level can add a reason
        if rule.level < level:
            break
        if rule.holds(profile):
            level = rule.level
            names.append(rule.id)
    return Inherent(level, tuple(names))


def _raise(found: Inherent, sector: str, filed: list[tuple[str | None, str]], rules: RiskRules) -> Inherent:
    level = max((rules.filed_levels[colour] for scope, colour in filed if scope in (None, sector)), default=0)
    return Inherent(level, (FILED,)) if level > found.level else found
