"""How long a colour has lasted: the months of a township up to this one, carried along in every result. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from fractions import Fraction
from itertools import takewhile

from chalicelib.index.structure import IndexRules, SupervisionRule

Trail = Sequence[Mapping]


def trail_of(month: str, row: Mapping, previous: Mapping | None, longest: int) -> list[dict]:
    """The township's published months up to this one, oldest first, without a gap: what the month before carried, and this one.

    ``previous`` is the result document of the month before; None breaks the trail, and so does a township that was not in it.
    """
    before = next((other for other in previous["townships"] if other["code"] == row["code"]), None) if previous else None
    carried = [] if before is None or previous is None else before.get("trail") or [_entry(previous["month"], before)]
    return [*carried, _entry(month, row)][-longest:]


def _entry(month: str, row: Mapping) -> dict:
    return {"month": month, "index": row["index"], "colour": row["colour"]}


def months_in(trail: Trail, colours: Collection[str]) -> int:
    """How many months in a row, up to the last one, the colour was one of these."""
    return sum(1 for _ in takewhile(lambda entry: entry["colour"] in colours, reversed(trail)))


def measures_of(trail: Trail, rules: IndexRules) -> tuple[SupervisionRule, ...]:
    """The measures of differentiated supervision 差异化监管 that hold, in the method's order."""
    return tuple(rule for rule in rules.supervision if months_in(trail, rule.colours) >= rule.months)


def plan_factor(measures: Sequence[SupervisionRule]) -> Fraction:
    """The factor on the district's inspection plan for the township: the greatest of the measures that hold."""
    return max((rule.plan for rule in measures), default=Fraction(1))
