"""A rule set compiled for the kinds of fact a site has: only the rules that can have anything to say are asked.

A district repeats few combinations of kinds, so each plan is made once and used for thousands of sites.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import NamedTuple

from chalicelib.grading.limits import HOLDS as BY_STANDING
from chalicelib.grading.rules import Rule, RuleSet
from chalicelib.grading.score import COUNT as BY_EVENT
from chalicelib.grading.score import PENALTIES
from chalicelib.grading.visit_limits import HOLDS as BY_VISIT
from chalicelib.grading.visits import COUNT as FOUND

COUNT, HOLDS = {**BY_EVENT, **FOUND}, {**BY_STANDING, **BY_VISIT}
ACCIDENT, CERTIFICATE = ("accident",), ("certificate",)
# What is known of a site beside its kinds of facts before its rules are asked: a hazard is open, a hazard repeats an
# earlier one, an item is below full that a veto or a cap watches.
STANDING = OPEN_HAZARD, REPEATED_HAZARD, WATCHED_ITEM = "open hazard", "repeated hazard", "watched item"
VISIT = ("inspection", "hazard_found")
READS = {
    "latest_inspection": VISIT,
    "recent_findings": VISIT,
    "light_injuries": ACCIDENT,
    "serious_injuries": ACCIDENT,
    "fatal_accidents": ACCIDENT,
    "grave_accidents": ACCIDENT,
    "social_effect_accidents": ACCIDENT,
    "fatal_accident": ACCIDENT,
    "accident_level": ACCIDENT,
    "accident_count": ACCIDENT,
    "penalties": PENALTIES,
    "overdue_hazards": (OPEN_HAZARD,),
    "repeated_hazards": (REPEATED_HAZARD,),
    "major_hazard_overdue": (OPEN_HAZARD,),
    "major_hazard_open": (OPEN_HAZARD,),
    "true_complaints": ("complaint",),
    "best_certificate": CERTIFICATE,
    "expired_certificate": CERTIFICATE,
    "accident_free": ("accident_free_confirmed",),
    "engineers": ("engineer_posted",),
    "stop_order": ("stop_order",),
    "self_check_overdue": ("self_check", "assessment"),
    "assessment_overdue": ("assessment",),
    "item_findings": (WATCHED_ITEM,),
    "axis_below": ("site_registered",),
    "findings_with": ("hazard_found",),
    "finding_until_passed": VISIT,
    "inspection_outcome": ("inspection",),
    "inspection_overdue": ("inspection",),
}


class Plan(NamedTuple):
    """The mechanisms to ask with their rules, in the rule set's order."""

    adjustments: tuple[tuple[Callable, Rule], ...]
    vetoes: tuple[tuple[Callable, Rule], ...]
    caps: tuple[tuple[Callable, Rule], ...]


@lru_cache(maxsize=4096)
def plan_of(rules: RuleSet, kinds: frozenset[str], chemical_type: str | None, *spared: bool) -> Plan:
    """What to ask of a site of this chemical type that has facts of these kinds; ``spared`` says what of STANDING it has not."""
    kinds |= {name for name, free in zip(STANDING, spared, strict=True) if not free}
    return Plan(
        tuple((COUNT[rule.mechanism], rule) for rule in rules.adjustments if speaks(rule, kinds, chemical_type)),
        tuple((HOLDS[rule.mechanism], rule) for rule in rules.vetoes if speaks(rule, kinds, chemical_type)),
        tuple((HOLDS[rule.mechanism], rule) for rule in rules.caps if speaks(rule, kinds, chemical_type)),
    )


@lru_cache(maxsize=64)
def watched_items(rules: RuleSet) -> frozenset[str]:
    """Items whose own value can be a veto or a cap."""
    tests = [rule.params["findings"] for rule in (*rules.vetoes, *rules.caps) if rule.mechanism == "item_findings"]
    return frozenset(item for found in tests for item, _ in found)


def speaks(rule: Rule, kinds: frozenset[str], chemical_type: str | None) -> bool:
    """Whether such a site can meet this rule at all."""
    if chemical_type not in rule.params.get("chemical_types", (chemical_type,)):
        return False
    reads = (rule.params["kind"],) if rule.mechanism == "fact" else READS[rule.mechanism]
    return not kinds.isdisjoint(reads)
