"""Items worked out from facts; nobody sets them: self-checks by month, hazards rectified in time, rechecks, completeness of data."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from functools import lru_cache

from chalicelib.exact import half_up
from chalicelib.grading import visits
from chalicelib.grading.case import EARLIEST_ANCHOR, MONTHS_AFTER, NEXT_DAY, NEXT_MONTH, Case, Record, months_before
from chalicelib.grading.model import Derived, maker
from chalicelib.grading.rules import Item, RuleSet


NONE_OF_NONE = (0, 0)
# After every day.
LATEST = "9999-12-31"
make_derived = maker(Derived)


def derive_all(case: Case, rules: RuleSet, first_on: str, checks: Sequence[Record], sums: dict[str, int]) -> dict[str, Derived]:
    """The items worked out from facts, what they lose taken off the sums of their axes; one whose facts are not there yet is left out."""
    values = {}
    for code, derive, item in derivations(rules):
        derived = derive(case, item, first_on, checks)
        if derived is not None:
            values[code] = derived
            lost = item.points - derived[0]
            if lost:
                sums[item.axis] -= lost
    return values


@lru_cache(maxsize=64)
def derivations(rules: RuleSet) -> tuple[tuple[str, Callable, Item], ...]:
    return tuple((code, DERIVE[item.derive["kind"]], item) for code, item in rules.derived.items())


@lru_cache(maxsize=1024)
def nothing_due(item_points: int, ratio: tuple[int, int] | None) -> Derived:
    """Full points, because nothing was asked."""
    return Derived(item_points, "nothing_due", ratio, "", ())


def completeness(case: Case, item: Item, first_on: str, checks: Sequence[Record]) -> Derived | None:
    """Points × filled ÷ required of the newest measurement; of two at the same instant the lower counts."""
    records = case.records.get("completeness_measured")
    if not records:
        return None
    record = records[-1]
    if len(records) > 1 and (records[-2]["on"], records[-2]["at"]) == (record["on"], record["at"]):
        instant = (record["on"], record["at"])
        record = min([one for one in records if (one["on"], one["at"]) == instant], key=lambda one: Fraction(one["filled"], one["required"]))
    filled, required = counts = (record["filled"], record["required"])
    value = item.points if filled == required else half_up(item.points * filled, required)
    return make_derived((value, "valued", counts, record["on"], (record["id"],)))


def self_check_months(case: Case, item: Item, first_on: str, checks: Sequence[Record]) -> Derived | None:
    """So much off for each of the last complete months without a self-check; months before the first assessment are not asked.

    The evidence of a month is the self-check recorded last, by its id.
    """
    if not first_on:
        return nothing_due(item.points, None)
    case.flips.append(NEXT_MONTH[case.on])
    asked = months_asked(case.on, item.derive["months"], first_on[:7])
    if not asked:
        return nothing_due(item.points, None)
    done: dict[str, str] = {}
    evidence = []
    for record in checks:
        month, name = record["on"][:7], record["id"]
        if month not in done or done[month] < name:
            done[month] = name
    for month in asked:
        if month in done:
            evidence.append(done[month])
    months, undone = len(asked), len(asked) - len(evidence)
    if not undone:
        return make_derived((item.points, "valued", (months, months), "", tuple(evidence)))
    value = max(0, item.points - item.derive["each"] * undone)
    return make_derived((value, "not_done", (months - undone, months), "", tuple(evidence)))


@lru_cache(maxsize=4096)
def months_asked(day: str, count: int, first: str) -> tuple[str, ...]:
    """The complete months before the month of ``day``, newest first, from the month ``first`` on."""
    return tuple(month for month in months_before(day, count) if month >= first)


def rectified_in_time(case: Case, item: Item, first_on: str, checks: Sequence[Record]) -> Derived:
    """Points × in time ÷ due, over general hazards found by ``finders`` whose deadline passed in the last months."""
    if not case.hazards:
        return nothing_due(item.points, NONE_OF_NONE)
    finders, months = item.derive["finders"], item.derive["months"]
    on, flips = case.on, case.flips
    since, oldest, in_time, evidence = EARLIEST_ANCHOR[months][on], LATEST, 0, []
    for record, major, deadline, _, _, dismissed, _, _, kept in case.hazards:
        if deadline >= since and not major and not dismissed and record["by"] in finders:
            if deadline < oldest:
                oldest = deadline
            if deadline >= on:
                flips.append(NEXT_DAY[deadline])
            else:
                evidence.append(record["id"])
                in_time += kept
    if oldest is not LATEST:
        flips.append(MONTHS_AFTER[months][oldest])
    return share(item, in_time, evidence)


def passed_first_recheck(case: Case, item: Item, first_on: str, checks: Sequence[Record]) -> Derived:
    """Points × rechecks passed at the first go ÷ rechecks, over the last months."""
    if not case.rechecks:
        return nothing_due(item.points, NONE_OF_NONE)
    finders, months = item.derive["finders"], item.derive["months"]
    since, oldest, passed, evidence = EARLIEST_ANCHOR[months][case.on], LATEST, 0, []
    for day, finder, passed_first, name in case.rechecks:
        if day >= since and finder in finders:
            evidence.append(name)
            passed += passed_first
            if day < oldest:
                oldest = day
    if oldest is not LATEST:
        case.flips.append(MONTHS_AFTER[months][oldest])
    return share(item, passed, evidence)


def share(item: Item, good: int, evidence: list[str]) -> Derived:
    """Points × good ÷ all, rounded to hundredths; full points when nothing was due, and said so."""
    if not evidence:
        return nothing_due(item.points, NONE_OF_NONE)
    total = len(evidence)
    value = item.points if good == total else half_up(item.points * good, total)
    return make_derived((value, "valued", (good, total), "", tuple(evidence)))


DERIVE = {
    "completeness": completeness,
    "self_check_months": self_check_months,
    "rectified_in_time": rectified_in_time,
    "passed_first_recheck": passed_first_recheck,
    **visits.DERIVE,
}
