"""Score → colour: the worst of score, vetoes, caps and overrides; none of them can lift it. Flags are said beside it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from chalicelib.exact import HUNDREDTHS, text_of
from chalicelib.grading.case import MONTHS_AFTER, Case, days_after, step_of
from chalicelib.grading.findings import FULL, applicable_points
from chalicelib.grading.limits import BY_ACT, Hearing
from chalicelib.grading.model import NO_COLOUR, Cause, Grade
from chalicelib.grading.rules import RuleSet


def overrides(case: Case, rules: RuleSet) -> tuple[Cause, ...]:
    """Manual adjustments in force: enough signers, inside their days. They only ever enter the worst-of."""
    standing = []
    for record in case.live("override"):
        if len(set(record["signers"])) >= rules.override_signers and case.until(record["until_on"]):
            end = days_after(record["until_on"], 1)
            standing.append(Cause("override", Grade.of(record["grade"]), end, (record["id"],), record["reason"], rules.override_title))
    return tuple(standing)


def colour(score_grade: Grade, vetoes: Sequence[Cause], caps: Sequence[Cause], adjusted: Sequence[Cause]) -> Grade:
    """The worst of all. Without a score: none, unless a veto makes it red; caps alone never turn grey into a colour."""
    if vetoes:
        return Grade.RED
    if score_grade is NO_COLOUR or not (caps or adjusted):
        return score_grade
    return Grade.worst([score_grade, *(cause.grade for cause in (*caps, *adjusted))])


def flags(hearing: Hearing, caps: Sequence[Cause]) -> tuple[Cause, ...]:
    """What is said beside the colour and changes none."""
    rules, found, case = hearing.rules, hearing.found, hearing.case
    texts: Mapping[str, object] = rules.assessment
    said = []
    away = applicable_points(rules, ())[1] - found.whole
    if away > texts["not_applicable_flag_points"]:
        said.append(Cause("C09", Grade.NONE, BY_ACT, (), f"{texts['not_applicable_flag']}：不适用的条款共 {text_of(away, HUNDREDTHS)} 分"))
    for cap in caps:
        if cap.code in rules.overdue_codes:
            said.append(Cause("assessment_overdue", Grade.NONE, BY_ACT, cap.evidence, texts["overdue_flag"]))
    old = self_valued(hearing)
    if old:
        said.append(Cause("self_reported", Grade.NONE, BY_ACT, (), f"{texts['self_flag']} {' '.join(old)}"))
    for record in case.live("appeal") if "appeal" in case.records else ():
        if not (step_of(record, "appeal_decided") or step_of(record, "appeal_withdrawn")):
            said.append(Cause("appeal", Grade.NONE, BY_ACT, (record["id"],), texts["appeal_flag"]))
    return tuple(said)


def self_valued(hearing: Hearing) -> list[str]:
    """Items with a value but without an inspector's or expert's of the last months. Notes when the next one grows too old."""
    found, case, rules = hearing.found, hearing.case, hearing.rules
    months, spoken_of = rules.assessment["inspector_value_months"], frozenset()
    for record in reversed(found.assessments):
        end = MONTHS_AFTER[months][record["on"]]
        if end <= case.on:
            break
        full = record["coverage"] == FULL
        if full or any(code in rules.takes and code not in spoken_of for code in record["items"]):
            case.flips.append(end)
        if full:
            return []
        spoken_of = spoken_of.union(record["items"], record.get("not_applicable", ()))
    valued = found.values if found.full is None else rules.settable
    return [code for code in rules.settable if code in valued and code not in spoken_of and code not in found.not_applicable]
