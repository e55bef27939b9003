"""What the register says about a site on a day, as far as grading asks: its state, its kind, how great its inherent risk is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from chalicelib.grading.case import Case, step_of
from chalicelib.grading.model import maker
from chalicelib.grading.rules import RuleSet

OPERATING = "operating"
MERGED = "merged"
NOT_FIELDS = ("id", "on", "at", "by", "then", "evidence", "place", "void", "scope")


class Register(NamedTuple):
    """``higher_risk``: inherent grade 3 or 4 in any sector, so assessed every year."""

    state: str
    fields: Mapping[str, object]
    higher_risk: bool


make_register = maker(Register)


def read_register(case: Case, rules: RuleSet) -> Register:
    """The fold of registration and changes up to the day; a field keeps its last value."""
    fields: Mapping[str, object] = case.latest("site_registered") or {}
    if "site_changed" in case.records:
        fields = dict(fields)
        for record in case.live("site_changed"):
            fields.update({name: value for name, value in record.items() if name not in NOT_FIELDS})
    changed = case.latest("site_state_changed") if "site_state_changed" in case.records else None
    state = changed["state"] if changed else fields.get("state", OPERATING)
    if "site_merged" in case.records and case.live("site_merged"):
        state = MERGED
    return make_register((state, fields, higher_risk(case, fields, rules)))


def higher_risk(case: Case, fields: Mapping[str, object], rules: RuleSet) -> bool:
    """By the register's class, a filed risk grade, a major hazard source, or one of the rule set's signs."""
    inherent = rules.inherent
    if (fields.get("inherent_class") or 0) >= inherent["higher_from"]:
        return True
    if "major_hazard_source_filed" in case.records:
        for record in case.live("major_hazard_source_filed"):
            if not step_of(record, "major_hazard_source_removed"):
                return True
    filed = case.latest("risk_graded") if "risk_graded" in case.records else None
    if filed is not None and filed["colour"] in inherent["filed_colours"]:
        return True
    signs = rules.signs
    if signs.keys().isdisjoint(fields):
        return False
    return any(all(shows(fields, sign) for sign in line) for name in signs if name in fields for line in signs[name])


def shows(fields: Mapping[str, object], sign: Mapping[str, object]) -> bool:
    """Whether a register field meets a condition; an unknown number reads as the worse row."""
    value = fields.get(sign["field"])
    if "is" in sign:
        return value in sign["is"]
    if "has" in sign:
        return bool(value) and not set(value).isdisjoint(sign["has"])
    return value is None or value >= sign["at_least"]
