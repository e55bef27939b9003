"""The import job: read, judge the whole file, compare with the log, and only then append.

A file with one bad row changes nothing, unless the good rows are asked for. Appending goes by hundreds and every event has
its identity, so an import that was stopped half-way is finished by running it again, and running it twice changes nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from itertools import chain
from pathlib import Path

from chalicelib.errors import Conflict
from chalicelib.intake.correct import Corrected, Correction, Corrector
from chalicelib.intake.log import Log
from chalicelib.intake.mapping import load_mapping
from chalicelib.intake.model import Mapping
from chalicelib.intake.plan import Plan, judge_table
from chalicelib.intake.read import read_file
from chalicelib.intake.rejects import Rejects
from chalicelib.intake.rows import Context
from chalicelib.intake.spool import CORRECTED, NEW, OTHER, SAME
from chalicelib.intake.standing import Currents, compare, conflicts
from chalicelib.intake.table import Table
from chalicelib.register.district import District
from chalicelib.supervision.model import Actor, Event

TRANSACTION = 100
MOST_TOLD = 1000
IMPORTER = Actor("import", "admin")


@dataclass(frozen=True, slots=True)
class Wish:
    """What an import may do beyond the plain one: leave bad rows out (into a rejects file), correct what stands otherwise."""

    rejects: Path | None = None
    correction: Correction | None = None


PLAIN = Wish()


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import did: how the file was read, rows, events that are new and that were there already, new events by kind.

    ``notes`` are what was read over, ``rejected`` the rows left out, ``corrected`` the facts told again (the first thousand;
    ``corrections`` counts them all).
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

    def to_document(self) -> dict[str, object]:
        """The result as JSON."""
        return {"schema": 1, **asdict(self)}


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
    progress: Callable[[int, int], None] = lambda done, total: None,
    wish: Wish = PLAIN,
) -> Imported:
    """Import a CSV or XLSX file by a mapping file; ``progress(done, total)`` counts events.

    BadRuleSet for a faulty mapping, BadInput for faulty rows or rows about unknown sites, Conflict when a fact stands
    with other content: each names every row, and nothing was written. ``now`` is the real instant, ``today`` the
    district's day, after which no fact may lie. A correction needs a log that is a :class:`.log.WholeLog`.
    """
    mapping = load_mapping(mapping_path)
    table = read_file(path, mapping.wanted)
    settled = _settle(table, mapping, Context(id_key, district, actor, today), log, wish, now)
    spool = settled.plan.spool
    if wish.rejects and settled.rejects.rows:
        settled.rejects.write(table, wish.rejects)
    corrector = Corrector(wish.correction or Correction(), settled.currents, actor, today, now)
    total, done, told = spool.count(NEW) + spool.count(CORRECTED), 0, _Told()
    for events in _transactions(told.through(_groups(settled, corrector, log))):
        log.append(events, now)
        done += len(events)
        progress(min(done, total), total)
    notes = tuple(f"{column}：{count}格{note}" for (column, note), count in sorted(settled.plan.notes.items()))
    return Imported(
        path.name, settled.plan.row_count, spool.count(NEW), spool.count(SAME), dict(sorted(told.kinds.items())), str(table.reading), notes,
        len(settled.rejects.rows), told.corrections, tuple(told.corrected),
    )  # fmt: skip


def _settle(table: Table, mapping: Mapping, context: Context, log: Log, wish: Wish, now: datetime) -> _Settled:
    """Judge, compare and correct until nothing is wrong; with a rejects file every round leaves out the rows that are."""
    rejects = Rejects()
    while True:
        plan = judge_table(table, mapping, context, rejects.rows)
        spool, currents = plan.spool, Currents()
        if not spool.problem_count():
            currents = compare(spool, mapping.records, log)
            if wish.correction and not spool.problem_count():
                Corrector(wish.correction, currents, context.actor, context.today, now).settle(spool, mapping.records)
        if wish.rejects is None:
            plan.refuse_problems()
            _refuse_conflicts(plan)
            return _Settled(plan, currents, rejects)
        if not spool.problem_count() and not spool.count(OTHER):
            return _Settled(plan, currents, rejects)
        rejects.add(chain(spool.problems(), conflicts(spool)))
        spool.close()


def _refuse_conflicts(plan: Plan) -> None:
    count = plan.spool.count(OTHER)
    if count:
        rows = sorted(conflicts(plan.spool), key=lambda problem: (int(problem.place.removeprefix("row ")), problem.column))
        raise Conflict("; ".join(str(problem) for problem in rows[:20]), rows=[str(problem) for problem in rows[:MOST_TOLD]], count=count)


@dataclass
class _Told:
    """Counts what goes by on its way into the log."""

    kinds: Counter[str] = field(default_factory=Counter)
    corrections: int = 0
    corrected: list[Corrected] = field(default_factory=list)

    def through(self, groups: Iterable[tuple[list[Event], Corrected | None]]) -> Iterator[list[Event]]:
        for events, corrected in groups:
            self.kinds.update(event.kind for event in events)
            if corrected is not None:
                self.corrections += 1
                if len(self.corrected) < MOST_TOLD:
                    self.corrected.append(corrected)
            yield events


def _groups(settled: _Settled, corrector: Corrector, log: Log) -> Iterator[tuple[list[Event], Corrected | None]]:
    """What goes into the log, in import order; a withdrawal and the fact told again belong together."""
    spool = settled.plan.spool
    for entry in spool.to_write():
        yield corrector.told(entry)
    if spool.count(CORRECTED):
        yield from corrector.carried(spool, log)  # type: ignore[arg-type]


def _transactions(groups: Iterable[list[Event]]) -> Iterator[list[Event]]:
    """Events by hundreds; no group is torn."""
    packed: list[Event] = []
    for group in groups:
        if len(packed) + len(group) > TRANSACTION:
            yield packed
            packed = []
        packed = packed + group
    if packed:
        yield packed
