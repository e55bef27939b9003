"""Why a township stands where it stands: points lost in order, the ledger from 100 to the index."""

from __future__ import annotations

from chalicelib.exact import HUNDREDTHS
from chalicelib.index.model import TOTAL_POINTS, IndicatorScore, LedgerLine, SubItemScore, TownshipScore

FINE = 10_000  # ledger lines are ten-thousandths of a point: raw × K fits exactly
TENTH = 1_000


def lost_points(score: TownshipScore) -> tuple[SubItemScore, ...]:
    """The sub-items that lost points (before K, scaled to their indicator), largest first, ties in table order."""
    return tuple(sorted((item for item in score.sub_items if item.lost), key=lambda item: -item.lost))


def lost_indicators(indicators: tuple[IndicatorScore, ...]) -> tuple[IndicatorScore, ...]:
    """The indicators that lost points, largest first, ties in table order."""
    return tuple(sorted((entry for entry in indicators if entry.lost), key=lambda entry: -entry.lost))


def ledger(score: TownshipScore) -> tuple[LedgerLine, ...]:
    """From 100 down to the index; sums exactly to ``100 − index``. Empty without an index.

    Lines: each sub-item's loss, the rounding of its indicator, wholly inapplicable indicators (空项折算), K, the cap at 100,
    the last rounding.
    """
    if score.raw is None or score.index is None:
        return ()
    lines = [LedgerLine("sub_item", item.code, item.lost * HUNDREDTHS) for item in score.sub_items]
    for indicator in score.indicators:
        rest = indicator.lost - sum(item.lost for item in indicator.sub_items)
        lines.append(LedgerLine("rounding", indicator.code, rest * HUNDREDTHS))
    rescaled = (TOTAL_POINTS - score.raw) - sum(indicator.lost for indicator in score.indicators)
    exact = score.raw * score.coefficient
    capped = min(exact, TOTAL_POINTS * HUNDREDTHS)
    lines += [
        LedgerLine("not_applicable", "", rescaled * HUNDREDTHS),
        LedgerLine("coefficient", "", score.raw * HUNDREDTHS - exact),
        LedgerLine("cap", "", exact - capped),
        LedgerLine("rounding", "", capped - score.index * TENTH),
    ]
    return tuple(line for line in lines if line.amount)

