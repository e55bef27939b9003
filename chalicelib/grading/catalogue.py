"""The catalogue of acts: everything that could be done about what a judgement holds against a site, one act for each. Pure.

Made from the judgement's items, vetoes and caps and the mechanisms of the rule set, never from its codes. ``effort`` only
orders acts that win as much; nothing is graded by it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date

from chalicelib.grading.actions import NOTHING, Act, Entry, Facts, Gain, Pen
from chalicelib.grading.case import ORDER, Record, days_after
from chalicelib.grading.model import Cause, ItemResult, Judgement
from chalicelib.grading.rules import Item, Rule, RuleSet
from chalicelib.supervision.hazards import HazardState, state_of
from chalicelib.supervision.site import standing

FULL, PARTIAL = "full", "partial"
SELF, TOWNSHIP, DISTRICT = "self", "township", "district"
# How much work an act is, beside one for every single finding to put right.
EFFORT = {
    "self_check": 1,
    "complete_data": 1,
    "put_right": 2,
    "close_hazard": 3,
    "value_item": 3,
    "renew_certificate": 4,
    "renew_assessment": 5,
    "close_major_hazard": 6,
    "authority_act": 8,
}
BY_AUTHORITY = {
    "stop_order_lifted": "完成停产整顿，取得恢复生产决定",
    "unlicensed_activity_corrected": "停止无许可或超范围活动并经确认纠正",
    "direct_red_condition_cleared": "消除危化直接判红情形并经确认",
    "dishonesty_delisted": "符合条件后申请移出严重失信名单并获批准",
}
# Whatever an assessment of everything may win: no bound can be given beforehand.
UNBOUNDED = 10**9
# Two shares are rounded to a hundredth each.
ROUNDING = 2


def catalogue(facts: Facts, judgement: Judgement) -> list[Act]:
    """Everything that could be done on the judgement's day about what it holds against the site, one act for each."""
    pen, items = Pen(facts, judgement.on), judgement.items
    return [
        *item_acts(facts, judgement, items, pen),
        *data_acts(judgement, items, pen),
        *hazard_acts(facts, judgement, pen),
        *ended_acts(facts, judgement, pen),
        *licence_acts(facts, judgement, pen),
        *bonus_acts(facts, judgement, pen),
        *self_check_acts(facts, judgement, pen),
        *assessment_acts(facts, judgement, items, pen),
        *visit_acts(judgement, items, pen),
    ]


def item_acts(facts: Facts, judgement: Judgement, items: Mapping[str, ItemResult], pen: Pen) -> Iterator[Act]:
    """Put an item right and have it rechecked; value one that was never valued."""
    assessed = has_full(facts, judgement.on)
    extras = {extra.item: extra.points for extra in judgement.parts.extras} if judgement.parts else {}
    for code, item in judgement.rules.settable.items():
        result = items[code]
        entry = Entry("assessment", pen.write(code, TOWNSHIP, 2, coverage=PARTIAL, items={code: {}}))
        if result.status == "missing" and assessed:
            title = f"请镇街或区级评定未评定项目“{item.title}”({code})，并符合要求"
            yield Act("value_item", code, title, EFFORT["value_item"], pen.on, (entry,), Gain(item.axis, UNBOUNDED))
        elif result.value is not None and result.value < result.points:
            found = "、".join(f"{item.clauses[finding.clause].title}×{finding.count}" for finding in result.findings)
            effort = EFFORT["put_right"] + sum(finding.count for finding in result.findings)
            won = result.points - result.value + extras.get(code, 0)
            title = f"整改“{item.title}”({code}：{found})并经复查"
            yield Act("put_right", code, title, effort, pen.on, (entry,), Gain(item.axis, won))


def data_acts(judgement: Judgement, items: Mapping[str, ItemResult], pen: Pen) -> Iterator[Act]:
    for code, item in derived_as(judgement.rules, "completeness"):
        result = items[code]
        if result.value == result.points:
            continue
        filled, required = result.ratio or (0, 1)
        record = pen.write(code, "system", filled=required, required=required)
        lack = f"，缺 {required - filled} 项" if result.ratio else ""
        won = UNBOUNDED if result.value is None else result.points - result.value
        title = f"补全平台信息({code}{lack})"
        yield Act(
            "complete_data", code, title, EFFORT["complete_data"], pen.on, (Entry("completeness_measured", record),), Gain(item.axis, won)
        )


def derived_as(rules: RuleSet, *kinds: str) -> Iterator[tuple[str, Item]]:
    return ((code, item) for code, item in rules.derived.items() if item.derive["kind"] in kinds)


def hazard_acts(facts: Facts, judgement: Judgement, pen: Pen) -> Iterator[Act]:
    """Put an open hazard right, report it, have it rechecked and closed by as many officers as it needs."""
    rules = judgement.rules
    each = sum(rule.points for rule in rules.adjustments if rule.mechanism == "overdue_hazards")
    for record in standing(facts, "hazard_found", judgement.on):
        state = state_of(record, judgement.on)
        if state.open:
            major, late = state.major, "逾期" if state.overdue else ""
            title = (
                f"整改{late}{'重大' if major else '一般'}隐患“{what(record, rules)}”，经{'两名以上执法人员现场' if major else ''}复查销号"
            )
            effort = EFFORT["close_major_hazard" if major else "close_hazard"]
            again = any(step["kind"] == "recheck" for step in record.get("then", ()))
            entries = closing(record, state, rules, pen)
            yield Act("close_hazard", record["id"], title, effort, pen.on, entries, Gain("", ROUNDING, 0 if major else each), True, again)


def closing(record: Record, state: HazardState, rules: RuleSet, pen: Pen) -> tuple[Entry, ...]:
    by = DISTRICT if state.major else TOWNSHIP
    officers = [f"officer-{number}" for number in range(1, (max(rules.officers, 1) if state.major else 1) + 1)]
    steps = [
        pen.step(record, "rectification_reported", SELF, 1),
        pen.step(record, "recheck", by, 2, result="passed", officers=officers),
        pen.step(record, "hazard_closed", by, 3, officers=officers, on_site=True),
    ]
    return tuple(Entry("hazard_found", step, record["id"]) for step in steps)


def what(record: Record, rules: RuleSet) -> str:
    """What a hazard is, in words: its description, else the item it concerns, else its day."""
    item = rules.items.get(record.get("item", ""))
    return str(record.get("description") or (item.title if item else f"{record['on']} 登记"))


def held(judgement: Judgement, *mechanisms: str) -> Iterator[tuple[Rule, Cause]]:
    """The vetoes and caps that hold, each with every rule of its code that works by one of these mechanisms."""
    causes = {cause.code: cause for cause in (*judgement.vetoes, *judgement.caps)}
    for rule in (*judgement.rules.vetoes, *judgement.rules.caps):
        if rule.code in causes and rule.mechanism in mechanisms:
            yield rule, causes[rule.code]


def ended_acts(facts: Facts, judgement: Judgement, pen: Pen) -> Iterator[Act]:
    """What the authority records when a veto's ground has gone: a stop order lifted, an activity corrected, a condition cleared."""
    for rule, cause in held(judgement, "fact", "stop_order"):
        kind, end = (rule.params["kind"], rule.params["ended_by"]) if rule.mechanism == "fact" else ("stop_order", "stop_order_lifted")
        for record in standing(facts, kind, judgement.on) if end else ():
            done = any(step["kind"] == end and step["on"] <= judgement.on and "void" not in step for step in record.get("then", ()))
            if record["id"] in cause.evidence and not done:
                extra = {} if end in ("dishonesty_delisted",) else {"officers": ["officer-1"]}
                told = record.get("activity") or record.get("condition") or record.get("number") or record["on"]
                entry = Entry(kind, pen.step(record, end, DISTRICT, **extra), record["id"])
                title = f"{BY_AUTHORITY.get(end, end)}（{told}）"
                yield Act(end, record["id"], title, EFFORT["authority_act"], pen.on, (entry,), at_once=True)


def licence_acts(facts: Facts, judgement: Judgement, pen: Pen) -> Iterator[Act]:
    """Renew a licence record that is past its last day or revoked, under its number, for as long as it was valid before."""
    expired = {name for _, cause in held(judgement, "expired_certificate") for name in cause.evidence}
    for record in standing(facts, "certificate", judgement.on):
        if record["id"] in expired and record.get("number"):
            yield renewal(record, f"办理证照延续或重新取得（编号 {record['number']}）", pen)


def renewal(record: Record, title: str, pen: Pen, gain: Gain = NOTHING) -> Act:
    days = (date.fromisoformat(record["valid_to"]) - date.fromisoformat(record["valid_from"])).days
    payload = {name: record[name] for name in ("type", "number", "legally_required") if name in record}
    payload |= {"valid_from": pen.on, "valid_to": max(days_after(pen.on, max(days, 1)), days_after(record["valid_to"], 1))}
    entry = Entry("certificate", pen.write(f"renewed-{record['id']}", DISTRICT, **payload))
    return Act("renew_certificate", record["id"], title, EFFORT["renew_certificate"], pen.on, (entry,), gain)


def bonus_acts(facts: Facts, judgement: Judgement, pen: Pen) -> Iterator[Act]:
    """Renew the best certificate that once gave a bonus and no longer does."""
    day = judgement.on
    counted = {entry.code for entry in judgement.adjustments}
    for rule in judgement.rules.adjustments:
        if rule.mechanism == "best_certificate" and rule.code not in counted:
            grades = rule.params["grades"]
            lapsed = [record for record in standing(facts, "certificate", day) if record["type"] in grades and record["valid_to"] < day]
            if lapsed:
                best = max(lapsed, key=lambda record: (grades[record["type"]], ORDER(record)))
                yield renewal(best, "办理安全生产标准化证书延期", pen, Gain("", 0, grades[best["type"]]))


def self_check_acts(facts: Facts, judgement: Judgement, pen: Pen) -> Iterator[Act]:
    """This month's self-check, if there was none yet."""
    if any(record["on"][:7] == pen.on[:7] for record in standing(facts, "self_check", judgement.on)):
        return
    record = pen.write("self-check", SELF, 1, coverage=PARTIAL, items={})
    yield Act("self_check", "", "完成并提交本月企业自查", EFFORT["self_check"], pen.on, (Entry("self_check", record),), at_once=True)


def has_full(facts: Facts, day: str) -> bool:
    return any(record["coverage"] == FULL for record in standing(facts, "assessment", day))


def assessment_acts(facts: Facts, judgement: Judgement, items: Mapping[str, ItemResult], pen: Pen) -> Iterator[Act]:
    """A full assessment that finds what stands now: where there was none yet, or the last one is too old."""
    first = not has_full(facts, judgement.on)
    if not judgement.rules.settable or (not first and not any(held(judgement, "assessment_overdue"))):
        return
    found = {code: {finding.clause: finding.count for finding in items[code].findings} for code in judgement.rules.settable}
    away = [code for code, item in judgement.rules.settable.items() if items[code].status == "not_applicable" and item.not_applicable]
    payload = {"coverage": FULL, "items": {code: counts for code, counts in found.items() if counts}, "not_applicable": away}
    entry = Entry("assessment", pen.write("assessment", DISTRICT, 1, **payload))
    title = "接受首次全面评定（未评定项目均符合要求）" if first else "接受新一次全面评定（现有问题以外均符合要求）"
    yield Act("renew_assessment", "", title, EFFORT["renew_assessment"], pen.on, (entry,), Gain("", UNBOUNDED))


def visit_acts(judgement: Judgement, items: Mapping[str, ItemResult], pen: Pen) -> Iterator[Act]:
    """A new inspection that finds nothing and passes, where the rules look at the latest one."""
    lacking = [code for code, _ in derived_as(judgement.rules, "latest_inspection") if items[code].value != items[code].points]
    ending = {outcome for rule, _ in held(judgement, "finding_until_passed") for outcome in rule.params["ended_by"]}
    if lacking or ending or any(held(judgement, "inspection_outcome", "inspection_overdue")):
        outcome = {"outcome": min(ending)} if ending else {}
        entry = Entry("inspection", pen.write("inspection", DISTRICT, 1, officers=[], **outcome))
        title = "整改后接受新一次检查，未发现问题"
        yield Act("pass_inspection", "", title, EFFORT["renew_assessment"], pen.on, (entry,), Gain("", UNBOUNDED))
