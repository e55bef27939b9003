"""危险化学品生产储存企业安全风险评估诊断分级 (应急〔2018〕19号): rows with caps, bonuses outside them, direct-red conditions.

The score starts at 100; each row's deductions stop at the row's cap; bonuses are added afterwards and outside the rows;
the total is shown clamped to 0-100 and graded on what is shown; ``raw`` keeps what it was before. A direct-red condition
makes the enterprise red and leaves the score visible. What is unknown gives a range: while the two ends have different
colours the grade is 待定 (None), with the best and the worst colour still possible. Scores and points in tenths.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from chalicelib.exact import TENTHS, text_of
from chalicelib.grading.model import Grade
from chalicelib.grading.official.figures import UNDECIDED, Figures
from chalicelib.grading.official.form_19 import Clause, Direct, Guideline, Row

FULL, PARTIAL = "full", "partial"
HIGHEST = 100 * TENTHS


@dataclass(frozen=True, slots=True)
class Line:
    """One clause that was found (or is unknown: ``count`` and ``points`` None). ``points`` before the row's cap."""

    clause: Clause
    count: int | None
    points: int | None


@dataclass(frozen=True, slots=True)
class RowResult:
    """What a row takes, or a bonus gives: ``points`` for certain, ``most`` if everything unknown is at its worst (best)."""

    row: Row
    lines: tuple[Line, ...]
    uncapped: int
    points: int
    most: int


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """The grade with all reasons. ``grade`` None = 待定, ``score`` and ``raw`` None = not one number yet; all in tenths."""

    guideline: Guideline
    grade: Grade | None
    best: Grade
    worst: Grade
    score: int | None
    raw: int | None
    lowest: int
    highest: int
    rows: tuple[RowResult, ...]
    bonuses: tuple[RowResult, ...]
    direct_red: tuple[Direct, ...]
    unknown: tuple[str, ...]

    @property
    def reasons(self) -> tuple[str, ...]:
        """Every deduction, cap, bonus, direct-red condition and unknown, in Chinese, in the table's order."""
        told = [f"直接判定红色：{condition.title}" for condition in self.direct_red]
        told += [sentence for result in self.rows for sentence in _told(result, "扣")]
        told += [sentence for result in self.bonuses for sentence in _told(result, "加")]
        titles = {condition.code: condition.title for condition in self.guideline.direct}
        return (*told, *(f"未查明：{titles[code]}" for code in self.unknown if code not in self.guideline.clauses))

    def to_document(self) -> dict[str, object]:
        """The result as JSON, points as text."""
        return {
            "standard": self.guideline.standard.to_document(),
            "grade": self.grade.code if self.grade is not None else None,
            "best": self.best.code,
            "worst": self.worst.code,
            "score": _text(self.score),
            "raw": _text(self.raw),
            "lowest": _text(self.lowest),
            "highest": _text(self.highest),
            "rows": [_row_document(result) for result in self.rows],
            "bonuses": [_row_document(result) for result in self.bonuses],
            "direct_red": [{"code": each.code, "title": each.title, "source": each.source} for each in self.direct_red],
            "unknown": list(self.unknown),
            "reasons": list(self.reasons),
        }


def diagnose(findings: Mapping[str, int | bool | None], coverage: str, guideline: Guideline) -> Diagnosis:
    """Judge findings: counts by the table's codes, true or false where something holds or not, None where unknown.

    With coverage ``full`` a code not named was looked at and is in order; with ``partial`` it is unknown. BadInput names
    every unknown code, impossible count and pair that cannot both be true.
    """
    counts = read_findings(findings, coverage, guideline)
    rows = tuple(row_result(row, counts, guideline) for row in guideline.rows)
    bonuses = tuple(row_result(row, counts, guideline) for row in guideline.bonuses)
    direct = tuple(each for each in guideline.direct if (counts[each.code] or 0) >= each.at_least)
    open_direct = any(counts[each.code] is None for each in guideline.direct)
    given = guideline.start + sum(result.points for result in bonuses)
    lowest = given - sum(result.most for result in rows)
    highest = guideline.start + sum(result.most for result in bonuses) - sum(result.points for result in rows)
    low, high = _clamp(lowest), _clamp(highest)
    best = Grade.RED if direct else guideline.grade_of(high)
    worst = Grade.RED if direct or open_direct else guideline.grade_of(low)
    return Diagnosis(
        guideline=guideline,
        grade=best if best == worst else None,
        best=best,
        worst=worst,
        score=low if low == high else None,
        raw=lowest if lowest == highest else None,
        lowest=low,
        highest=high,
        rows=rows,
        bonuses=bonuses,
        direct_red=direct,
        unknown=tuple(code for code in guideline.counted if counts[code] is None),
    )


def read_findings(findings: Mapping[str, int | bool | None], coverage: str, guideline: Guideline) -> dict[str, int | None]:
    """A count or None for every code of the table. BadInput with everything that is wrong."""
    figures = Figures()
    figures.keys("findings", findings, guideline.counted)
    if coverage not in (FULL, PARTIAL):
        figures.wrong("coverage", coverage, f"one of {FULL}, {PARTIAL}")
    unnamed = 0 if coverage == FULL else None
    counts: dict[str, int | None] = {}
    for code in guideline.counted:
        value = findings.get(code, unnamed)
        counts[code] = figures.count(f"findings.{code}", int(value) if isinstance(value, bool) else value)
        clause = guideline.clauses.get(code)
        if clause is not None and clause.once and (counts[code] or 0) > 1:
            figures.wrong(f"findings.{code}", value, "it holds or does not: 0 or 1")
    _refuse_contradictions(figures, counts, guideline)
    figures.refuse()
    return counts


def _refuse_contradictions(figures: Figures, counts: Mapping[str, int | None], guideline: Guideline) -> None:
    for clause in guideline.clauses.values():
        for other in clause.excludes if counts[clause.code] else ():
            if counts[other]:
                figures.wrong(f"findings.{clause.code}", counts[clause.code], f"cannot stand beside {other}")
    for condition in guideline.direct:
        part, whole = counts[condition.code], counts.get(condition.part_of)
        if part is not None and whole is not None and part > whole:
            figures.wrong(f"findings.{condition.code}", part, f"more than {condition.part_of}, of which it is a part")


def row_result(row: Row, counts: Mapping[str, int | None], guideline: Guideline) -> RowResult:
    """One row: the sum of its clauses, or only the heaviest, cut at the cap."""
    lines = tuple(_line(row, clause, counts[clause.code]) for clause in row.clauses if counts[clause.code] != 0)
    limit = guideline.start if row.cap is None else row.cap
    known = [line.points for line in lines if line.points is not None]
    possible = [line.clause.points if line.clause.once or row.heaviest else limit for line in lines if line.points is None]
    together = max if row.heaviest else sum
    uncapped, most = together([0, *known]), together([0, *known, *possible])
    if row.cap is None:
        return RowResult(row, lines, uncapped, uncapped, most)
    return RowResult(row, lines, uncapped, min(uncapped, row.cap), min(most, row.cap))


def _line(row: Row, clause: Clause, count: int | None) -> Line:
    if count is None:
        return Line(clause, None, None)
    return Line(clause, count, clause.points if row.heaviest else clause.points * count)


def _clamp(tenths: int) -> int:
    return min(max(tenths, 0), HIGHEST)


def _text(tenths: int | None) -> str | None:
    return None if tenths is None else text_of(tenths, TENTHS)


def _told(result: RowResult, verb: str) -> list[str]:
    told = []
    for line in result.lines:
        if line.count is None:
            told.append(f"{result.row.title}：{line.clause.title}，未查明，{UNDECIDED}")
        else:
            told.append(f"{result.row.title}：{line.clause.title} ×{line.count}，{verb}{_text(line.points)}分")
    if result.points < result.uncapped:
        told.append(f"{result.row.title}：本项扣满{_text(result.row.cap)}分为止")
    if result.row.heaviest and len(result.lines) > 1:
        told.append(f"{result.row.title}：只按最高一项{verb}{_text(result.points)}分")
    return told


def _row_document(result: RowResult) -> dict[str, object]:
    row = result.row
    return {
        "code": row.code,
        "title": row.title,
        "cap": _text(row.cap),
        "points": _text(result.points),
        "most": _text(result.most),
        "uncapped": _text(result.uncapped),
        "lines": [
            {
                "code": line.clause.code,
                "title": line.clause.title,
                "count": line.count,
                "points": _text(line.points),
                "source": line.clause.source,
            }
            for line in result.lines
        ],
    }
