"""Words of the intake: columns, references, records, mappings."""

from __future__ import annotations

from collections.abc import Mapping as Dictionary
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Column:
    """How the cells of a column are read. ``skip`` are cells that count as blank ("NA"), ``values`` the words translated."""

    name: str
    read: str = "text"
    required: bool = False
    values: Dictionary[str, Any] | None = None
    formats: tuple[str, ...] = ("%Y-%m-%d",)
    separator: str = ";"
    skip: frozenset[str] = frozenset()


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


@dataclass(frozen=True, slots=True)
class Mapping:
    """A loaded mapping file."""

    title: str
    subjects: Dictionary[str, tuple[str, ...]]
    columns: Dictionary[str, Column]
    records: tuple[Record, ...]
    ignore: frozenset[str]

    @property
    def known_columns(self) -> frozenset[str]:
        return self.ignore | frozenset(self.columns)
