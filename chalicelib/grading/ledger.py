"""The ledger of a score: lines, as exact fractions of points, that add up to 100 − score without a remainder."""

from __future__ import annotations

from fractions import Fraction

from chalicelib.exact import HUNDREDTHS, TENTHS, fraction_text
from chalicelib.grading.model import Judgement, Score
from chalicelib.grading.score import FULL_SCORE


def ledger_of(judgement: Judgement) -> list[dict[str, str]]:
    """Losses are positive, bonuses negative; lines of nothing are left out. Empty without a score."""
    parts = judgement.parts
    if parts is None:
        return []
    lines = [("item", code, Fraction(lost, HUNDREDTHS)) for code, lost in item_losses(judgement).items()]
    lines += [("extra", extra.item, Fraction(extra.taken, HUNDREDTHS)) for extra in parts.extras]
    lines.append(("rescale", "", rescaled(parts, sum(amount for _, _, amount in lines))))
    lines += [("adjustment", entry.code, Fraction(-entry.points, HUNDREDTHS)) for entry in judgement.adjustments]
    lines.append(("bonus_cut", "", Fraction(parts.added_uncut - parts.added, HUNDREDTHS)))
    exact = Fraction(parts.numerator, parts.denominator)
    clamped = min(max(exact, Fraction(0)), Fraction(FULL_SCORE))
    lines.append(("clamp", "", exact - clamped))
    lines.append(("rounding", "", clamped - Fraction(parts.tenths, TENTHS)))
    return [{"line": line, "code": code, "points": fraction_text(points)} for line, code, points in lines if points]


def item_losses(judgement: Judgement) -> dict[str, int]:
    """Points lost per item in hundredths, as its published value shows them."""
    found, losses = judgement.findings, {}
    for code, item in judgement.rules.items.items():
        if code in found.values or code in found.derived:
            lost = item.points - found.value_of(item)
            if lost:
                losses[code] = lost
    return losses


def rescaled(parts: Score, lost: Fraction) -> Fraction:
    """空项折算: what the losses weigh more because items that do not apply leave the denominator."""
    whole = sum(parts.applicable.values())
    return Fraction(FULL_SCORE * (whole - sum(parts.sums.values())), whole) - lost
