"""What no table of a rule file can know alone: sums that must come out, names that must exist elsewhere in the file."""

from __future__ import annotations

from collections.abc import Iterator

from chalicelib.exact import HUNDREDTHS
from chalicelib.grading.reading import Table
from chalicelib.grading.rules import Rule, RuleSet


def agree(file: Table, rules: RuleSet) -> None:
    """Report every disagreement in the file's problems."""
    for axis, (_, points) in rules.axes.items():
        total = sum(item.points for item in rules.items.values() if item.axis == axis)
        if total != points:
            file.wrong(f"axes.{axis}", points / HUNDREDTHS, f"its items add up to {total / HUNDREDTHS}")
    levels = {level.code for level in rules.levels}
    codes = {rule.code for rule in rules.adjustments}
    for rule in (*rules.adjustments, *rules.vetoes, *rules.caps):
        for place, value, reason in unknown_names(rule, rules, levels, codes):
            file.wrong(f"{rule.code}.{place}", value, reason)


def unknown_names(rule: Rule, rules: RuleSet, levels: set[str], codes: set[str]) -> Iterator[tuple[str, str, str]]:
    for name, known in (("level", levels), ("overflow", codes)):
        value = rule.params.get(name)
        if value is not None and value not in known:
            yield name, value, "not defined in this file"
    for item, clause in rule.params.get("findings", ()):
        if item not in rules.items or (clause and clause not in rules.items[item].clauses):
            yield "findings", f"{item} {clause}".strip(), "no such item or clause"
    for test in rule.params.get("tests", ()):
        for level in test["levels"]:
            if level not in levels:
                yield "tests", level, "not defined in this file"
