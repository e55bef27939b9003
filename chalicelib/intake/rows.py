"""One row as the events it tells: identity, subject, date, source and payload by the references of a mapping.

Ids follow from the identity columns (``ids.keyed_id``, ``ids.event_id_of``): importing a row twice names the same facts.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from chalicelib import ids
from chalicelib.errors import Problem
from chalicelib.intake.cells import BadCell, note_on, plus_days, read_cell, translate
from chalicelib.intake.identity import opaque_id, registration_id, start_of_day
from chalicelib.intake.merge import Draft
from chalicelib.intake.model import Column, Mapping, Record, Reference
from chalicelib.intake.notes import Notes
from chalicelib.intake.table import Row, Table
from chalicelib.intake.telling import title_of
from chalicelib.register.district import District
from chalicelib.supervision.model import Actor, Event
from chalicelib.supervision.vocabulary import load_vocabulary

REGISTRATION = {"site": "site_registered", "enterprise": "enterprise_registered"}
# Texts of a column whose values are remembered: most columns have few, and those that have many are not worth it.
MOST_KNOWN = 4096
ROLE_OF_SOURCE = {
    **{role: role for role in ("township", "district", "expert", "system")},
    "self": "enterprise",
    "report": "public",
}


@dataclass(frozen=True, slots=True)
class Context:
    """What the rows do not say: the key of opaque ids, the district, who imports, and today."""

    id_key: bytes
    district: District
    actor: Actor
    today: date


@dataclass
class RowReader:
    """Reads rows one by one: after each, what it drafted, what is wrong with it, and what the drafts lean on."""

    table: Table
    mapping: Mapping
    context: Context
    drafts: list[Draft] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    needs: dict[tuple[str, str], Problem] = field(default_factory=dict)
    notes: Notes = field(default_factory=Notes)

    def __post_init__(self) -> None:
        columns = self.mapping.columns
        self.places = [(place, columns[name], {}) for place, name in enumerate(self.table.columns) if name in columns]
        self.types = {name: kind.fields for name, kind in load_vocabulary().kinds.items()}
        self.township_names: dict[str, list] = {}
        for township in self.context.district.townships:
            for name in (township.code, township.name):
                self.township_names.setdefault(name, []).append(township)
        self.number = 0
        self.values: dict[str, Any] = {}
        self.texts: dict[str, str] = {}
        self.subjects: dict[str, str] = {}

    def read(self, row: Row) -> None:
        """Read one row, forgetting the one before; a row with a problem drafts nothing that counts."""
        self._start(row)
        if self.problems:
            return
        for record in self.mapping.records:
            if self._applies(record):
                self._draft(record)

    def shared_ids(self, row: Row) -> set[str]:
        """The facts that a refused row would have told together with other rows, as far as it can be read."""
        self._start(row)
        found = set()
        for record in self.mapping.records:
            if record.merge and self._applies(record):
                subject = self._subject(record.scope, "")
                identity = self._identity(record.key)
                if subject and identity:
                    found.add(ids.event_id_of(subject, record.kind, identity))
        return found

    def _start(self, row: Row) -> None:
        self.number, self.values, self.texts, self.subjects = row.number, {}, {}, {}
        self.drafts, self.problems, self.needs = [], [], {}
        for place, column, known in self.places:
            self._cell(column, row.cells[place] if place < len(row.cells) else "", known)
        # A row of another length, or a cell that is known to be spoilt, is told once.
        spoilt = {problem.column for problem in row.problems}
        self.problems = [*row.problems, *(problem for problem in self.problems if not spoilt & {"", problem.column})]

    def _cell(self, column: Column, text: str, known: dict[str, tuple[Any, str]]) -> None:
        self.texts[column.name] = text
        if text not in known:
            if len(known) >= MOST_KNOWN:
                known.clear()
            try:
                known[text] = read_cell(column, text), note_on(column, text)
            except BadCell as error:
                self.values[column.name] = None
                self._problem(column.name, text, str(error))
                return
        self.values[column.name], note = known[text]
        if note:
            self.notes.add(column.name, note, self.number)

    def _problem(self, column: str, value: object, reason: str) -> None:
        self.problems.append(Problem(f"row {self.number}", column, str(value)[:100], reason))

    def _applies(self, record: Record) -> bool:
        return all(self.texts[name] in words if words else self.values[name] is not None for name, words in record.when.items())

    def _draft(self, record: Record) -> None:
        before = len(self.problems)
        day = self._value(record.on, "date")
        if day is None:
            self._problem(record.on.column, "", f"“{title_of(record.kind)}”没有发生日期：请填写")
            return
        if str(day) > self.context.today.isoformat():
            self._problem(record.on.column, day, "日期在将来，请核对年份")
            return
        subject = self._subject(record.scope, str(day))
        identity = self._identity(record.key) if subject else None
        if subject is None or identity is None:
            return
        event = self._event(record, subject, identity, str(day))
        if len(self.problems) == before:
            if record.kind != REGISTRATION.get(record.scope, record.kind):
                self._needs(record.scope, subject)
            self.drafts.append(Draft(event, self.number, record))

    def _event(self, record: Record, subject: str, identity: str, day: str) -> Event:
        source = str(self._value(record.source) or "")
        known_at = self._value(record.at) if record.at else None
        place = self._value(record.place) if record.place else None
        return Event(
            event_id=ids.event_id_of(subject, record.kind, identity),
            kind=record.kind,
            scope=record.scope,
            subject_id=subject[2:],
            occurred_on=day,
            known_at=str(known_at or start_of_day(day)),
            actor=self._actor(record, source),
            source=source,
            payload=self._payload(record, day),
            place={"text": place} if place else None,
            caused_by=self._value(record.caused_by, need=True) if record.caused_by else None,
            voids=self._value(record.voids, need=True) if record.voids else None,
        )

    def _actor(self, record: Record, source: str) -> Actor:
        name = self._value(record.actor) if record.actor else None
        return Actor(str(name), ROLE_OF_SOURCE.get(source, "system")) if name else self.context.actor

    def _payload(self, record: Record, day: str) -> dict[str, Any]:
        payload: dict[str, Any] = {}
        for name, reference in record.fields.items():
            type_name = self.types[record.kind][name].type
            value = self._value(reference, type_name)
            if value is not None and type_name == "township_code":
                value = self._township(str(value), day, reference.column)
            if value is not None or reference.unknown:
                payload[name] = value
        return payload

    def _value(self, reference: Reference, type_name: str = "", need: bool = False) -> Any:
        if reference.subject:
            return self._subject_id(reference)
        if reference.event:
            return self._event_id(reference, need)
        value = self.values[reference.column] if reference.column else reference.value
        if value is None:
            return [] if type_name == "officers" else {} if type_name == "items" else None
        try:
            if reference.values is not None:
                value = translate(reference.values, value)
            return plus_days(value, reference.plus_days) if reference.plus_days else value
        except BadCell as error:
            self._problem(reference.column, value, str(error))
            return None

    def _subject_id(self, reference: Reference) -> str | None:
        """The id of the row's own site or enterprise, or of the other one that columns name."""
        if not reference.key:
            subject = self._subject(reference.subject, "")
            return subject[2:] if subject else None
        identity = self._identity(reference.key)
        return None if identity is None else opaque_id(self.context.id_key, reference.subject, identity)

    def _event_id(self, reference: Reference, need: bool) -> str | None:
        """The id of another fact of the same subject; None when the columns of its identity are blank and it is not needed."""
        scope = load_vocabulary().kinds[reference.event].scope
        subject = self._subject(scope, "")
        if subject is None or (not need and not any(self.texts[name] for name in reference.key)):
            return None
        identity = self._identity(reference.key)
        if identity is None:
            return None
        event_id = ids.event_id_of(subject, reference.event, identity)
        column = reference.key[0] if reference.key else ""
        self._need(subject, event_id, column, identity, "没有找到对应的原记录：请核对编号，或先导入原记录")
        return event_id

    def _needs(self, scope: str, subject: str) -> None:
        identity = self._identity(self.mapping.subjects[scope]) or ""
        column = self.mapping.subjects[scope][0]
        self._need(subject, registration_id(subject, REGISTRATION[scope], identity), column, identity, "没有登记过的企业或场所：请核对，或先导入登记")

    def _need(self, subject: str, event_id: str, column: str, value: str, reason: str) -> None:
        if (subject, event_id) not in self.needs:
            self.needs[subject, event_id] = Problem(f"row {self.number}", column, value[:100], reason)

    def _identity(self, names: tuple[str, ...]) -> str | None:
        """The identity that columns spell, as they are read (a credit code in capitals). None, with a problem, if one is blank."""
        blank = [name for name in names if self.values[name] is None]
        for name in blank:
            self._problem(name, "", "标识列不能为空，请填写")
        return None if blank else "|".join(str(self.values[name]) for name in names)

    def _subject(self, scope: str, day: str) -> str | None:
        """The partition of the row's site, enterprise or township."""
        if scope in self.subjects:
            return self.subjects[scope]
        names = self.mapping.subjects[scope]
        identity = self._identity(names)
        if identity is None:
            return None
        opaque = self._township(identity, day, names[0]) if scope == "township" else opaque_id(self.context.id_key, scope, identity)
        if opaque is None:
            return None
        self.subjects[scope] = ids.subject_of(scope, opaque)
        return self.subjects[scope]

    def _township(self, name: str, day: str, column: str) -> str | None:
        known = self.township_names.get(name, [])
        for township in known:
            if not day or township.valid_on(date.fromisoformat(day)):
                return township.code
        self._problem(column, name, "该日期没有这个镇街：请核对名称和日期" if known else "本区没有这个镇街：请填全称或代码")
        return None
