"""How inherent risk I and governance G couple to one value R and one colour 耦合: a matrix or a weighted sum, as data.

Either way sixteen cells result, worked out once when the method is loaded; the judge only looks them up.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from chalicelib.exact import TENTHS, half_up, text_of
from chalicelib.riskmap.fields import Reader
from chalicelib.riskmap.model import COLOURS

LEVELS = (1, 2, 3, 4)
MATRIX, WEIGHTED = "matrix", "weighted"


@dataclass(frozen=True, slots=True)
class Coupling:
    """R and colour of each pair of levels; rows I 1..4, columns G 1..4. R is published as in ``texts``."""

    method: str
    values: tuple[tuple[Fraction, ...], ...]
    colours: tuple[tuple[str, ...], ...]

    def value(self, inherent: int, governance: int) -> Fraction:
        return self.values[inherent - 1][governance - 1]

    def colour(self, inherent: int, governance: int) -> str:
        return self.colours[inherent - 1][governance - 1]

    def text(self, value: Fraction) -> str:
        """R as published: a whole number where R is a product of levels, else with its decimal."""
        return str(value) if self.method == MATRIX else text_of(half_up(value.numerator * TENTHS, value.denominator), TENTHS)

    @property
    def cells(self) -> tuple[tuple[tuple[str, str], ...], ...]:
        """(R as text, colour) of every pair, for documents."""
        return tuple(
            tuple((self.text(value), colour) for value, colour in zip(*row)) for row in zip(self.values, self.colours, strict=True)
        )

    @property
    def highest(self) -> Fraction:
        return self.values[-1][-1]


def read_coupling(table: Reader) -> Coupling:
    """The coupling of a method file; faults land on the reader's sheet."""
    method = table.text("method")
    if method == WEIGHTED:
        return _weighted(table)
    table.say(method == MATRIX, "method", f"{MATRIX} or {WEIGHTED}")
    products = tuple(tuple(Fraction(inherent * governance) for governance in LEVELS) for inherent in LEVELS)
    return Coupling(MATRIX, products, table.square("colours"))


def _weighted(table: Reader) -> Coupling:
    weights = table.sourced("weights")
    inherent_weight, governance_weight = weights.number("inherent"), weights.number("governance")
    weights.say(inherent_weight >= 0 and governance_weight >= 0, "inherent", "a weight is not negative")
    weights.say(inherent_weight + governance_weight == 1, "governance", "the two weights must sum to 1")
    thresholds = table.sourced("thresholds").rising(3)
    values = tuple(tuple(_tenth(inherent_weight * i + governance_weight * g) for g in LEVELS) for i in LEVELS)
    return Coupling(WEIGHTED, values, tuple(tuple(_colour(value, thresholds) for value in row) for row in values))


def _tenth(value: Fraction) -> Fraction:
    """The published value: one decimal, half-up."""
    return Fraction(half_up(value.numerator * TENTHS, value.denominator), TENTHS)


def _colour(value: Fraction, thresholds: Sequence[Fraction]) -> str:
    return COLOURS[sum(value >= limit for limit in thresholds)]
