"""What the official algorithms share: a table read from its data file, and figures that are exact, unknown or refused."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import TypeVar

from chalicelib.canonical import content_hash
from chalicelib.errors import BadInput, BadRuleSet, Problem
from chalicelib.exact import fraction_text
from chalicelib.grading.reading import Table
from chalicelib.grading.rules import plain
from chalicelib.toml import read_toml

HERE = Path(__file__).resolve().parent
DECIMAL = re.compile(r"[0-9]{1,15}(\.[0-9]{1,9})?")
MOST = 10**15
UNDECIDED = "待定"

Amount = int | str | Fraction | None
Read = TypeVar("Read")


@dataclass(frozen=True, slots=True)
class Standard:
    """Which text a table comes from, and the hash of the table's content."""

    id: str
    title: str
    source: str
    tag: str
    hash: str

    def to_document(self) -> dict[str, str]:
        """What every result says about the table it was judged by."""
        return {"id": self.id, "title": self.title, "source": self.source, "hash": self.hash}


def read_standard(table: Table) -> Standard:
    """The head of a table: id, title, source and tag; the hash is over the whole of it."""
    source, tag = table.cite()
    return Standard(table.text("id"), table.text("title"), source, tag, content_hash(plain(table.data)))


def load_table(source: Path | bytes, read: Callable[[Table], Read]) -> Read:
    """What ``read`` makes of a TOML file or its bytes. BadRuleSet names everything that is wrong with it."""
    data = source if isinstance(source, bytes) else source.read_bytes()
    problems: list[Problem] = []
    table = Table(read_toml(data), "", problems)
    result = read(table)
    table.finish()
    if problems:
        raise BadRuleSet(problems)
    return result


class Figures:
    """Reads the figures of one input and collects what is wrong with them; ``refuse`` raises all of it at once."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []

    def wrong(self, place: str, value: object, reason: str) -> None:
        """Note one problem; a long value is cut."""
        shown = fraction_text(value) if isinstance(value, Fraction) else "" if value is None else str(value)
        self.problems.append(Problem(place, "", shown[:60], reason))

    def count(self, place: str, value: object) -> int | None:
        """A whole number from 0, or None for unknown."""
        if value is None:
            return None
        if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= MOST:
            return value
        self.wrong(place, value, "a whole number from 0 is required, null if unknown")
        return None

    def amount(self, place: str, value: object) -> Fraction | None:
        """An exact quantity from 0, or None for unknown. A float is refused: 0.1 is not a tenth."""
        if value is None:
            return None
        exact = exact_amount(value)
        if exact is None:
            self.wrong(place, value, "a quantity from 0 is required, whole or as decimal text, null if unknown")
        return exact

    def choice(self, place: str, value: object, allowed: Collection[Fraction]) -> Fraction | None:
        """One of the values of a table, or None for unknown."""
        if value is None:
            return None
        exact = exact_amount(value)
        if exact in allowed and exact is not None:
            return exact
        self.wrong(place, value, "one of " + ", ".join(decimal_text(each) for each in allowed))
        return None

    def keys(self, place: str, given: Mapping[str, object], known: Collection[str]) -> None:
        """Names that the table does not have are refused, never ignored."""
        for name in given:
            if name not in known:
                self.wrong(f"{place}.{name}" if place else str(name), None, "no such name in the table")

    def refuse(self) -> None:
        """BadInput with every problem found so far, if there is one."""
        if self.problems:
            raise BadInput(self.problems)


def exact_amount(value: object) -> Fraction | None:
    """A whole number, a fraction or a plain decimal text from 0 as a fraction; None for anything else."""
    if isinstance(value, str) and DECIMAL.fullmatch(value):
        return Fraction(value)
    if isinstance(value, (int, Fraction)) and not isinstance(value, bool) and 0 <= value <= MOST:
        return Fraction(value)
    return None


def decimal_text(value: Fraction) -> str:
    """A fraction as decimal text where it has one (``"0.75"``), else as ``n/d``."""
    places = next((places for places in range(10) if (value * 10**places).denominator == 1), None)
    if places is None:
        return fraction_text(value)
    digits = str((value * 10**places).numerator).rjust(places + 1, "0")
    return f"{digits[:-places]}.{digits[-places:]}" if places else digits


def optional_text(value: Fraction | None) -> str | None:
    """As :func:`decimal_text`; unknown stays None."""
    return None if value is None else decimal_text(value)
