"""What the index has against an event before it may enter the log: returns and objections that could only be wrong. Pure.

By itself: the sub-item exists and is one that people report, its counts hold together, its month has come. Beside what
stands already: no second return for what is confirmed, no objection outside its days, no second decision.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from chalicelib import clock
from chalicelib.errors import NotFound, Problem
from chalicelib.index.document import read_measure
from chalicelib.index.objections import UPHELD, corrects_nothing, decision_problems
from chalicelib.index.rules import load_rules
from chalicelib.index.structure import IndexRules, SubItem
from chalicelib.index.timetable import timetable_of, until_words
from chalicelib.register.district import District
from chalicelib.supervision.facts import fold
from chalicelib.supervision.model import Event

KINDS = ("monthly_return", "monthly_return_confirmed", "index_objection", "index_objection_decided")
Refuse = Callable[[Event], list[Problem]]
# When the provisional index of a month really came out; None when it has not, or nobody wrote it down.
PublishedOn = Callable[[str], date | None]


@dataclass(frozen=True, slots=True)
class Published:
    """What is out: the day of a month's provisional index, and what it counted for the sub-items of a township (by month, township)."""

    on: PublishedOn
    counted: Callable[[str, str], Mapping[str, Mapping]] = lambda month, township: {}


def refusals_in(district: District) -> Refuse:
    """What this district's method of the event's month has against it; nothing against other kinds."""

    def refuse(event: Event) -> list[Problem]:
        if event.kind not in KINDS[::2] or "month" not in event.payload:
            return []
        rules = rules_on(district, str(event.payload["month"]))
        return month_problems(event, rules) if rules else [_problem(event, "month", "该月份没有指数办法")]

    return refuse


def rules_on(district: District, month: str) -> IndexRules | None:
    """The method of a month; None where the district has none."""
    ref = district.rule_set_on("index", clock.last_day(month))
    return load_rules(ref.path) if ref else None


def month_problems(event: Event, rules: IndexRules) -> list[Problem]:
    """An event about a month by itself."""
    item = next((item for item in rules.sub_items if item.code == event.payload["sub_item"]), None)
    if item is None:
        return [_problem(event, "sub_item", "没有这个小项")]
    problems = []
    if str(event.payload["month"]) > clock.month_of(clock.day_of(clock.parse_instant(event.known_at))):
        problems.append(_problem(event, "month", "月份尚未开始"))
    return problems + (_return_problems(event, item) if event.kind == "monthly_return" else [])


def _return_problems(event: Event, item: SubItem) -> list[Problem]:
    if item.source != "return":
        return [_problem(event, "sub_item", "该小项由系统计算，不需填报")]
    counts: dict[str, object] = {name: event.payload[name] for name in ("numerator", "denominator", "level") if name in event.payload}
    if item.formula == "level":
        counts.setdefault("level", None)
        return [] if counts["level"] is None or counts["level"] in dict(item.levels) else [_problem(event, "level", "没有这个级别")]
    if item.denominator:
        counts.setdefault("denominator", item.expected)
    else:
        counts.pop("denominator", None)
    if item.denominator and not counts["denominator"]:
        return [_problem(event, "denominator", f"必填：{item.denominator}")]
    found: list[Problem] = []
    read_measure(item, counts, "payload", found)
    return in_words(event, found)


def in_words(event: Event, found: Sequence[Problem]) -> list[Problem]:
    """The judge's own refusals as a person reads them."""
    return [Problem(event.event_id, f"payload.{fault.column}", fault.value, WORDS.get(fault.reason, fault.reason)) for fault in found]


SAME = "更正后的计数与公示稿相同，等于没有更正：请填写更正后的计数；计数不变的，请驳回并说明理由"
WORDS = {
    "numerator above denominator": "分子大于分母",
    "a whole number not below 0 is required": "须为不小于 0 的整数",
    "no such level": "没有这个级别",
}


def standing_problems(event: Event, records: Mapping[str, Sequence[Mapping]], rules: IndexRules, published: Published) -> list[Problem]:
    """An event about a month beside what stands in the township's log. ``records`` as in the facts of the township."""
    if event.kind == "monthly_return":
        return _duplicate(event, records)
    if event.kind == "index_objection":
        return _objection_problems(event, records, rules, published.on)
    if event.kind == "index_objection_decided":
        return _decision_problems(event, records, rules, published)
    return []


def beside_the_log(event: Event, log: Sequence[Event], district: District, published: Published) -> list[Problem]:
    """The same from the township's log. An event that stands already is no second one."""
    others = [each for each in log if each.event_id != event.event_id]
    month = event.payload.get("month") or next((each.payload["month"] for each in others if each.event_id == event.caused_by), None)
    records = fold(others)["records"] if others else {}
    return standing_problems(event, records, method_of(district, str(month)), published) if month else []


def _duplicate(event: Event, records: Mapping[str, Sequence[Mapping]]) -> list[Problem]:
    """A confirmed return stands; one that waits for its second person may still be replaced by a newer one."""
    same = [
        row
        for row in records.get("monthly_return", ())
        if row["sub_item"] == event.payload["sub_item"] and row["month"] == event.payload["month"] and "void" not in row
    ]
    if any(row.get("confirmed_by") or any(step["kind"] == "monthly_return_confirmed" for step in row.get("then", ())) for row in same):
        return [_problem(event, "sub_item", "该小项本月已填报并复核；有误请由区级作废后重报")]
    return []


def _objection_problems(
    event: Event, records: Mapping[str, Sequence[Mapping]], rules: IndexRules, published_on: PublishedOn
) -> list[Problem]:
    month = str(event.payload["month"])
    came_out = published_on(month)
    table, day = timetable_of(month, rules, came_out), _day(event)
    if came_out is None:
        return [_problem(event, "month", "该月公示稿尚未发布")]
    if day > table.objections_until:
        return [_problem(event, "month", f"异议期已于 {until_words(table.objections_until)}截止（公示后 {rules.limits['objection_workdays']} 个工作日）")]
    waiting = [row for row in records.get("index_objection", ()) if row["month"] == month and row["sub_item"] == event.payload["sub_item"]]
    return [_problem(event, "sub_item", "该小项本月已提出异议")] if any("void" not in row for row in waiting) else []


def _decision_problems(event: Event, records: Mapping[str, Sequence[Mapping]], rules: IndexRules, published: Published) -> list[Problem]:
    root = next((row for row in records.get("index_objection", ()) if row["id"] == event.caused_by), None)
    if root is None:
        return [_problem(event, "caused_by", "没有这项异议")]
    if any(step["kind"] == "index_objection_decided" for step in root.get("then", ())):
        return [_problem(event, "caused_by", "该异议已有决定")]
    item = next((item for item in rules.sub_items if item.code == root["sub_item"]), None)
    return in_words(event, decision_problems(item, event.payload)) or _corrects(event, root, item, published)


def _corrects(event: Event, root: Mapping, item: SubItem | None, published: Published) -> list[Problem]:
    """An objection is upheld by other counts than the published ones; with the same it would count as upheld and change nothing."""
    if item is None or event.payload["outcome"] != UPHELD:
        return []
    measure = published.counted(str(root["month"]), event.subject_id).get(item.code)
    if measure is None or not corrects_nothing(event.payload, measure, item):
        return []
    return [_problem(event, "outcome", SAME)]


def _day(event: Event) -> date:
    return clock.day_of(known(event))


def known(event: Event) -> datetime:
    """The instant at which somebody said it."""
    return clock.parse_instant(event.known_at)


def _problem(event: Event, column: str, reason: str) -> Problem:
    return Problem(event.event_id, f"payload.{column}", str(event.payload.get(column, ""))[:40], reason)


def method_of(district: District, month: str) -> IndexRules:
    """The method of a month. NotFound where the district has none."""
    rules = rules_on(district, month)
    if rules is None:
        raise NotFound("no method applies", month=month)
    return rules
