"""Corrections: a fact that a file tells otherwise is withdrawn and told again; nothing of what was recorded is lost.

What refers to the fact goes along: a step of a hazard would otherwise hang on a withdrawn root. Steps of the file itself
are told again by the file, steps that came in some other way are copied.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from chalicelib import clock
from chalicelib.intake.log import WholeLog
from chalicelib.intake.model import Record
from chalicelib.intake.spool import CORRECTED, OTHER, Entry, Spool
from chalicelib.intake.standing import Currents, changes, mark_others, references_of, repoint, revision_id
from chalicelib.supervision.model import Actor, Event, make_event
from chalicelib.supervision.vocabulary import load_vocabulary

VOID_OF_SCOPE = {"site": "void", "enterprise": "enterprise_void", "township": "township_void"}


@dataclass(frozen=True, slots=True)
class Correction:
    """Why standing facts may be corrected, and who signs for it (two where a veto or a cap falls with it)."""

    reason: str = "导入更正"
    signers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Corrected:
    """A fact that was told again: the row that did it (0 for a step that went along), what was withdrawn and what stands now."""

    row: int
    kind: str
    voided: str
    event_id: str
    changes: dict[str, list[Any]]


@dataclass(frozen=True)
class Corrector:
    """Makes the pairs of a withdrawal and the fact told again, for one file."""

    correction: Correction
    currents: Currents
    actor: Actor
    today: date
    now: datetime

    def settle(self, spool: Spool, records: tuple[Record, ...]) -> None:
        """Turn everything that stands with other content into a correction, and what refers to it with it.

        Withdrawals themselves cannot be corrected: they stay as they are, for the caller to refuse.
        """
        while True:
            count = 0
            for page in spool.pages(OTHER):
                chosen = [entry for entry in page if not load_vocabulary().kinds[entry.event.kind].voids]
                for entry in chosen:
                    event = entry.event
                    later = entry.revision + 1
                    self.currents.of[event.event_id] = (revision_id(event.subject, event.kind, event.event_id, later), later)
                    entry.state = CORRECTED
                spool.settle(chosen)
                count += len(chosen)
            if not count or not mark_others(spool, records, self.currents):
                return

    def told(self, entry: Entry) -> tuple[list[Event], Corrected | None]:
        """The events that an entry puts into the log: itself, or a withdrawal and itself again."""
        event = self.currents.repoint(entry.event)
        if entry.state != CORRECTED:
            return [event], None
        pair = self._pair(event, entry.current_id or event.event_id, self.currents.id_of(event.event_id))
        return pair, Corrected(entry.row, event.kind, entry.current_id or "", pair[1].event_id, changes(entry, self.currents))

    def carried(self, spool: Spool, log: WholeLog) -> Iterator[tuple[list[Event], Corrected]]:
        """Facts outside the file that refer to what it corrects, told again of what stands now."""
        subjects: dict[str, dict[str, str]] = {}
        for page in spool.pages(CORRECTED):
            for entry in page:
                event = entry.event
                subjects.setdefault(event.subject, {})[entry.current_id or event.event_id] = self.currents.id_of(event.event_id)
        for subject, renamed in subjects.items():
            yield from self._carried_of(subject, renamed, spool, log)

    def _carried_of(self, subject: str, renamed: dict[str, str], spool: Spool, log: WholeLog) -> Iterator[tuple[list[Event], Corrected]]:
        events = {event.event_id: event for event in log.list_events(subject)}
        gone = {event.voids for event in events.values() if event.voids}
        first = _first_ids(subject, events)
        waiting = [event for event in events.values() if event.event_id not in gone and not spool.holds(first[event.event_id][0])]
        while moved := [event for event in waiting if references_of(event) & set(renamed)]:
            waiting = [event for event in waiting if event not in moved]
            for event in moved:
                origin, revision = first[event.event_id]
                later = revision_id(subject, event.kind, origin, revision + 1)
                renamed[event.event_id] = later
                again = repoint(event, lambda event_id: renamed.get(event_id, event_id))
                yield self._pair(again, event.event_id, later), Corrected(0, event.kind, event.event_id, later, {})

    def _pair(self, event: Event, standing_id: str, event_id: str) -> list[Event]:
        at = clock.instant_text(self.now)
        payload: dict[str, object] = {"reason": self.correction.reason}
        if self.correction.signers:
            payload["signers"] = list(self.correction.signers)
        void = make_event(
            VOID_OF_SCOPE[event.scope], event.subject_id, occurred_on=self.today, known_at=max(at, event.known_at), actor=self.actor,
            source="system", payload=payload, key=f"{standing_id}#void", voids=standing_id,
        )  # fmt: skip
        return [void, replace(event, event_id=event_id, known_at=void.known_at, ingested_at=None)]


def _first_ids(subject: str, events: dict[str, Event]) -> dict[str, tuple[str, int]]:
    """Event id → the id its identity gave, and which revision it is."""
    found = {event_id: (event_id, 0) for event_id in events}
    for event in events.values():
        revision = 1
        while (later := revision_id(subject, event.kind, event.event_id, revision)) in events:
            found[later] = (event.event_id, revision)
            revision += 1
    return found
