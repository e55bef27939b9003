"""The form of a facts document: its JSON Schema, made from the vocabulary, and what no schema can say.

``facts.schema.json`` beside this module is the schema as a file, for people and other programs; a test holds the two together.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from chalicelib.errors import Problem
from chalicelib.grading.rules import RuleSet, check_findings
from chalicelib.supervision.vocabulary import Kind, above_whole, load_vocabulary

SOURCES = ("self", "township", "district", "expert", "report", "system")
INSTANT = {"type": "string", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\\.[0-9]{3}Z$"}
DAY = {"type": "string", "format": "date", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"}
NAME = {"type": "string", "minLength": 1, "maxLength": 64}
ALWAYS = ("id", "on", "at", "by")
ENVELOPE = {
    "id": NAME,
    "on": DAY,
    "at": INSTANT,
    "by": {"enum": list(SOURCES)},
    "scope": {"const": "enterprise"},
    "of": NAME,
    "evidence": {"type": "array", "items": {"type": "string"}},
    "place": {},
    "voids": NAME,
    "void": {
        "type": "object",
        "additionalProperties": False,
        "required": ["id", "on", "at"],
        "properties": {"id": NAME, "on": DAY, "at": INSTANT},
    },
}
# Definitions stand under their field's name; ``void`` is also a kind, the record of the withdrawal itself.
DEFINITION_OF = {name: "withdrawn" if name == "void" else name for name in ENVELOPE}


def facts_schema() -> dict[str, object]:
    """JSON Schema (draft-07) of a site's facts: every kind of the vocabulary that a site or its enterprise can have."""
    kinds = {name: kind for name, kind in load_vocabulary().kinds.items() if kind.scope in ("site", "enterprise")}
    steps = {name for name, kind in kinds.items() if kind.follows}
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "Facts of a site, as of docs/architecture.md",
        "type": "object",
        "additionalProperties": False,
        "required": ["schema", "site_id", "records"],
        "properties": {
            "schema": {"const": 1},
            "site_id": NAME,
            "enterprise_id": {"type": ["string", "null"], "maxLength": 64},
            "version": {"type": "integer", "minimum": 0},
            "known_at": INSTANT,
            "stands_from": DAY,
            "records": {
                "type": "object",
                "additionalProperties": False,
                "properties": {name: {"type": "array", "items": {"$ref": f"#/definitions/{name}"}} for name in kinds},
            },
        },
        "definitions": {
            **{DEFINITION_OF[name]: schema for name, schema in ENVELOPE.items()},
            **{f"type_{name}": dict(schema) for name, schema in load_vocabulary().types.items()},
            **{name: record_schema(kind, kinds, name in steps) for name, kind in kinds.items()},
        },
    }


def record_schema(kind: Kind, kinds: Mapping[str, Kind], is_step: bool) -> dict[str, object]:
    """A record of one kind: the envelope's fields and the payload's side by side, its possible steps under ``then``."""
    properties = {
        **{name: {"$ref": f"#/definitions/{definition}"} for name, definition in DEFINITION_OF.items()},
        **{name: {"$ref": f"#/definitions/type_{field.type}"} for name, field in kind.fields.items()},
    }
    if is_step:
        properties |= {"kind": {"const": kind.name}, "caused_by": NAME}
    following = [name for name, other in kinds.items() if kind.name in other.follows]
    if following:
        properties["then"] = {"type": "array", "items": step_schema(following)}
    return {
        "title": kind.title,
        "type": "object",
        "additionalProperties": False,
        "required": [*ALWAYS, *(name for name, field in kind.fields.items() if not field.optional)],
        "properties": properties,
    }


def step_schema(names: list[str]) -> dict[str, object]:
    """A step is one of these kinds, told by its ``kind``; each is held to its own form."""
    choices = [{"if": {"properties": {"kind": {"const": name}}}, "then": {"$ref": f"#/definitions/{name}"}} for name in names]
    return {"type": "object", "required": ["kind"], "properties": {"kind": {"enum": names}}, "allOf": choices}


def problems_of(facts: Mapping[str, object], rules: RuleSet) -> list[Problem]:
    """What is wrong with facts that already have the right form: ids used twice, parts above their whole, unknown clauses."""
    found: list[Problem] = []
    seen: dict[str, str] = {}
    for place, record in every_record(facts["records"]):
        if record["id"] in seen:
            found.append(Problem(place, "id", record["id"], f"already used at {seen[record['id']]}"))
        seen.setdefault(record["id"], place)
    kinds = load_vocabulary().kinds
    for name, records in facts["records"].items():
        for record in records:
            for part, value, reason in above_whole(kinds[name], record, record["on"]):
                found.append(Problem(f"{name} {record['id']}", part, str(value), reason))
    for kind in ("assessment", "self_check"):
        for record in facts["records"].get(kind, ()):
            for problem in check_findings(rules, record["items"], tuple(record.get("not_applicable", ()))):
                found.append(Problem(f"{kind} {record['id']} {problem.place}", problem.column, problem.value, problem.reason))
    return found


def every_record(records: Mapping[str, list[Mapping[str, object]]]) -> Iterator[tuple[str, Mapping[str, object]]]:
    """Every record and step with its place in the document."""
    for kind, entries in records.items():
        for number, entry in enumerate(entries):
            yield f"records.{kind}.{number}", entry
            for position, step in enumerate(entry.get("then", ())):
                yield f"records.{kind}.{number}.then.{position}", step
