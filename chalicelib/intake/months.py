"""A sheet's facts about a month 月报、异议 beside what stands in their township's log: a row is refused what an act is refused, in the same words.

The judge is the index's own (:mod:`chalicelib.index.acceptance`). An older log may come in before its months are replayed: then nothing
is out yet that an objection could be late for, and nothing was counted that a decision could repeat.
"""

from __future__ import annotations

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
        told = [entry for entry in entries if entry.event.subject == subject]
        standing = log.list_events(subject)
        for entry in told:
            if entry.state != SAME:
                spool.fault(_told(entry, records[entry.record], problem) for problem in _problems(entry, told, standing, currents, rules))


def _problems(
    entry: Entry, told: list[Entry], standing: tuple[Event, ...], currents: Currents, rules: tuple[District, Published]
) -> list[Problem]:
    """What the index has against one fact, beside the log and the other rows; the fact that it corrects is not beside it."""
    district, published = rules
    event = currents.repoint(entry.event)
    if event.kind == "index_objection" and published.on(str(event.payload["month"])) is None:
        return []
    own = {event.event_id, entry.current_id}
    others = {other.event_id: other for other in standing if other.event_id not in own}
    others |= {other.event.event_id: currents.repoint(other.event) for other in told if other is not entry and other.state != SAME}
    return beside_the_log(event, list(others.values()), district, published)


def _told(entry: Entry, record: Record, problem: Problem) -> Problem:
    name = problem.column.removeprefix("payload.")
    return Problem(f"row {entry.row}", column_of(record, name), cell_of(record, name, problem.value), problem.reason)
