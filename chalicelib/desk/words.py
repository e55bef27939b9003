"""The Chinese of every code that the front end meets, from the labels, the vocabulary and ``words.toml``: it has no second list. Pure."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from chalicelib import labels
from chalicelib.desk.forms import forms
from chalicelib.supervision.vocabulary import load_vocabulary

if TYPE_CHECKING:
    from datetime import date

    from chalicelib.grading.rules import RuleSet
    from chalicelib.register.district import District

FILE = Path(__file__).with_name("words.toml")
SIDES = {"self": "enterprise", "township": "township", "district": "district"}


@lru_cache(maxsize=1)
def vocabulary_words() -> Mapping[str, Mapping[str, str]]:
    """Words of payload fields (``field``) and of their enumerated values (``value``)."""
    return tomllib.loads(FILE.read_text(encoding="utf-8"))


def words(district: District, day: date) -> dict[str, object]:
    """Titles by code, as they are in this district on this day: grades, axes, roles, sources, states, sectors, townships, fields, values, and the kinds of facts."""
    return {
        "grade": district.grade_words,
        # What the register calls the number of an enterprise; empty where it has none.
        "number": district.number[0],
        # Whether the district has rules for an index: without them there is nothing to report and nothing to object to.
        "has_index": bool(district.rule_sets["index"]),
        # Who is called about a hazard: on the plate of an own site, and by name at the foot of the desk.
        "hotline": district.lines.hotline,
        "lines": district.lines.told("zh"),
        "grade_meaning": labels.GRADE_MEANING,
        "axis": labels.AXIS,
        "role": labels.ROLE,
        # Whose word a fact is; an appeal or an order is neither a self-check nor an inspection.
        "source": {**labels.SOURCE, **{side: labels.ROLE[role] for side, role in SIDES.items()}},
        "state": labels.STATE,
        "sector": labels.SECTOR,
        "hazard_state": labels.HAZARD_STATE,
        "plate_state": labels.PLATE_STATE,
        "plate_due": labels.PLATE_DUE,
        "township": {township.code: township.name for township in district.townships_on(day)},
        **vocabulary_words(),
        "kind": {name: kind.title for name, kind in load_vocabulary().kinds.items()},
        "form": forms("site"),
    }


def in_words(value: object) -> str:
    """A value of a payload as people read it."""
    if isinstance(value, (list, tuple)):
        return "、".join(map(in_words, value))
    if isinstance(value, Mapping):
        return "、".join(f"{name} {in_words(inner)}" for name, inner in value.items())
    text = str(value).lower() if isinstance(value, bool) else str(value)
    return vocabulary_words()["value"].get(text) or labels.STATE.get(text) or labels.SECTOR.get(text) or text


def words_of_values(payload: Mapping[str, object]) -> str:
    """What a fact says, in words: fields that are empty are left out."""
    titles = vocabulary_words()["field"]
    said = ((name, value) for name, value in payload.items() if value not in (None, "", [], {}))
    return "；".join(f"{titles.get(name, name)}：{in_words(value)}" for name, value in said)


def check_items(rules: RuleSet) -> dict[str, object]:
    """What a check goes through: the items that people find, each with its clauses and when it may be left out."""
    items = [
        {
            "code": item.code,
            "axis": item.axis,
            "title": item.title,
            "key": item.key,
            "not_applicable": item.not_applicable,
            "clauses": [{"code": clause.code, "title": clause.title, "counted": clause.mode == "each"} for clause in item.clauses.values()],
        }
        for item in rules.items.values()
        if item.derive is None
    ]
    return {"rule_set": {"id": rules.id, "version": rules.version, "title": rules.title, "notice": rules.notice}, "items": items}
