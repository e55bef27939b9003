"""Findings → score: what events take and give, the axes and the one number, in integers until the one rounding."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from operator import attrgetter

from chalicelib.exact import HUNDREDTHS, TENTHS, half_up
from chalicelib.grading.case import NEXT_DAY, Case, Record, months_after, step_of
from chalicelib.grading.findings import Findings
from chalicelib.grading.model import Adjustment, Occurrence, Score, maker
from chalicelib.grading.rules import Rule, RuleSet
from chalicelib.grading.stories import Accident

Classes = Mapping[str, list[tuple[Accident, str]]]
Counter = Callable[[Case, Rule, Classes], Iterable[Occurrence]]

FULL_SCORE = 100
FULL_OF_WHOLE = FULL_SCORE * HUNDREDTHS
FULL_TENTHS = FULL_SCORE * TENTHS
TWICE_FULL = 2 * FULL_TENTHS
PENALTIES = ("penalty", "enterprise_penalty")
POINTS = attrgetter("points")
NO_CLASSES: Classes = {}

make_occurrence, make_adjustment, make_score = maker(Occurrence), maker(Adjustment), maker(Score)


def adjust(case: Case, rules: RuleSet, plan: Sequence[tuple[Counter, Rule]]) -> tuple[Adjustment, ...]:
    """Every R and A code that has an occurrence, each cut at its own cap."""
    classes = classify(case, rules) if case.accidents else NO_CLASSES
    adjustments = []
    for count, rule in plan:
        occurrences = tuple(count(case, rule, classes))
        if occurrences:
            if len(occurrences) == 1:
                uncapped = occurrences[0].points
            else:
                occurrences, uncapped = tuple(sorted(occurrences)), sum(map(POINTS, occurrences))
            points = uncapped if uncapped < rule.cap else rule.cap
            adjustments.append(make_adjustment((rule.code, points if rule.plus else -points, uncapped, occurrences)))
    return tuple(adjustments)


def occurrence(rule: Rule, record: Record, day: str, end: str, count: int = 1) -> Occurrence:
    return make_occurrence((record["id"], day, count, count * rule.points, end))


def classify(case: Case, rules: RuleSet) -> dict[str, list[tuple[Accident, str]]]:
    """Each accident under the first code that applies: grave, any death, social effect; with the end of its window.

    An accident that finds the grave code's cap reached counts under that code's ``overflow``.
    """
    by_mechanism = {rule.mechanism: rule for rule in rules.adjustments}
    by_code = {rule.code: rule for rule in rules.adjustments}
    grave = by_mechanism.get("grave_accidents")
    fatal, social = by_mechanism.get("fatal_accidents"), by_mechanism.get("social_effect_accidents")
    classes: dict[str, list[tuple[Accident, str]]] = {}
    used = 0
    for accident in case.accidents:
        if not accident.responsible:
            continue
        rule = None
        if grave and accident.level <= rules.level_of[grave.params["level"]]:
            reached = used >= grave.cap and grave.params["overflow"]
            rule = by_code[grave.params["overflow"]] if reached else grave
        elif accident.deaths:
            rule = fatal
        elif accident.record.get("social_effect"):
            rule = social
        end = case.window(accident.on, rule.params["months"]) if rule else ""
        if end:
            used += rule.points if rule is grave else 0
            classes.setdefault(rule.code, []).append((accident, end))
    return classes


def classified(case: Case, rule: Rule, classes: Classes) -> Iterable[Occurrence]:
    return [occurrence(rule, accident.record, accident.on, end) for accident, end in classes.get(rule.code, ())]


def light_injuries(case: Case, rule: Rule, classes: Classes) -> Iterable[Occurrence]:
    return injuries(case, rule, "light_injuries")


def serious_injuries(case: Case, rule: Rule, classes: Classes) -> Iterable[Occurrence]:
    return injuries(case, rule, "serious_injuries")


def injuries(case: Case, rule: Rule, figure: str) -> Iterable[Occurrence]:
    """One occurrence per accident, counted by its injured persons."""
    for accident in case.accidents:
        people = getattr(accident, figure)
        if accident.responsible and people:
            end = case.window(accident.on, rule.params["months"])
            if end:
                yield occurrence(rule, accident.record, accident.on, end, people)


def penalties(case: Case, rule: Rule, classes: Classes) -> Iterable[Occurrence]:
    """Decisions of one procedure; one marked as for a grave accident counts there and never here."""
    params, counted = rule.params, []
    for kind in PENALTIES:
        for record in case.live(kind):
            if record["procedure"] == params["procedure"] and not record.get("for_grave_accident"):
                end = case.window(record["on"], params["months"])
                if end:
                    counted.append(occurrence(rule, record, record["on"], end))
    return counted


def overdue_hazards(case: Case, rule: Rule, classes: Classes) -> Iterable[Occurrence]:
    """General hazards overdue now, whoever found them."""
    for hazard in case.open_hazards:
        if not hazard.major and not case.until(hazard.deadline) and hazard.overdue(case.on):
            yield occurrence(rule, hazard.record, hazard.deadline, "")


def true_complaints(case: Case, rule: Rule, classes: Classes) -> Iterable[Occurrence]:
    for record in case.live("complaint"):
        for step in record.get("then", ()):
            if step["kind"] == "complaint_decided" and step["found_true"]:
                end = case.window(step["on"], rule.params["months"])
                if end:
                    yield occurrence(rule, record, step["on"], end)
                break


def repeated_hazards(case: Case, rule: Rule, classes: Classes) -> Iterable[Occurrence]:
    """Findings that repeat an earlier one, from the day of the second finding."""
    for hazard in case.repeats:
        end = case.window(hazard.record["on"], rule.params["months"])
        if end:
            yield occurrence(rule, hazard.record, hazard.record["on"], end)


def best_certificate(case: Case, rule: Rule, classes: Classes) -> Iterable[Occurrence]:
    """The best certificate that is valid this day and not revoked."""
    grades, best, most = rule.params["grades"], (), -1
    for record in case.live("certificate"):
        points = grades.get(record["type"])
        if points is None or ("then" in record and step_of(record, "certificate_revoked")):
            continue
        begun, last = case.reached(record["valid_from"]), record["valid_to"]
        if case.until(last) and begun and points > most:
            best, most = (make_occurrence((record["id"], record["valid_from"], 1, points, NEXT_DAY[last])),), points
    return best


def accident_free(case: Case, rule: Rule, classes: Classes) -> Iterable[Occurrence]:
    """Years without an accident, only from a confirmed date; an empty register of accidents proves nothing."""
    record = case.latest("accident_free_confirmed")
    if record is None or any(accident.responsible and accident.on >= record["since_on"] for accident in case.accidents):
        return ()
    reached = 0
    for months, points in rule.params["steps"]:
        if case.reached(months_after(record["since_on"], months)):
            reached = max(reached, points)
    return (Occurrence(record["id"], record["since_on"], 1, reached, ""),) if reached else ()


def engineers(case: Case, rule: Rule, classes: Classes) -> Iterable[Occurrence]:
    """Registered safety engineers recorded in post this day."""
    for record in case.live("engineer_posted"):
        if step_of(record, "engineer_left"):
            continue
        until = record.get("until_on")
        if until is None or case.until(until):
            yield occurrence(rule, record, record["on"], "")


COUNT: dict[str, Counter] = {
    "light_injuries": light_injuries,
    "serious_injuries": serious_injuries,
    "fatal_accidents": classified,
    "grave_accidents": classified,
    "social_effect_accidents": classified,
    "penalties": penalties,
    "overdue_hazards": overdue_hazards,
    "true_complaints": true_complaints,
    "repeated_hazards": repeated_hazards,
    "best_certificate": best_certificate,
    "accident_free": accident_free,
    "engineers": engineers,
}


def axis_tenths(sums: Mapping[str, int], applicable: Mapping[str, int]) -> dict[str, int | None]:
    """Every axis in tenths, half-up as all sums are positive; None when nothing of it is applicable."""
    axes: dict[str, int | None] = dict.fromkeys(sums, FULL_TENTHS)
    for axis, points in applicable.items():
        kept = sums[axis]
        if kept != points:
            axes[axis] = (TWICE_FULL * kept + points) // (2 * points)
        elif not points:
            axes[axis] = None
    return axes


def score(found: Findings, adjustments: Iterable[Adjustment], rules: RuleSet) -> Score | None:
    """``half_up(clamp(base − ΣR + min(cut, ΣA), 0, 100), 1)``; None when nothing is applicable.

    base = 100 × Σ sums ÷ Σ applicable, kept as two integers; the one rounding is at the end.
    """
    sums, whole = found.sums, found.whole
    if not whole:
        return None
    deducted = added = 0
    for _, points, _, _ in adjustments:
        if points < 0:
            deducted -= points
        else:
            added += points
    added_cut = added if added < rules.bonus_cut else rules.bonus_cut
    numerator = FULL_OF_WHOLE * sum(sums.values()) + (added_cut - deducted) * whole
    denominator = HUNDREDTHS * whole
    within = 0 if numerator < 0 else min(numerator, FULL_SCORE * denominator)
    tenths = half_up(TENTHS * within, denominator)
    axes, extras = axis_tenths(sums, found.applicable), tuple(found.extras)
    return make_score((tenths, axes, sums, found.applicable, extras, deducted, added_cut, added, numerator, denominator))
