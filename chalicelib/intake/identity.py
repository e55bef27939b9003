"""Ids and instants that most rows of a file share, worked out once."""

from __future__ import annotations

from datetime import date, datetime, time
from functools import lru_cache

from chalicelib import clock, ids


@lru_cache(maxsize=8192)
def start_of_day(day: str) -> str:
    """When a source keeps no record time, a fact counts as known from the start of its own day."""
    return clock.instant_text(datetime.combine(date.fromisoformat(day), time(), clock.SHANGHAI))


@lru_cache(maxsize=16384)
def opaque_id(key: bytes, scope: str, identity: str) -> str:
    """As :func:`chalicelib.ids.keyed_id`."""
    return ids.keyed_id(key, scope, identity)


@lru_cache(maxsize=16384)
def registration_id(subject: str, kind: str, identity: str) -> str:
    """The id of a subject's registration."""
    return ids.event_id_of(subject, kind, identity)
