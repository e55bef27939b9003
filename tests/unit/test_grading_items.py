"""Facts → findings: each item, each clause, who may set what, the four kinds of "no value", the items worked out from facts."""

from __future__ import annotations

import re

import pytest

from chalicelib.errors import BadInput
from chalicelib.grading.model import Grade
from chalicelib.grading.rules import MODEL_2020, load_rule_set
from tests.builders import (
    RULES,
    assessment,
    codes,
    facts,
    hazard,
    judged,
    measured,
    record,
    registered,
    self_check,
    self_checks,
    step,
)

CLAUSES = [(item, clause) for item in RULES.items.values() for clause in item.clauses.values()]


def value(site, item, on="2020-06-20"):
    return judged(site, on).items[item].value


@pytest.mark.parametrize(("item", "clause"), CLAUSES, ids=lambda part: getattr(part, "code", ""))
def test_each_clause_takes_what_the_standard_says_and_no_item_goes_below_zero(item, clause):
    once = value(facts({item.code: {clause.code: 1}}), item.code)
    often = value(facts({item.code: {clause.code: 1000}}), item.code)
    none = value(facts({item.code: {clause.code: 0}}), item.code)
    expected = {"zero": 0, "each": item.points - clause.amount, "once": item.points - clause.amount}[clause.mode]
    assert (none, once) == (item.points, expected)
    assert often == (once if clause.mode == "once" or not clause.amount else 0)


@pytest.mark.parametrize("item", RULES.settable.values(), ids=lambda item: item.code)
def test_the_clauses_say_what_the_printed_rule_says(item):
    """The numbers of the rule's text, in the text's order, are those of the clauses in machine form (and of the extra)."""
    printed = [round(float(number) * 100) for number in re.findall(r"-([0-9.]+)", re.split(r"\(", item.rule)[0])]
    assert printed == [clause.amount for clause in item.clauses.values() if clause.amount]
    assert item.rule.count("=0") == sum(clause.mode == "zero" for clause in item.clauses.values())


@pytest.mark.parametrize("item", RULES.settable.values(), ids=lambda item: item.code)
def test_an_item_is_left_out_only_where_the_standard_allows_it(item):
    result = judged(facts(not_applicable=(item.code,)))
    if item.not_applicable:
        assert result.items[item.code].status == "not_applicable" and result.score == 1000
    else:
        assert result.missing == (item.code,) and result.grade is Grade.NONE


def test_a_self_check_that_is_not_later_than_the_inspection_is_ignored():
    same_instant = self_check("2020-06-01", {"W01": {"blocked": 1}}, at="2020-06-01T09:00:00.000Z")
    assert value(facts(self_check=[same_instant]), "W01") == 300


def test_of_two_values_at_the_same_instant_the_lower_counts_in_either_order():
    one, two = assessment("2020-06-01", {"E05": {"defect": 1}}), assessment("2020-06-01", {"E05": {"defect": 4}})
    assert value(facts(assessment=[one, two]), "E05") == value(facts(assessment=[two, one]), "E05") == 200


def test_a_worse_self_value_stands_until_a_better_self_check_or_an_inspector():
    worse = self_check("2020-06-05", {"E05": {"defect": 2}})
    assert value(facts(self_check=[worse, self_check("2020-06-10")]), "E05") == 400
    other = self_check("2020-06-10", coverage="partial", covers=["E04"])
    assert value(facts(self_check=[worse, other]), "E05") == 300
    looked = self_check("2020-06-10", coverage="partial", covers=["E05"])
    assert value(facts(self_check=[worse, looked]), "E05") == 400


def test_a_firm_cannot_say_that_an_item_does_not_apply():
    claim = self_check("2020-06-10", not_applicable=["P04"])
    assert judged(facts(self_check=[claim])).items["P04"].status == "valued"


def test_a_recheck_sets_its_item_and_leaves_the_others():
    recheck = record("2020-06-15", "township", coverage="partial", items={"E05": {}})
    first = assessment("2020-06-01", {"E05": {"defect": 4}, "E04": {"defect": 2}})
    result = judged(facts(assessment=[first, recheck]))
    assert (result.items["E05"].value, result.items["E04"].value) == (400, 300)
    assert (result.items["E05"].source, result.items["E04"].source) == ("township", "district")


def test_partial_assessments_alone_give_no_colour():
    partial = record("2020-06-01", coverage="partial", items={code: {} for code in RULES.settable})
    result = judged(facts(assessment=[partial]))
    assert (result.grade, result.score) == (Grade.NONE, None)


def test_before_the_first_assessment_a_cap_is_named_but_gives_no_colour():
    seen = record("2020-06-01", coverage="partial", items={"W05": {"combined_use": 1}})
    result = judged(facts(assessment=[seen]))
    assert (result.grade, codes(result.caps)) == (Grade.NONE, ["C04"])
    assert "P01" in result.missing and "W05" not in result.missing
    assert (result.items["P01"].value, result.items["P01"].source) == (300, "self")
    assert judged(facts(assessment=[seen], self_check=[])).items["P01"].status == "missing"


def test_without_a_measurement_the_completeness_is_missing_and_named():
    result = judged(facts(completeness_measured=[]))
    assert (result.grade, result.missing) == (Grade.NONE, ("M06",))


def test_a_clause_that_the_rules_do_not_know_is_refused_and_not_forgotten():
    with pytest.raises(BadInput, match="tired"):
        judged(facts({"B03": {"tired": 1}}))


def test_an_item_that_the_rules_no_longer_have_is_ignored():
    assert judged(facts({"Z09": {"defect": 3}})).score == 1000


def test_a_new_item_does_not_apply_until_the_next_full_assessment_but_at_most_a_year():
    text = MODEL_2020.read_text("utf-8").replace('code = "W03"\n', 'code = "W03"\nintroduced_on = 2020-06-10\n')
    rules = load_rule_set(text.encode())
    site = facts(self_check=self_checks("2020-06-01", "2020-06-15"), site_registered=[registered(inherent_class=1)])
    assert judged(site, "2020-06-09", rules).items["W03"].status == "not_applicable"
    assert judged(site, "2021-06-09", rules).items["W03"].status == "not_applicable"
    assert judged(site, "2021-06-10", rules).missing == ("W03",)
    again = facts(assessment=[assessment("2020-06-10")])
    assert judged(again, "2020-06-20", rules).items["W03"].status == "valued"


# ── H01 self-checks by month ────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(("days", "points"), [
    (("2020-03-01", "2020-04-30", "2020-05-31"), 400),
    (("2020-03-01", "2020-04-30", "2020-06-01"), 250),
    (("2020-05-01",), 100),
    ((), 0),
    (("2020-02-28", "2020-06-01"), 0),
])  # fmt: skip
def test_h01_looks_at_the_three_complete_months_before(days, points):
    assert value(facts(self_check=self_checks(*days)), "H01") == points


def test_h01_does_not_ask_for_months_before_the_first_assessment():
    site = facts(assessment=[assessment("2020-05-20")], self_check=self_checks("2020-05-25"))
    assert value(site, "H01") == 400
    assert value(facts(assessment=[assessment("2020-05-20")], self_check=[]), "H01") == 250
    fresh = judged(facts(assessment=[assessment("2020-06-02")], self_check=[]))
    assert (fresh.items["H01"].value, fresh.items["H01"].status) == (400, "nothing_due")


def test_h01_names_of_each_month_the_self_check_recorded_last():
    late, early = self_check("2020-05-02", id="9"), self_check("2020-05-20", id="1")
    site = facts(self_check=[*self_checks("2020-03-01", "2020-04-30"), late, early])
    assert judged(site).items["H01"].evidence[0] == late["id"]


def test_h01_says_that_a_duty_was_not_done():
    assert judged(facts(self_check=self_checks("2020-05-01"))).items["H01"].status == "not_done"


# ── H02 rectified in time ───────────────────────────────────────────────────────────────────────────────────────────


def reported(on):
    return step("rectification_reported", on, "self")


def closed(on, *officers):
    return step("hazard_closed", on, officers=list(officers or ("a", "b")))


def rechecked(on, result):
    return step("recheck", on, result=result, officers=["a"])


@pytest.mark.parametrize(
    ("then", "counts"),
    [
        ([], (0, 1)),
        ([reported("2020-05-10")], (1, 1)),
        ([reported("2020-05-11")], (0, 1)),
        ([closed("2020-05-10")], (1, 1)),
        ([closed("2020-05-11")], (0, 1)),
        ([reported("2020-05-09"), rechecked("2020-05-20", "failed")], (0, 1)),
        ([reported("2020-05-05"), rechecked("2020-05-06", "failed"), reported("2020-05-10")], (1, 1)),
        ([step("extension_decided", "2020-05-10", approved=True, deadline_on="2020-05-20"), reported("2020-05-20")], (1, 1)),
        ([step("extension_decided", "2020-05-11", approved=True, deadline_on="2020-05-20"), reported("2020-05-20")], (0, 1)),
        ([step("extension_decided", "2020-05-10", approved=False), reported("2020-05-20")], (0, 1)),
        ([step("hazard_dismissed", "2020-05-20", reason="误报")], (0, 0)),
    ],
)
def test_h02_in_time_means_reported_or_closed_by_the_deadline_and_not_failed_since(then, counts):
    assert judged(facts(hazard_found=[hazard("2020-05-01", "2020-05-10", then)])).items["H02"].ratio == counts


@pytest.mark.parametrize(("by", "level", "due"), [
    ("township", "general", 1), ("district", "general", 1), ("expert", "general", 1), ("self", "general", 0), ("district", "major", 0),
])  # fmt: skip
def test_h02_counts_general_hazards_found_by_government_or_experts(by, level, due):
    made = hazard("2020-05-01", "2020-05-10", [closed("2020-05-08")], by=by, level=level)
    assert judged(facts(hazard_found=[made])).items["H02"].ratio == (due, due)


@pytest.mark.parametrize(("on", "due"), [("2020-05-10", 0), ("2020-05-11", 1), ("2020-11-09", 1), ("2020-11-10", 0)])
def test_h02_counts_from_the_day_after_the_deadline_for_six_months(on, due):
    site = facts(hazard_found=[hazard("2020-05-01", "2020-05-10", [closed("2020-05-08")])])
    assert judged(site, on).items["H02"].ratio == (due, due)


def test_h02_is_rounded_half_up_to_two_decimals_and_full_when_nothing_was_due():
    three = [hazard("2020-05-01", "2020-05-10", [closed(day)]) for day in ("2020-05-08", "2020-05-09", "2020-05-12")]
    assert value(facts(hazard_found=three), "H02") == 333
    idle = judged(facts()).items["H02"]
    assert (idle.value, idle.status) == (500, "nothing_due")


# ── H05 rechecks, M06 completeness ──────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(("results", "points"), [(["passed"], 200), (["failed"], 0), (["failed", "passed"], 0)])
def test_h05_is_the_share_of_rechecks_passed_at_the_first_go(results, points):
    then = [rechecked(f"2020-05-0{day + 2}", result) for day, result in enumerate(results)]
    assert value(facts(hazard_found=[hazard("2020-05-01", "2020-05-10", [*then, closed("2020-05-09")])]), "H05") == points


def test_h05_counts_the_rechecks_of_twelve_months():
    made = hazard("2019-06-01", "2019-07-01", [rechecked("2019-06-21", "failed"), closed("2019-06-25")])
    site = facts(hazard_found=[made])
    assert value(site, "H05", "2020-06-20") == 0
    assert value(site, "H05", "2020-06-21") == 200


@pytest.mark.parametrize(("filled", "required", "points"), [(30, 30, 300), (0, 30, 0), (29, 30, 290), (1, 3, 100), (2, 7, 86)])
def test_m06_is_three_points_times_the_completeness(filled, required, points):
    assert value(facts(completeness_measured=[measured(filled, required)]), "M06") == points


def test_m06_takes_the_newest_measurement_of_the_day():
    site = facts(completeness_measured=[measured(10, 30, "2020-05-01"), measured(30, 30, "2020-06-10")])
    assert (value(site, "M06", "2020-06-09"), value(site, "M06", "2020-06-10")) == (100, 300)


# ── Further deductions ──────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(("found", "extra"), [
    ({"unlicensed": 3}, 0), ({"unlicensed": 4}, 250), ({"review_overdue": 8}, 250), ({"unlicensed": 3, "review_overdue": 1}, 0),
    ({"unlicensed": 40}, 250),
])  # fmt: skip
def test_b03_takes_its_extra_once_when_four_points_are_lost(found, extra):
    assert sum(entry.taken for entry in judged(facts({"B03": found})).parts.extras) == extra


def test_b06_takes_its_extra_once_for_an_unqualified_contractor():
    result = judged(facts({"B06": {"unqualified_contractor": 5}}))
    assert (result.items["B06"].value, [extra.taken for extra in result.parts.extras]) == (200, [100])
    assert result.score == 990


def test_every_item_names_its_evidence_and_where_its_value_came_from():
    result = judged(facts({"E05": {"defect": 3}}, not_applicable=("P04",)))
    assert all(item.evidence for item in result.items.values() if item.status == "valued")
    assert result.items["E05"].findings == (("defect", 3, 150),)
    assert {item.source for item in result.items.values()} == {"district", "system"}
