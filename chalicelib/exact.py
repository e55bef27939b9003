"""Exact arithmetic: points are integers in a small unit, quotients are rounded once, half-up.

Floats never hold points: 89.85 must be published as 89.9, which binary floats and banker's rounding miss.
"""

from __future__ import annotations

from fractions import Fraction

HUNDREDTHS = 100
TENTHS = 10


def half_up(numerator: int, denominator: int) -> int:
    """``numerator / denominator`` rounded half-up (away from zero) to an integer. ``denominator`` > 0."""
    if numerator >= 0 < denominator:
        return (2 * numerator + denominator) // (2 * denominator)
    if denominator <= 0:
        raise ValueError("denominator must be positive")
    return -half_up(-numerator, denominator)


def parse_scaled(text: str, scale: int) -> int:
    """A decimal text such as ``"2.5"`` as an integer count of ``1/scale``. ValueError if it does not fit exactly."""
    value = Fraction(text) * scale
    if value.denominator != 1:
        raise ValueError(f"{text!r} has more decimals than 1/{scale}")
    return value.numerator


def text_of(value: int, scale: int) -> str:
    """An integer count of ``1/scale`` (10 or 100) as text, always written with its decimals: ``872, 10 → "87.2"``."""
    places = len(str(scale)) - 1
    sign = "-" if value < 0 else ""
    whole, rest = divmod(abs(value), scale)
    return f"{sign}{whole}.{rest:0{places}d}" if places else f"{sign}{whole}"


def fraction_text(value: Fraction) -> str:
    """An exact rational as ``"n"`` or ``"n/d"`` in lowest terms."""
    return str(value.numerator) if value.denominator == 1 else f"{value.numerator}/{value.denominator}"
