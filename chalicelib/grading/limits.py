"""Vetoes 一票否决 and caps 限级: what makes each hold, with its evidence and its end."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from chalicelib.grading.case import DAYS_AFTER, MONTHS_AFTER, Case, Record, days_after, months_after, step_of
from chalicelib.grading.findings import SELF, Findings
from chalicelib.grading.model import Cause, Grade, Score
from chalicelib.grading.register import Register
from chalicelib.grading.rules import Rule, RuleSet
from chalicelib.grading.score import PENALTIES

BY_ACT = ""


class Hearing:
    """What the conditions of a veto or a cap may look at."""

    __slots__ = ("case", "found", "register", "rules", "score")

    def __init__(self, case: Case, rules: RuleSet, found: Findings, score: Score | None, register: Register) -> None:
        self.case = case
        self.rules = rules
        self.found = found
        self.score = score
        self.register = register


Condition = Callable[[Hearing, Rule], Iterable[Cause]]


def holding(hearing: Hearing, plan: Sequence[tuple[Condition, Rule]]) -> tuple[Cause, ...]:
    """The vetoes or caps that hold, in the rule set's order; several causes of one code are one, with the latest end."""
    causes: dict[str, Cause] = {}
    for holds, rule in plan:
        for found in holds(hearing, rule):
            causes[rule.code] = joined(causes[rule.code], found) if rule.code in causes else found
    return tuple(causes.values()) if causes else ()


def joined(one: Cause, other: Cause) -> Cause:
    """Two causes of one code: the worse grade, the latest end (an act is later than any day), all evidence."""
    end = BY_ACT if BY_ACT in (one.end, other.end) else max(one.end, other.end)
    evidence = tuple(sorted({*one.evidence, *other.evidence}))
    note, title, ends = (either(first, second) for first, second in zip(one[4:], other[4:], strict=True))
    return Cause(one.code, min(one.grade, other.grade), end, evidence, note, title, ends)


def either(one: str, other: str) -> str:
    return one if other in one else other if one in other else f"{one}；{other}"


def because(rule: Rule, end: str, *records: Record, note: str = "") -> Cause:
    return cause(rule, rule.grade, end, tuple([record["id"] for record in records]), note)


def cause(rule: Rule, grade: Grade, end: str, evidence: tuple[str, ...], note: str = "") -> Cause:
    return Cause(rule.code, grade, end, evidence, note, rule.title, rule.ends)


def fatal_accident(hearing: Hearing, rule: Rule) -> Iterable[Cause]:
    for accident in hearing.case.accidents:
        if accident.responsible and accident.deaths:
            end = hearing.case.window(accident.on, rule.params["months"])
            if end:
                yield because(rule, end, accident.record)


def accident_level(hearing: Hearing, rule: Rule) -> Iterable[Cause]:
    least = hearing.rules.level_of[rule.params["level"]]
    for accident in hearing.case.accidents:
        if accident.responsible and accident.level <= least:
            end = hearing.case.window(accident.on, rule.params["months"])
            if end:
                yield because(rule, end, accident.record)


def fact(hearing: Hearing, rule: Rule) -> Iterable[Cause]:
    """A recorded fact holds until an act ends it, for its months at most, or until its own fixed day."""
    case, params = hearing.case, rule.params
    for record in case.live(params["kind"]):
        if params["ended_by"] and step_of(record, params["ended_by"]):
            continue
        ends = [months_after(record["on"], params["months"].at(record["on"]))] if params["months"] else []
        if params["until"] and record.get(params["until"]):
            ends.append(record[params["until"]])
        end = min(ends, default=BY_ACT)
        if not end or not case.reached(end):
            yield because(rule, end, record)


def major_hazard_overdue(hearing: Hearing, rule: Rule) -> Iterable[Cause]:
    for hazard in hearing.case.open_hazards:
        if hazard.major:
            late = not hearing.case.until(hazard.deadline) and hazard.overdue(hearing.case.on)
            if late or hazard.refused:
                yield because(rule, BY_ACT, hazard.record)


def major_hazard_open(hearing: Hearing, rule: Rule) -> Iterable[Cause]:
    """Open and not overdue; one that the enterprise itself reported is not held against it."""
    for hazard in hearing.case.open_hazards:
        if hazard.major and not hazard.refused and hazard.record["by"] != SELF and not hazard.overdue(hearing.case.on):
            yield because(rule, BY_ACT, hazard.record)


def stop_order(hearing: Hearing, rule: Rule) -> Iterable[Cause]:
    """In force until the decision to resume; months longer if production during the order was established."""
    case = hearing.case
    for record in case.live("stop_order"):
        lifted = step_of(record, "stop_order_lifted")
        if lifted is None:
            yield because(rule, BY_ACT, record)
        elif step_of(record, "production_during_stop"):
            end = case.window(lifted["on"], rule.params["months"])
            if end:
                yield because(rule, end, record)


def item_findings(hearing: Hearing, rule: Rule) -> Iterable[Cause]:
    """An item at zero for whatever reason, or a clause found in its effective value."""
    values, causes = hearing.found.values, []
    for code, clause in rule.params["findings"]:
        if code in values:
            value = values[code]
            if value.found.get(clause, 0) if clause else value.lost >= hearing.rules.items[code].points:
                causes.append(because(rule, BY_ACT, value.record, note=code))
    return causes


def accident_count(hearing: Hearing, rule: Rule) -> Iterable[Cause]:
    """So many accidents of these levels inside the window, until the oldest of the newest ones leaves it."""
    case, places = hearing.case, hearing.rules.level_of
    for test in rule.params["tests"]:
        levels = {places[level] for level in test["levels"]}
        inside = []
        for accident in case.accidents:
            if accident.responsible and accident.level in levels and (accident.deaths or not test["fatal"]):
                end = months_after(accident.on, test["months"])
                if end > case.on:
                    inside.append((end, accident.record))
        if len(inside) >= test["count"]:
            newest = inside[-test["count"] :]
            case.flips.append(newest[0][0])
            yield because(rule, newest[0][0], *(record for _, record in newest))


def serious_injuries(hearing: Hearing, rule: Rule) -> Iterable[Cause]:
    """Each accident looked at alone."""
    least, below = rule.params["at_least"], rule.params["below"]
    for accident in hearing.case.accidents:
        people = accident.serious_injuries
        if accident.responsible and people >= least and (below is None or people < below):
            end = hearing.case.window(accident.on, rule.params["months"])
            if end:
                yield because(rule, end, accident.record)


def penalties(hearing: Hearing, rule: Rule) -> Iterable[Cause]:
    """Every decision counts, also one for an accident; ends when the oldest of the newest few leaves its window."""
    case, least = hearing.case, rule.params["at_least"]
    inside = []
    for kind in PENALTIES:
        for record in case.live(kind):
            end = case.window(record["on"], rule.params["months"])
            if end:
                inside.append((end, record["id"]))
    if len(inside) < least:
        return ()
    inside.sort()
    return (cause(rule, rule.grade, inside[-least][0], tuple(name for _, name in inside)),)


def expired_certificate(hearing: Hearing, rule: Rule) -> Iterable[Cause]:
    """A licence record past its last valid day or revoked, unless the same number was renewed; worse if the law requires it."""
    case = hearing.case
    newest: dict[str, tuple[str, Record]] = {}
    types = rule.params["types"]
    for record in case.live("certificate"):
        if record["type"] not in types:
            continue
        revoked = step_of(record, "certificate_revoked")
        last = days_after(revoked["on"], -1) if revoked else record["valid_to"]
        name = record.get("number") or record["id"]
        if name not in newest or last > newest[name][0]:
            newest[name] = (last, record)
    causes = []
    for last, record in newest.values():
        if not case.until(last):
            grade = rule.params["required_grade"] if record.get("legally_required") else rule.grade
            causes.append(cause(rule, grade, BY_ACT, (record["id"],)))
    return causes


def self_check_overdue(hearing: Hearing, rule: Rule) -> Iterable[Cause]:
    """Counted from the last self-check, or from the first assessment if there was none."""
    case, checks = hearing.case, hearing.found.checks
    anchor = checks[-1]["on"] if checks else hearing.found.first_on
    if not anchor:
        return ()
    due = DAYS_AFTER[rule.params["days"]][anchor]
    if not case.reached(due):
        return ()
    return (cause(rule, rule.grade, BY_ACT, tuple(sorted({record["id"] for record in checks if record["on"] == anchor}))),)


def assessment_overdue(hearing: Hearing, rule: Rule) -> Iterable[Cause]:
    full = hearing.found.full
    if full is None:
        return ()
    months = rule.params["higher_months" if hearing.register.higher_risk else "other_months"]
    due = MONTHS_AFTER[months][full["on"]]
    return (because(rule, BY_ACT, full),) if hearing.case.reached(due) else ()


def axis_below(hearing: Hearing, rule: Rule) -> Iterable[Cause]:
    if hearing.score is None or hearing.found.missing:
        return ()
    axes, below = hearing.score.axes, rule.params["below"]
    shares = axes.values()
    if None not in shares and min(shares) >= below:
        return ()
    low = [axis for axis, tenths in axes.items() if tenths is not None and tenths < below]
    return (cause(rule, rule.grade, BY_ACT, (), " ".join(low)),) if low else ()


HOLDS: dict[str, Condition] = {
    "fatal_accident": fatal_accident,
    "accident_level": accident_level,
    "fact": fact,
    "major_hazard_overdue": major_hazard_overdue,
    "major_hazard_open": major_hazard_open,
    "stop_order": stop_order,
    "item_findings": item_findings,
    "accident_count": accident_count,
    "serious_injuries": serious_injuries,
    "penalties": penalties,
    "expired_certificate": expired_certificate,
    "self_check_overdue": self_check_overdue,
    "assessment_overdue": assessment_overdue,
    "axis_below": axis_below,
}
