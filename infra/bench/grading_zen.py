"""The model rule set as one decision of zen-engine over a site's raw records: expressions, a collecting table, expressions.

Written as a competent user would: what belongs to the day (starts of windows, months asked for) is given once per day, records are
looked at by the engine's own ``filter``, ``map`` and ``some``, a decision table collects one row with its reason per clause and
code that applies, and expressions add up, cut, round and take the worst colour.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from datetime import date

from chalicelib import clock
from chalicelib.grading.rules import Item, Rule, RuleSet
from infra.bench.grading_peers import COLOURS, Answer, Reason

GOVERNMENT = "['township', 'district', 'expert']"
RESPONSIBLE = "filter(accident ?? [], #.responsibility == 'responsible')"
# What the expressions read of the raw records before the table; ``in12`` and the like are the starts of windows.
FACTS = {
    "full": "filter(assessment, #.coverage == 'full')",
    "last": "$.full[len($.full) - 1]",
    "items": "$.last.items",
    "away": "filter($.last.not_applicable, not(# in keys($.items)))",
    "measured": "completeness_measured[len(completeness_measured) - 1]",
    "asked": "filter(months, date(#) >= startOf(date($.full[0].on), 'month'))",
    "checked": "map(self_check, startOf(date(#.on), 'month'))",
    "done": "filter($.asked, date(#) in $.checked)",
    "due": f"filter(hazard_found, #.level == 'general' and #.by in {GOVERNMENT} and date(#.deadline_on) >= date(in6) and date(#.deadline_on) < date(today))",
    "in_time": "filter($.due as h, some(h.then as s, s.kind == 'rectification_reported' and date(s.on) <= date(h.deadline_on)))",
    "rechecks": f"flatMap(filter(hazard_found, #.by in {GOVERNMENT}), filter(#.then, #.kind == 'recheck' and date(#.on) >= date(in12)))",
    "injuring": f"filter({RESPONSIBLE}, date(#.on) >= date(in12))",
    "fatal": f"filter({RESPONSIBLE}, #.deaths >= 1 and #.deaths < 3 and date(#.on) >= date(in36))",
    "grave": f"filter({RESPONSIBLE}, #.deaths >= 3 and date(#.on) >= date(in36))",
    "punished": "filter(penalty ?? [], date(#.on) >= date(in12))",
    "held": "filter(certificate, date(#.valid_from) <= date(today) and date(#.valid_to) >= date(today))",
    "newest_check": "max(map(self_check, date(#.on)))",
    "higher": "site_registered[len(site_registered) - 1].inherent_class >= 3",
}
COUNTED = {
    "light_injuries": ("injuring", "sum(map({0}, #.light_injuries))"),
    "serious_injuries": ("injuring", "sum(map({0}, #.serious_injuries))"),
    "fatal_accidents": ("fatal", "len({0})"),
    "grave_accidents": ("grave", "len({0})"),
}
CAPS = {
    "self_check_overdue": lambda rule: f"newest_check + duration('{rule.params['days']}d') <= date(today)",
    "assessment_overdue": lambda rule: "date(last.on) < (higher ? date(in12) : date(in36))",
    "penalties": lambda rule: f"len(punished) >= {rule.params['at_least']}",
    "serious_injuries": lambda rule: some_injured(rule),
    "item_findings": lambda rule: " or ".join(found(item, clause) for item, clause in rule.params["findings"]),
}


def zen_decision(rules: RuleSet, on: date) -> Callable[[Mapping[str, object]], tuple[Answer, list[Reason]]] | None:
    """The decision on one day; None without zen-engine."""
    try:
        import zen
    except ImportError:
        return None
    decision = zen.ZenEngine().create_decision(json.dumps(graph(rules)))
    day = {f"in{months}": clock.earliest_anchor(on, months).isoformat() for months in (6, 12, 36)}
    day |= {"today": on.isoformat(), "months": list(months_before(on, 3))}
    day |= {"worth": {code: item.points for code, item in rules.items.items()}}
    day |= {"grades": rule.params["grades"] for rule in rules.adjustments if rule.mechanism == "best_certificate"}
    bonus = {rule.code for rule in rules.adjustments if rule.plus}
    low = {rule.code for rule in rules.caps if rule.mechanism == "axis_below"}

    def decide(facts: Mapping[str, object]) -> tuple[Answer, list[Reason]]:
        result = decision.evaluate({**facts["records"], **day})["result"]
        reasons = [reason_of(row) for row in result["found"]]
        points = {code: -int(taken) if code in bonus else int(taken) for code, taken in result["taken"].items() if taken}
        caps = frozenset(reason.code for reason in reasons if reason.clause == "cap") | (low if result["low"] else frozenset())
        return Answer(int(result["tenths"]), COLOURS[int(result["colour"])], points, caps), reasons

    return decide


def months_before(on: date, count: int) -> Iterator[str]:
    month = clock.month_of(on)
    for _ in range(count):
        month = clock.previous_month(month)
        yield f"{month}-01"


def reason_of(row: Mapping[str, object]) -> Reason:
    return Reason(str(row["code"]), str(row["clause"]), int(row["takes"]), tuple(row["evidence"]), str(row["end"]))


def rows(rules: RuleSet) -> Iterator[tuple[str, str, str, str, str, str]]:
    """The table: when, code, clause, what it takes, its evidence, its end."""
    for item in rules.items.values():
        yield from derived_row(item) if item.derive else clause_rows(item)
    for rule in rules.adjustments:
        yield from adjustment_row(rule)
    for rule in rules.caps:
        if rule.mechanism in CAPS:
            yield CAPS[rule.mechanism](rule), rule.code, "'cap'", str(int(rule.grade)), "[]", json.dumps(rule.ends)


def clause_rows(item: Item) -> Iterator[tuple[str, str, str, str, str, str]]:
    for code, clause in item.clauses.items():
        each, once = clause.takes(item.points)
        count = f"(items.{item.code}.{code} ?? 0)"
        yield f"{count} > 0", item.code, f"'{code}'", f"{count} * {each} + {once}", "[last.id]", "''"


def derived_row(item: Item) -> Iterator[tuple[str, str, str, str, str, str]]:
    """Full points less points × good ÷ all, rounded half-up in hundredths."""
    kind, points = item.derive["kind"], item.points
    if kind == "self_check_months":
        lost = f"min([{item.derive['each']} * (len(asked) - len(done)), {points}])"
        yield "len(asked) > len(done)", item.code, "'months'", lost, "map(self_check, #.id)", "''"
        return
    good, whole, evidence = {
        "completeness": ("measured.filled", "measured.required", "[measured.id]"),
        "rectified_in_time": ("len(in_time)", "len(due)", "map(due, #.id)"),
        "passed_first_recheck": ("len(filter(rechecks, #.result == 'passed'))", "len(rechecks)", "map(rechecks, #.id)"),
    }[kind]
    lost = f"{points} - floor((2 * {points} * {good} + {whole}) / (2 * {whole}))"
    yield f"{whole} > {good}", item.code, "'ratio'", lost, evidence, "''"


def adjustment_row(rule: Rule) -> Iterator[tuple[str, str, str, str, str, str]]:
    if rule.mechanism == "best_certificate":
        yield "len(held) > 0", rule.code, "'certificate'", "max(map(held, grades[#.type] ?? 0))", "map(held, #.id)", "held[0].valid_to"
        return
    name, count = COUNTED.get(rule.mechanism, ("", ""))
    if rule.mechanism == "penalties":
        name, count = f"filter(punished, #.procedure == '{rule.params['procedure']}')", "len({0})"
    if name:
        months = rule.params["months"].values[0][1]
        end = f"d({name}[0].on).add({months}, 'month').format('%Y-%m-%d')"
        yield f"{count.format(name)} > 0", rule.code, "'event'", f"{count.format(name)} * {rule.points}", f"map({name}, #.id)", end


def some_injured(rule: Rule) -> str:
    below = rule.params["below"] or 1000
    months = rule.params["months"].values[0][1]
    test = f"#.serious_injuries >= {rule.params['at_least']} and #.serious_injuries < {below} and date(#.on) >= date(in{months})"
    return f"some({RESPONSIBLE}, {test})"


def found(item: str, clause: str) -> str:
    zero = {"W05": "combined_use", "P02": "not_identified", "W01": "blocked"}
    return f"(items.{item}.{clause or zero[item]} ?? 0) > 0" + (f" or (items.{item}.unapproved_work ?? 0) >= 2" if item == "P02" else "")


def graph(rules: RuleSet) -> dict[str, object]:
    """A decision graph (JDM): records → expressions → collecting table → expressions → output."""
    facts = [{"id": name, "key": name, "value": value} for name, value in FACTS.items()]
    contents = {"facts": ("expressionNode", {"expressions": facts, "passThrough": True}), "table": ("decisionTableNode", collecting(rules))}
    contents["sum"] = ("expressionNode", {"expressions": expressions(rules)})
    nodes = [{"id": name, "name": name, "type": kind, "position": {"x": 0, "y": 0}} for name, kind in (("in", "inputNode"), ("out", "outputNode"))]
    nodes += [{"id": name, "name": name, "type": kind, "position": {"x": 0, "y": 0}, "content": content} for name, (kind, content) in contents.items()]
    path = ["in", "facts", "table", "sum", "out"]
    edges = [{"id": f"{a}-{b}", "sourceId": a, "targetId": b, "type": "edge"} for a, b in zip(path, path[1:], strict=False)]
    return {"nodes": nodes, "edges": edges}


def collecting(rules: RuleSet) -> dict[str, object]:
    names = ("when", "code", "clause", "takes", "evidence", "end")
    lines = [
        {"_id": str(number), **dict(zip(names, (when, f"'{code}'", *rest), strict=True))}
        for number, (when, code, *rest) in enumerate(rows(rules))
    ]
    return {
        "hitPolicy": "collect",
        "inputs": [{"id": "when", "name": "when", "type": "expression", "field": ""}],
        "outputs": [{"id": name, "name": name, "type": "expression", "field": name} for name in names[1:]],
        "rules": lines,
        "passThrough": True,
        "outputPath": "found",
        "executionMode": "single",
    }


def expressions(rules: RuleSet) -> list[dict[str, str]]:
    """Cut each sum at its most, the axes with their further deductions, add up, round half-up, take the worst colour."""
    most = {code: item.points for code, item in rules.items.items()} | {rule.code: rule.cap for rule in rules.adjustments}
    capped = [code for code in dict.fromkeys(code for _, code, *_ in rows(rules)) if code in most]
    taken = ", ".join(f"{code}: min([sum(map(filter(found, #.code == '{code}'), #.takes)), {most[code]}])" for code in capped)
    plus = " + ".join(f"$.taken.{rule.code}" for rule in rules.adjustments if rule.plus and rule.code in capped)
    minus = " + ".join(f"$.taken.{rule.code}" for rule in rules.adjustments if not rule.plus and rule.code in capped)
    axes = list(rules.axes)
    low = min(rule.params["below"] for rule in rules.caps if rule.mechanism == "axis_below")
    steps = {"found": "found", "taken": "{" + taken + "}"}
    for axis in axes:
        steps |= {f"whole_{axis}": whole(rules, axis), f"kept_{axis}": kept(rules, axis, capped)}
    steps |= {
        "applicable": " + ".join(f"$.whole_{axis}" for axis in axes),
        "low": " or ".join(f"floor((2000 * $.kept_{axis} + $.whole_{axis}) / (2 * $.whole_{axis})) < {low}" for axis in axes),
        "net": f"min([{plus}, {rules.bonus_cut}]) - ({minus})",
        "exact": f"10000 * ({' + '.join(f'$.kept_{axis}' for axis in axes)}) + $.net * $.applicable",
        "tenths": "floor((20 * min([max([$.exact, 0]), 10000 * $.applicable]) + 100 * $.applicable) / (200 * $.applicable))",
        "held": "map(filter(found, #.clause == 'cap'), #.takes)",
        "scored": "$.tenths >= 900 ? 3 : $.tenths >= 750 ? 2 : $.tenths >= 600 ? 1 : 0",
        "colour": "min([$.scored, $.low ? 2 : 3, min(flatten([[3], $.held]))])",
    }
    return [{"id": name, "key": name, "value": value} for name, value in steps.items()]


def whole(rules: RuleSet, axis: str) -> str:
    codes = [code for code, item in rules.items.items() if item.axis == axis]
    away = f"sum(map(filter(away, # in {codes}), worth[#]))"
    return f"{rules.axes[axis][1]} - {away}"


def kept(rules: RuleSet, axis: str, capped: list[str]) -> str:
    """What the axis keeps: its points less what its items take, less the further deductions as far as it has anything to give."""
    mine = [code for code in capped if code in rules.items and rules.items[code].axis == axis]
    extras = [
        f"({extra_due(item)} ? {item.extra.points} : 0)" for item in rules.items.values() if item.axis == axis and item.extra is not None
    ]
    left = f"$.whole_{axis} - ({' + '.join(f'$.taken.{code}' for code in mine)})"
    return f"max([{' - '.join([left, *extras])}, 0])"


def extra_due(item: Item) -> str:
    if item.extra.clause:
        return f"(items.{item.code}.{item.extra.clause} ?? 0) > 0"
    sums = " + ".join(f"(items.{item.code}.{code} ?? 0) * {clause.amount}" for code, clause in item.clauses.items())
    return f"{sums} >= {item.extra.at_points}"
