"""A table as facts: the whole of it is judged before anything is stored; every problem names row, column, value, reason.

Pure, and the same rows in any order give the same events.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from chalicelib.errors import BadInput, Problem
from chalicelib.intake.merge import Draft, merge_drafts
from chalicelib.intake.model import Mapping, Record
from chalicelib.intake.read import Table
from chalicelib.intake.rows import Context, RowReader
from chalicelib.supervision.model import Event
from chalicelib.supervision.vocabulary import problems

MOST_PROBLEMS = 1000


@dataclass(frozen=True, slots=True)
class Plan:
    """The events of a table, sorted by subject, the row each came from, and the facts they lean on.

    ``needs`` are (subject, event id) that must be in the log unless the table brings them: registrations and roots.
    """

    events: list[Event]
    rows: dict[str, int]
    needs: dict[tuple[str, str], Problem]
    row_count: int


def plan_events(table: Table, mapping: Mapping, context: Context) -> Plan:
    """The events of a whole table. BadInput naming every problem of every row; nothing half-done."""
    found = _column_problems(table, mapping)
    if found:
        raise BadInput(found)
    reader = RowReader(table, mapping, context)
    for number, cells in table.rows:
        reader.read(number, cells)
    merged = merge_drafts(reader.drafts, reader.problems)
    _judge(merged, reader.problems)
    if reader.problems:
        raise BadInput(_first(reader.problems))
    events = sorted((draft.event for draft in merged), key=lambda event: (event.subject, event.occurred_on, event.event_id))
    rows = {draft.event.event_id: draft.row for draft in merged}
    needs = {key: problem for key, problem in reader.needs.items() if key[1] not in rows}
    return Plan(events, rows, needs, len(table.rows))


def _column_problems(table: Table, mapping: Mapping) -> list[Problem]:
    present = set(table.columns)
    missing = [Problem("row 1", name, "", "缺少这一列") for name in mapping.columns if name not in present]
    unknown = [Problem("row 1", name, "", "映射文件中没有这一列") for name in table.columns if name not in mapping.known_columns]
    return missing + unknown


def _first(found: list[Problem]) -> list[Problem]:
    ordered = sorted(dict.fromkeys(found), key=lambda problem: (int(problem.place.removeprefix("row ") or 0), problem.column))
    more = len(ordered) - MOST_PROBLEMS
    return ordered[:MOST_PROBLEMS] + ([Problem("", "", "", f"另有{more}处问题未列出")] if more > 0 else [])


def _judge(drafts: Iterable[Draft], found: list[Problem]) -> None:
    """The vocabulary's own verdict on each event, told by row and column."""
    for draft in drafts:
        for problem in problems(draft.event):
            name = problem.column.removeprefix("payload.").split(".")[0]
            found.append(Problem(f"row {draft.row}", _column_of(draft.record, name), problem.value, problem.reason))


def _column_of(record: Record, name: str) -> str:
    reference = record.fields.get(name) or {"occurred_on": record.on, "known_at": record.at, "source": record.source}.get(name)
    return reference.column if reference is not None and reference.column else f"{record.kind}.{name}"
