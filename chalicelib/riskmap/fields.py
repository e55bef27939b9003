"""Typed reading of a rule document: each reader knows its place, and every fault lands on one shared sheet.

A reader answers with a safe value where the input is wrong, so that one pass finds all faults.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from chalicelib.errors import Problem
from chalicelib.riskmap.conditions import Test, compile_all
from chalicelib.riskmap.model import COLOURS

TAGS = ("V", "V-exist", "M", "D")


@dataclass(frozen=True, slots=True)
class Sheet:
    """All faults of one file."""

    file: str
    problems: list[Problem]

    def add(self, place: str, column: str, value: str, reason: str) -> None:
        self.problems.append(Problem(f"{self.file}: {place}", column, value, reason))


@dataclass(frozen=True, slots=True)
class Reader:
    """A table of the document, its place in it and the sheet its faults go to."""

    values: Mapping[str, object]
    place: str
    sheet: Sheet

    def say(self, good: bool, key: str, reason: str) -> bool:
        if not good:
            self.sheet.add(self.place, key, str(self.values.get(key)), reason)
        return good

    def table(self, key: str) -> Reader:
        value = self.values.get(key)
        good = self.say(isinstance(value, dict), key, "a table is required")
        return Reader(value if good else {}, f"{self.place}.{key}".lstrip("."), self.sheet)  # type: ignore[arg-type]

    def sourced(self, key: str) -> Reader:
        """A table that must name its source and, where it carries one, a known tag."""
        reader = self.table(key)
        reader.text("source")
        reader.say(reader.values.get("tag") in TAGS, "tag", "one of " + " ".join(TAGS))
        return reader

    def tables(self, key: str) -> tuple[Reader, ...]:
        value = self.values.get(key)
        good = self.say(isinstance(value, list) and all(isinstance(entry, dict) for entry in value), key, "a list of tables is required")
        place = f"{self.place}.{key}".lstrip(".")
        return tuple(Reader(entry, f"{place}[{number}]", self.sheet) for number, entry in enumerate(value if good else ()))

    def text(self, key: str) -> str:
        value = self.values.get(key)
        self.say(isinstance(value, str) and bool(value), key, "a text is required")
        return str(value)

    def texts(self, key: str) -> dict[str, str]:
        """A table of texts; an empty one where there is none."""
        value = self.values.get(key, {})
        good = isinstance(value, dict) and all(isinstance(entry, str) for entry in value.values())
        return dict(value) if self.say(good, key, "a table of texts is required") else {}  # type: ignore[arg-type]

    def number(self, key: str) -> Fraction:
        return self._exact(key, self.values.get(key))

    def _exact(self, key: str, value: object) -> Fraction:
        if isinstance(value, int) and not isinstance(value, bool):
            return Fraction(value)
        try:
            return Fraction(value) if isinstance(value, str) else Fraction(self._bad(key, value))
        except (ValueError, ZeroDivisionError):
            return Fraction(self._bad(key, value))

    def _bad(self, key: str, value: object) -> int:
        self.sheet.add(self.place, key, str(value), "a whole number or a decimal in quotes is required")
        return 0

    def tenths(self, key: str) -> int:
        value = self.number(key) * 10
        self.say(value.denominator == 1, key, "at most one decimal")
        return int(value)

    def count(self, key: str) -> int:
        value = self.values.get(key)
        good = self.say(type(value) is int and value > 0, key, "a whole number above 0 is required")
        return int(value) if good else 1  # type: ignore[call-overload]

    def level(self, key: str) -> int:
        value = self.values.get(key)
        good = self.say(type(value) is int and 1 <= value <= 4, key, "a level from 1 to 4 is required")
        return int(value) if good else 1  # type: ignore[call-overload]

    def colour(self, key: str) -> str:
        value = self.values.get(key)
        return str(value) if self.say(value in COLOURS, key, "one of " + " ".join(COLOURS)) else COLOURS[0]

    def colours(self, key: str, length: int) -> tuple[str, ...]:
        value = self.values.get(key)
        good = isinstance(value, list) and len(value) == length and all(entry in COLOURS for entry in value)
        return tuple(value) if self.say(good, key, f"{length} colours are required") else COLOURS  # type: ignore[arg-type]

    def square(self, key: str) -> tuple[tuple[str, ...], ...]:
        """A 4 × 4 matrix of colours that never gets better with a higher level."""
        self.text("source")
        rows = self.values.get(key)
        good = isinstance(rows, list) and len(rows) == 4 and all(isinstance(row, list) and len(row) == 4 for row in rows)
        good = good and all(cell in COLOURS for row in rows for cell in row)  # type: ignore[union-attr]
        if not self.say(good, key, "4 rows of 4 colours are required"):
            return (COLOURS,) * 4
        matrix = tuple(tuple(row) for row in rows)  # type: ignore[union-attr]
        ranks = [[COLOURS.index(cell) for cell in row] for row in matrix]
        rising = all(line == sorted(line) for line in ranks + [list(column) for column in zip(*ranks)])
        self.say(rising, key, "a colour may not improve when a level rises")
        return matrix

    def levels(self) -> dict[str, int]:
        self.say(set(self.values) == set(COLOURS), "levels", "a level for each colour is required")
        return {colour: self.level(colour) for colour in COLOURS}

    def rising(self, length: int) -> tuple[Fraction, ...]:
        return self._line(length, reverse=False)

    def falling(self, length: int) -> tuple[Fraction, ...]:
        return self._line(length, reverse=True)

    def _line(self, length: int, reverse: bool) -> tuple[Fraction, ...]:
        value = self.values.get("values")
        numbers = [self._exact("values", entry) for entry in value] if isinstance(value, list) else []
        order = sorted(set(numbers), reverse=reverse)
        self.say(len(numbers) == length and numbers == order, "values", f"{length} numbers in {'falling' if reverse else 'rising'} order")
        return tuple(numbers) if len(numbers) == length else (Fraction(0),) * length

    def test(self, key: str) -> Test:
        value = self.values.get(key)
        good = self.say(isinstance(value, list) and all(isinstance(entry, dict) for entry in value), key, "a list of clauses is required")
        return compile_all(value if good else (), f"{self.sheet.file}: {self.place}.{key}", self.sheet.problems)  # type: ignore[arg-type]
