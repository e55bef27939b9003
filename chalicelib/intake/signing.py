"""The second signature of an uploaded file: the act that waits for it, and what is written once it is there.

Whether two have signed is asked of the log: the fact ``import_signed`` that the second's signature appended names the file that was set aside, by its
hash. Writing may be stopped at any moment and begun again: what stands is no change.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Protocol

from chalicelib import ids
from chalicelib.access.identity import Identity
from chalicelib.cosign import model
from chalicelib.cosign.model import Act
from chalicelib.errors import BadInput, Conflict, Problem
from chalicelib.intake.asked import Asked
from chalicelib.intake.held import CHANGED, SIGNED, Held, Release, Shelf, Signature, digest_of, read_held
from chalicelib.intake.log import WholeLog
from chalicelib.intake.spool import event_of
from chalicelib.supervision.model import Event


class Acts(Protocol):
    """Where acts wait, as :class:`chalicelib.cosign.store.ActTable`."""

    def find(self, act: str) -> Act | None: ...
    def create(self, act: Act) -> bool: ...


def act_of(job_id: str, asked: Asked, shelf: Shelf, first: Identity, district_id: str, now: datetime) -> Act:
    """The act by which the sender asks for a second signature. One job has one."""
    payload = {
        "job": job_id, "filename": asked.filename, "mapping": asked.mapping, "facts": shelf.digest, "rows": shelf.count,
        **({"reason": asked.reason} if asked.reason else {}),
    }  # fmt: skip
    return model.prepared(first, "district", district_id, {"kind": SIGNED, "key": job_id, "payload": payload}, now)


def signature_of(act: Act | None, log: WholeLog) -> Signature | None:
    """The signature, as the log has it; None while there is none."""
    if act is None or act.state != model.SIGNED or act.second is None or not act.event_ids:
        return None
    key = (ids.subject_of(act.scope, act.subject_id), act.event_ids[0])
    text = log.find_texts([key]).get(key)
    return Signature(event_of(text), act.first, act.second) if text else None


@dataclass
class Writer:
    """Writes what a signature releases; ``watch(done, total)`` counts facts, ``stop`` is asked before each."""

    signature: Signature
    log: WholeLog
    now: datetime
    stop: Callable[[], bool]
    watch: Callable[[int, int], None]
    withdrawn: set[str] = field(default_factory=set)
    left: set[str] = field(default_factory=set)

    def write(self, path: Path) -> Release | None:
        """Everything that was set aside; None if it was stopped. BadInput when it is not what was signed."""
        if digest_of(path) != self.signature.event.payload["facts"]:
            raise BadInput([Problem("", "", "", "待会签的内容与会签时所见不符，什么都没有写入：请重新导入")])
        release, total = Release({}), int(self.signature.event.payload["rows"])  # type: ignore[call-overload]
        with path.open("rb") as file:
            self.withdrawn = {event.voids for held in read_held(file) for event in held.events if event.voids}
        with path.open("rb") as file:
            for done, held in enumerate(read_held(file), start=1):
                if self.stop():
                    return None
                self._write(held, release)
                self.watch(done, total)
        return release

    def _write(self, held: Held, release: Release) -> None:
        """One fact with its withdrawal, together. What leans on one that could not be written is not written either."""
        events, standing = self.signature.signed(held), self.log.list_events(held.events[0].subject)
        known = {event.event_id for event in standing}
        reason = "" if events[-1].event_id in known else self._refusal(held, standing)
        if not reason:
            try:
                self.log.append(events, self.now)
                return release.add(held, events)
            except Conflict:
                reason = CHANGED
        self.left |= {event.event_id for event in events}
        release.refuse(held, reason)

    def _refusal(self, held: Held, standing: Sequence[Event]) -> str:
        leans = {name for event in held.events for name in (event.caused_by, *event.payload.values()) if isinstance(name, str)}
        return CHANGED if leans & self.left else self.signature.refusal(held, standing, self.withdrawn)
