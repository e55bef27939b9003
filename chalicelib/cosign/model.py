"""An act that waits for its second signature: what was asked, by whom, until when, and how it ended. Pure.

What needs two is no list of this package: it is whatever :mod:`chalicelib.access.append` refuses to one alone for want of another.
"""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from functools import lru_cache

from chalicelib import ids
from chalicelib.access.append import SIGNATURES
from chalicelib.access.identity import Identity
from chalicelib.access.policy import MATRIX
from chalicelib.clock import instant_text, parse_instant
from chalicelib.errors import BadInput, Conflict, Problem
from chalicelib.labels import ACT_STATE
from chalicelib.supervision.vocabulary import load_vocabulary

OPEN, SIGNED, DECLINED, WITHDRAWN, EXPIRED = "open", "signed", "declined", "withdrawn", "expired"
LONGEST_REASON = 500


class ActEnded(Conflict):
    """The act no longer waits: it was signed, declined, withdrawn, or its time is over."""

    code = "act-ended"


@dataclass(frozen=True, slots=True)
class Terms:
    """How long an act waits, and how long it can still be read what became of it."""

    hours: int
    kept_days: int


@lru_cache(maxsize=1)
def load_terms() -> Terms:
    """The terms of ``access/policy.toml``."""
    return Terms(**tomllib.loads(MATRIX.read_text(encoding="utf-8"))["cosign"])


@dataclass(frozen=True, slots=True)
class Act:
    """One act: ``body`` is the request without signatures; ``first`` and ``second`` are those who signed or answered, as their sessions said."""

    act: str
    scope: str
    subject_id: str
    body: Mapping[str, object]
    first: Identity
    prepared_at: str
    open_until: str
    state: str = OPEN
    version: int = 1
    second: Identity | None = None
    ended_at: str = ""
    reason: str = ""
    event_ids: tuple[str, ...] = ()

    @property
    def subject(self) -> str:
        return ids.subject_of(self.scope, self.subject_id)

    @property
    def kind(self) -> str:
        return str(self.body["kind"])

    def ended(self, state: str, who: Identity, now: datetime, **more: object) -> Act:
        """The act as this person ends it."""
        second = self.second if who == self.first else who
        return replace(self, state=state, version=self.version + 1, second=second, ended_at=instant_text(now), **more)  # type: ignore[arg-type]


def prepared(first: Identity, scope: str, subject_id: str, body: Mapping[str, object], now: datetime) -> Act:
    """The act that this person prepares. Its id follows from his key: asked twice it is one."""
    key = f"act|{ids.subject_of(scope, subject_id)}|{first.subject}|{body['key']}"
    act = ids.base32(hashlib.sha256(key.encode()).digest(), ids.SITE_ID_LENGTH)
    until = now + timedelta(hours=load_terms().hours)
    return Act(act, scope, subject_id, unsigned_body(body), first, instant_text(now), instant_text(until))


def state_now(act: Act, now: datetime) -> str:
    """The state that counts: nobody writes down that a time is over."""
    return EXPIRED if act.state == OPEN and now >= parse_instant(act.open_until) else act.state


def refuse_ended(act: Act, now: datetime) -> None:
    """ActEnded, saying how, unless the act still waits."""
    state = state_now(act, now)
    if state != OPEN:
        raise ActEnded("the act no longer waits", state=state, sentence=f"这件待会签事项{ACT_STATE[state]}，不能再办理。")


def job_of(act: Act) -> str:
    """The import that waits for this act; "" where none does."""
    payload = act.body.get("payload")
    return str(payload["job"]) if act.kind == "import_signed" and isinstance(payload, Mapping) else ""


def same_request(one: Act, other: Act) -> bool:
    """Whether two acts of one id ask for the same."""
    return (one.scope, one.subject_id, one.first.subject, one.body) == (other.scope, other.subject_id, other.first.subject, other.body)


def colleague_of(first: Identity) -> Identity:
    """Somebody with the same rights, for judging an act before it is known who will sign beside the first."""
    return replace(first, subject="colleague")


def signed_body(body: Mapping[str, object], people: Sequence[str]) -> Mapping[str, object]:
    """The body with these people as those who signed, in the field that its kind has for them."""
    kind = load_vocabulary().kinds.get(str(body.get("kind")))
    field = next((name for name in SIGNATURES if kind and name in kind.fields), None)
    payload = body.get("payload") or {}
    if field is None or not isinstance(payload, Mapping):
        return body
    return {**body, "payload": {**payload, field: list(people)}}


def unsigned_body(body: Mapping[str, object]) -> Mapping[str, object]:
    """The body without any signature: those are taken from sessions."""
    payload = body.get("payload") or {}
    return {**body, "payload": {name: value for name, value in payload.items() if name not in SIGNATURES}}  # type: ignore[attr-defined]


def names_others(body: Mapping[str, object], first: Identity) -> bool:
    """Whether a body says that somebody else has signed."""
    payload = body.get("payload")
    told = [payload.get(name) for name in SIGNATURES] if isinstance(payload, Mapping) else []
    return any(name != first.subject for names in told if isinstance(names, list) for name in names)


def asked_reason(body: Mapping[str, object]) -> str:
    """Why somebody declines. BadInput without a reason."""
    reason = body.get("reason")
    if not isinstance(reason, str) or not 0 < len(reason.strip()) <= LONGEST_REASON:
        raise BadInput([Problem("$", "reason", "", f"必填，最多{LONGEST_REASON}字")])
    return reason.strip()


def to_document(act: Act) -> dict[str, object]:
    return asdict(act)


def from_document(document: Mapping[str, object]) -> Act:
    given = dict(document)
    given["first"] = Identity(**given["first"])  # type: ignore[arg-type]
    given["second"] = Identity(**given["second"]) if given["second"] else None  # type: ignore[arg-type]
    given["event_ids"] = tuple(given["event_ids"])  # type: ignore[arg-type]
    return Act(**given)  # type: ignore[arg-type]
