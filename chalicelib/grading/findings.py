"""Facts → findings: the effective value of every item, from assessments, self-checks and the items worked out from facts.

An item's value is the latest inspector's or expert's, lowered by a later self-check that is worse, never raised by one.
Only what is not in order is looked at one by one: a full assessment puts every other item at its full points.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from functools import lru_cache
from operator import itemgetter
from typing import NamedTuple

from chalicelib.errors import BadInput, Problem
from chalicelib.grading.case import DAY, Case, Record, months_after, months_before
from chalicelib.grading.derived import derive_all
from chalicelib.grading.model import Derived, Extra, maker
from chalicelib.grading.rules import Item, RuleSet

ITEMS = itemgetter("items")
FULL = "full"
SELF = "self"
UNOFFICIAL = frozenset((SELF, "report"))


class Value(NamedTuple):
    """A set value: ``lost`` in hundredths before the floor, ``stamp`` orders values, ``found`` are the counts by clause."""

    stamp: tuple[str, str]
    lost: int
    found: Mapping[str, int]
    record: Record


class Findings(NamedTuple):
    """Step two. ``checks`` are the self-checks that still matter, among them the newest one, if there is any.

    ``assessments`` are the official ones, ``full`` is the one that set all items which ``values`` does not name.
    ``whole`` is the sum of the applicable points.
    """

    assessments: Sequence[Record]
    checks: Sequence[Record]
    full: Record | None
    first_on: str
    values: Mapping[str, Value]
    not_applicable: Mapping[str, Record | None]
    derived: Mapping[str, Derived]
    missing: tuple[str, ...]
    sums: dict[str, int]
    applicable: Mapping[str, int]
    whole: int
    extras: list[Extra]

    def value_of(self, item: Item) -> int | None:
        """The effective value in hundredths; None when not applicable or missing."""
        code = item.code
        if code in self.derived:
            return self.derived[code].value
        if code in self.values:
            return max(0, item.points - self.values[code].lost)
        return None if code in self.not_applicable or code in self.missing else item.points

    def count(self, item: str, clause: str) -> int:
        """How many of a clause stand in the effective value of an item."""
        value = self.values.get(item)
        return value.found.get(clause, 0) if value is not None and item not in self.not_applicable else 0


make_value, make_findings = maker(Value), maker(Findings)


def find(case: Case, rules: RuleSet) -> Findings:
    """The effective value of every item of the rule set on the case's day. BadInput for a clause the rules do not know."""
    assessments: list[Record] = []
    full, first_on, start = None, "", 0
    for record in case.records.get("assessment", ()):
        if record["by"] not in UNOFFICIAL:
            if record["coverage"] == FULL:
                full, start, first_on = record, len(assessments), first_on or record["on"]
            assessments.append(record)
    while start and assessments[start - 1]["on"] == full["on"] and assessments[start - 1]["at"] == full["at"]:
        start -= 1
    values, away = inspected(rules, assessments[start:] if start else assessments)
    missing = [] if full else [code for code in rules.settable if code not in values and code not in away]
    checks = self_checks(case, rules, full)
    if full is None or any(map(ITEMS, checks)):
        lower(rules, values, away, checks, full)
    if rules.introduced or not rules.always.isdisjoint(away):
        missing += unvalued(case, rules, values, away, full)
    applicable, whole = applicable_points(rules, tuple(away))
    sums = dict(applicable)
    derived = derive_all(case, rules, first_on, checks, sums)
    if missing or len(derived) < len(rules.derived):
        missing = [code for code in rules.items if code in missing or (code in rules.derived and code not in derived)]
    extras = take_off(rules, sums, values)
    return make_findings((assessments, checks, full, first_on, values, away, derived, tuple(missing), sums, applicable, whole, extras))


@lru_cache(maxsize=4096)
def applicable_points(rules: RuleSet, away: tuple[str, ...]) -> tuple[Mapping[str, int], int]:
    """Full points per axis without the items that do not apply, and their sum. Shared by all sites alike: to be read only."""
    points = dict(rules.axis_points)
    for code in away:
        item = rules.items[code]
        points[item.axis] -= item.points
    return points, sum(points.values())


def self_checks(case: Case, rules: RuleSet, full: Record | None) -> Sequence[Record]:
    """The self-checks that can still matter: since the last full assessment or in the months asked for; else all so far."""
    checks = case.records.get("self_check", ())
    if full is None:
        return checks
    since = min(full["on"], months_before(case.on, rules.check_months)[-1])
    return checks[bisect_left(checks, since, key=DAY) :] or checks


def inspected(rules: RuleSet, assessments: Sequence[Record]) -> tuple[dict[str, Value], dict[str, Record | None]]:
    """Items as inspectors and experts last set them, by the last full assessment and what came with or after it."""
    values: dict[str, Value] = {}
    away: dict[str, Record | None] = {}
    takes = rules.takes
    for record in assessments:
        stamp = (record["on"], record["at"])
        for code, found in record["items"].items():
            if code in takes:
                lost = loss(code, takes[code], found, record)
                if code not in values or lost > values[code].lost or values[code].stamp < stamp:
                    values[code] = make_value((stamp, lost, found, record))
                if away:
                    away.pop(code, None)
        for code in record.get("not_applicable", ()):
            if code in values and values[code].stamp != stamp:
                del values[code]
            if code in takes and code not in values:
                away[code] = record
    return values, away


def loss(item: str, takes: Mapping[str, tuple[int, int]], found: Mapping[str, int], record: Record) -> int:
    """Points lost by these findings in hundredths, before the floor. BadInput for an unknown clause: it must not vanish."""
    lost, clause = 0, ""
    try:
        for clause, count in found.items():
            each, fixed = takes[clause]
            if count:
                lost += each * count + fixed
    except KeyError:
        raise BadInput([Problem(f"finding {record['id']}", item, clause, "no such clause in this rule set")]) from None
    return lost


def lower(rules: RuleSet, values: dict[str, Value], away: Mapping[str, object], checks: Sequence[Record], full: Record | None) -> None:
    """Let the latest self value of each item count where it is later than the inspector's and lower."""
    since = (full["on"], full["at"]) if full is not None else ("", "")
    for code, value in self_values(rules, checks, since).items():
        set_by = values.get(code)
        if code in away or value.stamp <= (set_by.stamp if set_by else since):
            continue
        points = rules.items[code].points
        if (set_by is None or min(value.lost, points) > min(set_by.lost, points)) and (value.lost or full is None):
            values[code] = value


def self_values(rules: RuleSet, checks: Sequence[Record], since: tuple[str, str]) -> dict[str, Value]:
    """The latest self value of each item after ``since``. A full self-check also says which items are in order."""
    latest: dict[str, Value] = {}
    for stamp, record in newest_first(checks, since):
        for code, found in record["items"].items():
            if code in rules.takes:
                value = make_value((stamp, loss(code, rules.takes[code], found, record), found, record))
                latest[code] = lower_of(value, latest[code]) if code in latest else value
        for code in record.get("covers", ()):
            if code in rules.takes and code not in latest:
                latest[code] = Value(stamp, 0, {}, record)
        if record["coverage"] == FULL:
            for code in rules.takes if since == ("", "") else ():
                latest.setdefault(code, Value(stamp, 0, {}, record))
    return latest


def lower_of(old: Value, new: Value) -> Value:
    """The later of two values; of two at the same instant the lower."""
    if old.stamp < new.stamp:
        return new
    return new if new.lost > old.lost else old


def newest_first(checks: Sequence[Record], since: tuple[str, str]) -> list[tuple[tuple[str, str], Record]]:
    """The self-checks after ``since`` that can still matter: the newest full one and whatever came with it or later."""
    covered = since
    stamped = []
    for record in checks:
        if record["on"] >= covered[0]:
            stamp = (record["on"], record["at"])
            if stamp >= covered and stamp > since:
                stamped.append((stamp, record))
                if record["coverage"] == FULL:
                    covered = stamp
    if len(stamped) > 1:
        stamped = [entry for entry in stamped if entry[0] >= covered]
        stamped.sort(key=lambda entry: (entry[0], entry[1]["id"]), reverse=True)
    return stamped


def unvalued(case: Case, rules: RuleSet, values: Mapping[str, Value], away: dict[str, Record | None], full: Record | None) -> list[str]:
    """Items wrongly said not to apply; and those newer than the last full assessment, once their months of grace are over."""
    missing = [code for code in away if code in rules.always]
    if full is None:
        return missing
    grace = rules.assessment["new_item_grace_months"]
    for code in rules.introduced:
        since = rules.items[code].introduced_on
        if code in values or code in away or full["on"] >= since:
            continue
        end = months_after(since, grace)
        case.reached(since)
        if case.reached(end):
            missing.append(code)
        else:
            away[code] = None
    return missing


def take_off(rules: RuleSet, sums: dict[str, int], values: Mapping[str, Value]) -> list[Extra]:
    """Take what the set items lose off the sums of their axes, then the further deductions, which are named."""
    places, extras = rules.places, []
    for code, (_, lost, _, _) in values.items():
        axis, points = places[code]
        sums[axis] -= lost if lost < points else points
    if not rules.with_extra.keys().isdisjoint(values):
        for item in rules.with_extra.values():
            if item.code in values and extra_due(item, values[item.code]):
                taken = min(item.extra.points, sums[item.axis])
                sums[item.axis] -= taken
                extras.append(Extra(item.code, item.axis, item.extra.points, taken))
    return extras


def extra_due(item: Item, value: Value) -> bool:
    extra = item.extra
    return value.lost >= extra.at_points if extra.at_points is not None else value.found.get(extra.clause, 0) > 0
