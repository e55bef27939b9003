"""The rule-set format: the shipped standard holds together, and every way of breaking a file is named, all at once."""

from __future__ import annotations

import re

import pytest

from chalicelib.errors import BadRuleSet
from chalicelib.grading.judge import grade
from chalicelib.grading.model import Grade
from chalicelib.grading.reading import Dated
from chalicelib.grading.rules import MODEL_2020, check_findings, load_rule_set
from tests.builders import AS_OF, RULES, assessment

SHIPPED = MODEL_2020.read_text("utf-8")

# A standard with nothing in common with the shipped one but the format: two axes, three items, other words.
SCHOOL_KITCHEN = """
id = "kitchen"
version = "0.1"
title = "学校食堂示范标准"
notice = "示范标准"
effective_from = 2020-01-01

[thresholds]
blue = "80.0"
yellow = "50.0"
orange = "20.0"
source = "示范"
tag = "D"

[assessment]
new_item_grace_months = 12
inspector_value_months = 12
not_applicable_flag_points = "20"
overdue_flag = "评定已过期"
self_flag = "自评"
not_applicable_flag = "空项过多"
appeal_flag = "申诉中"
source = "示范"
tag = "D"

[bonus]
cut_at = "5"
source = "示范"
tag = "D"

[override]
title = "人工调整"
signers = 2
source = "示范"
tag = "D"

[appeal]
filing_days = 15
opinion_days = 5
decision_days = 10
source = "示范"
tag = "D"

[accident_levels]
source = "国务院令第493号"
tag = "V"
levels = [{ code = "any", title = "事故", deaths = 0, serious_injuries = 0, loss_fen = 0 }]

[inherent]
higher_from = 3
signs = []
filed_colours = ["red"]
source = "示范"
tag = "D"

[[axes]]
code = "stove"
title = "灶间"
points = "6"
source = "示范"
tag = "D"

[[axes]]
code = "store"
title = "库房"
points = "4"
source = "示范"
tag = "D"

[[items]]
code = "gas"
axis = "stove"
title = "燃气"
points = "6"
rule = "漏气=0"
not_applicable = "否"
source = "示范"
tag = "D"
clauses = [{ code = "leak", title = "漏气", zero = true }, { code = "hose_old", title = "软管老化", each = "1.25" }]

[[items]]
code = "shelf"
axis = "store"
title = "货架"
points = "4"
rule = "每处-1"
not_applicable = "无库房"
source = "示范"
tag = "D"
clauses = [{ code = "unstable", title = "不稳", each = "1" }]

[[caps]]
code = "K1"
title = "漏气"
ends = "修复"
when = "item_findings"
grade = "orange"
findings = [{ item = "gas", zero = true }]
source = "示范"
tag = "D"
"""


def problems_of(text: str) -> list[str]:
    with pytest.raises(BadRuleSet) as raised:
        load_rule_set(text.encode())
    return [str(problem) for problem in raised.value.problems]


def broken(old: str, new: str) -> list[str]:
    assert SHIPPED.count(old) >= 1, old
    return problems_of(SHIPPED.replace(old, new, 1))


def test_the_model_standard_has_33_items_of_100_points_on_six_axes():
    assert len(RULES.items) == 33
    assert sum(item.points for item in RULES.items.values()) == 10000
    assert {axis: points for axis, (_, points) in RULES.axes.items()} == {"P": 1200, "E": 2200, "W": 1000, "B": 1800, "M": 2100, "H": 1700}
    assert {code for code, item in RULES.items.items() if item.key} == {"P02", "W01", "W05", "B03", "M05"}
    assert list(RULES.derived) == ["M06", "H01", "H02", "H05"]


def test_it_says_that_it_is_a_model():
    assert "示范标准" in RULES.title and "示范标准" in RULES.notice


def test_it_has_every_adjustment_veto_and_cap():
    assert [rule.code for rule in RULES.adjustments] == [f"R{n:02}" for n in range(1, 11)] + ["A01", "A02", "A03"]
    assert sorted({rule.code for rule in RULES.vetoes}) == [f"V{n:02}" for n in range(1, 10)]
    assert sorted({rule.code for rule in RULES.caps}) == [f"C{n:02}" for n in range(1, 9)]


@pytest.mark.parametrize("rule", [*RULES.items.values(), *RULES.adjustments, *RULES.vetoes, *RULES.caps], ids=lambda rule: rule.code)
def test_every_rule_names_its_source_and_tag(rule):
    assert rule.source and rule.tag in "VDM"


def test_which_findings_register_a_major_hazard_and_since_when():
    since = {f"{item.code}.{clause.code}": clause.major_hazard_from for item in RULES.items.values() for clause in item.clauses.values()}
    assert {name: day for name, day in since.items() if day} == {
        "P02.not_identified": "2023-05-15", "W05.combined_use": "2018-01-01", "B03.unlicensed": "2023-05-15",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("tenths", "expected"),
    [(tenths, Grade.BLUE if tenths >= 900 else Grade.YELLOW if tenths >= 750 else Grade.ORANGE if tenths >= 600 else Grade.RED)
     for edge in (900, 750, 600) for tenths in (edge - 1, edge, edge + 1)],
)  # fmt: skip
def test_thresholds_at_their_edges(tenths, expected):
    assert RULES.grade_of(tenths) is expected


def test_every_tenth_has_the_colour_of_its_band():
    bands = [RULES.grade_of(tenths) for tenths in range(1001)]
    assert bands == [Grade.RED] * 600 + [Grade.ORANGE] * 150 + [Grade.YELLOW] * 150 + [Grade.BLUE] * 101


def test_the_hash_names_the_content_and_not_the_layout():
    assert load_rule_set(SHIPPED.encode()).hash == RULES.hash
    assert load_rule_set(("# another comment\n" + SHIPPED.replace("signers = 2", "signers   =   2")).encode()).hash == RULES.hash
    assert load_rule_set(SHIPPED.replace("signers = 2", "signers = 3").encode()).hash != RULES.hash


def test_a_dated_value_is_the_one_of_the_facts_own_day():
    months = next(rule for rule in RULES.vetoes if rule.code == "V08").params["months"]
    assert [months.at(day) for day in ("2017-01-01", "2023-09-30", "2023-10-01", "2030-01-01")] == [12, 12, 36, 36]
    assert Dated([("0001-01-01", 7)]).at("2020-01-01") == 7


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        ('id = "model-2020"', "", "id"),
        ('points = "3"', "points = 3.0", "points are required as text"),
        ('points = "3"', 'points = "3.125"', "at most 2 decimals"),
        ('points = "3"', 'points = "-3"', "not negative"),
        ('points = "3"', 'points = "4"', "add up to"),
        ('tag = "V"', 'tag = "X"', "one of V, D, M"),
        ('axis = "P"', 'axis = "Q"', "items.P01"),
        ('code = "P02"', 'code = "P01"', "stands twice"),
        ('blue = "90.0"', 'blue = "70.0"', "blue must be above yellow"),
        ("zero = true, major", 'zero = true, each = "1", major', "exactly one of"),
        ('when = "fatal_accident"', 'when = "bad_luck"', "one of fatal_accident"),
        ('counts = "light_injuries"', 'counts = "sneezes"', "one of light_injuries"),
        ('kind = "completeness"', 'kind = "guess"', "one of completeness"),
        ('overflow = "R03"', 'overflow = "R99"', "R99"),
        ('level = "larger"', 'level = "huge"', "huge"),
        ('item = "W05", zero = true', 'item = "W99", zero = true', "W99"),
        ('clause = "unlicensed"', 'clause = "lost"', "lost"),
        ("effective_from = 2018-01-01", 'effective_from = "soon"', "a date is required"),
        ("signers = 2", "signers = true", "whole number"),
        ("from = 2023-10-01", "from = 2016-10-01", "dates must rise"),
        ("months = 6", "month = 6", "unknown key"),
        ('finders = ["township", "district", "expert"]', "finders = []", "a list of texts"),
        ('{ field = "dust_workers", at_least = 10 }', '{ field = "dust_workers" }', "at_least"),
        ('clause = "unqualified_contractor"', 'clause = "nobody"', "no such clause of this item"),
        ("key = true", 'key = "yes"', "true or false"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named(old, new, named):
    assert any(named in problem for problem in broken(old, new)), broken(old, new)


def test_all_errors_are_named_at_once():
    text = SHIPPED.replace("signers = 2", "signers = -1").replace('tag = "V"', 'tag = "?"', 1).replace('cap = "9"', 'cap = "nine"')
    found = problems_of(text)
    assert len(found) == 3
    assert [name for name in ("override", "thresholds", "adjustments.R06") if any(name in problem for problem in found)] == [
        "override", "thresholds", "adjustments.R06",
    ]  # fmt: skip


@pytest.mark.parametrize("data", [b"\xff\xfe", b"id = ", b"", b"items = 3\naxes = []"])
def test_a_file_that_is_no_rule_set_is_refused(data):
    with pytest.raises(BadRuleSet):
        load_rule_set(data)


def test_the_format_is_not_tied_to_the_model_standard():
    rules = load_rule_set(SCHOOL_KITCHEN.encode())

    def result(items, away=()):
        held = {"assessment": [assessment("2020-06-01", items, not_applicable=list(away))]}
        return grade({"site_id": "S", "records": held}, rules, AS_OF)

    assert result({}).to_document()["score"] == "100.0"
    assert result({"gas": {"hose_old": 1}, "shelf": {"unstable": 1}}).to_document()["score"] == "77.5"
    assert result({"gas": {"hose_old": 1}}, ("shelf",)).to_document()["axes"] == {"stove": "79.2", "store": None}
    leaking = result({"gas": {"leak": 1}})
    assert (leaking.score, leaking.grade, leaking.caps[0].code) == (400, Grade.ORANGE, "K1")


def test_entrances_refuse_findings_that_the_rules_do_not_know():
    found = check_findings(RULES, {"B03": {"unlicensed": 1, "tired": 1}, "Z99": {}, "H01": {}}, ("P04", "P01", "Q1"))
    assert [re.sub(r"[·' ]+", " ", str(problem)).strip() for problem in found] == [
        "items.B03 tired 该条款没有这种情形",
        "items.Z99 Z99 没有这个条款",
        "items.H01 H01 由事实算出，不可填报",
        "not_applicable P01 该条款不得作为空项",
        "not_applicable Q1 没有这个条款",
    ]
