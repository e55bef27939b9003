"""An act as those who may see it read it: whose, about what, in which words, until when, and what they may do with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from chalicelib import labels
from chalicelib.access.append import SIGNATURES
from chalicelib.access.identity import Identity
from chalicelib.cosign.model import OPEN, Act
from chalicelib.supervision.vocabulary import load_vocabulary

if TYPE_CHECKING:
    from chalicelib.supervision.model import Event

ENVELOPE = ("occurred_on", "caused_by", "voids", "evidence", "place")


@dataclass(frozen=True, slots=True)
class About:
    """What an act is about: the subject's name, the fact it answers or withdraws, and the appeal it decides."""

    name: str
    target: Event | None
    appeal: Event | None = None


def shown(act: Act, about: About, state: str, *, mine: bool, may_answer: bool) -> dict[str, object]:
    """The whole act for whoever may see it; that, the office has judged."""
    answer = may_answer and state == OPEN
    return {
        "act": act.act,
        "state": state,
        "state_word": labels.ACT_STATE[state],
        "scope": act.scope,
        "subject_id": act.subject_id,
        "name": about.name,
        "kind": act.kind,
        "title": load_vocabulary().kinds[act.kind].title,
        "says": _unsigned(act.body.get("payload") or {}),  # type: ignore[arg-type]
        **{name: act.body[name] for name in ENVELOPE if act.body.get(name)},
        "target": _fact(about.target),
        "appeal": _fact(about.appeal),
        "first": _person(act.first),
        "second": _person(act.second) if act.second else None,
        "mine": mine,
        "prepared_at": act.prepared_at,
        "open_until": act.open_until,
        "ended_at": act.ended_at,
        "reason": act.reason,
        "event_ids": list(act.event_ids),
        "may": {"sign": answer, "decline": answer, "withdraw": mine and state == OPEN},
    }


def _fact(event: Event | None) -> dict[str, object] | None:
    """A fact in the words of the log, without who signed it."""
    if event is None:
        return None
    title = load_vocabulary().kinds[event.kind].title
    return {"id": event.event_id, "kind": event.kind, "title": title, "on": event.occurred_on, "by": event.source, "says": _unsigned(event.payload), "evidence": list(event.evidence)}


def _person(identity: Identity) -> dict[str, str]:
    """Somebody by his opaque id and office: the two sign beside each other, so each must know who the other is."""
    return {"id": identity.subject, "role": identity.role, "role_word": labels.ROLE[identity.role], "organisation": identity.organisation}


def _unsigned(payload: Mapping[str, object]) -> dict[str, object]:
    return {name: value for name, value in payload.items() if name not in SIGNATURES}
