"""The best case of a township: the weights within their bounds that suit it best (benefit of the doubt), and its place under them.

No solver is needed: every indicator first gets its lowest weight, the rest goes to the indicators with the largest share of points first.
Exact: weights are hundredths, shares the published points ÷ weight.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from chalicelib.exact import half_up
from chalicelib.index.model import TOTAL_POINTS, TownshipScore
from chalicelib.index.score import index_of
from chalicelib.index.structure import IndexRules


@dataclass(frozen=True, slots=True)
class BestCase:
    """``weights`` by indicator (hundredths, those without points left out), the raw and index under them, the place among all."""

    weights: dict[str, int]
    raw: int
    index: int
    rank: int | None


def best_case(score: TownshipScore, scores: Sequence[TownshipScore], rules: IndexRules) -> BestCase | None:
    """The best case of one township; every township is ranked by the same weights. None without an index."""
    shares = shares_of(score)
    if not shares:
        return None
    weights = best_weights(shares, rules)
    raws = {other.code: raw_with(other, weights, rules) for other in scores}
    raw, places = raws[score.code], None
    if score.sufficient:
        own = index_of(raw, score.coefficient)
        places = 1 + sum(index_of(raws[other.code], other.coefficient) > own for other in scores if other.sufficient)
    return BestCase(weights, raw, index_of(raw, score.coefficient), places)


def shares_of(score: TownshipScore) -> dict[str, Fraction]:
    """Published points of each indicator as a share of its weight; those without points are left out."""
    return {entry.code: Fraction(entry.points, entry.weight) for entry in score.indicators if entry.points is not None}


def best_weights(shares: dict[str, Fraction], rules: IndexRules) -> dict[str, int]:
    """Sort and fill: the weights that maximise Σ weight × share with the same total. Ties go to the table's order."""
    present = [indicator for indicator in rules.indicators if indicator.code in shares]
    weights = {indicator.code: indicator.lowest for indicator in present}
    left = sum(indicator.points for indicator in present) - sum(weights.values())
    for indicator in sorted(present, key=lambda entry: -shares[entry.code]):
        more = min(left, indicator.highest - indicator.lowest)
        weights[indicator.code] += more
        left -= more
    return weights


def raw_with(score: TownshipScore, weights: dict[str, int], rules: IndexRules) -> int:
    """A township's raw points (hundredths) under other weights; an indicator that they do not name keeps its own."""
    shares = shares_of(score)
    official = {indicator.code: indicator.points for indicator in rules.indicators}
    used = {code: weights.get(code, official[code]) for code in shares}
    exact = sum((used[code] * share for code, share in shares.items()), Fraction(0)) * TOTAL_POINTS / (sum(used.values()) or 1)
    return half_up(exact.numerator, exact.denominator)
