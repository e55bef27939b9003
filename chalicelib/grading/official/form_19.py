"""The form of the table of 应急〔2018〕19号 (``chemicals-19.toml``): rows with caps, bonuses, direct-red conditions. Points in tenths."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import pairwise
from pathlib import Path

from chalicelib.grading.model import Grade
from chalicelib.grading.official.figures import HERE, Standard, load_table, read_standard
from chalicelib.grading.reading import Table

MODEL = HERE / "chemicals-19.toml"


@dataclass(frozen=True, slots=True)
class Clause:
    """One thing that is counted. ``once``: it holds or does not, and its points are taken at most once."""

    code: str
    title: str
    points: int
    once: bool
    excludes: tuple[str, ...]
    source: str
    tag: str


@dataclass(frozen=True, slots=True)
class Row:
    """Clauses that are taken together: all of them (sum) or only the heaviest; ``cap`` None = no limit (bonuses)."""

    code: str
    title: str
    cap: int | None
    heaviest: bool
    clauses: tuple[Clause, ...]
    source: str
    tag: str


@dataclass(frozen=True, slots=True)
class Direct:
    """A condition that is red whatever the score: the count named ``code`` reaches ``at_least``."""

    code: str
    title: str
    at_least: int
    part_of: str
    source: str
    tag: str


@dataclass(frozen=True, slots=True)
class Windows:
    """How many calendar months an accident counts, and the clause of each level of accident that has one of its own."""

    months: int
    recent_months: int
    free_months: int
    clauses: dict[str, str]


@dataclass(frozen=True)
class Guideline:
    """The whole table."""

    standard: Standard
    start: int
    applies_to: tuple[str, ...]
    thresholds: tuple[tuple[int, Grade], ...]
    rows: tuple[Row, ...]
    bonuses: tuple[Row, ...]
    direct: tuple[Direct, ...]
    windows: Windows

    @cached_property
    def clauses(self) -> dict[str, Clause]:
        """Every clause, of deductions and bonuses, by its code."""
        return {clause.code: clause for row in (*self.rows, *self.bonuses) for clause in row.clauses}

    @cached_property
    def counted(self) -> tuple[str, ...]:
        """Every name that findings may use."""
        return tuple(dict.fromkeys([*self.clauses, *(condition.code for condition in self.direct)]))

    def grade_of(self, tenths: int) -> Grade:
        """The colour of a shown score."""
        return next((grade for least, grade in self.thresholds if tenths >= least), Grade.RED)

    def applies(self, chemical_type: str | None) -> bool:
        """Whether the guideline is for this kind of chemical enterprise: producers, and dealers with storage."""
        return chemical_type in self.applies_to


@lru_cache(maxsize=4)
def load_guideline(source: Path | bytes = MODEL) -> Guideline:
    """The table of a file or of its bytes. BadRuleSet names everything that is wrong with it."""
    return load_table(source, read_guideline)


def read_guideline(table: Table) -> Guideline:
    """The form of the file."""
    guideline = Guideline(
        read_standard(table),
        table.tenths("start"),
        table.texts("applies_to"),
        read_thresholds(table.table("thresholds")),
        tuple(read_row(row, bonus=False) for row in table.tables("rows")),
        tuple(read_row(row, bonus=True) for row in table.tables("bonuses")),
        tuple(map(read_direct, table.tables("direct_red"))),
        read_windows(table.table("accidents")),
    )
    agree(table, guideline)
    return guideline


def read_thresholds(table: Table) -> tuple[tuple[int, Grade], ...]:
    lines = tuple((table.tenths(code), Grade.of(code)) for code in ("blue", "yellow", "orange"))
    if any(better <= worse for (better, _), (worse, _) in pairwise(lines)):
        table.wrong("", None, "blue must be above yellow, yellow above orange")
    table.cite()
    table.finish()
    return lines


def read_row(table: Table, bonus: bool) -> Row:
    """A row of deductions, cut at its cap, or of a bonus, which has none."""
    source, tag = table.cite()
    cap = None if bonus else table.tenths("cap")
    heaviest = table.choice("take", ("sum", "best" if bonus else "worst")) != "sum"
    clauses = tuple(read_clause(clause, source, tag) for clause in table.tables("clauses"))
    row = Row(table.text("code"), table.text("title"), cap, heaviest, clauses, source, tag)
    table.finish()
    return row


def read_clause(table: Table, source: str, tag: str) -> Clause:
    """A clause; its source and tag are its row's unless it has its own."""
    if table.has("source") or table.has("tag"):
        source, tag = table.cite()
    excludes = table.texts("excludes") if table.has("excludes") else ()
    once = table.choice("per", ("each", "once")) == "once"
    clause = Clause(table.text("code"), table.text("title"), table.tenths("points"), once, excludes, source, tag)
    if not clause.points:
        table.wrong("points", None, "a clause without points")
    table.finish()
    return clause


def read_direct(table: Table) -> Direct:
    part_of = table.text("part_of", required=False)
    condition = Direct(table.text("code"), table.text("title"), table.count("at_least"), part_of, *table.cite())
    if condition.at_least == 0:
        table.wrong("at_least", 0, "a condition that always holds")
    table.finish()
    return condition


def read_windows(table: Table) -> Windows:
    """Windows and the clauses of accident levels."""
    clauses = {}
    for entry in table.tables("levels"):
        clauses[entry.text("code")] = entry.text("clause")
        entry.finish()
    windows = Windows(table.count("months"), table.count("recent_months"), table.count("free_months"), clauses)
    table.cite()
    table.finish()
    return windows


def agree(table: Table, guideline: Guideline) -> None:
    """Codes stand once, and whatever names a count names one that exists."""
    codes = [clause.code for row in (*guideline.rows, *guideline.bonuses) for clause in row.clauses]
    for code in sorted({code for code in codes if codes.count(code) > 1}):
        table.wrong("clauses", code, "stands twice")
    named = [name for clause in guideline.clauses.values() for name in clause.excludes]
    named += guideline.windows.clauses.values()
    for name in [*named, *(condition.part_of for condition in guideline.direct if condition.part_of)]:
        if name not in guideline.counted:
            table.wrong("clauses", name, "not defined in this file")
