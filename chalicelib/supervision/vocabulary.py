"""The vocabulary of facts: loads ``vocabulary.toml`` and says what is wrong with an event.

The data file is the only list of kinds. Field types become JSON Schema, compiled once per kind; a payload that fails
as a whole is judged field by field, so that every problem is named with its field, its value and the reason.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import fastjsonschema
import orjson

from chalicelib.errors import BadInput, Problem
from chalicelib.supervision.envelope import envelope_problems, is_day, problem_of

if TYPE_CHECKING:
    from chalicelib.supervision.model import Event

FILE = Path(__file__).with_name("vocabulary.toml")
# An item of the table holds at most 400 kB; the rest is room for keys and the index.
MAX_PAYLOAD_BYTES = 350_000


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
    at_most: Mapping[str, str]
    pair: str = ""
    stays: bool = False
    ledger: bool = False

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
    follows, reads = tuple(entry.get("follows", ())), tuple(entry["reads"])
    return Kind(
        name, entry["title"], entry["scope"], follows, entry["append"], reads, fields, entry.get("at_most", {}),
        entry.get("pair", ""), entry.get("stays", False), entry.get("ledger", False),
    )  # fmt: skip


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
        return [problem_of(event, "kind", event.kind, "没有这种事实类型")]
    return [*envelope_problems(event, kind), *_payload_problems(event, kind)]


@cache
def _validator(name: str) -> Callable[[object], object]:
    return fastjsonschema.compile(json_schema(name), formats={"date": is_day}, use_default=False)


@cache
def _type_validator(name: str) -> Callable[[object], object]:
    return fastjsonschema.compile(dict(load_vocabulary().types[name]), formats={"date": is_day}, use_default=False)


def _payload_problems(event: Event, kind: Kind) -> list[Problem]:
    payload = event.payload
    if not isinstance(payload, dict):
        return [problem_of(event, "payload", type(payload).__name__, "内容必须是一组字段")]
    try:
        _validator(kind.name)(payload)
    except fastjsonschema.JsonSchemaValueException:
        return _field_problems(event, kind)
    # Only findings have no bound of their own, so only they can make a payload large.
    if "items" in payload and len(orjson.dumps(payload)) > MAX_PAYLOAD_BYTES:
        return [problem_of(event, "payload", "", "内容超过 350 kB")]
    return [problem_of(event, f"payload.{part}", value, reason) for part, value, reason in above_whole(kind, payload, event.occurred_on)]


def above_whole(kind: Kind, payload: Mapping[str, object], occurred_on: str) -> Iterator[tuple[str, object, str]]:
    """The parts of a payload of the right form that are above their whole: field, value, reason (domain §12.4)."""
    if not kind.at_most:
        return
    values = {**payload, "occurred_on": occurred_on}
    for part, whole in kind.at_most.items():
        if part in values and whole in values and values[part] > values[whole]:  # type: ignore[operator]
            yield part, values[part], f"不得大于 {whole}（{values[whole]}）"


def _field_problems(event: Event, kind: Kind) -> list[Problem]:
    payload = event.payload
    found = [problem_of(event, f"payload.{name}", payload[name], "没有这个字段") for name in payload if name not in kind.fields]
    for name, field in kind.fields.items():
        if name not in payload:
            if not field.optional:
                found.append(problem_of(event, f"payload.{name}", "", "必填"))
            continue
        try:
            _type_validator(field.type)(payload[name])
        except fastjsonschema.JsonSchemaValueException as error:
            found.append(problem_of(event, f"payload.{name}", payload[name], reason_of(error)))
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
