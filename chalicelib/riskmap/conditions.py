"""Conditions over a site's profile as data: clauses compiled once into one test.

A clause is ``{field, <operator>: value, or_unknown?}``. Unknown (absent or null) never meets a clause unless it
says ``or_unknown``: an unknown number whose flag is set reads as the worse row.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from chalicelib.errors import Problem

Profile = Mapping[str, object]
Test = Callable[[Profile], bool]

# What kind of value each field holds; the names of `site_registered`, then those worked out from other records.
FIELDS = {
    "staff": "number", "size": "text", "premises": "text", "tenants": "number", "floor_area_m2": "number", "industry": "text",
    "chemical_type": "text", "key_process": "flag", "inhalation_toxic": "flag", "special_premises": "list",
    "dust_workers": "number", "aluminium_magnesium_dust": "flag", "confined_space_toxic": "flag", "solvent_spraying": "flag",
    "higher_risk_industries": "list", "key_fire_unit": "flag", "flammable_explosive": "flag", "labour_intensive": "flag",
    "night_shift": "flag", "special_equipment": "number", "designated": "flag", "inherent_class": "number",
    "further_sectors": "list",
    "major_hazard_source": "number", "direct_red": "flag", "three_in_one": "flag",
}  # fmt: skip
DERIVED = ("major_hazard_source", "direct_red", "three_in_one")

OPERATORS = {
    "is": ("flag", "text", "number"),
    "one_of": ("text",),
    "has": ("list",),
    "filled": ("text", "list", "number"),
    "at_least": ("number",),
    "at_most": ("number",),
}
VALUE_TYPES: dict[str, tuple[type, ...]] = {
    "is": (bool, str, int), "one_of": (list,), "has": (str,), "filled": (bool,), "at_least": (int,), "at_most": (int,),
}  # fmt: skip


def compile_all(clauses: Sequence[Mapping[str, object]], place: str, problems: list[Problem]) -> Test:
    """One test that holds when every clause holds; an empty list always holds. Faults are added to ``problems``."""
    tests = [_compile(clause, f"{place}[{number}]", problems) for number, clause in enumerate(clauses)]
    if not tests:
        return lambda profile: True
    if len(tests) == 1:
        return tests[0]
    return lambda profile: all(test(profile) for test in tests)


def _compile(clause: Mapping[str, object], place: str, problems: list[Problem]) -> Test:
    field = clause.get("field")
    found = [key for key in clause if key in OPERATORS]
    strange = [key for key in clause if key not in OPERATORS and key not in ("field", "or_unknown")]
    problems.extend(Problem(place, key, str(clause[key]), "not a word of this language") for key in strange)
    if field not in FIELDS:
        problems.append(Problem(place, "field", str(field), "no such field of a site"))
        return _never
    if len(found) != 1:
        problems.append(Problem(place, "", " ".join(found), "exactly one operator is required"))
        return _never
    operator, value = found[0], clause[found[0]]
    if FIELDS[field] not in OPERATORS[operator] or not isinstance(value, VALUE_TYPES[operator]):
        problems.append(Problem(place, operator, str(value), f"does not fit the field {field}"))
        return _never
    return _test(str(field), operator, value, bool(clause.get("or_unknown", False)))


def _never(profile: Profile) -> bool:
    return False


def _test(field: str, operator: str, wanted: object, or_unknown: bool) -> Test:
    if operator == "filled":
        return lambda profile: bool(profile.get(field)) is wanted
    compare: Callable[[object], bool] = {
        "is": lambda value: value == wanted,
        "one_of": lambda value: value in wanted,  # type: ignore[operator]
        "has": lambda value: wanted in value,  # type: ignore[operator]
        "at_least": lambda value: value >= wanted,  # type: ignore[operator]
        "at_most": lambda value: value <= wanted,  # type: ignore[operator]
    }[operator]

    def test(profile: Profile) -> bool:
        value = profile.get(field)
        return or_unknown if value is None else compare(value)

    return test
