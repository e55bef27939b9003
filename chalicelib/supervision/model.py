"""The words of the log: who acted, and what happened (the envelope of docs/architecture.md).

Dates are ISO text and instants ISO text in UTC with milliseconds: both compare as text, and an event goes to and
from its document without a conversion. :func:`make_event` is where real dates and instants come in.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

import orjson

from chalicelib.canonical import content_hash
from chalicelib.clock import instant_text
from chalicelib.ids import event_id_of, subject_of
from chalicelib.supervision.vocabulary import scope_of

SCHEMA = 1


@dataclass(frozen=True, slots=True)
class Actor:
    """Who appended: an opaque id (never a name), the role acted in, the organisation, and whether with a certificate."""

    id: str
    role: str
    organisation: str = ""
    enforcement_certificate: bool = False


@dataclass(frozen=True, slots=True)
class Event:
    """One fact about one subject, never changed. ``ingested_at`` is set when the log takes it in."""

    event_id: str
    kind: str
    scope: str
    subject_id: str
    occurred_on: str
    known_at: str
    actor: Actor
    source: str
    payload: Mapping[str, object] = field(default_factory=dict)
    place: Mapping[str, object] | None = None
    caused_by: str | None = None
    voids: str | None = None
    evidence: tuple[str, ...] = ()
    ingested_at: str | None = None
    schema: int = SCHEMA

    @property
    def subject(self) -> str:
        """The partition: ``S:<site>``, ``E:<enterprise>`` or ``T:<township>``."""
        return subject_of(self.scope, self.subject_id)


def to_document(event: Event) -> dict[str, object]:
    """The event's content as JSON: what is absent is left out. ``ingested_at`` is not content (see :mod:`.store`)."""
    actor = event.actor
    document: dict[str, object] = {
        "schema": event.schema,
        "event_id": event.event_id,
        "kind": event.kind,
        "scope": event.scope,
        "subject_id": event.subject_id,
        "occurred_on": event.occurred_on,
        "known_at": event.known_at,
        "actor": {"id": actor.id, "role": actor.role},
        "source": event.source,
        "payload": dict(event.payload),
    }
    if actor.organisation:
        document["actor"]["organisation"] = actor.organisation  # type: ignore[index]
    if actor.enforcement_certificate:
        document["actor"]["enforcement_certificate"] = True  # type: ignore[index]
    if event.place:
        document["place"] = dict(event.place)
    if event.caused_by is not None:
        document["caused_by"] = event.caused_by
    if event.voids is not None:
        document["voids"] = event.voids
    if event.evidence:
        document["evidence"] = list(event.evidence)
    return document


def from_document(document: Mapping[str, object], ingested_at: str | None = None) -> Event:
    """The event of a document. ValueError if the envelope does not hold together; the payload is judged by ``problems``."""
    try:
        actor = document["actor"]
        return Event(
            event_id=document["event_id"],
            kind=document["kind"],
            scope=document["scope"],
            subject_id=document["subject_id"],
            occurred_on=document["occurred_on"],
            known_at=document["known_at"],
            actor=Actor(actor["id"], actor["role"], actor.get("organisation", ""), actor.get("enforcement_certificate", False)),
            source=document["source"],
            payload=document.get("payload", {}),
            place=document.get("place"),
            caused_by=document.get("caused_by"),
            voids=document.get("voids"),
            evidence=tuple(document.get("evidence", ())),
            ingested_at=ingested_at or document.get("ingested_at"),
            schema=document.get("schema", SCHEMA),
        )
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"not an event: {error!r}") from error


def to_text(event: Event) -> str:
    """The one text of an event's content: same content, same text, whatever order the payload was written in."""
    return orjson.dumps(to_document(event), option=orjson.OPT_SORT_KEYS).decode()


def make_event(
    kind: str,
    subject_id: str,
    *,
    occurred_on: date | str,
    known_at: datetime | str,
    actor: Actor,
    source: str,
    payload: Mapping[str, object] | None = None,
    key: str | None = None,
    **envelope: object,
) -> Event:
    """An event whose id follows from its idempotency ``key`` (without one, from its whole content).

    ``envelope`` takes ``caused_by``, ``voids``, ``evidence``, ``place``. BadInput for an unknown kind; a naive
    ``known_at`` is a ValueError. Nothing else is judged here: see :func:`chalicelib.supervision.vocabulary.problems`.
    """
    scope = scope_of(kind)
    subject = subject_of(scope, subject_id)
    day = occurred_on if isinstance(occurred_on, str) else occurred_on.isoformat()
    instant = known_at if isinstance(known_at, str) else instant_text(known_at)
    content = payload or {}
    identity = key if key is not None else content_hash([day, instant, source, dict(content), sorted(envelope.items())])
    return Event(
        event_id=event_id_of(subject, kind, identity),
        kind=kind,
        scope=scope,
        subject_id=subject_id,
        occurred_on=day,
        known_at=instant,
        actor=actor,
        source=source,
        payload=content,
        **envelope,  # type: ignore[arg-type]
    )
