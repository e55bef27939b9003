"""What grading is held against: zen-engine, and the same tables interpreted row by row in Python.

Both get a head start: the facts of a site are worked out for them beforehand (counts by item and clause, shares, counts by event,
standing vetoes and caps), so they only look up the rule set's rows, add up and find the colour. They give no evidence, no end of a
window, no review date. Score and colour must be the judge's, or nothing is measured.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence

from chalicelib.grading.judge import grade
from chalicelib.grading.model import Grade
from chalicelib.grading.rules import RuleSet

Features = dict[str, object]
COLOURS = ("red", "orange", "yellow", "blue")


def features(facts: Mapping[str, object], rules: RuleSet, on: object) -> Features:
    """What a decision table can look at: one number for each clause, share, event code and standing cause."""
    judged = grade(facts, rules, on)
    made: Features = {f"{code}_{name}": 0 for code, item in rules.settable.items() for name in item.clauses}
    items = judged.items
    for code, item in items.items():
        made |= {f"{code}_{finding.clause}": finding.count for finding in item.findings}
    made |= {f"{code}_lost": item.points - items[code].value for code, item in rules.derived.items()}
    counted = {entry.code: sum(occurrence.points for occurrence in entry.occurrences) for entry in judged.adjustments}
    made |= {f"event_{rule.code}": counted.get(rule.code, 0) for rule in rules.adjustments}
    held = {cause.code: int(cause.grade) for cause in (*judged.vetoes, *judged.caps)}
    made |= {f"cause_{rule.code}": held.get(rule.code, 3) for rule in (*rules.vetoes, *rules.caps)}
    made["extras"] = sum(extra.taken for extra in judged.parts.extras)
    made["applicable"] = sum(judged.parts.applicable.values())
    return made


def rows(rules: RuleSet) -> list[tuple[str, str, int, int, int]]:
    """The rule set as rows: feature, table, amount of each, amount once, most that the item or code takes."""
    found = []
    for code, item in rules.items.items():
        for name, clause in item.clauses.items():
            each, once = clause.takes(item.points)
            found.append((f"{code}_{name}", code, each, once, item.points))
        if item.derive:
            found.append((f"{code}_lost", code, 1, 0, item.points))
    found += [(f"event_{rule.code}", f"{'+' if rule.plus else '-'}{rule.code}", 1, 0, rule.cap) for rule in rules.adjustments]
    return found


def interpreted(rules: RuleSet) -> Callable[[Features], tuple[int, str]]:
    """Row by row over the table: sums by code, each cut at its most; then score and colour, in the judge's own integers."""
    table = rows(rules)
    causes = list(dict.fromkeys(f"cause_{rule.code}" for rule in (*rules.vetoes, *rules.caps)))

    def decide(site: Features) -> tuple[int, str]:
        sums: dict[str, int] = {}
        most: dict[str, int] = {}
        for feature, code, each, once, cap in table:
            count = site[feature]
            if count:
                sums[code] = sums.get(code, 0) + each * count + once
                most[code] = cap
        lost = deducted = added = 0
        for code, total in sums.items():
            cut = min(total, most[code])
            if code[0] == "-":
                deducted += cut
            elif code[0] == "+":
                added += cut
            else:
                lost += cut
        lost += site["extras"]
        whole = site["applicable"]
        numerator = 10_000 * (whole - lost) + (min(added, rules.bonus_cut) - deducted) * whole
        tenths = (2 * 10 * min(max(numerator, 0), 10_000 * whole) + 100 * whole) // (2 * 100 * whole)
        colour = int(rules.grade_of(tenths))
        for cause in causes:
            colour = min(colour, site[cause])
        return tenths, COLOURS[colour]

    return decide


def zen_decision(rules: RuleSet) -> Callable[[Features], tuple[int, str]] | None:
    """The same rows as one decision of zen-engine: a table that collects, an expression that adds up; None without zen-engine."""
    try:
        import zen
    except ImportError:
        return None
    decision = zen.ZenEngine().create_decision(json.dumps(graph(rules)))

    def decide(site: Features) -> tuple[int, str]:
        result = decision.evaluate(site)["result"]
        return int(result["tenths"]), COLOURS[int(result["colour"])]

    return decide


def graph(rules: RuleSet) -> dict[str, object]:
    """A decision graph (JDM): input → collecting table of rows → expressions → output."""
    nodes = [
        {"id": "in", "name": "in", "type": "inputNode", "position": {"x": 0, "y": 0}},
        {"id": "table", "name": "table", "type": "decisionTableNode", "position": {"x": 1, "y": 0}, "content": collecting(rows(rules))},
        {"id": "sum", "name": "sum", "type": "expressionNode", "position": {"x": 2, "y": 0}, "content": {"expressions": expressions(rules)}},
        {"id": "out", "name": "out", "type": "outputNode", "position": {"x": 3, "y": 0}},
    ]
    edges = [{"id": f"{a}-{b}", "sourceId": a, "targetId": b, "type": "edge"} for a, b in (("in", "table"), ("table", "sum"), ("sum", "out"))]
    return {"nodes": nodes, "edges": edges}


def collecting(table: Sequence[tuple[str, str, int, int, int]]) -> dict[str, object]:
    """One row per clause or code: when its number is above nothing, its code and what it takes."""
    lines = [
        {"_id": str(number), "when": f"{feature} > 0", "code": json.dumps(code), "takes": f"{feature} * {each} + {once}"}
        for number, (feature, code, each, once, _) in enumerate(table)
    ]
    return {
        "hitPolicy": "collect",
        "inputs": [{"id": "when", "name": "when", "type": "expression", "field": ""}],
        "outputs": [{"id": name, "name": name, "type": "expression", "field": name} for name in ("code", "takes")],
        "rules": lines,
        "passThrough": True,
        "outputPath": "found",
        "executionMode": "single",
    }


def expressions(rules: RuleSet) -> list[dict[str, str]]:
    """Cut each sum at its most, add up, round half-up, take the worst colour."""
    most: dict[str, int] = {code: cap for _, code, _, _, cap in rows(rules)}

    def cut(code: str) -> str:
        return f"min([sum(map(filter(found, #.code == '{code}'), #.takes)), {most[code]}])"

    lost = " + ".join(cut(code) for code in most if code[0] not in "+-")
    deducted = " + ".join(cut(code) for code in most if code[0] == "-")
    added = " + ".join(cut(code) for code in most if code[0] == "+")
    causes = ", ".join(dict.fromkeys(f"cause_{rule.code}" for rule in (*rules.vetoes, *rules.caps)))
    steps = {
        "lost": f"{lost} + extras",
        "net": f"min([{added}, {rules.bonus_cut}]) - ({deducted})",
        "exact": "10000 * (applicable - $.lost) + $.net * applicable",
        "tenths": "floor((20 * min([max([$.exact, 0]), 10000 * applicable]) + 100 * applicable) / (200 * applicable))",
        "colour": f"min([$.tenths >= 900 ? 3 : $.tenths >= 750 ? 2 : $.tenths >= 600 ? 1 : 0, {causes}])",
    }
    return [{"id": name, "key": name, "value": value} for name, value in steps.items()]


def expected(facts: Mapping[str, object], rules: RuleSet, on: object) -> tuple[int, str]:
    """What the judge says of a site that has a score."""
    judged = grade(facts, rules, on)
    return judged.score, judged.grade.code if judged.grade is not Grade.NONE else "none"
