"""Mappings: how the columns of a foreign table become facts, as a TOML file. A new source is a new file, no code.

    schema = 1
    title = "隐患与整改"
    ignore = ["备注"]                                   # columns that are known and not used
    [subjects]                                         # the columns that say whose row it is, by scope
    site = ["统一社会信用代码", "场所序号"]
    [columns]                                          # readers of columns; a column not listed is text
    "发现日期" = { read = "date", required = true, formats = ["%Y/%m/%d"] }
    "级别" = { values = { "一般" = "general", "重大" = "major" } }
    [[records]]                                        # one event per row and record
    kind = "hazard_found"
    key = ["隐患编号"]                                   # identity of the fact; left out = the subject's own columns
    on = "发现日期"
    source = { value = "township" }
    when = "发现日期"                                    # only for rows where this column is filled
    fields = { level = "级别", deadline_on = { column = "发现日期", plus_days = 15 } }

A reference is a column name or a table with one of ``column`` (and ``values``, ``plus_days``, ``unknown``), ``value`` (a
constant), ``event`` + ``key`` (the id of another fact of the same subject), ``subject`` (the id of the row's site or enterprise; with ``key``,
of another one, by the columns that name it).

A sheet of persons has ``[[persons]]`` (``office``, ``name``, ``phone``, ``when``) in place of records: they go into the person table, never into the log.
"""

from __future__ import annotations

import re
from codecs import BOM_UTF8
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from chalicelib.errors import BadRuleSet, Problem
from chalicelib.intake.model import Column, Mapping, Office, Record, Reference
from chalicelib.supervision.vocabulary import load_vocabulary
from chalicelib.toml import read_toml

READERS = ("text", "code", "uscc", "integer", "number", "fen", "date", "instant", "month", "flag", "list", "findings")
SCALED = ("integer", "number", "fen")
FACTOR = re.compile(r"(?=.*[1-9])[0-9]{1,9}(\.[0-9]{1,9})?")
SCOPES = ("site", "enterprise", "township")
TOP_KEYS = {"schema", "title", "ignore", "subjects", "columns", "records", "persons"}
COLUMN_KEYS = {"read", "required", "values", "formats", "separator", "skip", "times"}
RECORD_KEYS = {"kind", "key", "on", "at", "source", "actor", "place", "when", "fields", "caused_by", "voids", "merge", "repeats"}
PERSON_KEYS = {"office", "name", "phone", "when"}
REFERENCE_KEYS = {"column", "values", "plus_days", "unknown", "value", "event", "key", "subject"}


def load_mapping(path: Path) -> Mapping:
    """The mapping in a TOML file. BadRuleSet naming every fault; NotFound-like errors of the file system pass through."""
    return parse_mapping(read_toml(path.read_bytes().removeprefix(BOM_UTF8), path.name), path.name)


def parse_mapping(document: dict[str, Any], name: str = "mapping") -> Mapping:
    """The mapping in a parsed document. BadRuleSet naming every fault at once."""
    loader = _Loader(name)
    mapping = loader.mapping(document)
    if loader.problems:
        raise BadRuleSet(loader.problems, mapping=name)
    return mapping


class _Loader:
    """Walks the document, remembering every fault and every column that is mentioned."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.problems: list[Problem] = []
        self.columns: dict[str, Column] = {}
        self.subjects: dict[str, tuple[str, ...]] = {}
        self.kinds = load_vocabulary().kinds

    def fault(self, place: str, value: object, reason: str) -> None:
        self.problems.append(Problem(self.name, place, str(value), reason))

    def mapping(self, document: dict[str, Any]) -> Mapping:
        self._only(document, TOP_KEYS, "")
        if document.get("schema") != 1:
            self.fault("schema", document.get("schema"), "schema = 1 is required")
        for name, entry in self._table(document, "columns").items():
            self._column(name, entry)
        for scope, names in self._table(document, "subjects").items():
            self._subject(scope, names)
        entries, people = document.get("records", []), document.get("persons", [])
        if not isinstance(entries, list) or not isinstance(people, list) or bool(entries) == bool(people):
            self.fault("records", entries, "at least one [[records]] is required, or, in a sheet of persons alone, [[persons]]")
            entries, people = [], []
        records = [self._record(entry, f"records[{number}]") for number, entry in enumerate(entries)]
        persons = tuple(self._person(entry, f"persons[{number}]") for number, entry in enumerate(people))
        ignore = frozenset(self._names(document.get("ignore", []), "ignore"))
        return Mapping(str(document.get("title", "")), self.subjects, self.columns, tuple(r for r in records if r), ignore, persons)

    def _column(self, name: str, entry: Any) -> None:
        if not isinstance(entry, dict):
            self.fault(f"columns.{name}", entry, "a table is required")
            return
        self._only(entry, COLUMN_KEYS, f"columns.{name}")
        if entry.get("read", "text") not in READERS:
            self.fault(f"columns.{name}.read", entry["read"], "one of " + " ".join(READERS))
        self.columns[name] = Column(
            name,
            entry.get("read", "text"),
            entry.get("required") is True,
            self._values(entry, f"columns.{name}"),
            tuple(self._names(entry.get("formats", ["%Y-%m-%d"]), f"columns.{name}.formats")),
            str(entry.get("separator", ";")),
            frozenset(self._names(entry.get("skip", []), f"columns.{name}.skip")),
            self._times(entry, f"columns.{name}"),
        )

    def _times(self, entry: dict[str, Any], place: str) -> Decimal:
        """The unit of a quantity: a whole number, or a fraction as text ("0.001")."""
        times = entry.get("times", 1)
        if entry.get("read") not in SCALED and "times" in entry:
            self.fault(f"{place}.times", times, "only for " + " ".join(SCALED))
        if (isinstance(times, int) and not isinstance(times, bool) and times > 0) or (isinstance(times, str) and FACTOR.fullmatch(times)):
            return Decimal(times)
        self.fault(f"{place}.times", times, "a whole number above 0, or a decimal as text, is required")
        return Decimal(1)

    def _subject(self, scope: str, names: Any) -> None:
        if scope not in SCOPES:
            self.fault(f"subjects.{scope}", names, "one of " + " ".join(SCOPES))
        columns = self._names(names, f"subjects.{scope}")
        if not columns:
            self.fault(f"subjects.{scope}", names, "at least one column is required")
        self.subjects[scope] = tuple(self._mention(name) for name in columns)

    def _record(self, entry: Any, place: str) -> Record | None:
        kind = entry.get("kind") if isinstance(entry, dict) else None
        if kind not in self.kinds:
            self.fault(f"{place}.kind", kind, "not a kind of the vocabulary")
            return None
        place = f"{place} {kind}"
        self._only(entry, RECORD_KEYS, place)
        scope = self.kinds[kind].scope
        if scope not in self.subjects:
            self.fault(f"{place}", kind, f"[subjects] does not say which columns name the {scope}")
        optional = {name: self._optional(entry, name, place) for name in ("at", "actor", "place", "caused_by", "voids")}
        return Record(
            kind,
            scope,
            tuple(self._mention(name) for name in self._names(entry.get("key", []), f"{place}.key")) or self.subjects.get(scope, ()),
            self._required(entry, "on", place),
            self._required(entry, "source", place),
            self._fields(entry, kind, place),
            **optional,
            when=self._when(entry.get("when", {}), place),
            merge=frozenset(self._names(entry.get("merge", []), f"{place}.merge")),
            repeats=entry.get("repeats") is True,
            columns=self.columns,
        )

    def _person(self, entry: dict[str, Any], place: str) -> Office:
        self._only(entry, PERSON_KEYS, place)
        if "site" not in self.subjects:
            self.fault(place, "", "[subjects] does not say which columns name the site")
        parts = [self._required(entry, name, place) for name in ("office", "name", "phone")]
        return Office(*parts, self._when(entry.get("when", {}), place))

    def _fields(self, entry: dict[str, Any], kind: str, place: str) -> dict[str, Reference]:
        types = self.kinds[kind].fields
        references = {}
        for name, value in self._table(entry, "fields").items():
            if name not in types:
                self.fault(f"{place}.fields.{name}", value, f"{kind} has no such field")
                continue
            references[name] = self._reference(value, f"{place}.fields.{name}")
        for name, description in types.items():
            if name not in references and not description.optional:
                self.fault(f"{place}.fields.{name}", "", f"{kind} requires this field")
        return references

    def _required(self, entry: dict[str, Any], name: str, place: str) -> Reference:
        if name not in entry:
            self.fault(f"{place}.{name}", "", "is required")
            return Reference()
        return self._reference(entry[name], f"{place}.{name}")

    def _optional(self, entry: dict[str, Any], name: str, place: str) -> Reference | None:
        return self._reference(entry[name], f"{place}.{name}") if name in entry else None

    def _reference(self, value: Any, place: str) -> Reference:
        if isinstance(value, str):
            return Reference(column=self._mention(value))
        if not isinstance(value, dict):
            self.fault(place, value, "a column name or a table is required")
            return Reference()
        self._only(value, REFERENCE_KEYS, place)
        if len({"column", "value", "event", "subject"} & set(value)) != 1:
            self.fault(place, value, "exactly one of column, value, event, subject is required")
            return Reference()
        if "event" in value and value["event"] not in self.kinds:
            self.fault(f"{place}.event", value["event"], "not a kind of the vocabulary")
        if "subject" in value and value["subject"] not in (("site", "enterprise") if "key" in value else self.subjects):
            self.fault(f"{place}.subject", value["subject"], "[subjects] does not name it")
        constant = value.get("value")
        return Reference(
            self._mention(value["column"]) if "column" in value else "",
            self._values(value, place),
            value.get("plus_days", 0),
            value.get("unknown") is True,
            constant.isoformat() if isinstance(constant, date) else constant,
            value.get("event", ""),
            tuple(self._mention(name) for name in self._names(value.get("key", []), f"{place}.key")),
            value.get("subject", ""),
        )

    def _when(self, value: Any, place: str) -> dict[str, frozenset[str]]:
        """``"column"`` (filled) or ``{column = ["word", …]}`` (all must hold)."""
        if isinstance(value, str):
            return {self._mention(value): frozenset()}
        if not isinstance(value, dict):
            self.fault(f"{place}.when", value, "a column name or a table of columns is required")
            return {}
        return {self._mention(name): frozenset(self._names(words, f"{place}.when.{name}")) for name, words in value.items()}

    def _mention(self, name: Any) -> str:
        self.columns.setdefault(str(name), Column(str(name)))
        return str(name)

    def _names(self, value: Any, place: str) -> list[str]:
        if isinstance(value, list) and all(isinstance(name, str) for name in value):
            return value
        self.fault(place, value, "a list of texts is required")
        return []

    def _values(self, entry: dict[str, Any], place: str) -> dict[str, Any] | None:
        values = entry.get("values")
        if values is not None and not isinstance(values, dict):
            self.fault(f"{place}.values", values, "a table of word = value is required")
            return None
        return values

    def _table(self, document: dict[str, Any], name: str) -> dict[str, Any]:
        value = document.get(name, {})
        if isinstance(value, dict):
            return value
        self.fault(name, value, "a table is required")
        return {}

    def _only(self, entry: dict[str, Any], known: set[str], place: str) -> None:
        for key in sorted(set(entry) - known):
            self.fault(f"{place}.{key}".lstrip("."), entry[key], "unknown key")
