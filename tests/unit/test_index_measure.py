"""Every sub-item from facts: what counts, what is due, what is a case (domain §12.55–67)."""

from __future__ import annotations

from datetime import datetime

import pytest
from event_builders import TOWNSHIP, enterprise_id, fact, site_id, step
from month_builders import JUNE, OTHER, RULES, accident, at, cases, closed, counts, partial, plan, returned, site, story

from chalicelib import clock
from chalicelib.supervision.model import Event


# ── 在册 and shares of sites ──


def test_sites_in_the_register_are_those_operating_here_on_the_last_day() -> None:
    facts = [
        site("a"), site("never assessed", assessed=False), site("closed", at("closed", "site_state_changed", state="closed")),
        site("moved in", at("moved in", "site_moved", township=TOWNSHIP), township=OTHER),
        site("moved out", at("moved out", "site_moved", township=OTHER)),
        site("later", at("later", "site_state_changed", "2020-07-01", state="closed")),
    ]  # fmt: skip
    assert counts("FX3", *facts) == (3, 4)
    assert cases("FX3", *facts) == [site_id("never assessed")]


@pytest.mark.parametrize(("code", "item"), [("ZR4", "M01"), ("FX1", "H03"), ("FX8", "W02")])
def test_effective_item_values_above_zero(code: str, item: str) -> None:
    poor = at("b", "assessment", coverage="partial", items={item: {ITEM_ZERO[item]: 40}})
    assert counts(code, site("a"), site("b", poor), site("c", assessed=False)) == (1, 3)


ITEM_ZERO = {"M01": "post_missing", "H03": "no_list", "W02": "missing"}


def test_responsibility_papers_of_this_year_only() -> None:
    facts = [site("a", at("a", "responsibility_signed", year=2020)), site("b", at("b", "responsibility_signed", "2019-12-30", year=2019))]
    assert counts("ZR3", *facts) == (1, 2) and cases("ZR3", *facts) == [site_id("b")]


def test_completeness_is_the_exact_mean_with_the_unmeasured_as_zero() -> None:
    facts = [site("a"), site("b", at("b", "completeness_measured", filled=2, required=3)), site("c", assessed=False)]
    assert counts("ZR7", *facts) == ("5/3", 3)


def test_self_checks_dated_in_the_month() -> None:
    june = at("a", "self_check", "2020-06-30", source="self", coverage="partial", items={})
    assert counts("FX2", site("a", june), site("b", at("b", "self_check", "2020-07-01", source="self", coverage="partial", items={}))) == (
        1,
        2,
    )


def test_red_and_orange_among_the_coded() -> None:
    facts = [site("a", at("a", "obstruction_established")), site("b"), site("c", assessed=False)]
    assert counts("FX4", *facts) == (1, 2) and cases("FX4", *facts) == [site_id("a")]


def test_staff_counts_are_the_newest_of_each_site_and_never_contradict_themselves() -> None:
    def staff(name: str, on: str, passed: int, due: int) -> Event:
        return at(
            name,
            "staff_qualified",
            on,
            heads_due=due,
            heads_passed=passed,
            managers_due=0,
            managers_passed=0,
            special_registered=0,
            special_valid=0,
        )

    facts = [
        site("a", staff("a", "2020-05-01", 0, 1), staff("a", "2020-06-01", 1, 1)),
        site("b", staff("b", "2020-05-01", 1, 2), staff("b", "2020-06-01", 3, 2)),
    ]
    assert counts("PX1", *facts) == (2, 3) and counts("PX2", *facts) == (0, 0)
    assert cases("PX1", *facts) == [site_id("b")]


def test_certificates_and_insurance_count_where_they_are_due_and_in_force() -> None:
    def papers(name: str, until: str, *extra: Event) -> dict:
        paper = at(name, "certificate", "2019-06-01", type="standardisation_3", valid_from="2019-06-01", valid_to=until)
        policy = at(name, "insurance", "2019-06-01", type="safety_liability", valid_from="2019-07-01", valid_to=until)
        more = [step("certificate_revoked", paper, "2020-06-30")] if name == "revoked" else []
        return site(name, paper, policy, *more, standardisation_due=True, liability_insurance_due=True)

    facts = [papers("a", "2020-06-30"), papers("b", "2020-06-29"), papers("revoked", "2021-01-01"), site("not due")]
    assert counts("CX1", *facts) == (1, 3) and counts("CX4", *facts) == (2, 3)


def test_plans_count_inspections_of_the_year() -> None:
    facts = site(
        "a", at("a", "inspection", "2020-01-02", officers=["1"], sectors=["FIRE_SAFETY"]), at("a", "inspection", officers=["1"], planned=False),
        at("a", "inspection", "2019-12-31", officers=["1"]), at("a", "inspection", "2020-07-01", officers=["1"]),
    )  # fmt: skip
    assert counts("JG1", facts, events=(plan(24),)) == (1, 24)
    assert counts("ZX3", facts, events=(plan(6, sector="FIRE_SAFETY"),)) == (1, 6)
    assert counts("JG1", facts, events=(plan(6, sector="FIRE_SAFETY"), plan(4, sector="SPECIAL_PREMISES"))) == (1, 10)


def test_no_plan_is_a_duty_not_done_and_no_site_of_the_sector_is_not_applicable() -> None:
    assert counts("ZX3", site("a")) == "not_reported" and counts("JG1", site("a")) == "not_reported"
    assert counts("ZX1", site("a"), events=(plan(6, sector="HAZARDOUS_CHEMICALS"),)) == (0, 0)
    assert counts("ZX1", site("a", chemical_type="use"), events=(plan(6, sector="HAZARDOUS_CHEMICALS"),)) == (0, 6)


def test_red_of_the_month_before_and_orange_of_the_quarter_before() -> None:
    red = at("a", "obstruction_established", "2020-05-31")
    orange = at("b", "hazard_found", "2020-03-20", level="major", deadline_on="2020-12-31")
    facts = [
        site("a", red),
        site("b", orange, at("b", "inspection", "2020-04-02", officers=["1"])),
        site("c", at("c", "obstruction_established", "2020-06-01")),
    ]
    assert counts("JG2", *facts) == (0, 1) and cases("JG2", *facts) == [site_id("a")]
    assert counts("JG3", *facts) == (1, 1)


def test_led_inspections_quality_and_random_tasks() -> None:
    task = at("a", "double_random_task", "2020-06-01", due_on="2020-06-20")
    missed = at("a", "double_random_task", "2020-06-01", due_on="2020-06-21")
    done = at("a", "inspection", officers=["1"], led_by_leader=True, double_random_task=task.event_id)
    checks = [at("a", "inspection_quality_checked", conforming=flag) for flag in (True, False)]
    facts = site("a", task, missed, done, *checks)
    assert counts("ZR2", facts) == (1, 1) and counts("JG4", facts) == (1, 2)
    assert counts("JG6", facts) == (1, 2) and cases("JG6", facts) == [missed.event_id]


def test_general_hazards_due_in_the_month_and_rectified_in_time() -> None:
    facts = [
        site("a", *story("a", hazard_closed=closed("2020-06-20"))), site("b", *story("b", hazard_closed=closed("2020-06-21"))),
        site("c", *story("c", rectification_reported=("2020-06-19", {}))), site("d", *story("d", hazard_dismissed=("2020-06-05", {"reason": "误报"}))),
        site("e", *story("e", deadline="2020-07-01")),
    ]  # fmt: skip
    assert counts("FX5", *facts) == (2, 3)
    assert counts("JG5", *facts) == (2, 3), "closed counts as rechecked, a mere report does not"
    assert counts("ZX4", site("a", *story("a", campaign=True, hazard_closed=closed("2020-06-25")))) == (1, 1)


def test_a_major_hazard_is_closed_by_two_officers_and_one_overdue_zeroes_all() -> None:
    facts = [
        site("a", *story("a", level="major", hazard_closed=closed("2020-06-10", 2))), site("b", *story("b", level="major", hazard_closed=closed("2020-06-10"))),
    ]  # fmt: skip
    row = partial(*facts)["sub_items"]["FX6"]
    assert (row["numerator"], row["denominator"], row["condition"]) == (1, 2, 1)


def test_a_hazard_due_on_the_last_day_is_due_but_not_yet_overdue() -> None:
    row = partial(site("a", *story("a", level="major", deadline="2020-06-30")))["sub_items"]["FX6"]
    assert (row["numerator"], row["denominator"], row.get("condition", 0)) == (0, 1, 0)


# ── Complaints, publication, orders ──


def test_complaints_by_their_own_day_or_sixty_days() -> None:
    dated = at("a", "complaint", "2020-06-01", due_on="2020-06-15")
    undated = at("a", "complaint", "2020-04-10")
    later = at("a", "complaint", "2020-06-01")
    facts = site(
        "a",
        dated,
        undated,
        later,
        step("complaint_decided", dated, "2020-06-15", found_true=False),
        step("complaint_decided", undated, "2020-06-10", found_true=False),
    )
    assert counts("JG7", facts) == (1, 2) and cases("JG7", facts) == [undated.event_id]


def test_results_published_in_time() -> None:
    late = at("a", "result_published", due_on="2020-06-20", published_on="2020-06-21")
    facts = site(
        "a",
        late,
        at("a", "result_published", due_on="2020-06-20", published_on="2020-06-20"),
        at("a", "result_published", due_on="2020-07-01"),
    )
    assert counts("JG9", facts) == (1, 2)


def test_supervision_orders_closed_by_their_day() -> None:
    orders = [fact("supervision_order", "2020-05-20", due_on=day) for day in ("2020-06-10", "2020-06-11", "2020-07-01")]
    events = (*orders, step("supervision_order_closed", orders[0], "2020-06-10"), step("supervision_order_closed", orders[1], "2020-06-12"))
    assert counts("ZX5", site("a"), events=events) == (1, 2)


def test_deaths_and_injuries_of_the_month_as_known() -> None:
    first, second = accident(deaths=1), accident(deaths=None, serious_injuries=2)
    facts = site("a", first, step("accident_updated", first, "2020-06-25", deaths=3), second, accident(on="2020-05-31", deaths=5))
    assert counts("SG1", facts) == (4, 0), "three known dead and one unknown"
    assert counts("SG2", facts) == (1, 0) and counts("SG3", facts) == (2, 0)


def test_an_accident_that_was_not_the_firms_responsibility_does_not_count() -> None:
    event = accident(deaths=1)
    facts = site("a", event, step("accident_determined", event, "2020-06-20", responsibility="not_responsible"))
    assert counts("SG1", facts) == (0, 0)


def test_an_accident_stays_with_the_township_of_that_day() -> None:
    assert counts(
        "SG1", site("a", accident(deaths=1, on="2020-06-02"), at("a", "site_moved", "2020-06-05", township=TOWNSHIP), township=OTHER)
    ) == (0, 0)
    assert counts("SG1", site("a", accident(deaths=1, on="2020-06-02"), at("a", "site_moved", "2020-06-05", township=OTHER))) == (1, 0)


@pytest.mark.parametrize(("conduct", "count", "concealed"), [("late_report", 1, 0), ("concealed", 1, 1)])
def test_late_reports_and_concealment(conduct: str, count: int, concealed: int) -> None:
    event = fact("concealment_established", "2020-06-20", subject=enterprise_id("a"), conduct=conduct)
    row = partial(site("a", event))["sub_items"]["SG5"]
    assert (row["numerator"], row.get("condition", 0)) == (count, concealed)


def test_injuries_of_the_year_against_the_same_days_of_last_year() -> None:
    days = {"2020-01-01": 1, "2020-06-30": 2, "2019-01-01": 4, "2019-06-30": 8, "2019-07-01": 100, "2018-12-31": 100}
    assert counts("SG4", site("a", *(at("a", "work_injury", day, cases=number) for day, number in days.items()))) == (3, 12)


def test_measures_after_accidents_of_the_last_year() -> None:
    event, old = accident(on="2019-07-01"), accident(on="2019-06-30")
    reports = [step("accident_measures", event, day, due=4, implemented=done) for day, done in (("2020-01-01", 1), ("2020-06-01", 3))]
    assert counts("SG6", site("a", event, old, *reports, step("accident_measures", old, "2020-06-01", due=9, implemented=0))) == (3, 4)


# ── Returns ──


def test_a_confirmed_return_is_data_and_a_missing_or_unconfirmed_one_is_not_reported() -> None:
    assert counts("ZR1", site("a"), events=returned("ZR1", 1)) == (1, 1)
    assert counts("PX4", site("a"), events=returned("PX4", 5, denominator=12)) == (5, 12)
    assert counts("ZR1", site("a")) == "not_reported"
    assert counts("ZR1", site("a"), events=returned("ZR1", 1, confirmed=None)) == "not_reported"
    assert counts("ZR1", site("a"), events=returned("ZR1", 1, attachment=None)) == "not_reported", "nothing proves it"
    himself = returned("ZR1", 1, confirmed=None, confirmed_by="x")
    assert counts("ZR1", site("a"), events=himself) == "not_reported", "a return cannot confirm itself"
    assert counts("ZR1", site("a"), events=returned("ZR1", 1, month="2020-05")) == "not_reported"
    assert counts("PX4", site("a"), events=returned("PX4", 5)) == "not_reported", "a year plan cannot be guessed"


@pytest.mark.parametrize(("confirmed", "expected"), [("2020-07-03", (1, 1)), ("2020-07-04", "not_reported")])
def test_the_deadline_of_a_return_is_the_third_day(confirmed: str, expected: object) -> None:
    assert (
        counts("ZR1", site("a"), events=returned("ZR1", 1, confirmed=confirmed), known_at=datetime(2020, 8, 1, tzinfo=clock.SHANGHAI))
        == expected
    )


def test_a_quarterly_return_is_data_for_its_three_months() -> None:
    event = returned("ZR5", 8, month="2020-04", on="2020-04-20", confirmed="2020-04-21", denominator=9)
    assert counts("ZR5", site("a"), events=event) == (8, 9)
    assert counts("ZR5", site("a"), events=event, month="2020-07", known_at=datetime(2020, 8, 3, tzinfo=clock.SHANGHAI)) == "not_reported"


def test_late_returns_are_counted_by_their_own_sub_item() -> None:
    due = {item.code for item in RULES.index.sub_items if item.source == "return" and item.code != "CX2"}
    assert counts("ZR6", site("a")) == (len(due), 0)
    assert counts("ZR6", site("a"), events=returned("ZR1", 1)) == (len(due) - 1, 0)


def test_the_best_level_of_the_year_and_none_is_zero() -> None:
    events = (
        *returned("CX2", 1, month="2020-02", on="2020-02-28", confirmed="2020-03-01", level="provincial"),
        *returned("CX2", 1, level="district"),
    )
    assert partial(site("a"), events=events)["sub_items"]["CX2"]["level"] == "provincial"
    assert "level" not in partial(site("a"))["sub_items"]["CX2"] and counts("CX2", site("a")) == (0, 0)


def test_transfer_records_can_show_more_than_the_return_admits() -> None:
    transfers = tuple(fact("case_transferred", "2020-06-10", due=True, transferred=flag) for flag in (False, True))
    assert counts("JG8", site("a"), events=(*returned("JG8", 0), *transfers)) == (1, 0)
    assert counts("JG8", site("a"), events=transfers) == "not_reported"


def test_a_failed_feed_is_no_data_and_not_the_townships_doing() -> None:
    assert counts("CX3", site("a"), events=(fact("feed_failed", "2020-06-30", sub_item="CX3", month=JUNE),)) == "no_data"


# ── The freeze, the coefficient, the cases ──


def test_late_facts_never_change_a_frozen_month_but_are_counted() -> None:
    late = accident(deaths=1, at="2020-07-20T08:00:00.000Z")
    frozen = partial(site("a", late))
    assert (frozen["sub_items"]["SG1"]["numerator"], frozen["late"]) == (0, 1)
    ordered = partial(site("a", late), known_at=datetime(2020, 8, 1, tzinfo=clock.SHANGHAI))
    assert (ordered["sub_items"]["SG1"]["numerator"], ordered["late"]) == (1, 0)


def test_a_withdrawn_fact_does_not_count() -> None:
    event = accident(deaths=1)
    assert counts("SG1", site("a", event, at("a", "void", "2020-06-20", voids=event.event_id, reason="重复"))) == (0, 0)


def test_the_coefficient_counts_coded_sites_of_31_december() -> None:
    measured = at("new", "completeness_measured", "2019-12-01", filled=1, required=1)
    new = site("new", measured, at("new", "assessment", "2020-02-01", coverage="full", items={}), assessed=False)
    assert partial(site("a"), site("b"), new, site("c", assessed=False))["sites"] == 2


def test_a_township_that_began_this_year_takes_the_end_of_its_first_month() -> None:
    def measured(name: str) -> Event:
        return at(name, "completeness_measured", "2020-03-05", filled=1, required=1)

    facts = [
        site(name, at(name, "assessment", day, coverage="full", items={}), measured(name), assessed=False, on="2020-03-05")
        for name, day in (("a", "2020-03-31"), ("b", "2020-04-01"))
    ]
    assert partial(*facts)["sites"] == 1


def test_in_the_year_in_which_a_district_begins_to_grade_the_coefficient_takes_the_end_of_its_first_month() -> None:
    """Nobody had a colour on 31 December 2017: the shipped rules begin in 2018 (§12.60, as for a new township)."""
    register = {"on": "2017-03-01", "assessed": False}
    graded = [
        site(
            name, at(name, "assessment", day, coverage="full", items={}), at(name, "completeness_measured", "2017-12-01", filled=1, required=1), **register
        )
        for name, day in (("a", "2018-01-20"), ("b", "2018-02-10"))
    ]
    for month in ("2018-01", "2018-02", "2018-07"):
        found = partial(*graded, month=month, known_at=datetime(2018, 8, 3, tzinfo=clock.SHANGHAI))
        assert found["sites"] == 1
        assert counts("JG2", *graded, month=month, known_at=datetime(2018, 8, 3, tzinfo=clock.SHANGHAI)) == (0, 0)


def test_cases_are_cut_their_count_is_whole_and_staff_learn_the_names() -> None:
    facts = [site(f"{number:03d}", assessed=False) for number in range(60)]
    row = partial(*facts)
    assert len(row["sub_items"]["FX3"]["cases"]) == 50 and row["sub_items"]["FX3"]["case_count"] == 60
    assert row["labels"][row["sub_items"]["FX3"]["cases"][0]].startswith("示例场所")


def test_a_case_of_the_townships_own_is_named_by_what_it_is_and_its_days() -> None:
    waiting = returned("ZR5", 1, denominator=2)
    overdue = fact("supervision_order", "2020-06-01", due_on="2020-06-10")
    row = partial(site("a"), events=(*waiting, overdue, step("supervision_order_closed", overdue, "2020-06-12")))
    words = [row["labels"][case] for code in ("ZR5", "ZX5") for case in row["sub_items"][code]["cases"]]
    assert words == ["监管力量配备率2020年6月月报（区级2020-06-30填报，2020-07-01复核）", "督办（区级2020-06-01交办，2020-06-12办结）"]


def test_a_return_that_is_late_is_a_case_by_the_name_of_its_sub_item() -> None:
    row = partial(site("a"), events=returned("ZR1", 1))
    assert "PX5" in row["sub_items"]["ZR6"]["cases"] and row["labels"]["PX5"] == "PX5 宣传教育活动"


def test_a_case_that_happened_at_a_site_says_which_and_a_site_is_its_own_place() -> None:
    event = accident("a", deaths=1)
    row = partial(site("a", event), site("b", assessed=False))
    assert row["sub_items"]["SG1"]["cases"] == [event.event_id] and row["places"] == {event.event_id: event.subject_id}
    assert set(row["sub_items"]["FX3"]["cases"]) <= set(row["labels"]), "sites need no place"


def test_the_order_of_sites_changes_nothing() -> None:
    facts = [site(name, accident(name, deaths=number)) for number, name in enumerate(("a", "b", "c"))]
    assert partial(*facts) == partial(*reversed(facts))
