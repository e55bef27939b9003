"""Corrections: changed content under the same identity withdraws the fact and tells it again, only when asked for."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from intake_support import MAPPINGS, NOW, MemoryLog, bring_in

from chalicelib.errors import BadInput, Conflict
from chalicelib.intake.correct import Correction
from chalicelib.intake.run import Wish
from chalicelib.supervision.facts import fold
from chalicelib.supervision.model import make_event
from infra.synthetic.book import Book

CORRECT = Wish(correction=Correction("核对后更正", ("A", "B")))
LATER = datetime(2020, 6, 30, 9, 0, tzinfo=UTC)
SITE = {
    "企业编号": "E1",
    "企业名称": "杭州示例甲有限公司",
    "场所编号": "S1",
    "场所名称": "甲",
    "镇街": "临平街道",
    "入库日期": "2019-06-01",
}
HAZARD = {
    "场所编号": "S1", "隐患编号": "YH1", "来源": "township", "发现日期": "2020-05-01", "级别": "一般", "项目": "E05", "描述": "无防护罩", "期限": "2020-05-16",
    "销号日期": "2020-05-10", "销号人员": "P1;P2",
}  # fmt: skip
INJURY = {"场所编号": "S1", "工伤日期": "2020-06-01", "人数": 1}


@pytest.fixture
def imports(tmp_path_factory):
    return importer(tmp_path_factory)


def importer(tmp_path_factory):
    """``bring(log, sheet, *rows, correct=…)`` imports rows of one table of the demo district."""

    def bring(log, sheet, *rows, correct=False, **given):
        book = Book()
        for row in rows:
            book.put(sheet, **row)
        [(path, _)] = book.write(tmp_path_factory.mktemp("tables"))
        given = {"now": LATER if correct else NOW, **given}
        return bring_in(log, path, MAPPINGS / f"{sheet}.toml", wish=CORRECT if correct else Wish(), **given)

    return bring


@pytest.fixture
def log(imports):
    log = MemoryLog()
    imports(log, "sites", SITE)
    imports(log, "hazards", HAZARD)
    return log


def counting(log, kind):
    """The records of a kind that nobody withdrew, as a judge sees them."""
    events = [event for event in log.events.values() if event.scope == "site"]
    records = fold(events, [])["records"].get(kind, [])
    return [record for record in records if "void" not in record]


def test_other_content_is_refused_unless_a_correction_is_asked_for(log, imports):
    before = dict(log.events)
    with pytest.raises(Conflict, match="第2行 · 级别 · '重大' · 系统中这条记录为“一般”.*按更正导入"):
        imports(log, "hazards", {**HAZARD, "级别": "重大"})
    assert log.events == before


def test_a_correction_withdraws_and_tells_again_and_shows_both(log, imports):
    [old] = log.of_kind("hazard_found")
    done = imports(log, "hazards", {**HAZARD, "级别": "重大"}, correct=True)
    [now] = counting(log, "hazard_found")
    assert now["level"] == "major" and now["at"] == "2020-06-30T09:00:00.000Z"
    assert log.events[old.subject, old.event_id] == old
    shown = {one.kind: one for one in done.corrected}
    assert shown["hazard_found"].changes == {"level": ["general", "major"]}
    assert (shown["hazard_found"].voided, shown["hazard_found"].event_id, shown["hazard_found"].row) == (old.event_id, now["id"], 2)
    [void] = [event for event in log.of_kind("void") if event.voids == old.event_id]
    assert void.payload == {"reason": "核对后更正", "signers": ["A", "B"]}


def test_the_steps_of_the_file_go_along_with_their_root(log, imports):
    imports(log, "hazards", {**HAZARD, "级别": "重大"}, correct=True)
    [now] = counting(log, "hazard_found")
    assert [step["kind"] for step in now["then"] if "void" not in step] == ["hazard_closed"]


def test_the_same_corrected_file_twice_changes_nothing(log, imports):
    imports(log, "hazards", {**HAZARD, "级别": "重大"}, correct=True)
    before = dict(log.events)
    for correct in (True, False):
        again = imports(log, "hazards", {**HAZARD, "级别": "重大"}, correct=correct)
        assert (again.new, again.corrections, again.same) == (0, 0, 2)
    assert log.events == before


def test_the_old_file_after_its_correction_is_a_conflict_and_can_be_corrected_back(log, imports):
    imports(log, "hazards", {**HAZARD, "级别": "重大"}, correct=True)
    with pytest.raises(Conflict):
        imports(log, "hazards", HAZARD)
    imports(log, "hazards", HAZARD, correct=True)
    [now] = counting(log, "hazard_found")
    assert now["level"] == "general"
    assert len(log.of_kind("hazard_found")) == 3


def test_a_correction_keeps_what_was_known_before_it(log, imports):
    imports(log, "hazards", {**HAZARD, "级别": "重大"}, correct=True)
    events = [event for event in log.events.values() if event.scope == "site"]
    records = fold(events, [])["records"]["hazard_found"]
    noon = "2020-06-30T04:30:00.000Z"
    known = [record for record in records if record["at"] <= noon and not ("void" in record and record["void"]["at"] <= noon)]
    assert [record["level"] for record in known] == ["general"]


def test_a_step_that_came_in_some_other_way_is_carried_to_the_fact_that_stands(log, imports):
    [old] = log.of_kind("hazard_found")
    step = make_event(
        "rectification_started", old.subject_id, occurred_on="2020-05-03", known_at="2020-05-03T01:00:00.000Z",
        actor=old.actor, source="self", payload={"note": "已停机"}, key="app-1", caused_by=old.event_id,
    )  # fmt: skip
    log.append([step], NOW)
    done = imports(log, "hazards", {**HAZARD, "级别": "重大"}, correct=True)
    [now] = counting(log, "hazard_found")
    started = [one for one in now["then"] if one["kind"] == "rectification_started"]
    assert [(one["note"], one["on"]) for one in started] == [("已停机", "2020-05-03")]
    assert [one.row for one in done.corrected if one.kind == "rectification_started"] == [0]
    before = dict(log.events)
    imports(log, "hazards", {**HAZARD, "级别": "重大"}, correct=True)
    assert log.events == before
    imports(log, "hazards", HAZARD, correct=True)
    [now] = counting(log, "hazard_found")
    assert len([one for one in now["then"] if one["kind"] == "rectification_started" and "void" not in one]) == 1


def test_a_later_file_speaks_of_the_fact_that_stands(log, imports):
    imports(log, "hazards", {**HAZARD, "级别": "重大"}, correct=True)
    imports(log, "hazards", {**HAZARD, "级别": "重大", "拒不整改日期": "2020-05-20"})
    [now] = counting(log, "hazard_found")
    assert "rectification_refused" in {step["kind"] for step in now["then"]}


@pytest.mark.parametrize(
    ("sheet", "row", "changed", "void"),
    [
        ("injuries", INJURY, {"人数": 2}, "void"),
        ("sites", SITE, {"企业名称": "杭州示例乙有限公司"}, "enterprise_void"),
        (
            "township_plans",
            {"镇街": "临平街道", "计划编号": "J1", "下达日期": "2020-01-05", "年度": 2020, "检查数": 5},
            {"检查数": 6},
            "township_void",
        ),
    ],
)
def test_each_scope_is_withdrawn_by_its_own_kind(log, imports, sheet, row, changed, void):
    imports(log, sheet, row)
    imports(log, sheet, {**row, **changed}, correct=True)
    [event] = log.of_kind(void)
    assert event.voids in {one.event_id for one in log.events.values() if one.subject == event.subject}


def test_a_withdrawal_cannot_be_corrected(log, imports):
    row = {"场所编号": "S1", "更正日期": "2020-06-01", "作废隐患编号": "YH1", "理由": "误录", "签署人": "A;B"}
    imports(log, "voids", row)
    with pytest.raises(Conflict, match="作废本身不能更正"):
        imports(log, "voids", {**row, "理由": "别的理由"}, correct=True)


def test_a_bad_row_stops_corrections_too(log, imports):
    before = dict(log.events)
    with pytest.raises(BadInput):
        imports(log, "hazards", {**HAZARD, "级别": "重大"}, {**HAZARD, "隐患编号": "YH2", "发现日期": "2020-13-01"}, correct=True)
    assert log.events == before


def test_a_withdrawal_and_its_fact_are_never_torn_apart(imports):
    log = MemoryLog()
    sites = [{**SITE, "企业编号": f"E{n}", "场所编号": f"S{n}"} for n in range(70)]
    imports(log, "sites", *sites)
    injuries = [{**INJURY, "场所编号": f"S{n}"} for n in range(70)]
    imports(log, "injuries", *injuries[:69])
    torn = []
    append = log.append

    def watched(events, now):
        kinds = [event.kind for event in events]
        torn.append(
            kinds.count("void") - sum(event.known_at == "2020-06-30T09:00:00.000Z" and event.kind == "work_injury" for event in events)
        )
        assert len(kinds) <= 100
        return append(events, now)

    log.append = watched
    done = imports(log, "injuries", *[{**row, "人数": 2} for row in injuries], correct=True)
    assert (done.new, done.corrections) == (1, 69) and set(torn) == {0} and len(torn) == 2


def test_another_importer_does_not_make_another_fact(log, imports):
    from chalicelib.supervision.model import Actor

    assert imports(log, "hazards", HAZARD, actor=Actor("officer-7", "district")).same == 2


@given(st.lists(st.integers(1, 4), min_size=1, max_size=6))
@settings(max_examples=25, deadline=None)
def test_whatever_was_corrected_how_often_one_fact_counts_and_says_the_last(tmp_path_factory, cases):
    imports, log = importer(tmp_path_factory), MemoryLog()
    imports(log, "sites", SITE)
    for minute, number in enumerate(cases):
        imports(log, "injuries", {**INJURY, "人数": number}, correct=True, now=replace_minute(minute))
    assert [record["cases"] for record in counting(log, "work_injury")] == [cases[-1]]
    changes = sum(one != other for one, other in pairwise(cases))
    assert len(log.of_kind("void")) == changes


def replace_minute(minute: int) -> datetime:
    return LATER.replace(minute=minute)
