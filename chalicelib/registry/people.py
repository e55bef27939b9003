"""A site's persons at the registry's window: shown by the read matrix, entered and erased by its rights, every look in clear written down."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

from chalicelib.access.append import REASONS
from chalicelib.access.identity import Identity, SubjectFacts
from chalicelib.access.policy import Proposal, may_append, person_rights, visible
from chalicelib.errors import Forbidden, NotFound
from chalicelib.ids import base32, subject_of
from chalicelib.registry.persons import OFFICES, Person, read_person

GROUP = "persons"
SOURCE = {"enterprise": "self"}


class Table(Protocol):
    """As :class:`chalicelib.registry.store.PersonTable`."""

    def list(self, subject: str) -> list[Person]: ...
    def put(self, subject: str, person: Person) -> None: ...
    def erase(self, subject: str, office: str) -> bool: ...


@dataclass(frozen=True, slots=True)
class People:
    """The persons of one site, for one person who asks. ``note`` writes an audit line (action, subject, what): never a name or phone."""

    identity: Identity
    site: SubjectFacts
    table: Table
    note: Callable[[str, str, str], None]

    @property
    def subject(self) -> str:
        return subject_of("site", self.site.subject_id)

    def show(self, reveal: bool) -> dict[str, object]:
        """Who holds which office, as far as this person may see it. A look in clear is written down before it is given."""
        listed = [person.shown() for person in self.table.list(self.subject)]
        asked = frozenset({GROUP}) if reveal else frozenset()
        view = visible({"site_id": self.site.subject_id, GROUP: listed}, self.identity, self.site, asked)
        if GROUP not in view.document:
            raise Forbidden("persons are not shown to you")
        if view.audited and listed:
            self.note("reveal", self.subject, " ".join(sorted(str(person["type"]) for person in listed)))
        return view.document

    def enter(self, office: str, body: Mapping[str, object], day: str) -> dict[str, str]:
        """Enter the holder of an office; the one before is forgotten. BadInput, Forbidden."""
        name, phone = read_person(office, body)
        self._judge("enter")
        reference = "P" + base32(secrets.token_bytes(10), 15)
        self.note("person", self.subject, f"enter {office} {reference}")
        self.table.put(self.subject, Person(office, reference, name, phone, day, SOURCE.get(self.identity.role, self.identity.role)))
        return {"office": office, "id": reference}

    def erase(self, office: str) -> None:
        """Forget the holder of an office. The line in the audit log says that it was done, not who it was. NotFound, Forbidden."""
        self._judge("erase")
        if office not in OFFICES:
            raise NotFound("no such office")
        self.note("erase", self.subject, office)
        if not self.table.erase(self.subject, office):
            raise NotFound("nobody holds this office")

    def _judge(self, right: str) -> None:
        decision = may_append(self.identity, Proposal(f"person_{right}", person_rights()[right]), self.site)
        if not decision.allowed:
            self.note("refuse", self.subject, f"person {right} {decision.reason}")
            raise Forbidden("persons of this site are not yours to change", reason=decision.reason, sentence=REASONS[decision.reason])
