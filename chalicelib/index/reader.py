"""Reading a method file column by column: every fault is collected instead of stopping at the first."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

from chalicelib.errors import Problem
from chalicelib.exact import parse_scaled


class Reader:
    """Collects every fault instead of stopping at the first."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []

    def fault(self, place: str, column: str, value: object, reason: str) -> None:
        self.problems.append(Problem(place, column, str(value), reason))

    def text(self, place: str, row: dict, key: str) -> str:
        value = row.get(key)
        if isinstance(value, str) and (value or key in ("unit", "numerator", "denominator")):
            return value
        self.fault(place, key, value, "a text is required")
        return ""

    def one_of(self, place: str, row: dict, key: str, allowed: tuple[str, ...]) -> str:
        if row.get(key) not in allowed:
            self.fault(place, key, row.get(key), f"one of {', '.join(allowed)}")
        return str(row.get(key))

    def scaled(self, place: str, row: dict, key: str, scale: int) -> int:
        try:
            value = parse_scaled(row[key], scale) if isinstance(row.get(key), str) else -1
        except ValueError:
            value = -1
        if value < 0:
            self.fault(place, key, row.get(key), f"a decimal text not below 0 with at most {len(str(scale)) - 1} decimals is required")
        return value

    def share(self, place: str, row: dict, key: str) -> Fraction:
        try:
            value = Fraction(row[key]) if isinstance(row.get(key), str) else Fraction(-1)
        except (ValueError, ZeroDivisionError):
            value = Fraction(-1)
        if not 0 <= value <= 1:
            self.fault(place, key, row.get(key), "a share from 0 to 1 as text is required")
        return value

    def day(self, row: dict, key: str) -> date:
        if not isinstance(row.get(key), date):
            self.fault("", key, row.get(key), "a date is required")
            return date.min
        return row[key]

    def factor(self, place: str, row: dict, key: str) -> Fraction:
        """A factor of 1 or more as text (``3/2``)."""
        try:
            value = Fraction(row[key]) if isinstance(row.get(key), str) else Fraction(0)
        except (ValueError, ZeroDivisionError):
            value = Fraction(0)
        if value < 1:
            self.fault(place, key, row.get(key), "a factor of 1 or more as text is required")
        return value

    def count(self, place: str, row: dict, key: str) -> int:
        value = row.get(key, 0)
        if type(value) is not int or value < 0:
            self.fault(place, key, value, "a whole number is required")
            return 0
        return value
