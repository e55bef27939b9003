"""The office of acts that two sign: who prepares, reads, signs, declines, withdraws; each step judged by the desk and written down.

The second signature is judged as if both stood at the desk at that moment: the rights of the first as his session gave them when he
prepared the act, those of the second as his session gives them now, both over what stands in the log now.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol

from chalicelib import clock
from chalicelib.access.append import NEEDS_SECOND, REASONS, Decision
from chalicelib.access.audit import audit_line
from chalicelib.access.identity import Identity
from chalicelib.code.compose import Stores
from chalicelib.code.desk import Desk, Receipt
from chalicelib.code.remedy import stands_already
from chalicelib.config import Settings
from chalicelib.cosign import model
from chalicelib.cosign.model import Act, colleague_of, signed_body, state_now
from chalicelib.cosign.present import About, shown
from chalicelib.errors import BadInput, Conflict, Forbidden, NotFound
from chalicelib.ids import subject_of
from chalicelib.supervision.model import Event


class ActBook(Protocol):
    """Where acts wait, as :class:`chalicelib.cosign.store.ActTable`."""

    def find(self, act: str) -> Act | None: ...
    def list_open(self, now: datetime) -> list[Act]: ...
    def list_of(self, person: str) -> list[Act]: ...
    def create(self, act: Act) -> bool: ...
    def end(self, act: Act) -> bool: ...
    def sign(self, act: Act, events: Sequence[Event], now: datetime) -> str: ...


@dataclass(frozen=True, slots=True)
class Office:
    """One request's office: who is asking, over which stores; ``wake`` sets a job going that waited for the signature."""

    identity: Identity
    stores: Stores
    settings: Settings
    book: ActBook
    wake: Callable[[str], None]

    def reading(self) -> Office:
        """The office for a request that only reads: who may sign, names and facts are all found in one reading of a log."""
        return replace(self, stores=self.stores.reading())

    def prepare(self, scope: str, subject_id: str, body: Mapping[str, object]) -> Act | Receipt:
        """Sign an act as the first: appended at once if one is enough, else judged in full as if a colleague had signed too, and kept.

        Errors as an append. The same key with the same content again is no change.
        """
        if model.names_others(body, self.identity):
            raise self._forbidden(subject_of(scope, subject_id), str(body.get("kind")), Decision(False, "unsigned"))
        standing = self.stores.log.list_events(subject_of(scope, subject_id))
        alone = signed_body(body, [self.identity.subject])
        if self._desk(self.identity).decision(scope, subject_id, alone, standing).reason not in NEEDS_SECOND:
            return self._desk(self.identity).append(scope, subject_id, alone)
        act = model.prepared(self.identity, scope, subject_id, body, self.settings.instant())
        if self.book.find(act.act) is not None:
            return self._prepared_before(act)
        self._facts(act, colleague_of(self.identity), standing)
        self._note("prepare", act)
        return act if self.book.create(act) else self._prepared_before(act)

    def to_sign(self) -> list[Act]:
        """What waits and this person may sign, the most urgent first."""
        waiting = self.book.list_open(self.settings.instant())
        return [act for act in waiting if act.first.subject != self.identity.subject and self._may_answer(act).allowed]

    def mine(self) -> list[Act]:
        """What this person prepared lately, with what became of it."""
        return self.book.list_of(self.identity.subject)

    def show(self, act_id: str) -> Act:
        """An act, for the first and for whoever may sign it. NotFound, Forbidden."""
        act = self._found(act_id)
        if act.first.subject != self.identity.subject:
            if act.second is None or act.second.subject != self.identity.subject:
                self._refuse_strangers(act)
            self._note("read", act)
        return act

    def sign(self, act_id: str) -> Receipt:
        """Sign as the second: judged anew, then the signature and all facts in one write. Signed again by the same person: no change.

        NotFound; ActEnded; Forbidden and BadInput as an append; Conflict if the log was faster.
        """
        act, now = self._found(act_id), self.settings.instant()
        if act.state == model.SIGNED and act.second and act.second.subject == self.identity.subject:
            self._wake(act)
            return Receipt(act.event_ids[0], False)
        self._refuse_strangers(act)
        model.refuse_ended(act, now)
        events = self._facts(act, self.identity, self.stores.log.list_events(act.subject))
        signed = act.ended(model.SIGNED, self.identity, now, event_ids=tuple(event.event_id for event in events))
        self._note("cosign", act)
        return self._written(signed, events)

    def decline(self, act_id: str, body: Mapping[str, object]) -> Act:
        """Give an act back with a reason. Errors as :meth:`sign`."""
        reason, act = model.asked_reason(body), self._found(act_id)
        self._refuse_strangers(act)
        return self._end(act, model.DECLINED, "decline", reason)

    def withdraw(self, act_id: str) -> Act:
        """Take one's own act back before it is signed. NotFound, Forbidden, ActEnded."""
        act = self._found(act_id)
        if act.first.subject != self.identity.subject:
            raise Forbidden("only who prepared an act withdraws it")
        return self._end(act, model.WITHDRAWN, "retract", "")

    def shown(self, act: Act) -> dict[str, object]:
        """The act as this person reads it, with what he may do with it."""
        state, mine = state_now(act, self.settings.instant()), act.first.subject == self.identity.subject
        return shown(act, self._about(act), state, mine=mine, may_answer=not mine and self._may_answer(act).allowed)

    def _about(self, act: Act) -> About:
        """For an appeal's decision the target is the contested fact: the one it names, else the appeal's own."""
        known = {event.event_id: event for event in self.stores.log.list_events(act.subject)}
        root = known.get(str(act.body.get("voids") or act.body.get("caused_by")))
        if root is None or root.kind != "appeal":
            return About(self._name(act), root)
        payload = act.body.get("payload") or {}
        return About(self._name(act), known.get(str(payload.get("against") or root.payload.get("against"))), root)  # type: ignore[attr-defined]

    def _name(self, act: Act) -> str:
        if model.job_of(act):
            return str(act.body["payload"]["filename"])  # type: ignore[index]
        if act.scope == "site":
            card = self.stores.cards.find(act.subject_id)
            return str(card["name"]) if card else ""
        events = self.stores.log.list_events(act.subject) if act.scope == "enterprise" else ()
        return next((str(event.payload["name"]) for event in reversed(events) if "name" in event.payload), act.subject_id)

    def _facts(self, act: Act, second: Identity, standing: Sequence[Event]) -> list[Event]:
        """What the act appends once this person has signed beside the first, judged in full."""
        both = signed_body(act.body, [act.first.subject, second.subject])
        try:
            return self._desk(act.first, second).brought_about(act.scope, act.subject_id, both, standing)
        except Forbidden as error:
            self.stores.audit.write(audit_line(self.identity, "refuse", act.subject, f"{act.kind} {error.fields.get('reason')}", clock.utc_now()))
            raise

    def _written(self, signed: Act, events: Sequence[Event]) -> Receipt:
        hindrance = self.book.sign(signed, events, clock.utc_now())
        if hindrance == "act":
            return self.sign(signed.act)
        if hindrance:
            raise stands_already(events[0])
        self._wake(signed)
        return Receipt(events[0].event_id, True)

    def _wake(self, act: Act) -> None:
        """A file that waited for the signature goes on. Not told of it (the queue was away), it is by signing again, or by its sender's next look."""
        job = model.job_of(act)
        if job:
            self.wake(job)

    def _end(self, act: Act, state: str, action: str, reason: str) -> Act:
        now = self.settings.instant()
        ended = act.ended(state, self.identity, now, reason=reason)
        if (act.state, act.second, act.reason) == (state, ended.second, reason):
            return act
        model.refuse_ended(act, now)
        self._note(action, act)
        if not self.book.end(ended):
            model.refuse_ended(self._found(act.act), now)
            raise Conflict("somebody else is at this act")
        return ended

    def _prepared_before(self, act: Act) -> Act:
        standing = self._found(act.act)
        if not model.same_request(standing, act):
            raise Conflict("the key stands with other content", act=act.act)
        return standing

    def _found(self, act_id: str) -> Act:
        act = self.book.find(act_id)
        if act is None:
            raise NotFound("no such act")
        return act

    def _may_answer(self, act: Act) -> Decision:
        """Whether this person may sign beside the first; what the log no longer has a place for may be signed by nobody."""
        both = signed_body(act.body, [act.first.subject, self.identity.subject])
        try:
            return self._desk(act.first, self.identity).decision(act.scope, act.subject_id, both, self.stores.log.list_events(act.subject))
        except (BadInput, NotFound):
            return Decision(False, "role")

    def _refuse_strangers(self, act: Act) -> None:
        decision = self._may_answer(act)
        if not decision.allowed:
            raise self._forbidden(act.subject, act.kind, decision)

    def _forbidden(self, subject: str, kind: str, decision: Decision) -> Forbidden:
        self.stores.audit.write(audit_line(self.identity, "refuse", subject, f"{kind} {decision.reason}", clock.utc_now()))
        return Forbidden("this act may not be signed by you", reason=decision.reason, sentence=REASONS[decision.reason])

    def _note(self, action: str, act: Act) -> None:
        self.stores.audit.write(audit_line(self.identity, action, act.subject, f"{act.kind} {act.act}", clock.utc_now()))

    def _desk(self, first: Identity, second: Identity | None = None) -> Desk:
        return Desk(first, self.stores, self.settings, second)
