"""A sheet of persons: who holds which office of which site, into the person table and never into the log.

As with facts the whole sheet is judged before anything is written, the same sheet twice changes nothing, and no fault repeats a name or phone.
Another holder replaces the one before, who is forgotten: there is no history of persons.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Protocol

from chalicelib.access.append import REASONS
from chalicelib.access.policy import Proposal, SubjectFacts, may_append, person_rights
from chalicelib.errors import BadInput, Problem
from chalicelib.ids import base32
from chalicelib.intake.log import Log
from chalicelib.intake.model import GOOD, WHOLE, Mapping, Office
from chalicelib.intake.permission import Permission
from chalicelib.intake.plan import column_problems, first_problems
from chalicelib.intake.rejects import Rejects
from chalicelib.intake.rows import Context, RowReader
from chalicelib.intake.spool import Spool
from chalicelib.intake.table import Row, Table
from chalicelib.registry.persons import OFFICES, Person, read_person

ENTERED, REPLACED, SAME = "person_entered", "person_replaced", "same"
SOURCE_OF_ROLE = {"enterprise": "self"}
WATCHED = 1000


class PersonBook(Protocol):
    """As :class:`chalicelib.registry.store.PersonTable`."""

    def list(self, subject: str) -> list[Person]: ...
    def put(self, subject: str, person: Person) -> None: ...


@dataclass(frozen=True, slots=True)
class People:
    """Where persons go, and where it is written down that they did (subject, what: never a name)."""

    book: PersonBook
    note: Callable[[str, str], None]


@dataclass(frozen=True, slots=True)
class Holder:
    """The holder of an office that a row names."""

    subject: str
    office: str
    name: str
    phone: str
    row: int


class PersonReader(RowReader):
    """Reads the rows of a sheet of persons."""

    def holders(self, row: Row) -> list[Holder]:
        """Those a row names; empty, with problems, if anything is wrong with it."""
        self._start(row)
        if self.problems:
            return []
        found = [self._holder(entry) for entry in self.mapping.persons if self._applies(entry)]  # type: ignore[arg-type]
        return [] if self.problems else [holder for holder in found if holder is not None]

    def _holder(self, entry: Office) -> Holder | None:
        values = {name: str(self._value(reference) or "") for name, reference in (("office", entry.office), ("name", entry.name), ("phone", entry.phone))}
        columns = {"office": entry.office.column, "name": entry.name.column, "phone": entry.phone.column}
        subject = self._subject("site", "")
        try:
            name, phone = read_person(values["office"], {"name": values["name"], "phone": values["phone"]})
        except BadInput as error:
            for problem in error.problems:
                self._problem(columns[problem.column], "", problem.reason if problem.column != "office" else f"职务只能是：{'、'.join(OFFICES.values())}")
            return None
        if subject is None:
            return None
        self._needs("site", subject)
        return Holder(subject, values["office"], name, phone, self.number)


@dataclass
class Judged:
    """A sheet that was read: what is wrong with it, and how many rows counted."""

    spool: Spool
    rows: int = 0
    seen: dict[tuple[str, str], int] = field(default_factory=dict)

    def take(self, reader: PersonReader, holders: list[Holder]) -> None:
        self.rows += 1
        self.spool.fault(reader.problems)
        for (subject, event_id), problem in reader.needs.items():
            self.spool.need(subject, event_id, problem)
        for holder in holders:
            first = self.seen.setdefault((holder.subject, holder.office), holder.row)
            if first != holder.row:
                self.spool.fault([Problem(f"row {holder.row}", "", "", f"与第{first}行是同一场所的同一职务（{OFFICES[holder.office]}）")])


@dataclass(frozen=True)
class PersonImport:
    """One sheet of persons on its way: the table, how it is read, the log in which its sites are registered (none: not asked)."""

    table: Table
    mapping: Mapping
    context: Context
    log: Log | None = None
    permission: Permission | None = None
    watch: Callable[[int], None] = lambda rows: None

    def settle(self, keep_good: bool) -> tuple[Rejects, int, tuple[str, ...]]:
        """Which rows are left out, how many stay, what was read over. BadInput naming every problem, unless the good rows are kept."""
        found = column_problems(self.table, self.mapping)
        if found:
            raise BadInput(found)
        rejects = Rejects()
        reader, judged = self._reader(), Judged(Spool())
        for row in self.table.rows():
            judged.take(reader, reader.holders(row))
            if judged.rows % WATCHED == 0:
                self.watch(judged.rows)
        self._refuse_strangers(judged)
        if judged.spool.problem_count() and not keep_good:
            raise BadInput(first_problems(judged.spool))
        rejects.add(judged.spool.problems())
        judged.spool.close()
        return rejects, judged.rows - len(rejects.rows), reader.notes.lines()

    def holders(self, without: set[int]) -> Iterator[Holder]:
        reader = self._reader()
        for row in self.table.rows():
            if row.number not in without:
                yield from reader.holders(row)

    def _reader(self) -> PersonReader:
        return PersonReader(self.table, self.mapping, self.context)

    def _refuse_strangers(self, judged: Judged) -> None:
        """Problems of rows whose site is not registered, or is not the sender's to enter persons for."""
        for page in judged.spool.unmet_needs() if self.log else ():
            found = self.log.find_texts(page)  # type: ignore[union-attr]
            judged.spool.miss(event_id for subject, event_id in page if (subject, event_id) not in found)
        if self.permission is None:
            return
        rows: dict[str, list[int]] = {}
        for (subject, _), row in judged.seen.items():
            rows.setdefault(subject, []).append(row)
        reasons = self._refused(list(rows))
        judged.spool.fault(Problem(f"row {row}", "", "", REASONS[reason]) for subject, reason in reasons.items() for row in rows[subject])

    def _refused(self, subjects: list[str]) -> dict[str, str]:
        assert self.permission is not None
        identity, townships = self.permission.identity, self.permission.areas.townships(subjects)
        right = Proposal("person_enter", person_rights()["enter"])
        decisions = {s: may_append(identity, right, SubjectFacts("site", s[2:], townships=townships.get(s, frozenset()))) for s in subjects}
        return {subject: decision.reason for subject, decision in decisions.items() if not decision.allowed}


def written(writes: str, rejects: Rejects) -> bool:
    """Whether a sheet with these rows left out is written at all."""
    return writes == GOOD or (writes == WHOLE and not rejects.rows)


def enter(holder: Holder, people: People, context: Context, dry: bool) -> str:
    """Enter one holder, unless he stands: what became of it. The audit line is written before."""
    before = {person.office: person for person in people.book.list(holder.subject)}.get(holder.office)
    if before is not None and (before.name, before.phone) == (holder.name, holder.phone):
        return SAME
    if not dry:
        reference = "P" + base32(secrets.token_bytes(10), 15)
        role = context.actor.role
        person = Person(holder.office, reference, holder.name, holder.phone, context.today.isoformat(), SOURCE_OF_ROLE.get(role, role))
        people.note(holder.subject, f"enter {holder.office} {reference}")
        people.book.put(holder.subject, person)
    return ENTERED if before is None else REPLACED
