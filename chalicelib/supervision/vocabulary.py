"""The vocabulary of facts: loads ``vocabulary.toml`` and says what is wrong with an event.

The data file is the only list of kinds. Field types become JSON Schema, compiled once per kind; a payload that fails
as a whole is judged field by field, so that every problem is named with its field, its value and the reason.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import fastjsonschema
import orjson

from chalicelib import clock, labels
from chalicelib.errors import BadInput, Problem
from chalicelib.ids import belongs, subject_of

if TYPE_CHECKING:
    from chalicelib.supervision.model import Event

FILE = Path(__file__).with_name("vocabulary.toml")
SCHEMA = 1
# An item of the table holds at most 400 kB; the rest is room for keys and the index.
MAX_PAYLOAD_BYTES = 350_000
MAX_EVIDENCE = 50
INSTANT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{3}Z")
OPAQUE_ID = re.compile(r"[0-9A-HJKMNP-TV-Z]{16}")
TOWNSHIP_CODE = re.compile(r"[0-9A-Za-z]{1,12}")


@dataclass(frozen=True, slots=True)
class Field:
    """A payload field: the name of its type and whether it may be left out."""

    type: str
    optional: bool


@dataclass(frozen=True)
class Kind:
    """One kind of fact, as the data file describes it."""

    name: str
    title: str
    scope: str
    follows: tuple[str, ...]
    append: Mapping[str, str]
    reads: tuple[str, ...]
    fields: Mapping[str, Field]

    @property
    def voids(self) -> bool:
        """Whether events of this kind withdraw another event."""
        return self.name == "void" or self.name.endswith("_void")


@dataclass(frozen=True)
class Vocabulary:
    """All kinds by name, and the JSON Schema of every field type."""

    kinds: Mapping[str, Kind]
    types: Mapping[str, Mapping[str, object]]


@lru_cache(maxsize=1)
def load_vocabulary() -> Vocabulary:
    """The shipped vocabulary. KeyError or tomllib's error if the file is broken: a programming error, held by a test."""
    document = tomllib.loads(FILE.read_text(encoding="utf-8"))
    kinds = {name: _kind(name, entry) for name, entry in document["kinds"].items()}
    types = dict(document["types"])
    types["date"] = {**types["date"], "format": "date"}
    return Vocabulary(kinds, types)


def _kind(name: str, entry: Mapping[str, object]) -> Kind:
    fields = {field: Field(text.rstrip("?"), text.endswith("?")) for field, text in entry["fields"].items()}
    return Kind(name, entry["title"], entry["scope"], tuple(entry.get("follows", ())), entry["append"], tuple(entry["reads"]), fields)


def kind_of(name: str) -> Kind:
    """The kind of this name. BadInput if there is none."""
    kind = load_vocabulary().kinds.get(name)
    if kind is None:
        raise BadInput([Problem("", "kind", str(name)[:100], "没有这种事实类型")])
    return kind


def scope_of(name: str) -> str:
    """``site``, ``enterprise`` or ``township``. BadInput for an unknown kind."""
    return kind_of(name).scope


def json_schema(name: str) -> dict[str, object]:
    """The JSON Schema (draft-07) of the payload of a kind."""
    kind = kind_of(name)
    types = load_vocabulary().types
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": kind.title,
        "type": "object",
        "additionalProperties": False,
        "required": [field for field, description in kind.fields.items() if not description.optional],
        "properties": {field: dict(types[description.type]) for field, description in kind.fields.items()},
    }


def problems(event: Event) -> list[Problem]:
    """Everything that is wrong with an event by itself; empty if it may enter the log.

    Who may append it is not asked here (:mod:`chalicelib.access.policy`), nor whether the events it names exist.
    """
    kind = load_vocabulary().kinds.get(event.kind) if isinstance(event.kind, str) else None
    if kind is None:
        return [_problem(event, "kind", event.kind, "没有这种事实类型")]
    return [*_envelope_problems(event, kind), *_payload_problems(event, kind)]


def _problem(event: Event, column: str, value: object, reason: str) -> Problem:
    text = value if isinstance(value, str) else "" if value is None else str(value)
    return Problem(str(event.event_id)[:40], column, text[:100], reason)


def _envelope_problems(event: Event, kind: Kind) -> list[Problem]:
    found = [_problem(event, column, getattr(event, column), reason) for column, is_good, reason in _ENVELOPE if not is_good(event, kind)]
    # The remaining tests compare texts, so they need those above to have passed.
    if not found:
        found = [
            _problem(event, column, getattr(event, column), reason) for column, is_good, reason in _TOGETHER if not is_good(event, kind)
        ]
    return found


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
    return isinstance(actor.id, str) and 0 < len(actor.id) <= 64 and actor.role in labels.ROLE and isinstance(actor.organisation, str)


def _good_place(place: object) -> bool:
    if place is None:
        return True
    good = isinstance(place, Mapping) and len(place) <= 8
    return good and all(isinstance(value, (int, float)) or (isinstance(value, str) and len(value) <= 200) for value in place.values())


def _good_subject_id(event: Event) -> bool:
    pattern = TOWNSHIP_CODE if event.scope == "township" else OPAQUE_ID
    return isinstance(event.subject_id, str) and pattern.fullmatch(event.subject_id) is not None


_Check = tuple[str, Callable[["Event", Kind], bool], str]
_ENVELOPE: tuple[_Check, ...] = (
    ("schema", lambda event, kind: event.schema == SCHEMA, "不支持的格式版本"),
    ("scope", lambda event, kind: event.scope == kind.scope, "此类事实不属于这一层级"),
    ("subject_id", lambda event, kind: _good_subject_id(event), "编号格式不正确"),
    ("occurred_on", lambda event, kind: _is_day(event.occurred_on), "日期不存在，应为 2020-06-01 的形式"),
    ("known_at", lambda event, kind: _is_instant(event.known_at), "时间不存在，应为 2020-06-01T08:00:00.000Z 的形式"),
    ("actor", lambda event, kind: _good_actor(event), "操作者编号或角色不正确"),
    ("source", lambda event, kind: event.source in labels.SOURCE, "没有这种来源"),
    ("evidence", lambda event, kind: _good_evidence(event.evidence), "证据编号不正确或过多"),
    ("place", lambda event, kind: _good_place(event.place), "地点格式不正确"),
)
_TOGETHER: tuple[_Check, ...] = (
    ("event_id", lambda event, kind: _own_id(event.event_id, event), "事实编号不属于这个对象"),
    ("occurred_on", lambda event, kind: event.occurred_on <= shanghai_day(event.known_at), "发生日期晚于记录时间"),
    ("caused_by", lambda event, kind: _own_id(event.caused_by, event) if kind.follows else event.caused_by is None, "须且仅须在后续步骤中写明同一对象的原事实"),
    ("voids", lambda event, kind: _own_id(event.voids, event) if kind.voids else event.voids is None, "须且仅须在更正作废中写明同一对象的原事实"),
)  # fmt: skip


def _is_day(text: object) -> bool:
    return isinstance(text, str) and _parsed_day(text)


@lru_cache(maxsize=8192)
def _parsed_day(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def _is_instant(text: object) -> bool:
    return (
        isinstance(text, str)
        and INSTANT.fullmatch(text) is not None
        and _parsed_day(text[:10])
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


@cache
def _validator(name: str) -> Callable[[object], object]:
    return fastjsonschema.compile(json_schema(name), formats={"date": _parsed_day}, use_default=False)


@cache
def _type_validator(name: str) -> Callable[[object], object]:
    return fastjsonschema.compile(dict(load_vocabulary().types[name]), formats={"date": _parsed_day}, use_default=False)


def _payload_problems(event: Event, kind: Kind) -> list[Problem]:
    payload = event.payload
    if not isinstance(payload, dict):
        return [_problem(event, "payload", type(payload).__name__, "内容必须是一组字段")]
    try:
        _validator(kind.name)(payload)
    except fastjsonschema.JsonSchemaValueException:
        return _field_problems(event, kind)
    # Only findings have no bound of their own, so only they can make a payload large.
    if "items" in payload and len(orjson.dumps(payload)) > MAX_PAYLOAD_BYTES:
        return [_problem(event, "payload", "", "内容超过 350 kB")]
    return []


def _field_problems(event: Event, kind: Kind) -> list[Problem]:
    payload = event.payload
    found = [_problem(event, f"payload.{name}", payload[name], "没有这个字段") for name in payload if name not in kind.fields]
    for name, field in kind.fields.items():
        if name not in payload:
            if not field.optional:
                found.append(_problem(event, f"payload.{name}", "", "必填"))
            continue
        try:
            _type_validator(field.type)(payload[name])
        except fastjsonschema.JsonSchemaValueException as error:
            found.append(_problem(event, f"payload.{name}", payload[name], reason_of(error)))
    return found


def reason_of(error: fastjsonschema.JsonSchemaValueException) -> str:
    """Why a value does not fit its type, in Chinese, with the limit that was missed."""
    limit = error.rule_definition
    reasons = {
        "type": "类型不正确",
        "enum": f"只能是 {'、'.join(map(str, limit))} 之一" if error.rule == "enum" else "",
        "pattern": "格式不正确",
        "format": "日期不存在",
        "minimum": f"不得小于 {limit}",
        "maximum": f"不得大于 {limit}",
        "minLength": "不得为空",
        "maxLength": f"不得超过 {limit} 个字符",
        "maxItems": f"不得超过 {limit} 项",
        "uniqueItems": "不得重复",
    }
    return reasons.get(error.rule, "不符合要求")
