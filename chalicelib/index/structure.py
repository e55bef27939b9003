"""The structure of the index in memory: indicators, sub-items, K bands, thresholds, overrides. Filled by :mod:`.rules`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from fractions import Fraction

RATIOS = frozenset(("ratio", "ratio_unless", "plan", "plan_year", "plan_quarter", "inverse"))
# What counts a part of its denominator: the numerator cannot be above it. Plans may be over-fulfilled, and stop at full points.
BOUNDED = frozenset(("ratio", "ratio_unless", "inverse", "plan_quarter"))
PLANS = frozenset(("plan", "plan_year", "plan_quarter"))


@dataclass(frozen=True, slots=True)
class SubItem:
    """A row of the metadata table. ``points``, ``step`` in hundredths; ``limit`` a share; ``levels`` shares by level."""

    code: str
    title: str
    parent: str
    points: int
    direction: str
    formula: str
    unit: str
    numerator: str
    denominator: str
    not_applicable: bool
    source: str
    period: str
    rule: str
    basis: str
    tag: str
    evidence: str
    recovers: str
    remedy: str
    step: int = 0
    limit: Fraction = Fraction(0)
    levels: tuple[tuple[str, Fraction], ...] = ()
    condition: str = ""
    sector: str = ""
    mean: bool = False
    expected: int = 0


@dataclass(frozen=True, slots=True)
class Indicator:
    """An indicator. ``lowest`` and ``highest`` (hundredths) bound its weight in a township's best case."""

    code: str
    title: str
    points: int
    lowest: int
    highest: int
    sub_items: tuple[SubItem, ...]


@dataclass(frozen=True, slots=True)
class Uncertainty:
    """The Monte-Carlo experiment behind a rank: weights × U(1 ± ``spread``) on every normaliser × aggregator."""

    runs: int
    spread: Fraction
    lower: Fraction
    upper: Fraction
    top: int
    normalisers: tuple[str, ...]
    aggregators: tuple[str, ...]

    @property
    def paths(self) -> tuple[tuple[str, str], ...]:
        return tuple((normaliser, aggregator) for normaliser in self.normalisers for aggregator in self.aggregators)


@dataclass(frozen=True, slots=True)
class OverrideRule:
    """A limit on the colour while a count of a sub-item is above 0."""

    code: str
    title: str
    sub_item: str
    count: str
    colour: str


@dataclass(frozen=True, slots=True)
class SupervisionRule:
    """What follows for a township that had one of these colours in each of so many months; ``plan`` is the factor on inspections."""

    code: str
    title: str
    text: str
    colours: tuple[str, ...]
    months: int
    plan: Fraction


@dataclass(frozen=True)
class IndexRules:
    """A loaded index method. ``bands`` are (lower edge of N, K in hundredths), ``thresholds`` (colour, tenths), both descending."""

    id: str
    version: str
    title: str
    effective_from: date
    source: str
    hash: str
    indicators: tuple[Indicator, ...]
    bands: tuple[tuple[int, int], ...]
    thresholds: tuple[tuple[str, int], ...]
    overrides: tuple[OverrideRule, ...]
    sufficient_share: Fraction
    limits: dict[str, int]
    uncertainty: Uncertainty
    supervision: tuple[SupervisionRule, ...]

    @property
    def sub_items(self) -> tuple[SubItem, ...]:
        return tuple(item for indicator in self.indicators for item in indicator.sub_items)

    def coefficient_of(self, sites: int) -> int:
        """K in hundredths for N sites, lower edge inclusive."""
        return next(k for edge, k in self.bands if sites >= edge)

    def colour_of(self, index: int) -> str:
        """The colour of a published index (tenths)."""
        return next((colour for colour, edge in self.thresholds if index >= edge), "red")

    def reference(self) -> dict[str, str]:
        """How results name this method."""
        return {"id": self.id, "version": self.version, "title": self.title, "hash": self.hash}
