"""What a site's own facts say about the findings of 应急〔2018〕19号: accidents, certificates, filed sources, staff passed.

These findings come from the log, so an assessment on paper cannot leave them out: ``joined`` takes the graver of the two.
Only what a fact establishes is in it. No certificate, or no filed source, is no finding: absence of a record proves
nothing. A direct-red condition that the authority established is not repeated here; it is veto V09 of the grade.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from chalicelib.grading.case import Case, Record, months_after, step_of
from chalicelib.grading.official.form_19 import Guideline
from chalicelib.grading.rules import Level
from chalicelib.grading.stories import Accident, accident_of

STANDARDISATION = ("standardisation_1", "standardisation_2", "standardisation_3")


def known_findings(case: Case, levels: Sequence[Level], guideline: Guideline) -> dict[str, int]:
    """Counts by the guideline's codes, as the facts stand on the case's day. ``levels``: the rule set's levels of accident.

    An accident counts while its firm is responsible or that is not decided; an unknown number of dead counts as one.
    """
    accidents = [accident_of(record, levels) for record in case.live("accident")]
    counted = [accident for accident in accidents if accident.responsible]
    found = _accidents(counted, case.on, levels, guideline)
    found.update({record["type"]: 1 for record in case.live("certificate") if _valid(case, record) and record["type"] in STANDARDISATION})
    if _accident_free(case, counted, guideline):
        found["five_years_without_accident"] = 1
    filed = [record for record in case.live("major_hazard_source_filed") if not step_of(record, "major_hazard_source_removed")]
    found.update(Counter(f"major_source_{record['level']}" for record in filed))
    staff = case.latest("staff_qualified")
    if staff is not None:
        found["heads_not_passed"] = max(staff["heads_due"] - staff["heads_passed"], 0)
        found["officers_not_passed"] = max(staff["managers_due"] - staff["managers_passed"], 0)
    return dict(found)


def joined(assessed: Mapping[str, int | bool | None], known: Mapping[str, int], guideline: Guideline) -> dict[str, int | bool | None]:
    """An assessment's findings with what the facts establish: of two counts the higher, a known one before an unknown.

    A claim of either side that the other side refutes (accident-free, beside an accident) does not hold.
    """
    findings = dict(assessed)
    for code, count in known.items():
        value = findings.get(code)
        findings[code] = count if value is None else max(value, count)
    for clause in guideline.clauses.values():
        for mine, other in ((assessed, known), (known, assessed)):
            if mine.get(clause.code) and any(other.get(code) for code in clause.excludes):
                findings[clause.code] = 0
    return findings


def _accidents(accidents: Sequence[Accident], day: str, levels: Sequence[Level], guideline: Guideline) -> Counter[str]:
    """Counts of the accidents in their windows; the log is the register of accidents, so none is nought.

    One with a social effect counts as such also when people were injured: else the graver accident would score better.
    """
    windows = guideline.windows
    found: Counter[str] = Counter(
        dict.fromkeys([*windows.clauses.values(), "fatal_accidents", "fatal_accidents_1y", "public_accidents"], 0)
    )
    for accident in accidents:
        if day >= months_after(accident.on, windows.months):
            continue
        clause = windows.clauses.get(levels[accident.level].code)
        if clause:
            found[clause] += 1
        elif accident.deaths:
            found["fatal_accidents"] += 1
            found["fatal_accidents_1y"] += day < months_after(accident.on, windows.recent_months)
        elif accident.record.get("social_effect"):
            found["public_accidents"] = 1
    return found


def _valid(case: Case, record: Record) -> bool:
    return record["valid_from"] <= case.on <= record["valid_to"] and step_of(record, "certificate_revoked") is None


def _accident_free(case: Case, accidents: Sequence[Accident], guideline: Guideline) -> bool:
    """Only from a confirmed date, and with no accident since."""
    record = case.latest("accident_free_confirmed")
    if record is None or any(accident.on >= record["since_on"] for accident in accidents):
        return False
    return months_after(record["since_on"], guideline.windows.free_months) <= case.on
