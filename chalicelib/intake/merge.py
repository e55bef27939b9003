"""Rows that speak of the same fact: several findings are one assessment, a repeated row is named, a contradiction refused."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from chalicelib.errors import Problem
from chalicelib.intake.model import Record
from chalicelib.intake.telling import cell_of, column_of
from chalicelib.supervision.model import Event


@dataclass(frozen=True, slots=True)
class Draft:
    """An event that a row asks for."""

    event: Event
    row: int
    record: Record


def sorted_draft(draft: Draft) -> Draft:
    """The draft with its merged lists in order, so that the order of rows does not matter."""
    return (
        replace(draft, event=replace(draft.event, payload=_sorted(draft.event.payload, draft.record.merge)))
        if draft.record.merge
        else draft
    )


def join(earlier: Draft, later: Draft, problems: list[Problem]) -> Draft:
    """One draft of two that name the same fact; the earlier row stands for it. Rows that do not go together become problems."""
    record = earlier.record
    one, other = dict(earlier.event.payload), dict(later.event.payload)
    parts = [(name, one.pop(name, None), other.pop(name, None)) for name in sorted(record.merge)]
    if replace(earlier.event, payload=one) != replace(later.event, payload=other):
        names = sorted(name for name in {*one, *other} if one.get(name) != other.get(name)) or ["occurred_on"]
        for draft, second in ((earlier, later), (later, earlier)):
            said = {**draft.event.payload, "occurred_on": draft.event.occurred_on}
            reason = f"与第{second.row}行是同一条记录（标识相同），内容却不同：请核对后只留一行"
            problems.append(Problem(f"row {draft.row}", column_of(record, names[0]), cell_of(record, names[0], said.get(names[0])), reason))
    elif not record.merge and not record.repeats:
        problems.append(Problem(f"row {later.row}", record.key[0], "", f"与第{earlier.row}行重复：请删去其中一行"))
    for name, mine, theirs in parts:
        value = _union(mine, theirs)
        if value is not None:
            one[name] = value
        if isinstance(mine, dict) and isinstance(theirs, dict) and _clashes(mine, theirs):
            problems.append(Problem(f"row {later.row}", column_of(record, name), str(theirs)[:100], f"与第{earlier.row}行的同一条款重复：请合并到一行"))
    return replace(earlier, event=replace(earlier.event, payload=_sorted(one, record.merge)))


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
