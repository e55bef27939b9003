"""The way back to a better grade, the calendar, and the would-be grade of a draft: worked examples, then laws over any site."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import combinations

import fastjsonschema
import pytest
from hypothesis import HealthCheck, assume, given, settings

from chalicelib import labels
from chalicelib.errors import BadInput
from chalicelib.grading.actions import applied
from chalicelib.grading.case import days_after
from chalicelib.grading.catalogue import BY_AUTHORITY, catalogue
from chalicelib.grading.judge import grade
from chalicelib.grading.model import Grade
from chalicelib.grading.outlook import HORIZON_DAYS, first_recovery, standing_of, words_of
from chalicelib.grading.search import Trial, smallest
from chalicelib.grading.way_back import calendar, way_back, with_duties, would_be
from chalicelib.supervision.facts import fold
from chalicelib.supervision.vocabulary import json_schema, load_vocabulary
from tests import event_builders
from tests.builders import (
    AS_OF,
    RULES,
    accident,
    assessment,
    certificate,
    codes,
    day,
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
from tests.unit.test_grading_examples import PRINTING_SHOP_NA, SEVEN_POINTS, TWENTY_TWO_POINTS, in_time_hazards, late_hazards
from tests.unit.test_grading_laws import sites

LAW = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
RED, ORANGE, YELLOW, BLUE, NONE = Grade.RED, Grade.ORANGE, Grade.YELLOW, Grade.BLUE, Grade.NONE
PRODUCER = {"site_registered": [registered(chemical_type="production")]}


def ways(site, on="2020-06-20"):
    return {way.grade: way for way in way_back(site, RULES, day(on)).ways}


def to_do(way):
    return [(act.code, act.concerns) for act in way.acts]


# ── Worked examples ──────────────────────────────────────────────────────────────────────────────────────────────────


def test_e2_is_two_point_eight_and_a_cap_from_blue_and_one_cleared_exit_is_enough():
    site = facts(
        {"E05": {"defect": 3}, "M01": {"post_missing": 4}, "B04": {"untrained": 5}, "W01": {"blocked": 1}},
        not_applicable=PRINTING_SHOP_NA,
        hazard_found=in_time_hazards(4) + late_hazards(1),
        penalty=[penalty("2020-03-01")],
        certificate=[certificate("standardisation_3", "2019-06-01", "2022-05-31")],
    )
    way = ways(site)[BLUE]
    assert (way.short, way.remove, to_do(way), way.minimal) == (28, ("C05",), [("put_right", "W01")], True)
    assert way.text(labels.GRADE) == "距蓝码 2.8 分，须消除 C05；完成 1 项即可达到"
    assert way.to_document(labels.GRADE)["points_missing"] == "2.8"
    assert way.acts[0].title == "整改“安全出口、疏散通道畅通”(W01：出口或通道堵塞、锁闭、占用×1)并经复查"
    assert way.to_document(labels.GRADE)["result"] == {"grade": "blue", "score": "90.5"}


def test_e3_has_the_points_and_only_c04_to_remove():
    way = ways(facts({"B03": {"unlicensed": 4}}, not_applicable=PRINTING_SHOP_NA))[BLUE]
    assert (way.short, way.remove, to_do(way)) == (0, ("C04",), [("put_right", "B03")])
    assert way.text(labels.GRADE) == "距蓝码，须消除 C04；完成 1 项即可达到"


def test_e5_can_only_wait_for_yellow_until_the_twelfth_of_june():
    found = ways(facts(SEVEN_POINTS, accident=[accident("2019-12-12", deaths=1)]), "2020-06-11")
    yellow, blue = found[YELLOW], found[BLUE]
    assert (yellow.acts, yellow.on, yellow.remove, yellow.duties) == ((), "2020-06-12", ("V01",), ())
    assert [(wait.code, wait.end) for wait in yellow.waits] == [("V01", "2020-06-12")]
    assert yellow.text(labels.GRADE) == "距黄码，须消除 V01；只能等待，至 2020-06-12"
    assert (to_do(blue), blue.on, blue.short) == ([("put_right", "W01"), ("put_right", "B04")], "2020-06-12", 50)
    assert blue.text(labels.GRADE) == "距蓝码 5.0 分，须消除 V01、C05；完成 2 项并等到 2020-06-12"


@pytest.mark.parametrize(("on", "code"), [("2020-06-20", "C01"), ("2020-07-02", "V04")])
def test_e7_needs_the_major_hazard_closed_by_two_officers_and_for_blue_four_items_more(on, code):
    site = facts(TWENTY_TWO_POINTS, hazard_found=[hazard("2020-06-10", "2020-07-01", level="major", id="MAJOR")])
    found = ways(site, on)
    name = site["records"]["hazard_found"][0]["id"]
    assert (found[YELLOW].remove, to_do(found[YELLOW])) == ((code,), [("close_hazard", name)])
    steps = [entry.record for entry in found[YELLOW].acts[0].entries]
    assert [entry["kind"] for entry in steps] == ["rectification_reported", "recheck", "hazard_closed"]
    assert len(set(steps[-1]["officers"])) == RULES.officers == 2 and steps[-1]["on_site"]
    assert (found[BLUE].short, len(found[BLUE].acts), found[BLUE].minimal) == (120, 5, True)


def test_a_blue_site_has_no_way_to_go():
    assert way_back(facts(), RULES, AS_OF).ways == ()


def test_a_site_that_the_register_takes_out_has_none_either():
    closed = facts(site_state_changed=[record("2020-06-01", state="closed")])
    assert judged(closed).grade is NONE and way_back(closed, RULES, AS_OF).ways == ()


def test_a_site_never_assessed_needs_its_first_assessment():
    way = ways(facts(assessment=[]))[BLUE]
    assert (way.short, to_do(way)) == (None, [("renew_assessment", "")])


def test_a_production_during_a_stop_waits_from_the_day_it_is_lifted():
    site = facts(stop_order=[{**record("2020-06-01", id="ST"), "then": [step("production_during_stop", "2020-06-02")]}])
    way = ways(site)[YELLOW]
    assert (way.on, [act.code for act in way.acts], [act.on for act in way.acts]) == ("2021-06-20", ["stop_order_lifted"], ["2020-06-20"])


def test_a_long_wait_names_the_duties_that_go_on_meanwhile():
    way = ways(facts(concealment_established=[record("2020-06-10")]))[BLUE]
    assert way.on == "2021-06-10"
    assert way.duties == ("其间按月完成企业自查",)
    assert [act.code for act in way.acts] == ["renew_assessment"]


def test_a_penalty_wears_off_and_is_named_as_what_is_waited_for():
    site = facts(penalty=[penalty("2020-05-01"), penalty("2020-05-20", "simple")])
    way = ways(site)[BLUE]
    assert (way.remove, way.short, way.on) == (("C03",), 0, "2021-05-01")
    assert [wait.code for wait in way.waits] == ["C03"]


def test_no_day_within_sight_is_said_so():
    licence = {key: value for key, value in certificate("licence", "2019-01-01", "2020-05-31").items() if key != "number"}
    way = ways(facts(certificate=[licence]))[BLUE]
    assert (way.on, way.acts, way.result, way.minimal) == ("", (), None, False)
    assert way.text(labels.GRADE).endswith("在可预见的期限内没有办法达到")
    assert way.to_document(labels.GRADE)["on"] is None


@pytest.mark.parametrize(
    ("records", "expected"),
    [
        ({"self_check": self_checks("2020-03-01")}, {"self_check"}),
        ({"assessment": [assessment("2019-06-01")]}, {"renew_assessment"}),
        ({"certificate": [certificate("licence", "2019-01-01", "2020-05-31", number="L-1")]}, {"renew_certificate"}),
        ({"certificate": [certificate("licence", "2019-01-01", "2020-05-31", number="L-1", legally_required=True)]}, {"renew_certificate"}),
        ({"completeness_measured": []}, {"complete_data"}),
        ({"stop_order": [record("2020-06-01")]}, {"stop_order_lifted"}),
        ({"unlicensed_activity_found": [record("2020-06-01", activity="危化品储存")]}, {"unlicensed_activity_corrected"}),
        ({"direct_red_condition_found": [record("2020-06-01", condition="new_process")], **PRODUCER}, {"direct_red_condition_cleared"}),
        ({"dishonesty_listed": [record("2020-06-01", scope="enterprise")]}, {"dishonesty_delisted"}),
        ({"hazard_found": [hazard("2020-06-01", "2020-06-30", level="major")]}, {"close_hazard"}),
    ],
)
def test_every_ground_that_an_act_ends_has_its_act(records, expected):
    site = facts(**records)
    before, way = judged(site), ways(site)[BLUE]
    assert before.grade is not BLUE
    assert {act.code for act in way.acts} == expected and way.minimal and way.on == "2020-06-20"
    assert judged(applied(site, way.acts)).grade is BLUE


def test_one_unlicensed_worker_of_a_chemical_producer_is_put_right_once_for_veto_and_cap():
    way = ways(facts({"B03": {"unlicensed": 1}}, **PRODUCER))[BLUE]
    assert (way.remove, to_do(way)) == (("V09", "C04"), [("put_right", "B03")])


def test_a_low_axis_is_lifted_by_as_few_items_as_the_cap_asks_for():
    items = {"W01": {"blocked": 1}, "W02": {"missing": 4}, "W03": {"disorder": 2}}
    site = facts(items)
    assert codes(judged(site).caps) == ["C05", "C08"]
    way = ways(site)[BLUE]
    assert to_do(way) == [("put_right", "W01")] and way.result.axes["W"] == 700


def test_a_lapsed_standard_certificate_may_be_what_is_missing():
    items = {"M01": {"post_missing": 8}, "M02": {"document_missing": 8}, "B04": {"untrained": 6}}
    site = facts(items, certificate=[certificate("standardisation_1", "2017-01-01", "2020-01-01")])
    way = ways(site)[BLUE]
    assert len(way.acts) == 1
    assert ("renew_certificate", site["records"]["certificate"][0]["id"]) in [act.name for act in catalogue(site, judged(site))]


def test_a_late_hazard_may_cost_a_point_and_its_closing_brings_it_back():
    items = {"M01": {"post_missing": 8}, "M02": {"document_missing": 4}}
    site = facts(items, hazard_found=[hazard("2020-05-01", "2020-05-10", by="self", item="E05")])
    before = judged(site).score
    closing = [act for act in catalogue(site, judged(site)) if act.code == "close_hazard"]
    assert "逾期一般隐患“消防设施、器材完好有效”" in closing[0].title
    assert judged(applied(site, closing)).score == before + 10


def test_the_given_facts_stay_as_they_were():
    site = facts({"W01": {"blocked": 1}}, hazard_found=[hazard("2020-06-01", "2020-06-10", level="major")])
    before = repr(site)
    way_back(site, RULES, AS_OF)
    assert repr(site) == before


# ── What an act puts on record ───────────────────────────────────────────────────────────────────────────────────────

EVERYTHING = facts(
    {"W01": {"blocked": 1}, "B03": {"unlicensed": 4}},
    hazard_found=[hazard("2020-06-01", "2020-06-10", level="major"), hazard("2020-06-01", "2020-06-10")],
    certificate=[certificate("licence", "2019-01-01", "2020-05-31", number="L-1"), certificate("standardisation_2", "2017-01-01", "2020-01-01")],
    stop_order=[record("2020-06-01")],
    unlicensed_activity_found=[record("2020-06-01")],
    dishonesty_listed=[record("2020-06-01", scope="enterprise")],
    direct_red_condition_found=[record("2020-06-01", condition="x")],
    assessment=[assessment("2019-03-01", {"W01": {"blocked": 1}, "B03": {"unlicensed": 4}}, not_applicable=["P04"])],
    self_check=self_checks("2020-01-01"),
    completeness_measured=[measured(20, 30)],
    **PRODUCER,
)


def test_every_act_is_written_as_the_vocabulary_asks():
    acts = catalogue(EVERYTHING, judged(EVERYTHING))
    kinds = load_vocabulary().kinds
    assert {act.code for act in acts} >= {"put_right", "complete_data", "close_hazard", "renew_certificate", "self_check", "renew_assessment"}
    assert {act.code for act in acts} >= set(BY_AUTHORITY)
    for entry in (entry for act in acts for entry in act.entries):
        kind = entry.record["kind"] if entry.root else entry.kind
        payload = {name: value for name, value in entry.record.items() if name not in ("id", "on", "at", "by", "kind")}
        fastjsonschema.compile(json_schema(kind))(payload)
        assert not entry.root or entry.kind in kinds[kind].follows
        assert entry.record["on"] == "2020-06-20" and entry.record["at"] > max(known["at"] for known in EVERYTHING["records"]["assessment"])


def folded_apart(events):
    return [event for event in events if event.scope == "enterprise"], [event for event in events if event.scope == "site"]


def test_what_would_be_is_what_the_log_would_give():
    """The acts' records, appended as events and folded, are judged alike."""
    events = event_builders.busy_site()
    events.append(event_builders.fact("assessment", "2020-06-02", coverage="partial", items={"W01": {"blocked": 1}}))
    enterprise, site_events = folded_apart(events)
    site = fold(site_events, enterprise)
    way = ways(site)[BLUE]
    real = event_builders.fact("assessment", "2020-06-20", source="township", coverage="partial", items={"W01": {}})
    assert to_do(way) == [("put_right", "W01")]
    assert standing_of(judged(fold([*site_events, real], enterprise))) == standing_of(way.result)


# ── Laws ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


def reaches(judgement, colour):
    return judgement.grade is not NONE and judgement.grade >= colour


def when_done(site, way, acts):
    """The judgement on the way's day with these acts, the named duties going on."""
    on = date.fromisoformat(way.on)
    return grade(applied(with_duties(site, AS_OF, on) if way.on > AS_OF.isoformat() else site, acts), RULES, on)


@LAW
@given(sites())
def test_the_acts_really_reach_the_grade_and_no_part_of_them_does(site):
    for way in way_back(site, RULES, AS_OF).ways:
        if not way.on:
            continue
        assert reaches(when_done(site, way, way.acts), way.grade)
        assert when_done(site, way, way.acts).to_document() == way.result.to_document()
        if len(way.acts) <= 3:
            parts = [part for size in range(len(way.acts)) for part in combinations(way.acts, size)]
            assert not any(reaches(when_done(site, way, part), way.grade) for part in parts)


@LAW
@given(sites())
def test_a_set_called_minimal_is_the_smallest_that_exists(site):
    acts = catalogue(site, judged(site))
    assume(len(acts) <= 9)
    trial = Trial(site, RULES, AS_OF, acts)
    for colour in (YELLOW, BLUE):
        if trial.reaches(trial.best, colour):
            chosen, minimal = smallest(trial, colour)
            smaller = (frozenset(part) for size in range(len(chosen)) for part in combinations(range(len(acts)), size))
            assert trial.reaches(chosen, colour)
            assert not minimal or not any(trial.reaches(part, colour) for part in smaller)


@pytest.mark.parametrize(
    "items",
    [
        {"P01": {"not_listed": 3}, "P03": {"not_practised": 1}, "W02": {"missing": 3}, "W03": {"disorder": 4}, "M01": {"post_missing": 5}},
        {"B03": {"unlicensed": 4}, "B04": {"untrained": 6}, "B05": {"violation": 4}, "B02": {"missing": 2}, "B01": {"not_qualified": 1}},
        {"E01": {"overdue_or_unregistered": 4}, "E03": {"defect": 7}, "E05": {"defect": 5}, "W01": {"blocked": 1}, "M02": {"document_missing": 3}},
    ],
)
def test_with_hazards_deductions_cut_and_low_axes_the_set_is_still_the_smallest(items):
    """Against every smaller set of all acts, one by one: six late hazards (five count), axes below 60, an extra deduction."""
    late = [hazard("2020-05-01", "2020-05-10", item="E05") for _ in range(6)]
    site = facts(items, hazard_found=late)
    acts = catalogue(site, judged(site))
    trial = Trial(site, RULES, AS_OF, acts)
    for colour in (ORANGE, YELLOW, BLUE):
        if not trial.reaches(frozenset(), colour) and trial.reaches(trial.best, colour):
            chosen, minimal = smallest(trial, colour)
            smaller = (frozenset(part) for size in range(len(chosen)) for part in combinations(range(len(acts)), size))
            assert minimal and trial.reaches(chosen, colour) and not any(trial.reaches(part, colour) for part in smaller)


@LAW
@given(sites())
def test_only_waiting_means_that_nothing_done_today_helps(site):
    found = way_back(site, RULES, AS_OF)
    everything = Trial(site, RULES, AS_OF, catalogue(site, found.now))
    for way in found.ways:
        assert bool(way.waits) == (way.on not in ("", AS_OF.isoformat()))
        assert everything.reaches(everything.best, way.grade) == (way.on == AS_OF.isoformat())


@LAW
@given(sites())
def test_a_wait_is_no_day_longer_than_it_must_be(site):
    for way in way_back(site, RULES, AS_OF).ways:
        if way.waits:
            before = date.fromisoformat(way.on) - timedelta(1)
            if before > AS_OF:
                earlier = way._replace(on=before.isoformat())
                assert not reaches(when_done(site, earlier, [act for act in way.acts if act.on <= earlier.on]), way.grade)


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(sites())
def test_the_calendar_agrees_with_judging_every_day(site):
    changes = {change.on: change for change in calendar(site, RULES, AS_OF)}
    before = standing_of(judged(site))
    for number in range(1, HORIZON_DAYS + 1):
        on = days_after(AS_OF.isoformat(), number)
        after = standing_of(judged(site, on))
        assert (on in changes) == (after != before)
        if on in changes:
            assert (changes[on].before, changes[on].after) == (before, after)
        before = after


# ── The calendar in words ────────────────────────────────────────────────────────────────────────────────────────────


def test_if_nothing_happens_a_major_hazard_turns_red_the_day_after_its_deadline():
    site = facts(hazard_found=[hazard("2020-06-10", "2020-07-01", level="major")])
    first, *rest = calendar(site, RULES, AS_OF)
    assert first.text(labels.GRADE) == "2020-07-02 变为红码，一票否决 V04 生效，限级 C01 解除"
    words = words_of(RULES, labels.GRADE)
    assert first.text(words) == f"2020-07-02 变为红码，一票否决 V04 {words['V04']} 生效，限级 C01 {words['C01']} 解除" and len(words["V04"]) > 4
    assert (first.on, first.before.grade, first.after.grade, first.after.vetoes) == ("2020-07-02", ORANGE, RED, ("V04",))
    assert first.to_document(labels.GRADE)["after"] == {"grade": "red", "score": "100.0", "vetoes": ["V04"], "caps": []}
    assert [change.on for change in rest] == sorted(change.on for change in rest)


def test_the_horizon_is_a_number_of_days():
    site = facts(hazard_found=[hazard("2020-06-10", "2020-07-01", level="major")])
    assert calendar(site, RULES, AS_OF, 11) == []
    assert [change.on for change in calendar(site, RULES, AS_OF, 12)] == ["2020-07-02"]


def test_a_late_hazard_leaves_the_ratio_six_months_after_its_deadline():
    site = facts(hazard_found=late_hazards(1) + in_time_hazards(1))
    assert first_recovery(site, RULES, AS_OF) == {"H02": "2020-08-10"}


# ── The would-be grade of a draft ────────────────────────────────────────────────────────────────────────────────────


def test_a_draft_is_judged_as_if_handed_in_and_leaves_nothing_behind():
    site = facts()
    before = repr(site)
    draft = {"coverage": "partial", "items": {"W01": {"blocked": 1}}}
    result = would_be(site, RULES, AS_OF, draft)
    assert (result.grade, codes(result.caps), result.score) == (YELLOW, ["C05"], 970)
    assert repr(site) == before and judged(site).grade is BLUE
    assert result.items["W01"].source == "self"


def test_the_draft_says_what_the_real_self_check_will_say():
    site = facts({"M01": {"post_missing": 2}}, self_check=self_checks("2020-03-01"))
    found = {"E04": {"defect": 2}, "M01": {}}
    handed_in = self_check("2020-06-20", found, at="2020-06-20T15:00:00.000Z")
    real = judged({**site, "records": {**site["records"], "self_check": [*site["records"]["self_check"], handed_in]}})
    assert standing_of(would_be(site, RULES, AS_OF, {"coverage": "full", "items": found})) == standing_of(real)


@pytest.mark.parametrize(
    ("draft", "told"),
    [
        ([], "内容必须是一组字段"),
        ({"items": {}}, "coverage"),
        ({"coverage": "whole", "items": {}}, "coverage"),
        ({"coverage": "full", "items": {"Z99": {"x": 1}}}, "Z99"),
        ({"coverage": "full", "items": {"W01": {"open": 1}}}, "items.W01 · open"),
        ({"coverage": "full", "items": {"H02": {}}}, "items.H02"),
        ({"coverage": "full", "items": {"W01": {"blocked": -1}}}, "items"),
        ({"coverage": "full", "items": {"W01": {"blocked": 1.5}}}, "items"),
        ({"coverage": "full", "items": {}, "covers": ["H01"]}, "H01"),
        ({"coverage": "full", "items": {}, "by": "district"}, "没有这个字段"),
        ({"coverage": "full", "items": {f"X{number}": {"y" * 60: 1} for number in range(15_000)}}, "350 kB"),
    ],
)
def test_a_wrong_draft_is_refused_with_its_reason(draft, told):
    with pytest.raises(BadInput, match=told):
        would_be(facts(), RULES, AS_OF, draft)
