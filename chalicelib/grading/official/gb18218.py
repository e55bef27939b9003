"""Major hazard sources 危险化学品重大危险源 (GB 18218-2018): S = Σ q/Q decides whether a unit is one, R = α·Σ β·q/Q its level.

q is the design maximum in tonnes. A substance that the table names has the named Q and, where there is one, the named β;
otherwise its class decides. A substance without a name in the table needs its class; one that fits several rows takes the
smallest Q, and the largest β of its classes. What is unknown leaves 待定: ``None``, with the level that is certain in
``at_least`` (1 = gravest). R is worked out only for a unit whose S reaches 1. All figures are exact fractions.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from chalicelib.grading.official.figures import UNDECIDED, Amount, Figures, decimal_text, optional_text
from chalicelib.grading.official.substances import Substance, Tables

GRAVEST = 1
EXPOSURE = "厂区外500米可能暴露人员数"


@dataclass(frozen=True, slots=True)
class Holding:
    """A substance in a unit: its code or name, design maximum in tonnes (None = unknown), class symbols where known."""

    substance: str
    tonnes: Amount
    classes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit 单元 of production or storage with everything it holds."""

    name: str
    holdings: tuple[Holding, ...]


@dataclass(frozen=True, slots=True)
class Line:
    """One substance's part in S and R. ``ratio`` = q/Q; a figure that is None is unknown and named in ``unknown``."""

    substance: str
    tonnes: Fraction | None
    critical_tonnes: Fraction | None
    critical_by: str
    ratio: Fraction | None
    beta: Fraction | None
    beta_by: str
    unknown: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class UnitResult:
    """A unit's verdict. ``s`` and ``weighted`` (Σ β·q/Q) hold what is known, so they are lower bounds beside an unknown.

    ``major`` None = 待定. ``r`` and ``level`` None = not a major source, or 待定 with ``at_least``.
    """

    name: str
    s: Fraction
    weighted: Fraction
    major: bool | None
    r: Fraction | None
    level: int | None
    at_least: int | None
    lines: tuple[Line, ...]
    unknown: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class MajorSource:
    """The site's verdict: its worst unit. ``alpha`` None = exposure unknown."""

    tables: Tables
    major: bool | None
    level: int | None
    at_least: int | None
    alpha: Fraction | None
    units: tuple[UnitResult, ...]
    unknown: tuple[str, ...]

    @property
    def reasons(self) -> tuple[str, ...]:
        """How each unit came to its verdict, and what is unknown, in Chinese."""
        told = [sentence for unit in self.units for sentence in _told(unit, self)]
        return (*told, *(f"未查明：{gap}" for gap in self.unknown))

    def to_document(self) -> dict[str, object]:
        """The result as JSON, quantities as decimal text (or n/d)."""
        return {
            "standard": self.tables.standard.to_document(),
            "major": self.major,
            "level": self.level,
            "at_least": self.at_least,
            "alpha": optional_text(self.alpha),
            "units": [_unit_document(unit) for unit in self.units],
            "unknown": list(self.unknown),
            "reasons": list(self.reasons),
        }


def identify(units: Sequence[Unit], exposed: int | None, tables: Tables) -> MajorSource:
    """Judge a site's units; ``exposed`` persons within 500 m outside the plant, None = unknown. BadInput names all that is wrong."""
    figures = Figures()
    persons = figures.count("exposed", exposed)
    if not units:
        figures.wrong("units", None, "at least one unit is required")
    names = [unit.name for unit in units]
    for name in sorted({name for name in names if not name.strip() or names.count(name) > 1}):
        figures.wrong(f"units.{name}", None, "a unit needs a name of its own")
    lines = [[_line(f"units.{unit.name}.{place}", each, tables, figures) for place, each in enumerate(unit.holdings, 1)] for unit in units]
    figures.refuse()
    alpha = None if persons is None else tables.alpha_of(persons)
    results = tuple(_unit(unit.name, tuple(found), alpha, tables) for unit, found in zip(units, lines))
    return _worst(results, alpha, tables)


def _worst(units: tuple[UnitResult, ...], alpha: Fraction | None, tables: Tables) -> MajorSource:
    verdicts = [unit.major for unit in units]
    major = True if True in verdicts else None if None in verdicts else False
    certain = min((unit.at_least for unit in units if unit.at_least is not None), default=None)
    unknown = [f"{unit.name}：{gap}" for unit in units for gap in unit.unknown]
    if alpha is None and major is not False:
        unknown.append(EXPOSURE)
    is_open = any(unit.major is None or (unit.major and unit.level is None) for unit in units)
    levels = [unit.level for unit in units if unit.level is not None]
    level = min(levels, default=None) if not is_open or GRAVEST in levels else None
    return MajorSource(tables, major, level, certain, alpha, units, tuple(unknown))


def _unit(name: str, lines: tuple[Line, ...], alpha: Fraction | None, tables: Tables) -> UnitResult:
    """S from what is known; a level only if R is known, or if what is known already gives the gravest."""
    s = sum((line.ratio for line in lines if line.ratio is not None), Fraction(0))
    weighted = sum((line.ratio * (line.beta or tables.least_beta) for line in lines if line.ratio is not None), Fraction(0))
    unknown = tuple(dict.fromkeys(gap for line in lines for gap in line.unknown))
    if s < tables.source_from:
        missing = any(line.ratio is None for line in lines)
        return UnitResult(name, s, weighted, None if missing else False, None, None, None, lines, unknown if missing else ())
    r = (tables.least_alpha if alpha is None else alpha) * weighted
    certain = tables.level_of(r).level
    known = alpha is not None and (not unknown or certain == GRAVEST)
    return UnitResult(
        name, s, weighted, True, r if alpha is not None and not unknown else None, certain if known else None, certain, lines, unknown
    )


def _line(place: str, holding: Holding, tables: Tables, figures: Figures) -> Line:
    tonnes = figures.amount(f"{place}.tonnes", holding.tonnes)
    name = holding.substance.strip() if isinstance(holding.substance, str) else ""
    if not name:
        figures.wrong(f"{place}.substance", holding.substance, "a substance is required")
    for symbol in holding.classes:
        if symbol not in tables.classes:
            figures.wrong(f"{place}.classes", symbol, "no such class")
    given = tuple(symbol for symbol in holding.classes if symbol in tables.classes)
    rows = tables.by_name.get(name, ())
    critical, critical_by = _critical(rows, given, tables)
    beta, beta_by = _beta(rows, given, tables)
    gaps = [f"{name}数量" if tonnes is None else "", f"{name}类别" if beta is None else ""]
    ratio = tonnes / critical if tonnes is not None and critical is not None else None
    if tonnes == 0:
        ratio, gaps = Fraction(0), []
    title = rows[0].title if len(rows) == 1 else name
    return Line(title, tonnes, critical, critical_by, ratio, beta, beta_by, tuple(gap for gap in gaps if gap))


def _critical(rows: Sequence[Substance], classes: Sequence[str], tables: Tables) -> tuple[Fraction | None, str]:
    """Q and where it stands: the named row before the class, the smallest when several fit."""
    if rows:
        row = min(rows, key=lambda each: each.tonnes)
        return row.tonnes, row.title
    if classes:
        symbol = min(classes, key=lambda each: tables.classes[each].tonnes)
        return tables.classes[symbol].tonnes, symbol
    return None, ""


def _beta(rows: Sequence[Substance], classes: Sequence[str], tables: Tables) -> tuple[Fraction | None, str]:
    """β and where it stands: the named β before the class β, the largest when several fit."""
    named = [row for row in rows if row.beta is not None]
    if named:
        row = max(named, key=lambda each: each.beta or 0)
        return row.beta, row.title
    symbols = dict.fromkeys([*(symbol for row in rows for symbol in row.classes), *classes])
    if not symbols:
        return None, ""
    symbol = max(symbols, key=lambda each: tables.classes[each].beta)
    return tables.classes[symbol].beta, symbol


def _told(unit: UnitResult, verdict: MajorSource) -> list[str]:
    told = [_line_told(unit, line) for line in unit.lines]
    bound = "≥ " if any(line.ratio is None for line in unit.lines) else "= "
    told.append(f"{unit.name}：S {bound}{decimal_text(unit.s)}，{_word(unit.major)}")
    if unit.major:
        titles = {level.level: level.title for level in verdict.tables.levels}
        if unit.r is not None and verdict.alpha is not None:
            product = f"{decimal_text(verdict.alpha)} × {decimal_text(unit.weighted)} = {decimal_text(unit.r)}"
            told.append(f"{unit.name}：R = {product}，{titles[unit.level or 0]}")
        else:
            told.append(f"{unit.name}：等级{titles[unit.level] if unit.level else f'{UNDECIDED}，不低于{titles[unit.at_least or 0]}'}")
    return told


def _line_told(unit: UnitResult, line: Line) -> str:
    tonnes, critical, beta = (optional_text(figure) or "未知" for figure in (line.tonnes, line.critical_tonnes, line.beta))
    critical_by = line.critical_by or "表中无此物质，须查明类别"
    beta_by = f"（{line.beta_by}）" if line.beta_by else ""
    return f"{unit.name}：{line.substance}，q {tonnes} t，Q {critical} t（{critical_by}），β {beta}{beta_by}"


def _word(major: bool | None) -> str:
    return {True: "构成重大危险源", False: "不构成重大危险源", None: f"是否构成重大危险源{UNDECIDED}"}[major]


def _unit_document(unit: UnitResult) -> dict[str, object]:
    document: dict[str, object] = {"name": unit.name, "s": decimal_text(unit.s), "major": unit.major, "r": optional_text(unit.r)}
    document |= {"level": unit.level, "at_least": unit.at_least, "unknown": list(unit.unknown)}
    document["lines"] = [
        {
            "substance": line.substance,
            "tonnes": optional_text(line.tonnes),
            "critical_tonnes": optional_text(line.critical_tonnes),
            "critical_by": line.critical_by,
            "ratio": optional_text(line.ratio),
            "beta": optional_text(line.beta),
            "beta_by": line.beta_by,
        }
        for line in unit.lines
    ]
    return document
