"""A sheet's facts about a month 月报、异议 beside what stands in their township's log: a row is refused what an act is refused, in the same words.

The judge is the index's own (:mod:`chalicelib.index.acceptance`). An older log may come in before its months are replayed: then nothing
is out yet that an objection could be late for, and nothing was counted that a decision could repeat.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from chalicelib.errors import Problem
from chalicelib.index.acceptance import KINDS, Published, beside_the_log
from chalicelib.intake.log import WholeLog
from chalicelib.intake.model import Record
from chalicelib.intake.spool import SAME, Entry, Spool
from chalicelib.intake.standing import Currents
from chalicelib.intake.telling import cell_of, column_of
from chalicelib.register.district import District
from chalicelib.supervision.model import Event

NOTHING_OUT = Published(lambda month: None)


def refuse_months(spool: Spool, records: tuple[Record, ...], currents: Currents, log: WholeLog, rules: tuple[District, Published]) -> None:
    """Make a problem of every row that the index refuses. The spool has been compared with the log; a log that is not asked is not read."""
    entries = spool.of_kinds(KINDS)
    for subject in sorted({entry.event.subject for entry in entries if entry.state != SAME}):
        told = [(entry, currents.repoint(entry.event)) for entry in entries if entry.event.subject == subject and entry.state != SAME]
        beside = by_matter([*log.list_events(subject), *(event for _, event in told)])
        for entry, event in told:
            spool.fault(_told(entry, records[entry.record], problem) for problem in _problems(entry, event, beside, rules))


def by_matter(events: Sequence[Event]) -> dict[str, list[Event]]:
    """Event id → all that is about the same month and sub-item, itself included: a township's years of returns are not read for each of them.

    A step or a withdrawal is about what it follows; what follows nothing known, or itself, stands alone.
    """
    known = {event.event_id: event for event in events}
    matters: dict[tuple, list[Event]] = {}
    place: dict[str, list[Event]] = {}
    for event in known.values():
        root = root_of(event, known)
        matter = (root.payload.get("month"), root.payload["sub_item"]) if "sub_item" in root.payload else (root.event_id,)
        place[event.event_id] = matters.setdefault(matter, [])
        place[event.event_id].append(event)
    return place


def root_of(event: Event, known: Mapping[str, Event]) -> Event:
    """The fact that names the month and the sub-item, or as far back as is known."""
    passed: set[str] = set()
    while "sub_item" not in event.payload and event.event_id not in passed:
        passed.add(event.event_id)
        event = known.get(str(event.voids or event.caused_by), event)
    return event


def _problems(entry: Entry, event: Event, beside: Mapping[str, list[Event]], rules: tuple[District, Published]) -> list[Problem]:
    """What the index has against one fact, beside the log and the other rows; the fact that it corrects is not beside it."""
    district, published = rules
    if event.kind == "index_objection" and published.on(str(event.payload["month"])) is None:
        return []
    own = {event.event_id, entry.current_id}
    return beside_the_log(event, [other for other in beside[event.event_id] if other.event_id not in own], district, published)


def _told(entry: Entry, record: Record, problem: Problem) -> Problem:
    name = problem.column.removeprefix("payload.")
    return Problem(f"row {entry.row}", column_of(record, name), cell_of(record, name, problem.value), problem.reason)
