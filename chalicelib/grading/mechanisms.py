"""The mechanisms that a rule file may use, and the parameters each of them takes: the code's half of a rule set."""

from __future__ import annotations

from collections.abc import Mapping

from chalicelib.grading.model import Grade
from chalicelib.grading.reading import Table

COLOURS = ("red", "orange", "yellow", "blue")

# Parameters of each mechanism, name = how it is read; "?" = may be left out.
DERIVED = {
    "completeness": {},
    "self_check_months": {"months": "count", "each": "points"},
    "rectified_in_time": {"months": "count", "finders": "texts"},
    "passed_first_recheck": {"months": "count", "finders": "texts"},
    "latest_inspection": {"weights": "weights"},
    "recent_findings": {"months": "count", "weights": "weights"},
}
COUNTED = {
    "light_injuries": {"months": "dated"},
    "serious_injuries": {"months": "dated"},
    "fatal_accidents": {"months": "dated"},
    "grave_accidents": {"months": "dated", "level": "text", "overflow": "text?"},
    "social_effect_accidents": {"months": "dated"},
    "penalties": {"months": "dated", "procedure": "text"},
    "overdue_hazards": {},
    "true_complaints": {"months": "dated"},
    "repeated_hazards": {"months": "dated"},
    "best_certificate": {"grades": "amounts"},
    "accident_free": {"steps": "steps"},
    "engineers": {},
    "findings_with": {"months": "dated", "field": "text", "values": "texts?"},
}
CONDITIONS = {
    "fatal_accident": {"months": "dated"},
    "accident_level": {"months": "dated", "level": "text"},
    "fact": {"kind": "text", "months": "dated?", "ended_by": "text?", "until": "text?"},
    "major_hazard_overdue": {"officers": "count"},
    "stop_order": {"months": "dated"},
    "item_findings": {"findings": "findings"},
    "accident_count": {"tests": "tests"},
    "major_hazard_open": {"officers": "count"},
    "serious_injuries": {"months": "dated", "at_least": "count", "below": "count?"},
    "penalties": {"months": "dated", "at_least": "count"},
    "expired_certificate": {"types": "texts", "required_grade": "grade"},
    "self_check_overdue": {"days": "count"},
    "assessment_overdue": {"higher_months": "count", "other_months": "count"},
    "axis_below": {"below": "tenths"},
    "inspection_outcome": {"outcomes": "texts"},
    "finding_until_passed": {"field": "text", "values": "texts", "settled_by": "texts?", "ended_by": "texts"},
    "inspection_overdue": {"months_by_class": "months"},
}
WITHOUT_POINTS = ("best_certificate", "accident_free")


def read_params(table: Table, form: Mapping[str, str]) -> dict[str, object]:
    """A mechanism's parameters, each read in its own way."""
    values: dict[str, object] = {}
    for name, kind in form.items():
        if kind.endswith("?") and not table.has(name):
            values[name] = None
            continue
        values[name] = READERS[kind.rstrip("?")](table, name)
    return values


def read_amounts(table: Table, key: str) -> dict[str, int]:
    inner = table.table(key)
    return {name: inner.points(name) for name in inner.data}


def read_months(table: Table, key: str) -> dict[str, int]:
    """Months by the register's inherent class."""
    inner = table.table(key)
    months = {name: inner.count(name) for name in inner.data}
    if not months:
        table.wrong(key, None, "at least one class is required")
    return months or {"": 0}


def read_weights(table: Table, key: str) -> dict[str, object]:
    """What a finding takes by its word in ``field``, and less when one of ``settled_by`` says that it was put right on the spot."""
    inner = table.table(key)
    weights = {"field": inner.text("field"), "settled_by": inner.texts("settled_by")}
    weights |= {name: read_amounts(inner, name) or {"": 0} for name in ("amounts", "settled")}
    if set(weights["amounts"]) != set(weights["settled"]):
        inner.wrong("settled", None, "must name the same words as amounts")
    inner.finish()
    return weights


def read_steps(table: Table, key: str) -> tuple[tuple[int, int], ...]:
    """Steps of months and points, the longest first."""
    steps = tuple((entry.count("months"), entry.points("points")) for entry in table.tables(key))
    if list(steps) != sorted(steps, reverse=True):
        table.wrong(key, None, "the longest step stands first")
    return steps


def read_finding_tests(table: Table, key: str) -> tuple[tuple[str, str], ...]:
    """Pairs of item and clause; an empty clause means the item's value is zero for whatever reason."""
    tests = []
    for entry in table.tables(key):
        if entry.has("clause") == entry.flag("zero"):
            entry.wrong("", None, "either clause or zero = true is required")
        tests.append((entry.text("item"), entry.text("clause", required=False)))
        entry.finish()
    return tuple(tests)


def read_accident_tests(table: Table, key: str) -> tuple[Mapping[str, object], ...]:
    tests = []
    for entry in table.tables(key):
        test = {name: entry.count(name) for name in ("count", "months")}
        tests.append({**test, "levels": entry.texts("levels"), "fatal": entry.flag("fatal")})
        entry.finish()
    return tuple(tests)


READERS = {
    "count": Table.count,
    "points": Table.points,
    "tenths": Table.tenths,
    "text": Table.text,
    "texts": Table.texts,
    "dated": Table.dated,
    "grade": lambda table, key: Grade.of(table.choice(key, COLOURS)),
    "amounts": read_amounts,
    "months": read_months,
    "weights": read_weights,
    "steps": read_steps,
    "findings": read_finding_tests,
    "tests": read_accident_tests,
}
