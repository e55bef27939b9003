"""The form of each kind of fact, from the vocabulary: which fields a person can fill in, with which control. Pure.

``control``: text, long, date, number, flag, choice (one of ``options``), choices (some of them), codes (a list of codes), or kept: what no
person fills in (references to other facts, findings, who signed).
"""

from __future__ import annotations

from collections.abc import Mapping

from chalicelib.access.append import SIGNATURES
from chalicelib.supervision.vocabulary import json_schema, load_vocabulary

BY_TYPE = {"text": "long", "document": "long", "date": "date", "codes": "codes"}
KEPT = frozenset({"event_id", "site_id", "enterprise_id", "items", "payload", "moves", "hash"})
OF_JSON = {"boolean": "flag", "integer": "number", "number": "number", "string": "text"}


def forms(scope: str) -> dict[str, list[dict[str, object]]]:
    """The fields of every kind of a scope, in the vocabulary's order; people who signed are no field."""
    return {name: form_of(name) for name, kind in load_vocabulary().kinds.items() if kind.scope == scope}


def form_of(name: str) -> list[dict[str, object]]:
    """The fields of a kind: ``name control required``, with ``options``, ``min``, ``max`` and ``unknown`` (may be told as not known)."""
    properties: Mapping[str, Mapping] = json_schema(name)["properties"]  # type: ignore[assignment]
    fields = load_vocabulary().kinds[name].fields
    return [_field(field, fields[field].type, schema, not fields[field].optional) for field, schema in properties.items() if field not in SIGNATURES]


def _field(name: str, type_name: str, schema: Mapping, required: bool) -> dict[str, object]:
    types = schema.get("type", "string")
    told = [one for one in types if one != "null"][0] if isinstance(types, list) else types
    found: dict[str, object] = {"name": name, "control": _control(type_name, told, schema), "required": required}
    options = schema.get("enum") or schema.get("items", {}).get("enum")
    limits = {"min": schema.get("minimum"), "max": schema.get("maximum", schema.get("maxLength")), "options": options}
    found |= {limit: value for limit, value in limits.items() if value is not None}
    return found | ({"unknown": True} if isinstance(types, list) else {})


def _control(type_name: str, told: str, schema: Mapping) -> str:
    if type_name in KEPT:
        return "kept"
    if "enum" in schema:
        return "choice"
    if told == "array":
        return "choices" if "enum" in schema["items"] else "codes"
    return BY_TYPE.get(type_name) or OF_JSON.get(told, "kept")
