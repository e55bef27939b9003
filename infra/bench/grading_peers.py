"""What grading is held against: the rule file's rows interpreted one by one in Python, and the same rules as a decision of zen-engine.

Both do the whole job from the raw records of a site: the effective assessment, the items worked out from facts, windows, caps,
score, colour, and a reason for every point: code, clause or figure, amount, evidence, end. Three things are in their favour: they
know only the rules that these sites can meet, they take the fold's order and every record's standing on trust, and they look for
no review date. Score, colour, every item's and code's points and every cap must be the judge's on every site, or nothing is measured.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from typing import NamedTuple

from chalicelib import clock
from chalicelib.exact import half_up
from chalicelib.grading.judge import grade
from chalicelib.grading.model import Grade
from chalicelib.grading.rules import Item, Rule, RuleSet

COLOURS = ("red", "orange", "yellow", "blue")
OPERATIONS = {"=": operator.eq, ">=": operator.ge, "<": operator.lt}
# Which records a counting mechanism reads, on what conditions, and which figure it multiplies by ("" = each record once).
READS = {
    "light_injuries": ("accident", (("responsibility", "=", "responsible"),), "light_injuries"),
    "serious_injuries": ("accident", (("responsibility", "=", "responsible"),), "serious_injuries"),
    "fatal_accidents": ("accident", (("deaths", ">=", 1), ("deaths", "<", 3)), ""),
    "grave_accidents": ("accident", (("deaths", ">=", 3),), ""),
    "penalties": ("penalty", (), ""),
}
Record = Mapping[str, object]
Records = Mapping[str, Sequence[Record]]
Found = Sequence[Record]
Points = Mapping[str, int]
Conditions = tuple[tuple[str, str, object], ...]


class Reason(NamedTuple):
    """Why points go: what, how much in hundredths, on which records, and until which day ("" = until an act)."""

    code: str
    clause: str
    points: int
    evidence: tuple[str, ...]
    end: str = ""


class Answer(NamedTuple):
    """What is compared: the score, the colour, the points by item and code (what is lost above 0), the caps."""

    tenths: int
    colour: str
    points: Mapping[str, int]
    caps: frozenset[str]


def expected(facts: Mapping[str, object], rules: RuleSet, on: date) -> Answer:
    """The judge's own answer about a site that has a score."""
    judged = grade(facts, rules, on)
    points = {code: item.points - item.value for code, item in judged.items.items() if item.value is not None and item.value < item.points}
    points |= {entry.code: -entry.points for entry in judged.adjustments}
    caps = frozenset(cause.code for cause in (*judged.vetoes, *judged.caps))
    return Answer(judged.score, judged.grade.code if judged.grade is not Grade.NONE else "none", points, caps)


def interpreted(rules: RuleSet, on: date) -> Callable[[Mapping[str, object]], tuple[Answer, list[Reason]]]:
    """A general interpreter: every item, clause and row of the rule set in turn, every record a row reads in turn."""
    rows = [(rule, *READS[rule.mechanism]) for rule in rules.adjustments if rule.mechanism in READS]
    table = Table(rules, on)

    def decide(facts: Mapping[str, object]) -> tuple[Answer, list[Reason]]:
        records: Records = facts["records"]
        full = [record for record in records["assessment"] if record["coverage"] == "full"]
        reasons = [reason for item in rules.items.values() for reason in table.item(item, full, records)]
        lost = {code: min(total, rules.items[code].points) for code, total in added(reasons).items() if total}
        counted = [reason for row in rows for reason in table.counted(*row, records)] + list(table.certificates(records))
        caps = list(table.caps(records, full, lost))
        return table.answer(full[-1], lost, counted, caps), reasons + counted

    return decide


class Table:
    """One rule set on one day, interpreted."""

    def __init__(self, rules: RuleSet, on: date) -> None:
        self.rules, self.on, self.day = rules, on, on.isoformat()
        self.months = list(self._months_before(3))
        self.derive = {"completeness": self._completeness, "self_check_months": self._checks}
        self.derive |= {"rectified_in_time": self._in_time, "passed_first_recheck": self._rechecks}
        self.cap_rules = {"serious_injuries": self._injured, "penalties": self._punished, "item_findings": self._found}
        self.cap_rules |= {"self_check_overdue": self._unchecked, "assessment_overdue": self._too_old, "axis_below": self._low}

    def _months_before(self, count: int) -> Iterator[str]:
        month = clock.month_of(self.on)
        for _ in range(count):
            month = clock.previous_month(month)
            yield month

    def end(self, day: str, months: int) -> str:
        """The end of a window that still holds the day, else ""."""
        end = clock.add_months(date.fromisoformat(day), months)
        return end.isoformat() if end > self.on else ""

    def item(self, item: Item, full: Found, records: Records) -> Iterator[Reason]:
        if item.derive is not None:
            yield from self.derive[item.derive["kind"]](item, full, records)
            return
        found = full[-1]["items"].get(item.code, {})
        for code, clause in item.clauses.items():
            count = found.get(code, 0)
            if count:
                each, once = clause.takes(item.points)
                yield Reason(item.code, code, each * count + once, (full[-1]["id"],))

    def counted(self, rule: Rule, kind: str, conditions: Conditions, figure: str, records: Records) -> Iterator[Reason]:
        if "procedure" in rule.params:
            conditions = (("procedure", "=", rule.params["procedure"]),)
        for record in records.get(kind, ()):
            if all(OPERATIONS[sign](record[field], value) for field, sign, value in conditions):
                count, end = record[figure] if figure else 1, self.end(record["on"], rule.params["months"].at(record["on"]))
                if end and count:
                    yield Reason(rule.code, figure, count * rule.points, (record["id"],), end)

    def certificates(self, records: Records) -> Iterator[Reason]:
        for rule in self.rules.adjustments:
            if rule.mechanism == "best_certificate":
                good = [held for held in records["certificate"] if held["valid_from"] <= self.day <= held["valid_to"]]
                for held in sorted(good, key=lambda held: -rule.params["grades"].get(held["type"], 0))[:1]:
                    yield Reason(rule.code, held["type"], rule.params["grades"][held["type"]], (held["id"],), held["valid_to"])

    def caps(self, records: Records, full: Found, lost: Points) -> Iterator[tuple[str, Grade, str]]:
        """The code, the best colour it allows and the end of each cap that holds."""
        for rule in self.rules.caps:
            if rule.mechanism in self.cap_rules:
                yield from ((rule.code, rule.grade, end) for end in self.cap_rules[rule.mechanism](rule, records, full, lost))

    def answer(self, assessment: Record, lost: Points, counted: list[Reason], caps: list[tuple[str, Grade, str]]) -> Answer:
        rules, sums = self.rules, self.sums(assessment, lost)
        taken = {rule.code: (min(total, rule.cap), rule.plus) for rule in rules.adjustments if (total := added(counted).get(rule.code))}
        plus = min(sum(points for points, good in taken.values() if good), rules.bonus_cut)
        net = plus - sum(points for points, good in taken.values() if not good)
        whole = sum(points for _, points in sums.values())
        exact = 10_000 * sum(kept for kept, _ in sums.values()) + net * whole
        tenths = half_up(10 * min(max(exact, 0), 10_000 * whole), 100 * whole)
        colour = min([rules.grade_of(tenths), *(colour for _, colour, _ in caps)])
        points = lost | {code: -points if good else points for code, (points, good) in taken.items()}
        return Answer(tenths, COLOURS[colour], points, frozenset(code for code, _, _ in caps))

    def sums(self, assessment: Record, lost: Points) -> dict[str, tuple[int, int]]:
        """What each axis keeps and has, after the further deductions."""
        away = [code for code in assessment["not_applicable"] if code not in assessment["items"]]
        sums = {}
        for axis, (_, points) in self.rules.axes.items():
            points -= sum(self.rules.items[code].points for code in away if self.rules.items[code].axis == axis)
            kept = points - sum(amount for code, amount in lost.items() if self.rules.items[code].axis == axis)
            for item in self.rules.items.values():
                if item.axis == axis and item.extra and self._extra_due(item, assessment["items"].get(item.code, {})):
                    kept -= min(item.extra.points, kept)
            sums[axis] = kept, points
        return sums

    @staticmethod
    def _extra_due(item: Item, found: Points) -> bool:
        if item.extra.clause:
            return found.get(item.extra.clause, 0) > 0
        return sum(item.clauses[code].amount * count for code, count in found.items()) >= item.extra.at_points

    def _completeness(self, item: Item, full: Found, records: Records) -> Iterator[Reason]:
        newest = records["completeness_measured"][-1]
        yield from self._share(item, newest["filled"], newest["required"], (newest["id"],))

    def _checks(self, item: Item, full: Found, records: Records) -> Iterator[Reason]:
        asked = [month for month in self.months if month >= full[0]["on"][:7]]
        done = {check["on"][:7]: check["id"] for check in records["self_check"] if check["on"][:7] in asked}
        lost = min(item.derive["each"] * (len(asked) - len(done)), item.points)
        if lost:
            yield Reason(item.code, f"{len(done)}/{len(asked)}", lost, tuple(done.values()))

    def _in_time(self, item: Item, full: Found, records: Records) -> Iterator[Reason]:
        due = [
            hazard
            for hazard in records["hazard_found"]
            if hazard["level"] == "general" and hazard["by"] in item.derive["finders"]
            and hazard["deadline_on"] < self.day and self.end(hazard["deadline_on"], item.derive["months"])
        ]  # fmt: skip
        good = [
            hazard
            for hazard in due
            if any(step["kind"] == "rectification_reported" and step["on"] <= hazard["deadline_on"] for step in hazard["then"])
        ]
        yield from self._share(item, len(good), len(due), tuple(hazard["id"] for hazard in due))

    def _rechecks(self, item: Item, full: Found, records: Records) -> Iterator[Reason]:
        made = [
            step
            for hazard in records["hazard_found"]
            for step in hazard["then"]
            if step["kind"] == "recheck" and hazard["by"] in item.derive["finders"] and self.end(step["on"], item.derive["months"])
        ]
        passed = sum(step["result"] == "passed" for step in made)
        yield from self._share(item, passed, len(made), tuple(step["id"] for step in made))

    @staticmethod
    def _share(item: Item, good: int, whole: int, evidence: tuple[str, ...]) -> Iterator[Reason]:
        lost = item.points - half_up(item.points * good, whole) if whole else 0
        if lost:
            yield Reason(item.code, f"{good}/{whole}", lost, evidence)

    def _injured(self, rule: Rule, records: Records, full: Found, lost: Points) -> Iterator[str]:
        least, below = rule.params["at_least"], rule.params["below"] or 1000
        for record in records.get("accident", ()):
            end = self.end(record["on"], rule.params["months"].at(record["on"]))
            if end and least <= record["serious_injuries"] < below:
                yield end

    def _punished(self, rule: Rule, records: Records, full: Found, lost: Points) -> Iterator[str]:
        ends = sorted(filter(None, (self.end(each["on"], rule.params["months"].at(each["on"])) for each in records.get("penalty", ()))))
        if len(ends) >= rule.params["at_least"]:
            yield ends[-rule.params["at_least"]]

    def _found(self, rule: Rule, records: Records, full: Found, lost: Points) -> Iterator[str]:
        for code, clause in rule.params["findings"]:
            if full[-1]["items"].get(code, {}).get(clause, 0) if clause else lost.get(code) == self.rules.items[code].points:
                yield ""

    def _unchecked(self, rule: Rule, records: Records, full: Found, lost: Points) -> Iterator[str]:
        newest = max(check["on"] for check in records["self_check"])
        if clock.add_days(date.fromisoformat(newest), rule.params["days"]) <= self.on:
            yield ""

    def _too_old(self, rule: Rule, records: Records, full: Found, lost: Points) -> Iterator[str]:
        higher = records["site_registered"][-1]["inherent_class"] >= self.rules.inherent["higher_from"]
        if not self.end(full[-1]["on"], rule.params["higher_months" if higher else "other_months"]):
            yield ""

    def _low(self, rule: Rule, records: Records, full: Found, lost: Points) -> Iterator[str]:
        if any(half_up(1000 * kept, points) < rule.params["below"] for kept, points in self.sums(full[-1], lost).values()):
            yield ""


def added(reasons: Sequence[Reason]) -> dict[str, int]:
    """Points by code."""
    sums: dict[str, int] = {}
    for reason in reasons:
        sums[reason.code] = sums.get(reason.code, 0) + reason.points
    return sums
