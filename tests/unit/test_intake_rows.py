"""Rows as facts: what a table of an office becomes, and everything that refuses it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from intake_support import CONTEXT, DEMO, KEY, mapping_of, plan_of, table_of

from chalicelib import ids
from chalicelib.errors import BadInput
from chalicelib.grading.governance import governed
from chalicelib.grading.rules import MODEL_2020, load_rule_set
from chalicelib.intake.plan import plan_events
from tests.unit.test_grading_governance import REPORT
from tests.unit.test_grading_governance import event as told_of_rules

REGISTER = mapping_of("""
schema = 1
[subjects]
enterprise = ["信用代码"]
site = ["信用代码", "序号"]
[columns]
"信用代码" = { read = "uscc", required = true }
"人数" = { read = "integer", skip = ["不详"] }
"入库" = { read = "date", required = true }
[[records]]
kind = "enterprise_registered"
on = "入库"
source = { value = "system" }
repeats = true
fields = { name = "企业", uscc = "信用代码" }
[[records]]
kind = "site_opened"
key = ["信用代码", "序号"]
on = "入库"
source = { value = "system" }
fields = { site_id = { subject = "site" } }
[[records]]
kind = "site_registered"
on = "入库"
source = { value = "system" }
fields = { enterprise_id = { subject = "enterprise" }, name = "场所", township = "镇街", staff = { column = "人数", unknown = true } }
[[records]]
kind = "plate_issued"
on = "入库"
source = { value = "system" }
fields = { issue = { value = 1 } }
""")
HEADING = "信用代码,序号,企业,场所,镇街,人数,入库\n"
ONE = "91330110MA0000015C,1,示例甲,示例甲一厂,临平街道,12,2020-05-01\n"
TWO = "91330110ma0000015c,2,示例甲,示例甲二厂,330110002,不详,2020-05-01\n"

FINDINGS = mapping_of("""
schema = 1
[subjects]
site = ["场所"]
[columns]
"问题" = { read = "findings" }
"空项" = { read = "list" }
"日期" = { read = "date" }
[[records]]
kind = "assessment"
key = ["单号"]
on = "日期"
source = "来源"
merge = ["items", "not_applicable"]
fields = { coverage = { value = "full" }, items = "问题", not_applicable = "空项" }
""")

HAZARDS = mapping_of("""
schema = 1
[subjects]
site = ["场所"]
[columns]
"发现" = { read = "date" }
"销号" = { read = "date" }
"人员" = { read = "list" }
"级别" = { values = { "一般" = "general", "重大" = "major" } }
[[records]]
kind = "hazard_found"
key = ["编号"]
on = "发现"
source = { value = "township" }
actor = "登记人"
fields = { level = "级别", deadline_on = { column = "发现", plus_days = 15 } }
[[records]]
kind = "hazard_closed"
key = ["编号"]
on = "销号"
source = { value = "township" }
when = "销号"
caused_by = { event = "hazard_found", key = ["编号"] }
fields = { officers = "人员" }
""")


def problems(csv_text: str, mapping=REGISTER) -> str:
    with pytest.raises(BadInput) as caught:
        plan_of(csv_text, mapping)
    return "\n".join(str(problem) for problem in caught.value.problems)


def test_a_row_of_the_register_becomes_enterprise_site_and_plate():
    plan = plan_of(HEADING + ONE + TWO, REGISTER)
    kinds = sorted(event.kind for event in plan.events)
    assert kinds == ["enterprise_registered", *["plate_issued"] * 2, *["site_opened"] * 2, *["site_registered"] * 2]
    enterprise = ids.keyed_id(KEY, "enterprise", "91330110MA0000015C")
    sites = {event.subject_id: event.payload for event in plan.events if event.kind == "site_registered"}
    assert {payload["enterprise_id"] for payload in sites.values()} == {enterprise}
    assert {event.payload["site_id"] for event in plan.events if event.kind == "site_opened"} == set(sites)
    assert sorted(payload["township"] for payload in sites.values()) == ["330110001", "330110002"]


def test_unknown_is_kept_as_unknown_and_never_zero():
    staff = [event.payload["staff"] for event in plan_of(HEADING + ONE + TWO, REGISTER).events if event.kind == "site_registered"]
    assert sorted(staff, key=str) == [12, None]


def test_a_blank_cell_leaves_an_optional_field_out():
    mapping = mapping_of('schema = 1\n[subjects]\nsite = ["s"]\n[[records]]\nkind = "stop_order"\nkey = ["n"]\n'
                         'on = { value = 2020-05-01 }\n'
                         'source = { value = "district" }\nfields = { number = "文号" }')  # fmt: skip
    assert plan_of("s,n,文号\n1,1,\n", mapping).events[0].payload == {}


def test_a_fact_without_record_time_is_known_from_the_start_of_its_day():
    assert plan_of(HEADING + ONE, REGISTER).events[0].known_at == "2020-04-30T16:00:00.000Z"


def test_one_row_tells_a_hazard_and_its_closing():
    plan = plan_of(
        "场所,编号,登记人,级别,发现,销号,人员\nS1,H1,YG01,一般,2020-06-01,2020-06-09,YG01;YG02\nS1,H2,YG01,重大,2020-06-02,,\n", HAZARDS
    )
    found = {event.payload["level"]: event for event in plan.events if event.kind == "hazard_found"}
    closed = [event for event in plan.events if event.kind == "hazard_closed"]
    assert found["general"].payload["deadline_on"] == "2020-06-16"
    assert (found["general"].actor.id, found["general"].actor.role) == ("YG01", "township")
    assert [event.caused_by for event in closed] == [found["general"].event_id]
    assert closed[0].payload["officers"] == ["YG01", "YG02"]


def test_an_event_file_needs_its_sites_and_its_roots_in_the_log():
    plan = plan_of("场所,编号,登记人,级别,发现,销号,人员\nS1,H1,,一般,2020-06-01,2020-06-09,YG01\n", HAZARDS)
    site = ids.keyed_id(KEY, "site", "S1")
    needs = {need for page in plan.spool.unmet_needs() for need in page}
    assert needs == {(f"S:{site}", ids.event_id_of(f"S:{site}", "site_registered", "S1"))}


def test_several_rows_of_one_sheet_are_one_assessment():
    rows = [
        "S1,P1,expert,2020-06-01,B03.unlicensed=3,P02;P04",
        "S1,P1,expert,2020-06-01,W01.blocked=1;B03.review_overdue=1,P04;E06",
        "S1,P1,expert,2020-06-01,,",
    ]
    heading = "场所,单号,来源,日期,问题,空项\n"
    [event] = plan_of(heading + "\n".join(rows) + "\n", FINDINGS).events
    assert event.payload["items"] == {"B03": {"unlicensed": 3, "review_overdue": 1}, "W01": {"blocked": 1}}
    assert event.payload["not_applicable"] == ["E06", "P02", "P04"]
    assert plan_of(heading + "\n".join(reversed(rows)) + "\n", FINDINGS).events == [event]


def test_findings_that_the_rules_do_not_know_are_refused_by_row():
    heading = "场所,单号,来源,日期,问题,空项\n"
    told = problems(heading + "S1,P1,expert,2020-06-01,B03.tired=1,\nS2,P2,expert,2020-06-01,,W01\n", FINDINGS)
    assert "第2行 · 问题 · 'tired' · 该条款没有这种情形" in told
    assert "第3行 · 空项 · 'W01' · 该条款不得作为空项" in told


def test_the_same_clause_twice_in_one_assessment_is_refused():
    text = "场所,单号,来源,日期,问题,空项\nS1,P1,expert,2020-06-01,E05.defect=3,\nS1,P1,expert,2020-06-01,E05.defect=1,\n"
    assert "第3行 · 问题" in problems(text, FINDINGS)


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        (ONE.replace("15C", "15D"), "第2行 · 信用代码 · '91330110MA0000015D' · 校验码不符"),
        (ONE.replace("临平街道", "火星街道"), "第2行 · 镇街 · '火星街道' · 本区没有这个镇街"),
        (ONE.replace("2020-05-01", "2020-07-01"), "第2行 · 入库 · '2020-07-01' · 日期在将来"),
        (ONE.replace("2020-05-01", "0001-01-01"), "第2行 · 入库 · '0001-01-01' · 年份早于1901年"),
        (ONE.replace("2020-05-01", "2009-05-01"), "第2行 · 镇街 · '临平街道' · 该日期没有这个镇街"),
        (ONE.replace("2020-05-01", ""), "第2行 · 入库 · 必填"),
        (ONE.replace(",12,", ",十二,"), "第2行 · 人数 · '十二' · 应为整数"),
        (ONE.replace(",12,", ",-3,"), "第2行 · 人数 · '-3'"),
        (ONE.replace("示例甲一厂", ""), "第2行 · 场所"),
        (ONE.replace("示例甲一厂", "长" * 201), "第2行 · 场所"),
        (ONE.replace(",1,", ",,"), "第2行 · 序号 · 标识列不能为空"),
        (ONE + ONE, "第3行 · 信用代码 · 与第2行重复"),
        (ONE + ONE.replace("一厂", "三厂"), "第3行 · 场所 · '示例甲三厂' · 与第2行是同一条记录"),
        (ONE + TWO.replace("示例甲,", "示例乙,"), "第3行 · 企业 · '示例乙' · 与第2行是同一条记录"),
    ],
)
def test_a_bad_row_is_named_by_row_column_value_and_reason(row, problem):
    assert problem in problems(HEADING + row)


def test_swapped_columns_are_found_in_every_row():
    found = problems("信用代码,序号,企业,场所,镇街,入库,人数\n" + ONE + TWO.replace("不详", "7"))
    for row in (2, 3):
        assert f"第{row}行 · 人数 · '2020-05-01' · 应为整数" in found
        assert f"第{row}行 · 入库 · " in found


def test_unknown_and_missing_columns_are_named_before_any_row():
    found = problems(HEADING.replace("镇街", "属地") + ONE.replace("临平街道", "火星"))
    assert found.splitlines() == [
        "第1行 · 镇街 · 缺少这一列：请补上，列名须与表格格式一致",
        "第1行 · 属地 · 表格格式（映射）中没有这一列：请删去，或改为格式中的列名",
    ]


def test_all_problems_of_all_rows_come_at_once_in_order():
    rows = [ONE.replace("15C", "15D"), ONE.replace("临平街道", "x"), TWO.replace("2020-05-01", "x")]
    assert [line.split(" · ")[0] for line in problems(HEADING + "".join(rows)).splitlines()] == ["第2行", "第3行", "第4行"]


def test_a_township_belongs_to_its_days():
    split = [replace(t, valid_to=None) if t.code != "330110001" else t for t in DEMO.townships]
    later = replace(DEMO, townships=tuple(split) + (replace(DEMO.townships[0], code="330113001", name="临平新街道"),))
    plan = plan_events(
        table_of(HEADING + ONE.replace("临平街道", "临平新街道"), REGISTER.wanted), REGISTER, replace(CONTEXT, district=later)
    )
    assert [event.payload["township"] for event in plan.events if event.kind == "site_registered"] == ["330113001"]


ROWS = st.lists(st.tuples(st.integers(1, 40), st.integers(0, 999)), min_size=1, max_size=20, unique_by=lambda row: row[0])


@given(ROWS, st.randoms(use_true_random=False))
@settings(deadline=None)
def test_the_order_of_rows_never_matters(rows, random):
    lines = [f"91330110MA0000015C,{number},示例甲,示例甲{number}厂,临平街道,{staff},2020-05-01\n" for number, staff in rows]
    straight = plan_of(HEADING + "".join(lines), REGISTER).events
    random.shuffle(lines)
    assert plan_of(HEADING + "".join(lines), REGISTER).events == straight


@given(
    st.text(max_size=40).filter(lambda text: not any(mark in text for mark in '",\r\n\x00')), st.sampled_from(HEADING.strip().split(","))
)
@settings(deadline=None)
def test_any_cell_is_either_read_or_named(text, column):
    place = HEADING.strip().split(",").index(column)
    cells = ONE.strip().split(",")
    cells[place] = text
    try:
        data = HEADING + ",".join(cells) + "\n"
        data.encode()
        plan = plan_of(data, REGISTER)
    except UnicodeEncodeError:
        return
    except BadInput as error:
        assert all(problem.place == "row 2" and problem.reason for problem in error.problems)
    else:
        assert len(plan.events) == 4


def test_another_site_is_named_by_its_columns_under_the_same_key_as_its_own_row():
    mapping = mapping_of("""
schema = 1
title = "合并"
[subjects]
site = ["编号"]
[columns]
"日期" = { read = "date" }
[[records]]
kind = "site_merged"
on = "日期"
source = { value = "district" }
fields = { into = { subject = "site", key = ["并入编号"] } }
""")
    rows = plan_of("编号,日期,并入编号\nS1,2020-06-01,S2\n", mapping)
    (event,) = rows.events
    assert (event.subject_id, event.payload["into"]) == (ids.keyed_id(KEY, "site", "S1"), ids.keyed_id(KEY, "site", "S2"))


def test_findings_are_held_to_the_rule_set_that_was_enacted_for_their_own_day():
    with_tired = MODEL_2020.read_text("utf-8").replace(
        '  { code = "unlicensed", title = "特种作业无证上岗"', '  { code = "tired", title = "疲劳上岗", each = "1" },\n  { code = "unlicensed", title = "特种作业无证上岗"'
    )
    rules = load_rule_set(with_tired.replace('version = "1.0.0"', 'version = "1.1.0"').encode())
    named = {"rule_set": rules.id, "version": rules.version, "hash": rules.hash, "effective_from": "2020-06-01"}
    draft = told_of_rules("rule_set_drafted", "2020-06-01", **named, content=with_tired.replace('version = "1.0.0"', 'version = "1.1.0"'))
    shadow = told_of_rules("rule_set_shadowed", "2020-06-02", caused_by=draft.event_id, judged_on="2020-06-02", report=REPORT, sites=1, moves={})
    enacted = told_of_rules("rule_set_enacted", "2020-06-03", "enacter", caused_by=draft.event_id, effective_from="2020-06-10", report=REPORT)
    context = replace(CONTEXT, district=governed(DEMO, [draft, shadow, enacted]))
    heading = "场所,单号,来源,日期,问题,空项\n"
    before, after = "S1,P1,expert,2020-06-09,B03.tired=1,\n", "S1,P1,expert,2020-06-10,B03.tired=1,\n"
    (event,) = plan_events(table_of(heading + after, FINDINGS.wanted), FINDINGS, context).events
    assert event.payload["items"] == {"B03": {"tired": 1}}
    for row, known in ((before, context), (after, CONTEXT)):
        with pytest.raises(BadInput) as caught:
            plan_events(table_of(heading + row, FINDINGS.wanted), FINDINGS, known)
        assert [(problem.value, problem.reason) for problem in caught.value.problems] == [("tired", "该条款没有这种情形")]
