"""Rows that speak of the same fact: several findings are one assessment, a repeated row is named, a contradiction refused."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from chalicelib.errors import Problem
from chalicelib.intake.model import Record
from chalicelib.supervision.model import Event


@dataclass(slots=True)
class Draft:
    """An event that a row asks for."""

    event: Event
    row: int
    record: Record


def merge_drafts(drafts: list[Draft], problems: list[Problem]) -> list[Draft]:
    """One draft per event id; the first row that named it stands for it. Order of rows does not matter for the events."""
    merged: dict[str, Draft] = {}
    for draft in drafts:
        earlier = merged.get(draft.event.event_id)
        if earlier is None:
            merged[draft.event.event_id] = draft
        else:
            _join(earlier, draft, problems)
    for draft in merged.values():
        if draft.record.merge:
            draft.event = replace(draft.event, payload=_sorted(draft.event.payload, draft.record.merge))
    return list(merged.values())


def _join(earlier: Draft, later: Draft, problems: list[Problem]) -> None:
    record = earlier.record
    one, other = dict(earlier.event.payload), dict(later.event.payload)
    parts = [(name, one.pop(name, None), other.pop(name, None)) for name in sorted(record.merge)]
    if replace(earlier.event, payload=one) != replace(later.event, payload=other):
        names = sorted(name for name in {*one, *other} if one.get(name) != other.get(name)) or ["occurred_on"]
        column = _column(record, names[0])
        problems.append(
            Problem(
                f"row {later.row}", column, str(other.get(names[0], ""))[:100], f"与第{earlier.row}行是同一条记录（标识相同），内容却不同"
            )
        )
    elif not record.merge and not record.repeats:
        problems.append(Problem(f"row {later.row}", record.key[0], "", f"与第{earlier.row}行重复"))
    else:
        for name, mine, theirs in parts:
            value = _union(mine, theirs)
            if value is not None:
                one[name] = value
            if isinstance(mine, dict) and isinstance(theirs, dict) and _clashes(mine, theirs):
                problems.append(Problem(f"row {later.row}", _column(record, name), str(theirs)[:100], f"与第{earlier.row}行的同一条款重复"))
        earlier.event = replace(earlier.event, payload=one)


def _clashes(one: dict[str, dict], other: dict[str, dict]) -> bool:
    return any(set(one[item]) & set(other[item]) for item in set(one) & set(other))


def _union(one: Any, other: Any) -> Any:
    if one is None or other is None:
        return other if one is None else one
    if isinstance(one, dict):
        return {item: {**one.get(item, {}), **other.get(item, {})} for item in {**one, **other}}
    return one + [value for value in other if value not in one]


def _sorted(payload: Any, names: frozenset[str]) -> dict[str, Any]:
    return {name: sorted(value) if name in names and isinstance(value, list) else value for name, value in payload.items()}


def _column(record: Record, name: str) -> str:
    reference = record.fields.get(name)
    return reference.column if reference is not None and reference.column else name
