"""The registry's window behind the API: one person's acts on the register, judged by the matrices and written down."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

from chalicelib import clock
from chalicelib.access.append import REASONS
from chalicelib.access.audit import audit_line
from chalicelib.access.identity import Identity, SubjectFacts
from chalicelib.access.policy import Proposal, may_append
from chalicelib.code.compose import Stores
from chalicelib.code.site import site_subject
from chalicelib.code.token import parse_keys
from chalicelib.config import Settings
from chalicelib.errors import BadInput, Forbidden, NotFound
from chalicelib.ids import subject_of
from chalicelib.register.district import load_district
from chalicelib.register.entry import Entry
from chalicelib.registry.merge import KINDS, Act, asked, merge_events
from chalicelib.registry.people import People, Table
from chalicelib.registry.searching import Entries, Searcher
from chalicelib.supervision.facts import fold
from chalicelib.supervision.kin import kin_of, owner_of
from chalicelib.supervision.model import Actor, Event
from chalicelib.supervision.vocabulary import kind_of, problems


@dataclass(frozen=True, slots=True)
class Window:
    """One request at the window: who is asking, over which stores."""

    identity: Identity
    stores: Stores
    settings: Settings

    def merge(self, scope: str, gone: str, body: Mapping[str, object]) -> dict[str, object]:
        """Merge a record into another one: both facts or none. The same request again is no change.

        BadInput naming what cannot be, Forbidden where the write matrix refuses one of the two facts.
        """
        into, key, reason = asked(body)
        self._judge(scope, gone, KINDS[scope][0])
        self._judge(scope, into, KINDS[scope][1])
        act = self._act(key, reason, body.get("occurred_on"))
        made = merge_events(scope, gone, into, act, self.stores.log.list_events)
        found = [problem for event in made for problem in problems(event)]
        if found:
            raise BadInput(found)
        standing = {event.event_id for event in self.stores.log.list_events(subject_of(scope, gone))}
        if made[0].event_id not in standing:
            self._append(made)
        return {"merged": gone, "into": into, "event_ids": [event.event_id for event in made], "new": made[0].event_id not in standing}

    def people(self, site_id: str, table: Table) -> People:
        """The persons of a site. NotFound without such a site."""
        kin = kin_of(site_id, cache(self.stores.log.list_events))
        if owner_of(kin.site) is None:
            raise NotFound("no such site")
        subject = site_subject(fold(kin.site, kin.enterprise, kin.absorbed), self.settings.day().isoformat())
        return People(self.identity, subject, table, self._note)

    def _append(self, made: tuple[Event, ...]) -> None:
        for event in made:
            self._note("append", event.subject, event.kind)
        self.stores.log.append(list(made), clock.utc_now())

    def _judge(self, scope: str, subject_id: str, name: str) -> None:
        decision = may_append(self.identity, Proposal(name, kind_of(name).append), SubjectFacts(scope, subject_id))
        if not decision.allowed:
            self._note("refuse", subject_of(scope, subject_id), f"{name} {decision.reason}")
            raise Forbidden("this fact may not be appended by you", reason=decision.reason, sentence=REASONS[decision.reason])

    def _act(self, key: str, reason: str, occurred_on: object) -> Act:
        now, who = self.settings.now(), self.identity
        actor = Actor(who.subject, who.role, who.organisation, who.enforcement_certificate)
        day = str(occurred_on or clock.day_of(now).isoformat())
        return Act(actor, "district", day, clock.instant_text(now), f"{who.subject}|{key}", reason)

    def _note(self, action: str, subject: str, what: str) -> None:
        self.stores.audit.write(audit_line(self.identity, action, subject, what, clock.utc_now()))


# Typing asks again with every letter: a township's entries may be this old.
FRESH_SECONDS = 15


def searcher_of(window: Window, entries: Callable[[Settings], Entries] | None = None) -> Searcher:
    """The search of the person at this window."""
    from chalicelib.code.desk import Desk

    given, now = window.settings, clock.utc_now()
    index = entries(given) if entries else KeptEntries(given.table_prefix, int(now.timestamp()) // FRESH_SECONDS)
    own = Desk(window.identity, window.stores, given).own_sites
    return Searcher(window.identity, load_district(given.district), index, parse_keys(given.plate_keys), own)


@dataclass(frozen=True, slots=True)
class KeptEntries:
    """The search index, a township's entries kept by this process for some seconds."""

    table_prefix: str
    moment: int

    def of_townships(self, codes: Sequence[str]) -> list[tuple[str, Entry]]:
        return list(_kept(self.table_prefix, tuple(codes), self.moment))

    def of_sites(self, site_ids: Iterable[str]) -> list[tuple[str, Entry]]:
        return _stored(self.table_prefix).of_sites(site_ids)

    def rows(self, site_ids: Iterable[str]) -> dict[str, dict[str, object]]:
        return _stored(self.table_prefix).rows(site_ids)


def _stored(table_prefix: str) -> Entries:
    from chalicelib.registry.store import Entries as Stored

    return Stored(table_prefix)


@lru_cache(maxsize=4)
def _kept(table_prefix: str, codes: tuple[str, ...], moment: int) -> tuple[tuple[str, Entry], ...]:
    return tuple(_stored(table_prefix).of_townships(codes))
