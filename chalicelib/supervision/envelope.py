"""What is wrong with an event's envelope by itself: its scope, ids, dates, source, and the events it names."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING

from chalicelib import clock, labels
from chalicelib.errors import Problem
from chalicelib.ids import belongs, subject_of

if TYPE_CHECKING:
    from chalicelib.supervision.model import Event
    from chalicelib.supervision.vocabulary import Kind

SCHEMA = 1
MAX_EVIDENCE = 50
INSTANT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{3}Z")
OPAQUE_ID = re.compile(r"[0-9A-HJKMNP-TV-Z]{16}")
TOWNSHIP_CODE = re.compile(r"[0-9A-Za-z]{1,12}")


def problem_of(event: Event, column: str, value: object, reason: str) -> Problem:
    """One thing wrong with an event; the value is cut, the reason is for the person who entered it."""
    text = value if isinstance(value, str) else "" if value is None else str(value)
    return Problem(str(event.event_id)[:40], column, text[:100], reason)


def envelope_problems(event: Event, kind: Kind) -> list[Problem]:
    """Everything wrong with the envelope of an event of this kind."""
    # The second group compares texts, so it needs the first to have passed.
    return _failing(_ALONE, event, kind) or _failing(_TOGETHER, event, kind)


def _failing(checks: tuple[_Check, ...], event: Event, kind: Kind) -> list[Problem]:
    return [problem_of(event, column, getattr(event, column), reason) for column, is_good, reason in checks if not is_good(event, kind)]


def _own_id(value: object, event: Event) -> bool:
    return isinstance(value, str) and belongs(value, subject_of(event.scope, event.subject_id))


def _good_evidence(evidence: object) -> bool:
    return (
        isinstance(evidence, tuple)
        and len(evidence) <= MAX_EVIDENCE
        and all(isinstance(key, str) and 0 < len(key) <= 200 for key in evidence)
    )


def _good_actor(event: Event) -> bool:
    actor = event.actor
    texts = all(isinstance(value, str) for value in (actor.id, actor.role, actor.organisation))
    return texts and 0 < len(actor.id) <= 64 and actor.role in labels.ROLE and isinstance(actor.enforcement_certificate, bool)


def _good_place(place: object) -> bool:
    if place is None:
        return True
    good = isinstance(place, Mapping) and len(place) <= 8
    return good and all(isinstance(value, (int, float)) or (isinstance(value, str) and len(value) <= 200) for value in place.values())


def _good_subject_id(event: Event) -> bool:
    pattern = TOWNSHIP_CODE if event.scope in ("township", "district") else OPAQUE_ID
    return isinstance(event.subject_id, str) and pattern.fullmatch(event.subject_id) is not None


_Check = tuple[str, Callable[["Event", "Kind"], bool], str]
_ALONE: tuple[_Check, ...] = (
    ("schema", lambda event, kind: event.schema == SCHEMA, "不支持的格式版本"),
    ("scope", lambda event, kind: event.scope == kind.scope, "此类事实不属于这一层级"),
    ("subject_id", lambda event, kind: _good_subject_id(event), "编号格式不正确"),
    (
        "occurred_on",
        lambda event, kind: isinstance(event.occurred_on, str) and is_day(event.occurred_on),
        "日期不存在，应为 2020-06-01 的形式",
    ),
    ("known_at", lambda event, kind: _is_instant(event.known_at), "时间不存在，应为 2020-06-01T08:00:00.000Z 的形式"),
    ("actor", lambda event, kind: _good_actor(event), "操作者编号或角色不正确"),
    ("source", lambda event, kind: isinstance(event.source, str) and event.source in labels.SOURCE, "没有这种来源"),
    ("evidence", lambda event, kind: _good_evidence(event.evidence), "证据编号不正确或过多"),
    ("place", lambda event, kind: _good_place(event.place), "地点格式不正确"),
)
_TOGETHER: tuple[_Check, ...] = (
    ("event_id", lambda event, kind: _own_id(event.event_id, event), "事实编号不属于这个对象"),
    ("occurred_on", lambda event, kind: event.occurred_on <= shanghai_day(event.known_at), "发生日期晚于记录时间"),
    ("caused_by", lambda event, kind: _own_id(event.caused_by, event) if kind.follows else event.caused_by is None, "须且仅须在后续步骤中写明同一对象的原事实"),
    ("voids", lambda event, kind: _own_id(event.voids, event) if kind.voids else event.voids is None, "须且仅须在更正作废中写明同一对象的原事实"),
)  # fmt: skip


@lru_cache(maxsize=8192)
def is_day(text: str) -> bool:
    """Whether a text is a day that exists, written as ``2020-06-01``."""
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def _is_instant(text: object) -> bool:
    return (
        isinstance(text, str)
        and INSTANT.fullmatch(text) is not None
        and is_day(text[:10])
        and text[11:13] < "24"
        and text[14:19] < "60:60"
        and text[17:19] < "60"
    )


@lru_cache(maxsize=8192)
def _shanghai_day(hour: str) -> str:
    return clock.day_of(clock.parse_instant(hour + ":00:00+00:00")).isoformat()


def shanghai_day(instant: str) -> str:
    """The Shanghai day of an instant text (UTC), as text."""
    return _shanghai_day(instant[:13])
