"""Reading a rule file: each value is checked where it stands and every problem is collected, none is raised on the way."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from chalicelib.errors import Problem
from chalicelib.exact import HUNDREDTHS, TENTHS, parse_scaled

TAGS = ("V", "D", "M")
ALWAYS = "0001-01-01"


class Dated:
    """A whole number that may change by date: ``at(day)`` is the one in force on that day (ISO text)."""

    __slots__ = ("values", "only")

    def __init__(self, values: Sequence[tuple[str, int]]) -> None:
        self.values = tuple(values)
        self.only = self.values[0][1] if len(self.values) == 1 else None

    def at(self, day: str) -> int:
        """The value in force on ``day``; before the first date, the first value."""
        if self.only is not None:
            return self.only
        chosen = self.values[0][1]
        for since, value in self.values:
            if since <= day:
                chosen = value
        return chosen


class Table:
    """One table of a rule file with its place in it. A wrong value is reported and replaced by a harmless one."""

    def __init__(self, data: object, place: str, problems: list[Problem]) -> None:
        self.place = place
        self.problems = problems
        self.data: Mapping[str, object] = data if isinstance(data, dict) else {}
        self.seen: set[str] = set()
        if not isinstance(data, dict):
            self.wrong("", data, "a table is expected")

    def wrong(self, key: str, value: object, reason: str) -> None:
        self.problems.append(Problem(self.place, key, "" if value is None else str(value), reason))

    def take(self, key: str) -> object:
        self.seen.add(key)
        return self.data.get(key)

    def has(self, key: str) -> bool:
        return key in self.data

    def text(self, key: str, required: bool = True) -> str:
        value = self.take(key)
        if isinstance(value, str) and value.strip():
            return value
        if required or value is not None:
            self.wrong(key, value, "a text is required")
        return ""

    def points(self, key: str, scale: int = HUNDREDTHS) -> int:
        """Points written as text, in ``1/scale``; a TOML float is refused because floats never hold points."""
        value = self.take(key)
        try:
            if not isinstance(value, str):
                raise ValueError
            amount = parse_scaled(value, scale)
        except (ValueError, ZeroDivisionError):
            self.wrong(key, value, f"points are required as text, with at most {len(str(scale)) - 1} decimals")
            return 0
        if amount < 0:
            self.wrong(key, value, "points are not negative")
        return max(amount, 0)

    def tenths(self, key: str) -> int:
        return self.points(key, TENTHS)

    def count(self, key: str) -> int:
        value = self.take(key)
        if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
            return value
        self.wrong(key, value, "a whole number is required")
        return 0

    def flag(self, key: str) -> bool:
        value = self.take(key)
        if value not in (None, True, False):
            self.wrong(key, value, "true or false is required")
        return value is True

    def day(self, key: str, required: bool = False) -> str:
        """A TOML date as ISO text, "" if absent."""
        value = self.take(key)
        if type(value) is date:
            return value.isoformat()
        if required or value is not None:
            self.wrong(key, value, "a date is required, such as 2020-06-01")
        return ""

    def choice(self, key: str, allowed: Sequence[str]) -> str:
        value = self.take(key)
        if value not in allowed:
            self.wrong(key, value, "one of " + ", ".join(allowed))
            return allowed[0]
        return str(value)

    def texts(self, key: str) -> tuple[str, ...]:
        value = self.take(key)
        if isinstance(value, list) and value and all(isinstance(entry, str) for entry in value):
            return tuple(value)
        self.wrong(key, value, "a list of texts is required")
        return ()

    def tables(self, key: str) -> list[Table]:
        value = self.take(key)
        if not isinstance(value, list) or not value:
            self.wrong(key, value, "a list of tables is required")
            return []
        return [Table(entry, self.named(key, position, entry), self.problems) for position, entry in enumerate(value)]

    def named(self, key: str, position: int, entry: object) -> str:
        """Where an entry of a list stands: by its code if it has one, by its position otherwise."""
        name = entry.get("code", position + 1) if isinstance(entry, dict) else position + 1
        return ".".join(part for part in (self.place, key, str(name)) if part)

    def table(self, key: str) -> Table:
        return Table(self.take(key), ".".join(part for part in (self.place, key) if part), self.problems)

    def dated(self, key: str) -> Dated:
        """A whole number, or a list of ``{from, value, source, tag}`` in rising order of dates."""
        if not isinstance(self.data.get(key), list):
            return Dated([(ALWAYS, self.count(key))])
        values = []
        for entry in self.tables(key):
            values.append((entry.day("from", required=True), entry.count("value")))
            entry.cite()
            entry.finish()
        if values != sorted(values) or len({since for since, _ in values}) != len(values):
            self.wrong(key, None, "dates must rise and differ")
        return Dated(values or [(ALWAYS, 0)])

    def cite(self) -> tuple[str, str]:
        """The source and tag that every number must stand beside."""
        return self.text("source"), self.choice("tag", TAGS)

    def finish(self) -> None:
        """Report keys that nothing read: a misspelt parameter must not be ignored in silence."""
        for key in self.data:
            if key not in self.seen:
                self.wrong(key, self.data[key], "unknown key")
