"""Words of the intake: columns, references, records, mappings."""

from __future__ import annotations

from collections.abc import Mapping as Dictionary
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from chalicelib.intake.table import Wanted

# Filling these from a merged cell would count one amount several times.
QUANTITIES = ("integer", "number", "fen", "findings")


# What of a file is written: its good rows, all of it or nothing, nothing at all.
GOOD, WHOLE, NOTHING = "good", "whole", "nothing"


@dataclass(frozen=True, slots=True)
class Column:
    """How the cells of a column are read. ``skip`` are cells that count as blank ("NA"), ``values`` the words translated.

    ``times`` is the unit of a quantity: a column in 万元 has 10000.
    """

    name: str
    read: str = "text"
    required: bool = False
    values: Dictionary[str, Any] | None = None
    formats: tuple[str, ...] = ("%Y-%m-%d",)
    separator: str = ";"
    skip: frozenset[str] = frozenset()
    times: Decimal = Decimal(1)


@dataclass(frozen=True, slots=True)
class Reference:
    """Where a value comes from; exactly one of ``column``, ``event``, ``subject`` or the constant ``value``."""

    column: str = ""
    values: Dictionary[str, Any] | None = None
    plus_days: int = 0
    unknown: bool = False
    value: Any = None
    event: str = ""
    key: tuple[str, ...] = ()
    subject: str = ""


@dataclass(frozen=True, slots=True)
class Record:
    """One kind of event that a row can yield."""

    kind: str
    scope: str
    key: tuple[str, ...]
    on: Reference
    source: Reference
    fields: Dictionary[str, Reference]
    at: Reference | None = None
    actor: Reference | None = None
    place: Reference | None = None
    caused_by: Reference | None = None
    voids: Reference | None = None
    when: Dictionary[str, frozenset[str]] = field(default_factory=dict)
    merge: frozenset[str] = frozenset()
    repeats: bool = False
    columns: Dictionary[str, Column] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Office:
    """A person that a row names, as the holder of one of a site's offices: no fact, and never in the log."""

    office: Reference
    name: Reference
    phone: Reference
    when: Dictionary[str, frozenset[str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Mapping:
    """A loaded mapping file: it tells facts (``records``) or brings persons (``persons``), never both."""

    title: str
    subjects: Dictionary[str, tuple[str, ...]]
    columns: Dictionary[str, Column]
    records: tuple[Record, ...]
    ignore: frozenset[str]
    persons: tuple[Office, ...] = ()

    @property
    def known_columns(self) -> frozenset[str]:
        return self.ignore | frozenset(self.columns)

    @property
    def wanted(self) -> Wanted:
        """What the reader of a file has to know: the columns, and those in which a merged cell speaks for every row."""
        return Wanted(self.known_columns, frozenset(name for name, column in self.columns.items() if column.read not in QUANTITIES))
