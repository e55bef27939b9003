"""What is wrong with a fact, told as the sheet has it: its columns, its words, and the Chinese name of the kind. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from chalicelib.intake.model import Column, Record, Reference
from chalicelib.supervision.vocabulary import load_vocabulary

YES_AND_NO = {True: "是", False: "否", None: ""}


def title_of(kind: str) -> str:
    """The name of a kind of fact, for where a column would stand."""
    return load_vocabulary().kinds[kind].title


def column_of(record: Record, name: str) -> str:
    """The column that a field of the fact is read from; without one the kind and the field."""
    reference = _reference(record, name)
    return reference.column if reference and reference.column else f"{title_of(record.kind)}.{name}"


def cell_of(record: Record, name: str, value: Any) -> str:
    """A value as the cell has it: a code as the word that stands for it, fen as yuan."""
    reference = _reference(record, name)
    column = record.columns.get(reference.column) if reference and reference.column else None
    if isinstance(value, bool | None):
        plain = YES_AND_NO[value]
    elif isinstance(value, list):
        plain = "、".join(map(str, value))
    else:
        plain = _amount(column, value) if column and column.read == "fen" and isinstance(value, int) else str(value)
    tables = (reference.values if reference else None, column.values if column else None)
    return next((word for table in tables if table for word in _words(table, value)), plain)[:100]


def _reference(record: Record, name: str) -> Reference | None:
    outside = {"occurred_on": record.on, "known_at": record.at, "source": record.source, "place": record.place}
    return record.fields.get(name) or outside.get(name)


def _words(table: Mapping[str, Any], value: Any) -> list[str]:
    return [word for word, code in table.items() if str(code) == str(value)]


def _amount(column: Column, value: int) -> str:
    return f"{(Decimal(value) / 100 / column.times).normalize():f}"
