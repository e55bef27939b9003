"""The worked examples E1–E46 of the model standard, each to the last decimal."""

from __future__ import annotations

import pytest

from chalicelib.grading.model import Grade
from tests.builders import (
    accident,
    assessment,
    certificate,
    codes,
    facts,
    hazard,
    judged,
    measured,
    penalty,
    record,
    registered,
    self_check,
    self_checks,
    step,
)

RED, ORANGE, YELLOW, BLUE, NONE = Grade.RED, Grade.ORANGE, Grade.YELLOW, Grade.BLUE, Grade.NONE
PRINTING_SHOP_NA = ("P04", "E06", "E07")

# Findings that take exactly so many points of a site where every item applies.
SEVEN_POINTS = {"W01": {"blocked": 1}, "B04": {"untrained": 6}, "B05": {"violation": 2}}
TEN_POINTS = {"M01": {"post_missing": 8}, "M02": {"document_missing": 8}, "B04": {"untrained": 4}}
TWELVE_POINTS = {**TEN_POINTS, "B05": {"violation": 4}}
TWENTY_TWO_POINTS = {
    "P01": {"not_listed": 1},
    "E03": {"defect": 6},
    "E04": {"defect": 6},
    "E05": {"defect": 4},
    "M01": {"post_missing": 8},
    "M02": {"document_missing": 8},
    "B04": {"untrained": 6},
    "W03": {"disorder": 4},
}


def shown(site, on="2020-06-20"):
    """Score, final grade, vetoes, caps: the last columns of the table."""
    result = judged(site, on)
    return result.to_document()["score"], result.grade, codes(result.vetoes), codes(result.caps)


def in_time_hazards(count):
    closed = lambda: [step("hazard_closed", "2020-02-08", officers=["a"])]  # noqa: E731
    return [hazard("2020-02-01", "2020-02-10", closed()) for _ in range(count)]


def late_hazards(count):
    return [hazard("2020-02-01", "2020-02-10", [step("hazard_closed", "2020-02-18", officers=["a"])]) for _ in range(count)]


def test_e1_a_printing_shop_in_order_is_blue_with_100():
    result = judged(facts(not_applicable=PRINTING_SHOP_NA))
    assert shown(facts(not_applicable=PRINTING_SHOP_NA)) == ("100.0", BLUE, [], [])
    assert result.to_document()["axes"]["P"] == "100.0"
    assert result.parts.applicable["P"] == 900
    assert sum(result.parts.applicable.values()) == 9300


def test_e2_a_printing_shop_with_findings_a_penalty_and_a_certificate():
    site = facts(
        {"E05": {"defect": 3}, "M01": {"post_missing": 4}, "B04": {"untrained": 5}, "W01": {"blocked": 1}},
        not_applicable=PRINTING_SHOP_NA,
        hazard_found=in_time_hazards(4) + late_hazards(1),
        penalty=[penalty("2020-03-01")],
        certificate=[certificate("standardisation_3", "2019-06-01", "2022-05-31")],
    )
    result = judged(site)
    document = result.to_document()
    assert (document["score"], document["grade"]) == ("87.2", "yellow")
    assert document["axes"] == {"P": "100.0", "E": "91.7", "W": "70.0", "B": "86.1", "M": "90.5", "H": "94.1"}
    assert result.items["H02"].value == 400 and result.items["H02"].ratio == (4, 5)
    assert codes(result.caps) == ["C05"]


def test_e3_four_unlicensed_welders_cost_an_extra_and_cap_the_colour():
    site = facts({"B03": {"unlicensed": 4}}, not_applicable=PRINTING_SHOP_NA)
    result = judged(site)
    assert result.to_document()["axes"]["B"] == "63.9"
    assert shown(site) == ("93.0", ORANGE, [], ["C04"])
    assert result.score_grade is BLUE
    assert [extra.points for extra in result.parts.extras] == [250]


def test_e5_a_death_makes_red_for_six_months_and_costs_eight_points_for_longer():
    site = facts(SEVEN_POINTS, accident=[accident("2019-12-12", deaths=1)])
    assert shown(site, "2020-06-11")[:3] == ("85.0", RED, ["V01"])
    assert shown(site, "2020-06-12")[:3] == ("85.0", YELLOW, [])


def test_e7_a_major_hazard_caps_until_its_deadline_then_vetoes_until_two_officers_close_it():
    def site(*closings):
        return facts(TWENTY_TWO_POINTS, hazard_found=[hazard("2020-06-10", "2020-07-01", list(closings), level="major")])

    assert shown(site()) == ("78.0", ORANGE, [], ["C01"])
    assert judged(site(), "2020-07-01").grade is ORANGE
    assert shown(site(), "2020-07-02")[1:] == (RED, ["V04"], [])
    by_two = site(step("hazard_closed", "2020-07-10", officers=["a", "b"]))
    by_one = site(step("hazard_closed", "2020-07-10", officers=["a"]))
    same_twice = site(step("hazard_closed", "2020-07-10", officers=["a", "a"]))
    assert judged(by_two, "2020-07-09").grade is RED
    assert judged(by_two, "2020-07-10").grade is YELLOW
    assert judged(by_one, "2020-07-10").grade is RED
    assert judged(same_twice, "2020-07-10").grade is RED


def test_e9_a_site_never_assessed_has_no_colour_no_score_and_names_what_is_missing():
    result = judged(facts(assessment=[]))
    assert (result.grade, result.score, result.score_grade) == (NONE, None, NONE)
    assert list(result.missing) == list(result.rules.settable)
    assert result.to_document()["ledger"] == []


def test_e11_a_firm_cannot_repaint_its_own_code_but_a_worse_self_check_counts_at_once():
    inspected = assessment("2020-04-21", {"W01": {"blocked": 1}})
    better = facts(assessment=[inspected], self_check=self_checks("2020-04-25", "2020-05-20", "2020-06-20"))
    assert judged(better).items["W01"].value == 0
    rechecked = record("2020-06-20", "township", coverage="partial", items={"W01": {}}, at="2020-06-20T10:00:00.000Z")
    assert judged(facts(assessment=[inspected, rechecked])).items["W01"].value == 300
    worse = facts(self_check=[self_check("2020-06-20", {"W01": {"blocked": 1}})])
    assert judged(worse).items["W01"].value == 0
    assert judged(worse).items["W01"].source == "self"


def test_e12_the_same_fact_twice_is_one_fact():
    fine, site = penalty("2020-05-01"), facts()
    once = judged({**site, "records": {**site["records"], "penalty": [fine]}})
    twice = judged({**site, "records": {**site["records"], "penalty": [fine, dict(fine)]}})
    assert once.score == 970
    assert twice.to_document() == once.to_document()


def test_e13_an_accident_found_to_be_a_natural_death_is_voided():
    death = accident("2020-05-01", deaths=1)
    assert judged(facts(accident=[death])).grade is RED
    voided = {**death, "void": {"id": "V", "on": "2020-06-10", "at": "2020-06-10T08:00:00.000Z"}}
    assert shown(facts(accident=[voided])) == ("100.0", BLUE, [], [])


def test_e15_an_axis_never_goes_below_zero():
    found = {
        "B01": {"not_qualified": 1}, "B02": {"missing": 2}, "B03": {"unlicensed": 4}, "B04": {"untrained": 6}, "B05": {"violation": 4},
    }  # fmt: skip
    site = facts(found, not_applicable=("B06",))
    result = judged(site)
    assert result.items["B05"].value == 100
    assert result.to_document()["axes"]["B"] == "0.0"
    assert [(extra.points, extra.taken) for extra in result.parts.extras] == [(250, 100)]
    assert shown(site) == ("83.7", ORANGE, [], ["C04", "C08"])


def test_e16_no_extra_for_an_item_that_does_not_apply():
    site = facts({"B05": {"violation": 1}}, not_applicable=("B03",))
    assert judged(site).to_document()["axes"]["B"] == "96.4"
    assert shown(site) == ("99.5", BLUE, [], [])


def test_e18_bonuses_together_are_cut_at_five():
    site = facts(
        TWELVE_POINTS,
        certificate=[certificate("standardisation_1", "2019-06-01", "2022-05-31")],
        accident_free_confirmed=[record("2020-01-10", since_on="2015-01-01")],
        engineer_posted=[record("2019-01-10"), record("2019-01-10")],
    )
    result = judged(site)
    assert {entry.code: entry.points for entry in result.adjustments} == {"A01": 500, "A02": 200, "A03": 100}
    assert shown(site)[:2] == ("93.0", BLUE)


def test_e19_an_empty_register_of_accidents_proves_nothing():
    assert shown(facts(TEN_POINTS))[:2] == ("90.0", BLUE)


def test_e21_light_injuries_are_cut_at_their_cap():
    assert shown(facts(accident=[accident("2020-03-01", light=10)])) == ("97.0", BLUE, [], [])


def test_e22_one_accident_counts_once_whatever_else_it_brings():
    site = facts(accident=[accident("2019-12-12", deaths=1, serious=2, light=3)], penalty=[penalty("2020-02-01", for_grave_accident=True)])
    assert shown(site, "2020-06-11") == ("80.5", RED, ["V01"], ["C02"])
    assert shown(site, "2020-06-12") == ("80.5", YELLOW, [], [])


def test_e24_a_penalty_counts_from_its_own_day():
    site = facts(penalty=[penalty("2020-06-20")])
    assert shown(site)[:2] == ("97.0", BLUE)
    assert shown(site, "2020-06-19")[0] == "100.0"


def test_e25_an_overdue_review_is_not_an_unlicensed_worker():
    assert shown(facts({"B03": {"review_overdue": 2}})) == ("99.0", BLUE, [], [])
    assert shown(facts({"B03": {"unlicensed": 1}})) == ("99.0", ORANGE, [], ["C04"])


def test_e27_a_self_check_is_good_for_ninety_two_days():
    site = facts(self_check=self_checks("2020-03-20"))
    assert codes(judged(site, "2020-06-19").caps) == []
    assert codes(judged(site, "2020-06-20").caps) == ["C06"]


def test_e29_an_assessment_of_a_higher_risk_site_is_good_for_twelve_months():
    site = facts(assessment=[assessment("2019-06-20")])
    assert codes(judged(site, "2020-06-19").caps) == []
    assert codes(judged(site, "2020-06-20").caps) == ["C07"]


@pytest.mark.parametrize(
    ("away", "points", "flagged"),
    [
        (("E01", "E02", "E03", "E06", "E07", "P02", "P03"), "20.00", []),
        (("E01", "E03", "E06", "E07", "P02", "P03", "P04"), "21.00", ["C09"]),
        (("E01", "E02", "E03", "E06", "E07", "P02", "P03", "P04"), "23.00", ["C09"]),
    ],
)
def test_e31_e32_many_items_that_do_not_apply_are_a_flag_and_never_a_cap(away, points, flagged):
    result = judged(facts(not_applicable=away))
    items = result.items.values()
    assert f"{sum(item.points for item in items if item.status == 'not_applicable') / 100:.2f}" == points
    assert codes(result.flags) == flagged
    assert [flag.note for flag in result.flags] == [f"空项过多：不适用的条款共 {points} 分"] * len(flagged)
    assert (result.grade, result.caps) == (BLUE, ())


def test_e34_an_accident_found_not_the_firms_responsibility_costs_nothing():
    found = [step("accident_determined", "2020-06-01", responsibility="not_responsible")]
    site = facts(accident=[{**accident("2020-05-01", deaths=1, responsibility="pending"), "then": found}])
    assert judged(site, "2020-05-31").grade is RED
    assert shown(site) == ("100.0", BLUE, [], [])


def test_e35_a_veto_beats_grey():
    site = facts(assessment=[], accident=[accident("2020-05-01", deaths=1)])
    assert shown(site)[:3] == (None, RED, ["V01"])


def test_e39_a_window_ends_on_the_clamped_last_day_of_the_month():
    site = facts(accident=[accident("2019-08-31", deaths=1)])
    assert codes(judged(site, "2020-02-28").vetoes) == ["V01"]
    assert codes(judged(site, "2020-02-29").vetoes) == []


@pytest.mark.parametrize(
    ("then", "expected"),
    [
        ([step("rectification_reported", "2020-06-10", "self")], "100.0"),
        ([step("rectification_reported", "2020-06-10", "self"), step("recheck", "2020-06-15", result="failed", officers=["a"])], "99.0"),
        ([], "99.0"),
    ],
)
def test_e40_overdue_means_not_reported_in_time_or_failed_at_the_check(then, expected):
    site = facts(hazard_found=[hazard("2020-06-01", "2020-06-10", then)])
    result = judged(site)
    # H02 and H05 are given as full in this row: only the points of R08 are looked at here.
    taken = sum(entry.points for entry in result.adjustments if entry.code == "R08")
    assert f"{(10000 + taken) / 100:.1f}" == expected


def test_e42_a_month_without_a_self_check_costs_and_the_next_month_is_the_review():
    site = facts(self_check=self_checks("2020-03-31", "2020-05-01"))
    result = judged(site)
    assert result.items["H01"].value == 250
    assert (*shown(site)[:2], result.review_on) == ("98.5", BLUE, "2020-07-01")


def test_e44_a_self_value_may_lower_and_never_raise():
    def value(*checks, extra=()):
        inspected = assessment("2020-04-01", {"M05": {}, "M01": {"post_missing": 2}})
        return judged(facts(assessment=[inspected], self_check=[*checks])).items["M01"].value

    three, one, four = {"M01": {"post_missing": 2}}, {"M01": {"post_missing": 6}}, {}
    assert value(self_check("2020-05-01", one), self_check("2020-06-01", three)) == 300
    assert value(self_check("2020-05-01", one), self_check("2020-06-01", three), self_check("2020-06-10", four)) == 300
    assert value(self_check("2020-03-01", one)) == 300


def test_e46_an_unlicensed_worker_makes_a_chemical_producer_red():
    producer = {"site_registered": [registered(chemical_type="production")]}
    assert shown(facts({"B03": {"unlicensed": 1}}, **producer))[2:] == (["V09"], ["C04"])
    assert shown(facts({"B03": {"review_overdue": 1}}, **producer))[2:] == ([], [])


def test_incomplete_data_lowers_m06_by_its_two_counts():
    assert judged(facts(completeness_measured=[measured(20, 30)])).items["M06"].value == 200
