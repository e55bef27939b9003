"""The tables of GB 18218-2018 (``gb18218.toml``): critical quantities and β by name and by class, α by exposure, levels by R."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property, lru_cache
from itertools import pairwise
from pathlib import Path

from chalicelib.exact import HUNDREDTHS
from chalicelib.grading.official.figures import HERE, Standard, load_table, read_standard
from chalicelib.grading.reading import Table

MODEL = HERE / "gb18218.toml"


@dataclass(frozen=True, slots=True)
class HazardClass:
    """A class symbol: critical quantity in tonnes and β for what the standard does not name."""

    code: str
    title: str
    tonnes: Fraction
    beta: Fraction


@dataclass(frozen=True, slots=True)
class Substance:
    """A named substance. ``beta`` None = table 3 does not name it: its classes decide, and without one β is unknown."""

    code: str
    title: str
    names: tuple[str, ...]
    tonnes: Fraction
    beta: Fraction | None
    classes: tuple[str, ...]
    source: str
    tag: str


@dataclass(frozen=True, slots=True)
class Level:
    """A level of major hazard source, 1 = gravest, from R = ``at_least``."""

    level: int
    title: str
    at_least: Fraction


@dataclass(frozen=True)
class Tables:
    """All tables of the standard."""

    standard: Standard
    source_from: Fraction
    levels: tuple[Level, ...]
    alphas: tuple[tuple[int, Fraction], ...]
    classes: dict[str, HazardClass]
    substances: tuple[Substance, ...]

    @cached_property
    def by_name(self) -> dict[str, tuple[Substance, ...]]:
        """The rows that stand under a code, a title or another name."""
        found: dict[str, tuple[Substance, ...]] = {}
        for substance in self.substances:
            for name in dict.fromkeys((substance.code, substance.title, *substance.names)):
                found[name] = (*found.get(name, ()), substance)
        return found

    @cached_property
    def least_beta(self) -> Fraction:
        """The smallest β there is: what an unknown β is at least."""
        named = [substance.beta for substance in self.substances if substance.beta is not None]
        return min([*named, *(each.beta for each in self.classes.values())])

    @cached_property
    def least_alpha(self) -> Fraction:
        """What an unknown α is at least."""
        return min(alpha for _, alpha in self.alphas)

    def alpha_of(self, exposed: int) -> Fraction:
        """α for this many persons who may be exposed."""
        return next(alpha for persons, alpha in self.alphas if exposed >= persons)

    def level_of(self, r: Fraction) -> Level:
        """The level of an R; the last one holds for whatever is below the others."""
        return next((level for level in self.levels if r >= level.at_least), self.levels[-1])


@lru_cache(maxsize=4)
def load_tables(source: Path | bytes = MODEL) -> Tables:
    """The tables of a file or of its bytes. BadRuleSet names everything that is wrong with them."""
    return load_table(source, read_tables)


def read_tables(table: Table) -> Tables:
    """The form of the file: classes, exposure, levels, substances."""
    classes = table.table("classes")
    found = {each.code: each for each in map(_read_class, classes.tables("rows"))}
    _cited(classes)
    identify = table.table("identify")
    source_from = _amount(identify, "at_least")
    _cited(identify)
    tables = Tables(
        read_standard(table),
        source_from,
        _read_levels(table.table("grading")),
        _read_alphas(table.table("exposure")),
        found,
        tuple(_read_substance(each, found) for each in table.tables("substances")),
    )
    codes = [substance.code for substance in tables.substances]
    for code in sorted({code for code in codes if codes.count(code) > 1}):
        table.wrong("substances", code, "stands twice")
    return tables


def _amount(table: Table, key: str) -> Fraction:
    amount = Fraction(table.points(key), HUNDREDTHS)
    if not amount:
        table.wrong(key, 0, "more than 0 is required")
    return amount


def _cited(table: Table) -> None:
    table.cite()
    table.finish()


def _read_class(table: Table) -> HazardClass:
    found = HazardClass(table.text("code"), table.text("title"), _amount(table, "tonnes"), _amount(table, "beta"))
    table.finish()
    return found


def _read_levels(table: Table) -> tuple[Level, ...]:
    levels = []
    for entry in table.tables("levels"):
        levels.append(Level(entry.count("level"), entry.text("title"), Fraction(entry.points("at_least"), HUNDREDTHS)))
        entry.finish()
    if any(graver.at_least <= lighter.at_least for graver, lighter in pairwise(levels)):
        table.wrong("levels", None, "the gravest level stands first")
    _cited(table)
    return tuple(levels)


def _read_alphas(table: Table) -> tuple[tuple[int, Fraction], ...]:
    alphas = []
    for entry in table.tables("alphas"):
        alphas.append((entry.count("persons"), _amount(entry, "alpha")))
        entry.finish()
    if alphas != sorted(alphas, reverse=True) or not alphas or alphas[-1][0] != 0:
        table.wrong("alphas", None, "the most persons stand first, 0 last, and α falls with them")
    _cited(table)
    return tuple(alphas)


def _read_substance(table: Table, classes: dict[str, HazardClass]) -> Substance:
    source, tag = table.cite()
    substance = Substance(
        table.text("code"),
        table.text("title"),
        table.texts("names") if table.has("names") else (),
        _amount(table, "tonnes"),
        _amount(table, "beta") if table.has("beta") else None,
        table.texts("classes") if table.has("classes") else (),
        source,
        tag,
    )
    for symbol in substance.classes:
        if symbol not in classes:
            table.wrong("classes", symbol, "no such class")
    table.finish()
    return substance
