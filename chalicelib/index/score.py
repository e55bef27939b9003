"""The judge of the index: sub-items → indicators → raw → index → colour → ranks. Pure and exact (domain §5, §12.55–62).

The handbook's steps: screened by :mod:`.document` and the share of own data, normalised by :mod:`.formulas`, weighted and aggregated
(points, indicators, raw), adjusted (K, overrides), ranked here; explained by :mod:`.explain`, :mod:`.win_back` and
:mod:`.best_case`, compared by :mod:`.movement` and :mod:`.uncertainty`.
Every published number can be recomputed with a pocket calculator from the published numbers one level below it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from fractions import Fraction

from chalicelib.clock import add_months, parse_month
from chalicelib.exact import HUNDREDTHS, half_up
from chalicelib.index.formulas import share_of
from chalicelib.index.model import (
    TOTAL_POINTS,
    IndicatorScore,
    Measure,
    Override,
    State,
    SubItemScore,
    TownshipMonth,
    TownshipScore,
)
from chalicelib.index.structure import IndexRules, Indicator, SubItem

WORST_FIRST = ("red", "orange", "yellow", "blue")
INDEX_STEP = 1_000  # ten-thousandths of a point in a tenth
TIE_BREAK = "SG"


def score(month: str, townships: Iterable[TownshipMonth], rules: IndexRules) -> tuple[TownshipScore, ...]:
    """Every township scored and ranked, in the order of the leaderboard. Inputs are checked by :mod:`.document`."""
    return rank([score_township(month, township, rules) for township in townships])


def score_township(month: str, township: TownshipMonth, rules: IndexRules) -> TownshipScore:
    """One township without its rank."""
    measures = {measure.code: measure for measure in township.measures}
    indicators = tuple(score_indicator(month, indicator, measures, rules) for indicator in rules.indicators)
    raw = raw_of(indicators)
    coefficient = rules.coefficient_of(township.sites)
    index = None if raw is None else index_of(raw, coefficient)
    items = [item for indicator in indicators for item in indicator.sub_items]
    applicable = sum(item.state is not State.NOT_APPLICABLE for item in items)
    own_data = sum(item.state is State.VALUE for item in items)
    sufficient = index is not None and own_data >= applicable * rules.sufficient_share
    overrides = overrides_of(measures, rules)
    score_colour = rules.colour_of(index) if sufficient else "none"
    colours = [score_colour, *(override.colour for override in overrides)] if sufficient else ["none"]
    return TownshipScore(
        code=township.code, name=township.name, sites=township.sites, coefficient=coefficient, indicators=indicators,
        raw=raw, index=index, score_colour=score_colour, colour=worst(colours), overrides=overrides,
        own_data=own_data, applicable=applicable, sufficient=sufficient,
    )  # fmt: skip


def score_indicator(month: str, indicator: Indicator, measures: dict[str, Measure], rules: IndexRules) -> IndicatorScore:
    """An indicator: Σ published sub-items, rescaled ``got ÷ applicable × full`` when some are left out (空项折算)."""
    items = tuple(score_sub_item(month, item, measures[item.code], rules) for item in indicator.sub_items)
    applicable = sum(item.full for item in items if item.points is not None)
    if not applicable:
        return IndicatorScore(indicator.code, indicator.points, 0, None, items, Fraction(0))
    got = sum(item.points or 0 for item in items)
    items = tuple(replace(item, lost=_lost(item, indicator.points, applicable)) for item in items)
    exact = sum(item.full * item.share for item in items if item.share is not None)
    return IndicatorScore(
        indicator.code, indicator.points, applicable, half_up(got * indicator.points, applicable), items,
        indicator.points * (1 - Fraction(exact) / applicable),
    )  # fmt: skip


def _lost(item: SubItemScore, weight: int, applicable: int) -> int:
    return 0 if item.points is None else half_up((item.full - item.points) * weight, applicable)


def score_sub_item(month: str, item: SubItem, measure: Measure, rules: IndexRules) -> SubItemScore:
    """A sub-item's share and points; a failed feed carries its last published share while that is young enough."""
    state, share = measure.state, None
    if state is State.VALUE:
        share = share_of(item, measure, month)
        state = State.VALUE if share is not None else State.NOT_APPLICABLE
    elif state is State.NOT_REPORTED:
        share = Fraction(0)
    elif state is State.NO_DATA and measure.carried and is_young(measure.carried.month, month, rules):
        share = measure.carried.share
    points = None if share is None else half_up(item.points * share.numerator, share.denominator)
    return SubItemScore(item.code, item.points, measure, state, share, points)


def is_young(carried: str, month: str, rules: IndexRules) -> bool:
    """Whether a share of an earlier month may still be carried into this one (at most ``carry_months`` old)."""
    first = parse_month(carried)[0]
    return first < parse_month(month)[0] <= add_months(first, rules.limits["carry_months"])


def raw_of(indicators: Iterable[IndicatorScore]) -> int | None:
    """Raw points in hundredths: Σ indicators, × 100 ÷ Σ weights when one is wholly not applicable; None when all are."""
    present = [indicator for indicator in indicators if indicator.points is not None]
    weights = sum(indicator.weight for indicator in present)
    if not weights:
        return None
    return half_up(sum(indicator.points or 0 for indicator in present) * TOTAL_POINTS, weights)


def index_of(raw: int, coefficient: int) -> int:
    """The published index in tenths: ``half_up(min(100, raw × K), 1)`` of the published raw."""
    return half_up(min(TOTAL_POINTS * HUNDREDTHS, raw * coefficient), INDEX_STEP)


def overrides_of(measures: dict[str, Measure], rules: IndexRules) -> tuple[Override, ...]:
    """Every override that holds, in the order of the rules."""
    found = []
    for rule in rules.overrides:
        measure = measures[rule.sub_item]
        count = int(measure.numerator if rule.count == "numerator" else measure.condition)
        if measure.state is State.VALUE and count > 0:
            found.append(Override(rule.code, rule.colour, count))
    return tuple(found)


def worst(colours: Iterable[str]) -> str:
    """The worst official colour; ``none`` when there is none."""
    present = set(colours)
    return next((colour for colour in WORST_FIRST if colour in present), "none")


def rank(scores: Iterable[TownshipScore]) -> tuple[TownshipScore, ...]:
    """Leaderboard order with ranks 1, 2, 2, 4: shown index, then fewer exact SG points lost, then code; 数据不足 last without rank."""
    ordered = sorted(scores, key=_order)
    ranked, shown, place = [], None, None
    for position, entry in enumerate(ordered, start=1):
        if not entry.sufficient:
            ranked.append(replace(entry, rank=None))
            continue
        if entry.index != shown:
            shown, place = entry.index, position
        ranked.append(replace(entry, rank=place))
    return tuple(ranked)


def _order(entry: TownshipScore) -> tuple[bool, int, Fraction, str]:
    return (not entry.sufficient, -(entry.index or 0), entry.exact_lost(TIE_BREAK), entry.code)
