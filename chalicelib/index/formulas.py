"""How two counts become a share of a sub-item's points: one function per formula of the metadata table, exact.

A share is in [0, 1]; nothing is ever clipped at entry, only plan ratios stop at 1 (domain §12.4, §12.66).
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from functools import cache

from chalicelib.clock import parse_month
from chalicelib.index.model import Measure
from chalicelib.index.structure import RATIOS, SubItem

NOTHING, WHOLE = Fraction(0), Fraction(1)


def share_of(item: SubItem, measure: Measure, month: str) -> Fraction | None:
    """The share of full points that these counts earn in this month; None when the denominator is 0 (not applicable)."""
    if item.formula in RATIOS and measure.denominator == 0 and not (item.formula == "ratio_unless" and measure.condition):
        return None
    return _FORMULAS[item.formula](item, measure, parse_month(month)[0].month)


def _ratio(item: SubItem, measure: Measure, month: int) -> Fraction:
    return Fraction(measure.numerator, measure.denominator)


def _ratio_unless(item: SubItem, measure: Measure, month: int) -> Fraction:
    return NOTHING if measure.condition else _ratio(item, measure, month)


def _plan(item: SubItem, measure: Measure, month: int) -> Fraction:
    due = part_due(item.formula, month)
    return min(WHOLE, Fraction(measure.numerator * due.denominator, measure.denominator * due.numerator))


@cache
def part_due(formula: str, month: int) -> Fraction:
    """How much of a plan is due by this month of the year: all of it, or so many twelfths, or thirds of a quarter."""
    return {"plan_year": Fraction(month, 12), "plan_quarter": Fraction((month - 1) % 3 + 1, 3)}.get(formula, WHOLE)


def _inverse(item: SubItem, measure: Measure, month: int) -> Fraction:
    return max(NOTHING, 1 - Fraction(measure.numerator, measure.denominator) / item.limit)


def _deduct(item: SubItem, measure: Measure, month: int) -> Fraction:
    return max(NOTHING, 1 - Fraction(item.step * measure.numerator, item.points))


def _zero_if_any(item: SubItem, measure: Measure, month: int) -> Fraction:
    return NOTHING if measure.numerator or measure.condition else WHOLE


def _growth(item: SubItem, measure: Measure, month: int) -> Fraction:
    if measure.numerator <= measure.denominator:
        return WHOLE
    if measure.denominator == 0:
        return NOTHING
    return max(NOTHING, 1 - Fraction(measure.numerator - measure.denominator, measure.denominator))


def _level(item: SubItem, measure: Measure, month: int) -> Fraction:
    return dict(item.levels)[measure.level] if measure.level else NOTHING


_FORMULAS: dict[str, Callable[[SubItem, Measure, int], Fraction]] = {
    "ratio": _ratio,
    "ratio_unless": _ratio_unless,
    "plan": _plan,
    "plan_year": _plan,
    "plan_quarter": _plan,
    "inverse": _inverse,
    "deduct": _deduct,
    "zero_if_any": _zero_if_any,
    "growth": _growth,
    "level": _level,
}
