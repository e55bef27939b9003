"""Rows of an uploaded file that two sign 会签: set aside as they would be written, and written once the second has signed.

What is set aside is a file of its own beside the sheet, one line a fact, and the act that the second reads names its hash: so exactly what was read is
written, whatever becomes of the sheet. A correction gets day, instant and signers from the signature.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO

import orjson

from chalicelib.access.append import NEEDS_SECOND, REASONS, SIGNATURES, Proposal, refusal_of_rules
from chalicelib.access.identity import Identity, SubjectFacts
from chalicelib.errors import Problem
from chalicelib.intake.correct import Corrected, Corrector
from chalicelib.intake.log import WholeLog
from chalicelib.intake.spool import CORRECTED, HELD, NEW, Spool
from chalicelib.intake.standing import references_of
from chalicelib.intake.telling import title_of
from chalicelib.supervision.model import Event, from_document, to_document
from chalicelib.supervision.vocabulary import load_vocabulary

SIGNED = "import_signed"
MOST_TOLD = 1000
CHANGED = "会签以前，系统中的这条记录又有变化：请核对后再导入"


@dataclass(frozen=True, slots=True)
class Held:
    """One fact that waits: its row (0: it goes along with another), what it changes, and the events that it puts into the log."""

    row: int
    kind: str
    changes: dict[str, list]
    events: tuple[Event, ...]

    def told(self) -> dict[str, object]:
        """What the second reads of it."""
        event = self.events[-1]
        said = {} if self.is_correction else {"says": dict(event.payload)}
        return {
            "row": self.row, "kind": self.kind, "scope": event.scope, "subject_id": event.subject_id, "on": event.occurred_on,
            "changes": self.changes, **said,
        }  # fmt: skip

    @property
    def is_correction(self) -> bool:
        return len(self.events) > 1


@dataclass(frozen=True, slots=True)
class Shelf:
    """What was set aside: where, how many facts, their hash, and the first thousand as they are told."""

    path: Path
    count: int = 0
    digest: str = ""
    told: tuple[dict[str, object], ...] = ()

    def to_document(self) -> dict[str, object]:
        """What the result of an import says of it."""
        return {"waiting": self.count, "held": list(self.told)}


def needs_second(identity: Identity, proposal: Proposal, subject: SubjectFacts) -> bool:
    """Whether a fact may not be told by one person alone, whoever else its row names."""
    alone = {name: [identity.subject] for name in SIGNATURES if name in load_vocabulary().kinds[proposal.kind].fields}
    return refusal_of_rules(identity, replace(proposal, payload={**proposal.payload, **alone}), subject) in NEEDS_SECOND


def others_named(event: Event, identity: Identity) -> set[str]:
    """Whom a fact names as officers or signers beside the one who sends it."""
    return {str(name) for field in SIGNATURES for name in event.payload.get(field) or ()} - {identity.subject}  # type: ignore[union-attr]


def hold_leaning(spool: Spool) -> None:
    """What leans on a fact that waits, waits with it."""
    if not spool.count(CORRECTED) + spool.count(HELD):
        return
    grown = True
    while grown:
        grown = False
        for page in spool.pages(NEW):
            leaning = [entry for entry in page if any(spool.state_of(name) in (CORRECTED, HELD) for name in _leans_on(entry.event))]
            for entry in leaning:
                entry.state = HELD
            spool.settle(leaning)
            grown = grown or bool(leaning)


def _leans_on(event: Event) -> set[str]:
    return references_of(event) | ({event.voids} if event.voids else set())


def set_aside(path: Path, spool: Spool, corrector: Corrector, log: WholeLog) -> Shelf:
    """Write everything that waits into a file. The same rows give the same bytes, whenever it is written."""
    hold_leaning(spool)
    digest, count, told = hashlib.sha256(), 0, []
    with path.open("wb") as file:
        for held in _waiting(spool, corrector, log):
            line = _line(held)
            file.write(line)
            digest.update(line)
            count += 1
            if len(told) < MOST_TOLD:
                told.append(held.told())
    return Shelf(path, count, f"sha256:{digest.hexdigest()}", tuple(told))


def _waiting(spool: Spool, corrector: Corrector, log: WholeLog) -> Iterator[Held]:
    for page in spool.pages(CORRECTED):
        yield from (_held(*corrector.told(entry)) for entry in page)
    if spool.count(CORRECTED):
        yield from (_held(events, corrected) for events, corrected in corrector.carried(spool, log))
    for page in spool.pages(HELD):
        for entry in page:
            yield Held(entry.row, entry.event.kind, {}, (corrector.currents.repoint(entry.event),))


def _held(events: Sequence[Event], corrected: Corrected | None) -> Held:
    """A correction without the day and the instant at which it was prepared: those are the signature's."""
    void, event = events
    assert corrected is not None
    return Held(corrected.row, event.kind, corrected.changes, (replace(void, known_at=event.known_at), event))


def _line(held: Held) -> bytes:
    document = {"row": held.row, "kind": held.kind, "changes": held.changes, "events": [to_document(event) for event in held.events]}
    return orjson.dumps(document, option=orjson.OPT_APPEND_NEWLINE | orjson.OPT_SORT_KEYS)


def digest_of(path: Path) -> str:
    """The hash of a file that was set aside."""
    with path.open("rb") as file:
        return f"sha256:{hashlib.file_digest(file, 'sha256').hexdigest()}"


def read_held(file: BinaryIO) -> Iterator[Held]:
    """The facts of an open file that was set aside."""
    for line in file:
        document = orjson.loads(line)
        yield Held(document["row"], document["kind"], document["changes"], tuple(from_document(each) for each in document["events"]))


@dataclass(frozen=True, slots=True)
class Signature:
    """The fact that the second has signed, and both as their sessions said."""

    event: Event
    first: Identity
    second: Identity

    def signed(self, held: Held) -> tuple[Event, ...]:
        """The events of a fact as they go into the log: a correction has day, instant and signers of the signature."""
        if not held.is_correction:
            return held.events
        void, event = held.events
        at = max(self.event.known_at, event.known_at)
        payload = {**void.payload, "signers": [self.first.subject, self.second.subject]}
        return (replace(void, occurred_on=self.event.occurred_on, known_at=at, payload=payload), replace(event, known_at=at))

    def refusal(self, held: Held, standing: Sequence[Event], withdrawn: Collection[str]) -> str:
        """Why a fact cannot be written now, or nothing: it has changed meanwhile, or the second may not sign it. ``withdrawn`` is all that this
        signature withdraws: a step that came in meanwhile would otherwise hang on a withdrawn fact."""
        known = {event.event_id for event in standing}
        gone = {event.voids for event in standing if event.voids}
        targets = {event.voids for event in held.events if event.voids}
        if targets & gone or not targets <= known:
            return CHANGED
        if held.is_correction:
            later = (event for event in standing if event.event_id not in gone and event.event_id not in withdrawn)
            return CHANGED if any(references_of(event) & targets for event in later) else ""
        (event,) = held.events
        root = next((one for one in standing if one.event_id == event.caused_by), None)
        proposal = Proposal(event.kind, {}, event.payload, {**root.payload, "actor": root.actor.id} if root else {})
        reason = refusal_of_rules(self.second, proposal, SubjectFacts(event.scope, event.subject_id))
        if not reason and needs_second(self.first, proposal, SubjectFacts(event.scope, event.subject_id)):
            reason = "" if others_named(event, self.first) <= {self.second.subject} else "unsigned"
        return REASONS.get(reason, reason)


@dataclass(slots=True)
class Release:
    """What came of writing: new facts by kind, corrections, what stood already, what could not be written."""

    kinds: dict[str, int]
    new: int = 0
    corrections: int = 0
    problems: tuple[Problem, ...] = ()
    problem_count: int = 0

    def refuse(self, held: Held, reason: str) -> None:
        self.problem_count += 1
        if len(self.problems) < MOST_TOLD:
            self.problems += (Problem(f"row {held.row}", title_of(held.kind), "", reason),)

    def add(self, held: Held, events: Iterable[Event]) -> None:
        for event in events:
            self.kinds[event.kind] = self.kinds.get(event.kind, 0) + 1
        self.corrections += held.is_correction
        self.new += not held.is_correction
