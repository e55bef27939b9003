"""Risk matrices 风险矩阵法: R = L × S, each a whole number from 1 to the matrix's size; the bands of R are configuration.

Provinces differ, so a matrix is a data file (``matrix-*.toml``) and the raw L and S are kept. An unknown L or S (None)
leaves the level 待定, not lower than the band of the smallest R still possible. A condition of direct 重大, where the
matrix has such a list, is red whatever L and S are.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from itertools import pairwise
from pathlib import Path

from chalicelib.errors import BadInput, Problem
from chalicelib.grading.model import Grade
from chalicelib.grading.official.figures import HERE, UNDECIDED, Figures, Standard, load_table, read_standard
from chalicelib.grading.reading import Table

MATRICES = ("4x4", "5x5-db37", "5x5-coal")
COLOURS = ("blue", "yellow", "orange", "red")


@dataclass(frozen=True, slots=True)
class Band:
    """The values of R, both ends included, that have this colour."""

    grade: Grade
    title: str
    first: int
    last: int


@dataclass(frozen=True)
class Matrix:
    """A matrix: bands from the lightest to the gravest, and what is 重大 without it."""

    standard: Standard
    size: int
    bands: tuple[Band, ...]
    direct: Mapping[str, str]

    def band_of(self, r: int) -> Band:
        """The band of a product of two allowed values; loading has made sure that there is exactly one."""
        return next(band for band in self.bands if band.first <= r <= band.last)

    @property
    def rows(self) -> tuple[tuple[Grade, ...], ...]:
        """The colours, one row for each L from 1, one column for each S from 1."""
        steps = range(1, self.size + 1)
        return tuple(tuple(self.band_of(likelihood * severity).grade for severity in steps) for likelihood in steps)


@dataclass(frozen=True, slots=True)
class Assessment:
    """A point's risk. ``r`` None = L or S unknown; ``grade`` None = 待定, not lower than ``at_least``."""

    matrix: Matrix
    likelihood: int | None
    severity: int | None
    r: int | None
    grade: Grade | None
    at_least: Band
    direct: tuple[str, ...]
    unknown: tuple[str, ...]

    @property
    def reasons(self) -> tuple[str, ...]:
        """Direct conditions first, then the calculation or what is unknown, in Chinese."""
        told = tuple(f"直接判定为重大风险：{self.matrix.direct[code]}" for code in self.direct)
        left, right = ("未知" if factor is None else str(factor) for factor in (self.likelihood, self.severity))
        if self.r is not None:
            return (*told, f"R = {left} × {right} = {self.r}，{self.at_least.title}")
        return (*told, f"R = {left} × {right}，{UNDECIDED}，不低于{self.at_least.title}")

    def to_document(self) -> dict[str, object]:
        """The result as JSON."""
        return {
            "standard": self.matrix.standard.to_document(),
            "likelihood": self.likelihood,
            "severity": self.severity,
            "r": self.r,
            "grade": None if self.grade is None else self.grade.code,
            "at_least": Grade.RED.code if self.direct else self.at_least.grade.code,
            "direct": list(self.direct),
            "unknown": list(self.unknown),
            "reasons": list(self.reasons),
        }


def assess(likelihood: int | None, severity: int | None, matrix: Matrix, direct: Collection[str] = ()) -> Assessment:
    """Judge one point of risk; ``direct`` = codes of the matrix's direct conditions that hold. BadInput names all that is wrong."""
    figures = Figures()
    factors = {"likelihood": likelihood, "severity": severity}
    allowed = [Fraction(step) for step in range(1, matrix.size + 1)]
    for name, factor in factors.items():
        if figures.choice(name, factor, allowed) is not None and type(factor) is not int:
            figures.wrong(name, factor, "a whole number is required")
    figures.keys("direct", dict.fromkeys(direct), matrix.direct)
    figures.refuse()
    least = matrix.band_of((likelihood or 1) * (severity or 1))
    unknown = tuple(name for name, factor in factors.items() if factor is None)
    r = None if likelihood is None or severity is None else likelihood * severity
    held = tuple(code for code in matrix.direct if code in direct)
    grade = Grade.RED if held else None if r is None else least.grade
    return Assessment(matrix, likelihood, severity, r, grade, least, held, unknown)


@lru_cache(maxsize=16)
def load_matrix(source: str | Path | bytes) -> Matrix:
    """A shipped matrix by its id, or that of a file or of bytes. BadInput for an unknown id, BadRuleSet for a bad file."""
    if isinstance(source, str):
        if source not in MATRICES:
            raise BadInput([Problem("matrix", "", source[:60], "one of " + ", ".join(MATRICES))])
        source = HERE / f"matrix-{source}.toml"
    return load_table(source, read_matrix)


def read_matrix(table: Table) -> Matrix:
    """The form of the file."""
    direct = {}
    for entry in table.tables("direct") if table.has("direct") else ():
        direct[entry.text("code")] = entry.text("title")
        entry.cite()
        entry.finish()
    matrix = Matrix(read_standard(table), table.count("size"), tuple(map(_read_band, table.tables("bands"))), direct)
    if not 2 <= matrix.size <= 10:
        table.wrong("size", matrix.size, "a size from 2 to 10 is required")
        return matrix
    _check_bands(table, matrix)
    return matrix


def _read_band(table: Table) -> Band:
    band = Band(Grade.of(table.choice("grade", COLOURS)), table.text("title"), table.count("from"), table.count("to"))
    table.finish()
    return band


def _check_bands(table: Table, matrix: Matrix) -> None:
    """Every product stands in exactly one band, and a higher one never has a better colour."""
    steps = range(1, matrix.size + 1)
    for r in sorted({likelihood * severity for likelihood in steps for severity in steps}):
        if sum(band.first <= r <= band.last for band in matrix.bands) != 1:
            table.wrong("bands", r, "stands in no band or in several")
    if any(lighter.grade <= graver.grade or lighter.last >= graver.first for lighter, graver in pairwise(matrix.bands)):
        table.wrong("bands", None, "the lightest band stands first, each next one is graver and higher")
