"""LEC 作业条件危险性评价法: D = L × E × C, each factor one of its table's values, the level by D compared exactly.

An unknown factor (None) leaves the level 待定; ``at_least`` is the level that is certain because no factor can be smaller
than the smallest value of its table.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from itertools import pairwise
from pathlib import Path

from chalicelib.exact import HUNDREDTHS
from chalicelib.grading.model import Grade
from chalicelib.grading.official.figures import (
    HERE,
    UNDECIDED,
    Amount,
    Figures,
    Standard,
    decimal_text,
    load_table,
    optional_text,
    read_standard,
)
from chalicelib.grading.reading import Table

MODEL = HERE / "lec.toml"
COLOURS = ("red", "orange", "yellow", "blue")


@dataclass(frozen=True, slots=True)
class Level:
    """A level of risk from D = ``at_least``."""

    grade: Grade
    title: str
    at_least: Fraction


@dataclass(frozen=True)
class Scale:
    """The allowed values of the three factors (the consequences with what they mean) and the levels, gravest first."""

    standard: Standard
    likelihood: tuple[Fraction, ...]
    exposure: tuple[Fraction, ...]
    consequence: Mapping[Fraction, str]
    levels: tuple[Level, ...]

    def level_of(self, d: Fraction) -> Level:
        """The level of a D; the last one holds for whatever is below the others."""
        return next((level for level in self.levels if d >= level.at_least), self.levels[-1])


@dataclass(frozen=True, slots=True)
class Assessment:
    """A point's risk: the factors as given, D, and its level; ``grade`` None = 待定, not lower than ``at_least``."""

    scale: Scale
    likelihood: Fraction | None
    exposure: Fraction | None
    consequence: Fraction | None
    d: Fraction | None
    grade: Grade | None
    at_least: Level
    unknown: tuple[str, ...]

    @property
    def reasons(self) -> tuple[str, ...]:
        """The calculation, or what is unknown, in Chinese."""
        factors = " × ".join(optional_text(factor) or "未知" for factor in (self.likelihood, self.exposure, self.consequence))
        if self.d is None:
            return (f"D = {factors}，{UNDECIDED}，不低于{self.at_least.title}",)
        return (f"D = {factors} = {decimal_text(self.d)}，{self.at_least.title}",)

    def to_document(self) -> dict[str, object]:
        """The result as JSON, factors as text."""
        return {
            "standard": self.scale.standard.to_document(),
            "likelihood": optional_text(self.likelihood),
            "exposure": optional_text(self.exposure),
            "consequence": optional_text(self.consequence),
            "d": optional_text(self.d),
            "grade": None if self.grade is None else self.grade.code,
            "at_least": self.at_least.grade.code,
            "unknown": list(self.unknown),
            "reasons": list(self.reasons),
        }


def assess(likelihood: Amount, exposure: Amount, consequence: Amount, scale: Scale) -> Assessment:
    """Judge one point of risk. BadInput names every factor whose value is not in its table."""
    figures = Figures()
    tables = {"likelihood": scale.likelihood, "exposure": scale.exposure, "consequence": tuple(scale.consequence)}
    given = {"likelihood": likelihood, "exposure": exposure, "consequence": consequence}
    factors = {name: figures.choice(name, given[name], allowed) for name, allowed in tables.items()}
    figures.refuse()
    unknown = tuple(name for name, factor in factors.items() if factor is None)
    least = Fraction(1)
    for name, factor in factors.items():
        least *= min(tables[name]) if factor is None else factor
    level = scale.level_of(least)
    return Assessment(scale, *factors.values(), None if unknown else least, None if unknown else level.grade, level, unknown)


@lru_cache(maxsize=4)
def load_scale(source: Path | bytes = MODEL) -> Scale:
    """The scale of a file or of its bytes. BadRuleSet names everything that is wrong with it."""
    return load_table(source, read_scale)


def read_scale(table: Table) -> Scale:
    """The form of the file."""
    consequence = {}
    for entry in table.tables("consequence"):
        consequence[Fraction(entry.points("value"), HUNDREDTHS)] = entry.text("title")
        entry.finish()
    levels = tuple(map(_read_level, table.tables("levels")))
    if any(graver.at_least <= lighter.at_least or graver.grade >= lighter.grade for graver, lighter in pairwise(levels)):
        table.wrong("levels", None, "the gravest level stands first")
    return Scale(read_standard(table), _read_values(table, "likelihood"), _read_values(table, "exposure"), consequence, levels)


def _read_level(table: Table) -> Level:
    level = Level(Grade.of(table.choice("grade", COLOURS)), table.text("title"), Fraction(table.points("at_least"), HUNDREDTHS))
    table.finish()
    return level


def _read_values(table: Table, key: str) -> tuple[Fraction, ...]:
    texts = Table({text: text for text in table.texts(key)}, key, table.problems)
    return tuple(Fraction(texts.points(text), HUNDREDTHS) for text in texts.data)
