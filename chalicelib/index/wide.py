"""The judge for a province: many townships at once from columns of counts, the same integers as :mod:`.score`. numpy inside only.

A million sites are rows sorted by township, one small integer column per count. They are summed township by township and scored in
integers: every share is two of them, rounded once per published level, half-up, as with one township.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from chalicelib.clock import parse_month
from chalicelib.errors import BadInput, Problem
from chalicelib.exact import HUNDREDTHS
from chalicelib.index.model import TOTAL_POINTS
from chalicelib.index.score import INDEX_STEP
from chalicelib.index.structure import RATIOS, IndexRules, SubItem

if TYPE_CHECKING:
    import numpy as np

    Column = np.ndarray

LEFT_OUT = -1
NUMERATOR, DENOMINATOR, CONDITION = "numerator", "denominator", "condition"
Key = tuple[str, str]  # sub-item and which of its counts


@dataclass(frozen=True)
class Board:
    """Townships × sub-items (or indicators), hundredths; −1 is left out. ``index`` in tenths, −1 without any; ``rank`` by index."""

    points: Column
    indicators: Column
    raw: Column
    coefficient: Column
    index: Column
    rank: Column


def totals(township: Column, columns: Mapping[Key, Column]) -> tuple[Column, dict[Key, Column]]:
    """``(townships, sums)`` of rows sorted by township. BadInput when they are not sorted, or a count is negative."""
    import numpy as np

    if (township[1:] < township[:-1]).any():
        raise BadInput([Problem("township", "", "", "the rows must be sorted by township")])
    starts = np.flatnonzero(np.concatenate(([True], township[1:] != township[:-1])))
    longest = int(np.diff(np.append(starts, len(township))).max())
    faults = [Problem(*key, str(column.min()), "below 0") for key, column in columns.items() if column.dtype.kind != "u" and column.min() < 0]
    if faults:
        raise BadInput(faults)
    sums = {key: np.add.reduceat(column, starts, dtype=_roomy(column, longest)).astype(np.int64) for key, column in columns.items()}
    return township[starts], sums


def _roomy(column: Column, rows: int) -> type:
    """The narrowest type in which the sum of so many of these cannot overflow: narrow sums are several times as fast."""
    import numpy as np

    largest = int(column.max(initial=0)) * rows
    return np.uint16 if largest < 2**16 else np.uint32 if largest < 2**32 else np.uint64


def score_totals(month: str, sums: Mapping[Key, Column], sites: Column, rules: IndexRules) -> Board:
    """Every township scored and ranked. ``sums`` must have the numerator of every sub-item, its denominator and condition where it has
    one; the numerator of a ``level`` is the number of the level in the table, 0 for none. ``sites`` is the N of K."""
    import numpy as np

    points = np.stack([points_of(item, sums, parse_month(month)[0].month) for item in rules.sub_items], axis=1)
    full = np.array([item.points for item in rules.sub_items])
    edges = np.cumsum([0] + [len(indicator.sub_items) for indicator in rules.indicators])[:-1]
    present = points != LEFT_OUT
    got = np.add.reduceat(np.where(present, points, 0), edges, axis=1)
    applicable = np.add.reduceat(np.where(present, full, 0), edges, axis=1)
    weights = np.array([indicator.points for indicator in rules.indicators])
    indicators = half_up(got * weights, applicable)
    standing = indicators != LEFT_OUT
    raw = half_up(np.where(standing, indicators, 0).sum(axis=1) * TOTAL_POINTS, np.where(standing, weights, 0).sum(axis=1))
    coefficient = np.select([sites >= edge for edge, _ in rules.bands], [k for _, k in rules.bands])
    index = np.where(raw == LEFT_OUT, LEFT_OUT, half_up(np.minimum(TOTAL_POINTS * HUNDREDTHS, raw * coefficient), np.int64(INDEX_STEP)))
    ordered = np.sort(index)
    return Board(points, indicators, raw, coefficient, index, 1 + len(index) - np.searchsorted(ordered, index, side="right"))


def half_up(numerator: Column, denominator: Column) -> Column:
    """Rounded half-up to an integer; −1 where the denominator is 0. Nothing is below 0."""
    import numpy as np

    safe = np.maximum(denominator, 1)
    return np.where(denominator > 0, (2 * numerator + safe) // (2 * safe), LEFT_OUT)


def points_of(item: SubItem, sums: Mapping[Key, Column], month: int) -> Column:
    """The published points of one sub-item in every township, −1 where it is not applicable."""
    import numpy as np

    done = sums[item.code, NUMERATOR]
    whole = sums.get((item.code, DENOMINATOR), np.zeros_like(done))
    condition = sums.get((item.code, CONDITION), np.zeros_like(done))
    part, of = FORMULAS[item.formula](item, done, whole, month)
    if item.formula in ("ratio_unless", "zero_if_any"):
        part, of = np.where(condition > 0, 0, part), np.where(condition > 0, 1, of)
    elif item.formula in RATIOS:
        of = np.where(whole > 0, of, 0)
    return half_up(item.points * part, of)


Parts = tuple["Column", "Column"]


def _ratio(item: SubItem, done: Column, whole: Column, month: int) -> Parts:
    return done, whole


def _plan(item: SubItem, done: Column, whole: Column, month: int) -> Parts:
    import numpy as np

    return np.minimum(done, whole), whole


def _plan_year(item: SubItem, done: Column, whole: Column, month: int) -> Parts:
    return _plan(item, 12 * done, month * whole, month)


def _plan_quarter(item: SubItem, done: Column, whole: Column, month: int) -> Parts:
    return _plan(item, 3 * done, ((month - 1) % 3 + 1) * whole, month)


def _inverse(item: SubItem, done: Column, whole: Column, month: int) -> Parts:
    import numpy as np

    limit = whole * item.limit.numerator
    return np.maximum(0, limit - done * item.limit.denominator), limit


def _deduct(item: SubItem, done: Column, whole: Column, month: int) -> Parts:
    import numpy as np

    return np.maximum(0, item.points - item.step * done), np.full_like(done, item.points)


def _zero_if_any(item: SubItem, done: Column, whole: Column, month: int) -> Parts:
    import numpy as np

    return (done == 0).astype(np.int64), np.ones_like(done)


def _growth(item: SubItem, done: Column, whole: Column, month: int) -> Parts:
    import numpy as np

    return np.where(done <= whole, 1, np.maximum(0, 2 * whole - done)), np.where(done <= whole, 1, np.maximum(whole, 1))


def _level(item: SubItem, done: Column, whole: Column, month: int) -> Parts:
    import numpy as np

    shares = [share for _, share in item.levels]
    common = int(np.lcm.reduce([share.denominator for share in shares]))
    return np.array([0, *(int(share * common) for share in shares)])[done], np.full_like(done, common)


FORMULAS: dict[str, Callable[..., Parts]] = {
    "ratio": _ratio,
    "ratio_unless": _ratio,
    "plan": _plan,
    "plan_year": _plan_year,
    "plan_quarter": _plan_quarter,
    "inverse": _inverse,
    "deduct": _deduct,
    "zero_if_any": _zero_if_any,
    "growth": _growth,
    "level": _level,
}
