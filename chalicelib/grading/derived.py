"""Items worked out from facts; nobody sets them: self-checks by month, hazards rectified in time, rechecks, completeness of data."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from chalicelib.exact import half_up
from chalicelib.grading.case import Case, Record, months_after, months_before, next_month
from chalicelib.grading.rules import Item, RuleSet


class Derived(NamedTuple):
    """The value of an item worked out from facts; ``status`` valued, nothing_due or not_done."""

    value: int
    status: str
    ratio: tuple[int, int] | None
    on: str
    evidence: tuple[str, ...]


def derive_all(case: Case, rules: RuleSet, first_on: str, checks: Sequence[Record]) -> dict[str, Derived]:
    """The items worked out from facts; one whose facts are not there yet is left out (not yet assessed)."""
    values = {}
    for code, item in rules.derived.items():
        derived = DERIVE[item.derive["kind"]](case, item, first_on, checks)
        if derived is not None:
            values[code] = derived
    return values


def completeness(case: Case, item: Item, first_on: str, checks: Sequence[Record]) -> Derived | None:
    """Points × filled ÷ required of the newest measurement."""
    record = case.latest("completeness_measured")
    if record is None:
        return None
    counts = (record["filled"], record["required"])
    return Derived(half_up(item.points * counts[0], counts[1]), "valued", counts, record["on"], (record["id"],))


def self_check_months(case: Case, item: Item, first_on: str, checks: Sequence[Record]) -> Derived | None:
    """So much off for each of the last complete months without a self-check; months before the first assessment are not asked."""
    if not first_on:
        return Derived(item.points, "nothing_due", None, "", ())
    case.flips.append(next_month(case.on))
    asked = [month for month in months_before(case.on, item.derive["months"]) if month >= first_on[:7]]
    if not asked:
        return Derived(item.points, "nothing_due", None, "", ())
    earliest = asked[-1]
    done: dict[str, str] = {}
    for record in checks:
        if record["on"] >= earliest:
            month = record["on"][:7]
            done[month] = max(done.get(month, ""), record["id"])
    missed = [month for month in asked if month not in done]
    value = max(0, item.points - item.derive["each"] * len(missed))
    evidence = tuple([done[month] for month in asked if month in done])
    return Derived(value, "not_done" if missed else "valued", (len(asked) - len(missed), len(asked)), "", evidence)


def rectified_in_time(case: Case, item: Item, first_on: str, checks: Sequence[Record]) -> Derived:
    """Points × in time ÷ due, over general hazards found by ``finders`` whose deadline passed in the last months."""
    on, finders, months = case.on, item.derive["finders"], item.derive["months"]
    due, in_time, evidence = 0, 0, []
    for hazard in case.hazards:
        if hazard.major or hazard.dismissed or hazard.record["by"] not in finders:
            continue
        end = months_after(hazard.deadline, months)
        if end <= on:
            continue
        case.flips.append(end)
        if case.until(hazard.deadline):
            continue
        due += 1
        in_time += hazard.in_time()
        evidence.append(hazard.record["id"])
    return share(item, in_time, due, evidence)


def passed_first_recheck(case: Case, item: Item, first_on: str, checks: Sequence[Record]) -> Derived:
    """Points × rechecks passed at the first go ÷ rechecks, over the last months."""
    passed, total, evidence = 0, 0, []
    for hazard in case.hazards:
        if hazard.record["by"] not in item.derive["finders"]:
            continue
        for number, step in enumerate(hazard.rechecks):
            end = months_after(step["on"], item.derive["months"])
            if end > case.on:
                case.flips.append(end)
                total += 1
                passed += number == 0 and step["result"] == "passed"
                evidence.append(step["id"])
    return share(item, passed, total, evidence)


def share(item: Item, good: int, total: int, evidence: list[str]) -> Derived:
    """Points × good ÷ total, rounded to hundredths; full points when nothing was due, and said so."""
    if not total:
        return Derived(item.points, "nothing_due", (0, 0), "", ())
    return Derived(half_up(item.points * good, total), "valued", (good, total), "", tuple(evidence))


DERIVE = {
    "completeness": completeness,
    "self_check_months": self_check_months,
    "rectified_in_time": rectified_in_time,
    "passed_first_recheck": passed_first_recheck,
}
