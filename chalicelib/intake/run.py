"""The import job: read, judge the whole file, compare with the log, and only then append.

A file with one bad row changes nothing, unless the good rows are asked for. Appending goes by hundreds and every event has
its identity, so an import that was stopped half-way is finished by running it again, and running it twice changes nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass, field, replace
from datetime import date, datetime
from itertools import chain
from pathlib import Path

from chalicelib.errors import BadInput, Conflict, Problem
from chalicelib.index.acceptance import Published
from chalicelib.intake.correct import Corrected, Correction, Corrector
from chalicelib.intake.held import Shelf, set_aside
from chalicelib.intake.log import Log
from chalicelib.intake.mapping import load_mapping
from chalicelib.intake.model import GOOD, Mapping
from chalicelib.intake.months import NOTHING_OUT, refuse_months
from chalicelib.intake.permission import Permission
from chalicelib.intake.persons import SAME as STANDS
from chalicelib.intake.persons import People, PersonImport, enter, written
from chalicelib.intake.plan import Plan, judge_table
from chalicelib.intake.read import read_file
from chalicelib.intake.rejects import Rejects
from chalicelib.intake.rows import Context
from chalicelib.intake.spool import CORRECTED, NEW, OTHER, SAME, row_of
from chalicelib.intake.standing import Currents, compare, conflicts
from chalicelib.intake.table import Table
from chalicelib.register.district import District
from chalicelib.supervision.model import Actor, Event

TRANSACTION = 100
MOST_TOLD = 1000
IMPORTER = Actor("import", "admin")
# What is told while an import goes on; rows that are left out make a second round over the others.
JUDGED, COMPARED, PERMITTED, JUDGED_AGAIN, COUNTED, APPENDED = "judged", "compared", "permitted", "judged_again", "counted", "appended"
Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class Wish:
    """What an import may do beyond the plain one.

    With a rejects file bad rows are left out and written there, and ``writes`` says what becomes of the others; without one
    a bad row is an error. ``correction`` corrects what stands otherwise, ``permission`` leaves out what the sender may not bring in
    and sets aside what two must sign.
    ``stop`` is asked before every transaction: an import that was stopped is finished by the same import again. ``people`` is where a sheet of
    persons goes; without it such a sheet is refused. ``published`` is what returns and objections of a month are held against.
    """

    rejects: Path | None = None
    correction: Correction | None = None
    permission: Permission | None = None
    writes: str = GOOD
    stop: Callable[[], bool] = lambda: False
    people: People | None = None
    published: Published = NOTHING_OUT


PLAIN = Wish()


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import did, or without ``written`` would do: how the file was read, rows, events that are new and that were there
    already, new events by kind. Without ``finished`` it was stopped: what it counts as new is in the log, the rest is not yet.

    ``notes`` are what was read over, ``rejected`` the rows left out, ``problems`` what is wrong with them, ``corrected`` the facts
    told again (of both the first thousand; ``problem_count`` and ``corrections`` count them all).
    """

    file: str
    rows: int
    new: int
    same: int
    kinds: dict[str, int]
    reading: str = ""
    notes: tuple[str, ...] = ()
    rejected: int = 0
    corrections: int = 0
    corrected: tuple[Corrected, ...] = field(default=())
    written: bool = True
    finished: bool = True
    problem_count: int = 0
    problems: tuple[Problem, ...] = field(default=())
    shelf: Shelf | None = None

    def to_document(self) -> dict[str, object]:
        """The result as JSON."""
        return {"schema": 1, **asdict(replace(self, shelf=None)), **(self.shelf.to_document() if self.shelf else {})}


@dataclass
class _Settled:
    """A plan that may be written, and what is left out of it."""

    plan: Plan
    currents: Currents
    rejects: Rejects


def import_file(
    path: Path,
    mapping_path: Path,
    log: Log,
    *,
    district: District,
    id_key: bytes,
    today: date,
    now: datetime,
    actor: Actor = IMPORTER,
    progress: Progress = lambda stage, done, total: None,
    wish: Wish = PLAIN,
) -> Imported:
    """Import a CSV or XLSX file by a mapping file; ``progress(stage, done, total)`` counts rows judged, then events (total 0: unknown).

    BadRuleSet for a faulty mapping, BadInput for faulty rows or rows about unknown sites, Conflict when a fact stands
    with other content: each names every row, and nothing was written. ``now`` is the real instant, ``today`` the
    district's day, after which no fact may lie. A correction needs a log that is a :class:`.log.WholeLog`.
    """
    mapping = load_mapping(mapping_path)
    table, context = read_file(path, mapping.wanted), Context(id_key, district, actor, today)
    if mapping.persons:
        return _bring_persons(PersonImport(table, mapping, context, log, wish.permission, lambda rows: progress(JUDGED, rows, 0)), path.name, wish, progress)
    settled = _settle(table, mapping, context, log, wish, now, progress)
    spool, rejects = settled.plan.spool, settled.rejects
    if wish.rejects and rejects.rows:
        rejects.write(table, wish.rejects)
    writing = written(wish.writes, rejects)
    corrector = Corrector(wish.correction or Correction(), settled.currents, actor, today, now)
    shelf = set_aside(wish.permission.held, spool, corrector, log) if wish.permission else None  # type: ignore[arg-type]
    total, told, finished = spool.count(NEW) + (0 if shelf else spool.count(CORRECTED)), _Told(), True
    for groups in _transactions(_groups(settled, corrector, log, (NEW,) if shelf else (NEW, CORRECTED))):
        if writing and wish.stop():
            finished = False
            break
        if writing:
            log.append([event for events, _ in groups for event in events], now)
        told.add(groups)
        progress(APPENDED if writing else COUNTED, min(told.events, total), total)
    return Imported(
        path.name, settled.plan.row_count, told.new, spool.count(SAME), dict(sorted(told.kinds.items())),
        str(table.reading), settled.plan.notes.lines(), len(rejects.rows), told.corrections, tuple(told.corrected), writing, finished, rejects.count(), rejects.first(MOST_TOLD),
        shelf if shelf and shelf.count else None,
    )  # fmt: skip


def _bring_persons(sheet: PersonImport, name: str, wish: Wish, progress: Progress) -> Imported:
    """A sheet of persons, by the same rules: whole or nothing unless the good rows are asked for, the same again is no change."""
    if wish.people is None:
        raise BadInput([Problem("", "persons", "", "没有指定人员表，无法导入人员")])
    rejects, rows, notes = sheet.settle(wish.rejects is not None)
    if wish.rejects and rejects.rows:
        rejects.write(sheet.table, wish.rejects)
    writing, done, finished = written(wish.writes, rejects), Counter[str](), True
    for holder in sheet.holders(rejects.rows):
        if writing and wish.stop():
            finished = False
            break
        done[enter(holder, wish.people, sheet.context, dry=not writing)] += 1
        progress(APPENDED, done.total(), 0)
    same = done.pop(STANDS, 0)
    return Imported(
        name, rows, done.total(), same, dict(sorted(done.items())), str(sheet.table.reading), notes, len(rejects.rows),
        written=writing, finished=finished, problem_count=rejects.count(), problems=rejects.first(MOST_TOLD),
    )  # fmt: skip


def _settle(table: Table, mapping: Mapping, context: Context, log: Log, wish: Wish, now: datetime, progress: Progress) -> _Settled:
    """Judge, compare and correct until nothing is wrong; with a rejects file every round leaves out the rows that are."""
    rejects = Rejects()
    while True:
        stage = JUDGED_AGAIN if rejects.rows else JUDGED
        plan = judge_table(table, mapping, context, rejects.rows, lambda rows: progress(stage, rows, 0))
        spool, currents = plan.spool, Currents()
        if not spool.problem_count():
            currents = compare(spool, mapping.records, log, lambda done: progress(COMPARED, done, plan.event_count))
            refuse_months(spool, mapping.records, currents, log, (context.district, wish.published))  # type: ignore[arg-type]
            if wish.permission and not spool.problem_count():
                wish.permission.refuse(spool, currents, log, wish.correction, lambda done: progress(PERMITTED, done, plan.event_count))
            if wish.correction and not spool.problem_count():
                Corrector(wish.correction, currents, context.actor, context.today, now).settle(spool, mapping.records)
        if wish.rejects is None:
            plan.refuse_problems()
            _refuse_conflicts(plan, mapping, currents)
            return _Settled(plan, currents, rejects)
        if not spool.problem_count() and not spool.count(OTHER):
            return _Settled(plan, currents, rejects)
        rejects.add(chain(spool.problems(), conflicts(spool, mapping.records, currents)))
        spool.close()


def _refuse_conflicts(plan: Plan, mapping: Mapping, currents: Currents) -> None:
    count = plan.spool.count(OTHER)
    if count:
        rows = sorted(conflicts(plan.spool, mapping.records, currents), key=lambda problem: (row_of(problem), problem.column))
        raise Conflict("; ".join(str(problem) for problem in rows[:20]), rows=[str(problem) for problem in rows[:MOST_TOLD]], count=count)


Group = tuple[list[Event], Corrected | None]


@dataclass
class _Told:
    """Counts what went into the log, or would."""

    kinds: Counter[str] = field(default_factory=Counter)
    events: int = 0
    new: int = 0
    corrections: int = 0
    corrected: list[Corrected] = field(default_factory=list)

    def add(self, groups: Iterable[Group]) -> None:
        for events, corrected in groups:
            self.events += len(events)
            self.kinds.update(event.kind for event in events)
            self.new += corrected is None
            self.corrections += corrected is not None
            if corrected is not None and len(self.corrected) < MOST_TOLD:
                self.corrected.append(corrected)


def _groups(settled: _Settled, corrector: Corrector, log: Log, states: tuple[str, ...]) -> Iterator[Group]:
    """What goes into the log, in import order; a withdrawal and the fact told again belong together."""
    spool = settled.plan.spool
    for entry in spool.to_write():
        if entry.state in states:
            yield corrector.told(entry)
    if CORRECTED in states and spool.count(CORRECTED):
        yield from corrector.carried(spool, log)  # type: ignore[arg-type]


def _transactions(groups: Iterable[Group]) -> Iterator[list[Group]]:
    """Groups by hundreds of events; no group is torn."""
    packed: list[Group] = []
    size = 0
    for group in groups:
        if size + len(group[0]) > TRANSACTION:
            yield packed
            packed, size = [], 0
        packed.append(group)
        size += len(group[0])
    if packed:
        yield packed
