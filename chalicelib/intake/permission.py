"""Whether whoever sends a file may bring in each of its rows: the import matrix, asked for what the file would write.

Rows that stand already are not asked about. What a row leans on (the hazard it closes) is looked up, in the file or in the log. What may not be told by
one person alone waits for the second (:mod:`.held`): nobody counts as having signed because a sheet names him.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import orjson

from chalicelib.access.append import MAJOR_DECISIONS, REASONS, Proposal
from chalicelib.access.identity import Identity, SubjectFacts
from chalicelib.access.imports import may_import
from chalicelib.errors import Problem
from chalicelib.intake.correct import VOID_OF_SCOPE, Correction
from chalicelib.intake.held import needs_second, others_named
from chalicelib.intake.log import Log
from chalicelib.intake.spool import HELD, NEW, OTHER, SAME, Entry, Spool, event_of
from chalicelib.intake.standing import Currents
from chalicelib.intake.telling import title_of
from chalicelib.supervision.model import Event
from chalicelib.supervision.vocabulary import load_vocabulary


COLLEAGUE = "colleague"


class Areas(Protocol):
    """Where subjects of the log stand."""

    def townships(self, subjects: Collection[str]) -> Mapping[str, frozenset[str]]:
        """Townships by subject; a subject that stands nowhere yet is left out."""
        ...


@dataclass(frozen=True, slots=True)
class Permission:
    """The person who sends a file, where the subjects of the log stand, and the file into which goes what two must sign."""

    identity: Identity
    areas: Areas
    held: Path

    def refuse(self, spool: Spool, currents: Currents, log: Log, correction: Correction | None, watch: Callable[[int], None]) -> None:
        """Make a problem of every row that this person may not bring in, and hold those that he may not bring in alone; ``watch`` counts facts.
        The spool has been compared with the log."""
        done = 0
        for page in spool.pages():
            asked = [entry for entry in page if entry.state != SAME]
            events = [entry.event for entry in asked]
            townships = self._townships(events)
            roots = _roots(events, spool, currents, log)
            for entry, event in zip(asked, events, strict=True):
                subject = SubjectFacts(event.scope, event.subject_id, townships=townships.get(event.subject, frozenset()))
                reason = self._reason(entry, event, roots.get(event.caused_by or "", {}), subject, correction)
                if reason:
                    spool.fault([Problem(f"row {entry.row}", title_of(event.kind), "", REASONS[reason])])
            spool.settle(entry for entry in asked if entry.state == HELD)
            done += len(page)
            watch(done)

    def _reason(self, entry: Entry, event: Event, root: Mapping, subject: SubjectFacts, correction: Correction | None) -> str:
        """Why this person may not bring this in, or nothing; a new fact that needs two is held."""
        kinds = load_vocabulary().kinds
        proposals = [Proposal(event.kind, kinds[event.kind].append, event.payload, root)]
        if entry.state == OTHER and correction is not None:
            void = VOID_OF_SCOPE[event.scope]
            proposals.append(Proposal(void, kinds[void].append, {"signers": [self.identity.subject, COLLEAGUE]}))
        decisions = (may_import(self.identity, proposal, event.source, subject) for proposal in proposals)
        refused = next((decision.reason for decision in decisions if not decision.allowed), "")
        if refused or not needs_second(self.identity, proposals[0], subject):
            return refused
        if entry.state == NEW:
            entry.state = HELD
        named = others_named(event, self.identity) - (others_named(event_of(entry.standing), self.identity) if entry.standing else set())
        return "unsigned" if len(named) > (entry.state == HELD) else ""

    def _townships(self, events: list[Event]) -> dict[str, frozenset[str]]:
        """Where each subject stands: a township in itself, a site that the file registers where it says, others by the log."""
        found = {event.subject: frozenset({event.subject_id}) for event in events if event.scope == "township"}
        if self.identity.role == "township":
            found |= self.areas.townships({event.subject for event in events} - found.keys())
        return found


def _roots(events: list[Event], spool: Spool, currents: Currents, log: Log) -> dict[str, dict]:
    """What decisions about major hazards answer, by the id that the file gives it: its payload."""
    wanted = {event.caused_by: event.subject for event in events if event.kind in MAJOR_DECISIONS and event.caused_by}
    texts = {event_id: spool.text_of(event_id)[0] for event_id in wanted if spool.holds(event_id)}
    keys = {(subject, currents.id_of(event_id)): event_id for event_id, subject in wanted.items() if event_id not in texts}
    texts |= {keys[key]: text for key, text in (log.find_texts(list(keys)) if keys else {}).items()}
    return {event_id: orjson.loads(text)["payload"] for event_id, text in texts.items()}
