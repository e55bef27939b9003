"""Vetoes, caps, adjustments, flags, overrides and states, one rule at a time, on both sides of every edge."""

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
    penalty,
    record,
    registered,
    self_check,
    self_checks,
    step,
)

RED, ORANGE, YELLOW, BLUE, NONE = Grade.RED, Grade.ORANGE, Grade.YELLOW, Grade.BLUE, Grade.NONE
PRODUCER = [registered(chemical_type="production")]


def vetoes(on, **records):
    return codes(judged(facts(**records), on).vetoes)


def caps(on="2020-06-20", **records):
    return codes(judged(facts(**records), on).caps)


def points(code, on="2020-06-20", **records):
    """Hundredths under one adjustment, 0 if it does not show."""
    return sum(entry.points for entry in judged(facts(**records), on).adjustments if entry.code == code)


# ── Vetoes ──────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(("on", "expected"), [
    ("2019-12-31", []), ("2020-01-01", ["V01", "V02"]), ("2020-06-30", ["V01", "V02"]), ("2020-07-01", ["V02"]), ("2020-12-31", ["V02"]),
    ("2021-01-01", []),
])  # fmt: skip
def test_a_larger_fatal_accident_lists_v01_and_v02_each_for_its_window(on, expected):
    assert vetoes(on, accident=[accident("2020-01-01", deaths=3)]) == expected


def test_ten_seriously_injured_or_ten_million_yuan_make_an_accident_larger():
    assert vetoes("2020-06-20", accident=[accident("2020-06-01", serious=10)]) == ["V02"]
    assert vetoes("2020-06-20", accident=[accident("2020-06-01", loss_fen=10_000_000_00)]) == ["V02"]
    assert vetoes("2020-06-20", accident=[accident("2020-06-01", loss_fen=9_999_999_99)]) == []


def test_an_unknown_number_of_dead_counts_as_one_until_it_is_known_and_never_becomes_unknown_again():
    def made(*updates):
        return [{**accident("2020-06-01", deaths=None, serious=None), "then": list(updates)}]

    assert vetoes("2020-06-20", accident=made()) == ["V01"]
    assert vetoes("2020-06-20", accident=made(step("accident_updated", "2020-06-05", deaths=0))) == []
    known = made(step("accident_updated", "2020-06-05", deaths=3), step("accident_updated", "2020-06-06", light_injuries=1))
    assert vetoes("2020-06-20", accident=known) == ["V01", "V02"]


def test_a_later_death_counts_from_the_day_of_the_accident():
    site = [{**accident("2020-01-10", serious=1), "then": [step("accident_updated", "2020-02-01", deaths=1)]}]
    assert vetoes("2020-01-31", accident=site) == []
    assert vetoes("2020-02-01", accident=site) == ["V01"]
    assert vetoes("2020-07-10", accident=site) == []


@pytest.mark.parametrize(("kind", "code", "months_end"), [
    ("concealment_established", "V03", "2021-06-01"), ("obstruction_established", "V06", "2020-12-01"),
])  # fmt: skip
def test_conduct_established_by_the_authority_vetoes_for_its_window(kind, code, months_end):
    site = facts(**{kind: [record("2020-06-01", conduct="concealed")]})
    day_before = f"{months_end[:4]}-{int(months_end[5:7]) - 1:02}-28"
    assert codes(judged(site, "2020-06-01").vetoes) == [code] == codes(judged(site, day_before).vetoes)
    assert codes(judged(site, months_end).vetoes) == []
    assert judged(site, "2020-06-01").vetoes[0].end == months_end


def test_v04_by_refusal_holds_at_once_and_takes_the_place_of_c01():
    refused = hazard("2020-06-01", "2020-07-01", [step("rectification_refused", "2020-06-10")], level="major")
    assert (vetoes("2020-06-09", hazard_found=[refused]), caps("2020-06-09", hazard_found=[refused])) == ([], ["C01"])
    assert (vetoes("2020-06-10", hazard_found=[refused]), caps("2020-06-10", hazard_found=[refused])) == (["V04"], [])


def test_a_major_hazard_reported_in_time_stays_c01_until_a_check_fails():
    reported = step("rectification_reported", "2020-06-10", "self")
    failed = step("recheck", "2020-06-18", result="failed", officers=["a", "b"])
    assert caps(hazard_found=[hazard("2020-06-01", "2020-06-15", [reported], level="major")]) == ["C01"]
    site = facts(hazard_found=[hazard("2020-06-01", "2020-06-15", [reported, failed], level="major")])
    assert (codes(judged(site, "2020-06-17").vetoes), codes(judged(site, "2020-06-18").vetoes)) == ([], ["V04"])
    assert points("R08", hazard_found=site["records"]["hazard_found"]) == 0


def test_a_major_hazard_that_the_firm_itself_reported_gives_no_cap_within_its_term():
    own = hazard("2020-06-01", "2020-06-20", level="major", by="self")
    assert caps("2020-06-20", hazard_found=[own]) == []
    assert vetoes("2020-06-21", hazard_found=[own]) == ["V04"]


def test_a_closing_that_was_not_on_the_spot_does_not_end_v04():
    away = step("hazard_closed", "2020-06-18", officers=["a", "b"], on_site=False)
    assert vetoes("2020-06-20", hazard_found=[hazard("2020-06-01", "2020-06-10", [away], level="major")]) == ["V04"]


def test_v05_ends_on_the_day_of_the_resumption_or_a_year_later_after_production_during_it():
    lifted, worked = step("stop_order_lifted", "2020-06-10"), step("production_during_stop", "2020-06-05")
    plain = facts(stop_order=[{**record("2020-06-01"), "then": [lifted]}])
    working = facts(stop_order=[{**record("2020-06-01"), "then": [worked, lifted]}])
    assert [codes(judged(plain, day).vetoes) for day in ("2020-06-09", "2020-06-10")] == [["V05"], []]
    assert [codes(judged(working, day).vetoes) for day in ("2021-06-09", "2021-06-10")] == [["V05"], []]
    assert (judged(plain, "2020-06-09").vetoes[0].end, judged(working, "2020-06-10").vetoes[0].end) == ("", "2021-06-10")


def test_v07_ends_only_by_the_recorded_correction():
    held = {**record("2010-06-01"), "then": [step("unlicensed_activity_corrected", "2020-06-20")]}
    assert vetoes("2020-06-19", unlicensed_activity_found=[held]) == ["V07"]
    assert vetoes("2020-06-20", unlicensed_activity_found=[held]) == []


@pytest.mark.parametrize(("listed", "until", "first_free"), [
    ("2020-06-01", None, "2021-06-01"), ("2023-09-30", None, "2024-09-30"), ("2023-10-01", None, "2026-10-01"),
    ("2023-10-01", "2024-12-01", "2024-12-01"), ("2023-10-01", "2030-01-01", "2026-10-01"),
])  # fmt: skip
def test_v08_lasts_as_long_as_the_rule_of_the_listing_day_allows(listed, until, first_free):
    made = record(listed, reason="x", **({"until_on": until} if until else {}))
    site = facts(dishonesty_listed=[made])
    result = judged(site, listed)
    assert (codes(result.vetoes), result.vetoes[0].end) == (["V08"], first_free)
    assert codes(judged(site, first_free).vetoes) == []
    delisted = {**made, "then": [step("dishonesty_delisted", "2024-01-05")]}
    assert vetoes("2024-01-05", dishonesty_listed=[delisted]) == []


def test_v09_conditions_hold_for_producers_and_dealers_with_storage_only():
    found = [record("2020-06-01", condition="undesigned_units")]
    for kind, expected in (("production", ["V09"]), ("trade_with_storage", ["V09"]), ("use", []), ("trade_without_storage", [])):
        assert vetoes("2020-06-20", site_registered=[registered(chemical_type=kind)], direct_red_condition_found=found) == expected
    cleared = [{**found[0], "then": [step("direct_red_condition_cleared", "2020-06-15")]}]
    assert vetoes("2020-06-20", site_registered=PRODUCER, direct_red_condition_found=cleared) == []


@pytest.mark.parametrize(("deaths", "days", "end"), [
    ((10,), ("2018-01-10",), "2021-01-10"),
    ((3, 3), ("2018-01-10", "2019-02-10"), "2021-01-10"),
    ((1, 2), ("2019-09-10", "2019-10-20"), "2020-09-10"),
    ((1, 1, 1), ("2019-08-01", "2019-09-10", "2019-10-20"), "2020-09-10"),
])  # fmt: skip
def test_v09_counts_accidents_of_chemical_firms_until_the_older_of_the_latest_two_leaves(deaths, days, end):
    accidents = [accident(day, deaths=dead) for day, dead in zip(days, deaths, strict=True)]
    site = facts(site_registered=PRODUCER, accident=accidents)
    held = {cause.code: cause.end for cause in judged(site).vetoes}
    assert held["V09"] == end
    assert "V09" not in codes(judged(site, end).vetoes)
    assert "V09" not in codes(judged(facts(accident=accidents)).vetoes)


def test_several_causes_of_one_code_are_one_line_with_all_evidence_and_the_latest_end():
    first, second = accident("2020-02-01", deaths=1), accident("2020-05-01", deaths=2)
    (veto,) = judged(facts(accident=[first, second])).vetoes
    assert (veto.end, set(veto.evidence)) == ("2020-11-01", {first["id"], second["id"]})


# ── Caps ────────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(("serious", "on", "grade"), [
    (2, "2020-06-30", ORANGE), (2, "2020-07-01", None), (3, "2020-07-01", RED), (3, "2020-12-31", RED), (3, "2021-01-01", None),
])  # fmt: skip
def test_c02_looks_at_each_accident_alone(serious, on, grade):
    result = judged(facts(accident=[accident("2020-01-01", serious=serious)]), on)
    assert [cause.grade for cause in result.caps if cause.code == "C02"] == ([] if grade is None else [grade])


def test_two_accidents_with_two_injured_each_are_not_three_in_one():
    site = facts(accident=[accident("2020-05-01", serious=2), accident("2020-06-01", serious=2)])
    (cap,) = judged(site).caps
    assert (cap.code, cap.grade, cap.end) == ("C02", ORANGE, "2020-12-01")


def test_c03_counts_every_decision_and_ends_when_the_second_newest_leaves():
    site = {
        "penalty": [penalty("2020-01-10", "simple"), penalty("2020-03-01", for_grave_accident=True)],
        "enterprise_penalty": [penalty("2020-04-01", scope="enterprise")],
    }
    (cap,) = judged(facts(**site)).caps
    assert (cap.code, cap.grade, cap.end) == ("C03", YELLOW, "2021-03-01")
    assert caps("2021-02-28", **site)[0] == "C03"
    assert "C03" not in caps("2021-03-01", **site)
    assert caps(penalty=[penalty("2020-01-10")]) == []


@pytest.mark.parametrize(
    "items", [{"W05": {"combined_use": 1}}, {"P02": {"not_identified": 1}}, {"P02": {"unapproved_work": 2}}, {"B03": {"unlicensed": 1}}]
)
def test_c04_looks_at_facts_and_never_makes_a_major_hazard(items):
    result = judged(facts(items))
    assert (codes(result.caps), result.vetoes, result.grade) == (["C04"], (), ORANGE)


def test_c05_blocked_exit_is_yellow_expired_licence_yellow_and_a_required_one_orange():
    def grade_with(**licence):
        return judged(facts(certificate=[certificate("licence", "2019-01-01", "2020-06-19", **licence)])).grade

    assert judged(facts({"W01": {"blocked": 1}})).grade is YELLOW
    assert grade_with() is YELLOW
    assert grade_with(legally_required=True) is ORANGE
    assert judged(facts(certificate=[certificate("licence", "2019-01-01", "2020-06-20")])).grade is BLUE
    assert judged(facts(certificate=[certificate("filing", "2019-01-01", "2020-01-01")])).grade is BLUE


def test_a_renewed_licence_is_not_an_expired_one_and_a_revoked_one_is():
    old, new = (
        certificate("licence", "2019-01-01", "2020-05-31", number="L1"),
        certificate("licence", "2020-06-01", "2023-05-31", number="L1"),
    )
    assert caps(certificate=[old, new]) == []
    revoked = {**new, "then": [step("certificate_revoked", "2020-06-20")]}
    assert (caps("2020-06-19", certificate=[revoked]), caps("2020-06-20", certificate=[revoked])) == ([], ["C05"])


def test_c06_counts_from_the_first_assessment_when_there_was_no_self_check():
    site = {"assessment": [assessment("2020-03-20")], "self_check": []}
    assert (caps("2020-06-19", **site), caps("2020-06-20", **site)) == ([], ["C06"])


@pytest.mark.parametrize(("register", "months"), [
    ({"inherent_class": 3}, 12), ({"inherent_class": 4}, 12), ({"inherent_class": 2}, 36), ({"inherent_class": None}, 36),
    ({"inherent_class": 1, "key_fire_unit": True}, 12),
    ({"inherent_class": 1, "special_premises": ["combustible_dust"], "dust_workers": 9}, 36),
    ({"inherent_class": 1, "special_premises": ["combustible_dust"], "dust_workers": 10}, 12),
    ({"inherent_class": 1, "special_premises": ["combustible_dust"], "dust_workers": None}, 12),
    ({"inherent_class": 1, "special_premises": ["shipbuilding"]}, 12), ({"inherent_class": 1, "special_premises": ["spraying"]}, 36),
    ({"inherent_class": 1, "labour_intensive": True, "staff": 99}, 36), ({"inherent_class": 1, "labour_intensive": True}, 12),
    ({"inherent_class": 1, "higher_risk_industries": ["shoemaking"]}, 12),
])  # fmt: skip
def test_c07_asks_for_a_full_assessment_every_year_or_every_three_by_inherent_risk(register, months):
    site = {"assessment": [assessment("2017-06-20")], "self_check": self_checks("2018-06-01", "2020-06-01")}
    site["site_registered"] = [registered("2015-01-01", **register)]
    free, due = ("2018-06-19", "2018-06-20") if months == 12 else ("2020-06-19", "2020-06-20")
    assert ("C07" in caps(free, **site), "C07" in caps(due, **site)) == (False, True)


def test_a_filed_major_hazard_source_makes_the_assessment_yearly_until_it_is_removed():
    filed = {**record("2019-01-01", level=4), "then": [step("major_hazard_source_removed", "2020-06-18")]}
    site = {
        "assessment": [assessment("2019-06-01")],
        "site_registered": [registered(inherent_class=1)],
        "major_hazard_source_filed": [filed],
    }
    assert (caps("2020-06-17", **site), caps("2020-06-18", **site)) == (["C07"], [])


def test_an_inspection_or_a_partial_assessment_does_not_renew_the_full_one():
    site = {"assessment": [assessment("2019-06-01"), record("2020-06-01", coverage="partial", items={})]}
    result = judged(facts(**site))
    assert codes(result.caps) == ["C07"] and "assessment_overdue" in codes(result.flags)
    assert caps(assessment=[assessment("2019-06-01"), assessment("2020-06-01", desk_review=True)]) == []


def test_c08_compares_the_shown_axis():
    # W: 10 points, 4.0 lost leaves exactly 60.0; 4.5 lost leaves 55.0.
    assert caps(assessment=[assessment("2020-06-01", {"W02": {"missing": 4}, "W03": {"disorder": 4}})]) == []
    lower = {"W02": {"missing": 4}, "W03": {"disorder": 4}, "W04": {"item_missing": 1}}
    assert caps(assessment=[assessment("2020-06-01", lower)]) == ["C08"]


# ── Adjustments ─────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("code", "count", "expected"), [("R06", 1, -300), ("R06", 3, -900), ("R06", 4, -900), ("R07", 2, -200), ("R07", 9, -300)]
)
def test_penalties_are_counted_by_procedure_and_cut_at_their_cap(code, count, expected):
    procedure = {"R06": "general", "R07": "simple"}[code]
    assert points(code, penalty=[penalty("2020-05-01", procedure) for _ in range(count)]) == expected


@pytest.mark.parametrize(("on", "expected"), [("2020-04-30", 0), ("2020-05-01", -300), ("2021-04-30", -300), ("2021-05-01", 0)])
def test_a_penalty_counts_in_its_half_open_window(on, expected):
    assert points("R06", on, penalty=[penalty("2020-05-01")]) == expected


def test_a_third_grave_accident_finds_the_cap_reached_and_counts_as_a_fatal_one():
    accidents = [accident(f"2020-0{month}-01", deaths=3) for month in (1, 2, 3)]
    assert (points("R04", accident=accidents), points("R03", accident=accidents)) == (-2000, -800)


def test_social_effect_without_a_death_is_r05_and_injured_persons_count_beside_it():
    site = {"accident": [accident("2020-05-01", serious=1, light=2, social_effect=True)]}
    assert [points(code, **site) for code in ("R05", "R02", "R01", "R03")] == [-500, -500, -100, 0]


def test_not_responsible_removes_everything_and_pending_does_not():
    figures = {"deaths": 1, "serious": 1, "light": 1}
    for responsibility, expected in (("not_responsible", 0), ("pending", 3), ("responsible", 3)):
        site = facts(accident=[accident("2020-05-01", **figures, responsibility=responsibility)])
        assert len(judged(site).adjustments) == expected


def test_r09_counts_from_the_day_a_complaint_was_found_true():
    decided = step("complaint_decided", "2020-06-10", found_true=True)
    unfounded = step("complaint_decided", "2020-06-10", found_true=False)
    complaints = [{**record("2020-05-01", "report"), "then": [decided]}, {**record("2020-05-01", "report"), "then": [unfounded]}]
    assert (points("R09", "2020-06-09", complaint=complaints), points("R09", complaint=complaints)) == (0, -100)


def test_r10_counts_repeated_hazards():
    repeats = [hazard("2020-05-01", "2020-12-31", repeat_of="X") for _ in range(4)]
    assert (points("R10", hazard_found=repeats[:1]), points("R10", hazard_found=repeats)) == (-100, -300)


@pytest.mark.parametrize(("types", "expected"), [
    (["standardisation_1"], 500), (["standardisation_2"], 300), (["standardisation_3"], 100), (["standardisation_micro"], 100),
    (["standardisation_3", "standardisation_2"], 300), (["licence"], 0),
])  # fmt: skip
def test_a01_is_the_best_certificate(types, expected):
    assert points("A01", certificate=[certificate(kind, "2019-01-01", "2021-01-01") for kind in types]) == expected


@pytest.mark.parametrize(("on", "expected"), [("2020-05-31", 0), ("2020-06-01", 100), ("2020-06-30", 100), ("2020-07-01", 0)])
def test_a01_counts_while_the_certificate_is_valid_both_days_included(on, expected):
    assert points("A01", on, certificate=[certificate("standardisation_3", "2020-06-01", "2020-06-30")]) == expected


def test_a_revoked_certificate_gives_nothing_from_that_day():
    made = {**certificate("standardisation_1", "2019-01-01", "2021-01-01"), "then": [step("certificate_revoked", "2020-06-20")]}
    assert (points("A01", "2020-06-19", certificate=[made]), points("A01", certificate=[made])) == (500, 0)


@pytest.mark.parametrize(("since", "expected"), [("2017-06-21", 0), ("2017-06-20", 100), ("2015-06-21", 100), ("2015-06-20", 200)])
def test_a02_needs_a_confirmed_date(since, expected):
    confirmed = [record("2020-01-01", since_on=since)]
    assert points("A02", accident_free_confirmed=confirmed) == expected
    assert points("A02", accident_free_confirmed=confirmed, accident=[accident("2019-01-01", light=0)]) == 0


def test_a03_counts_engineers_in_post_that_day():
    posted = [record("2019-01-01"), {**record("2019-01-01"), "then": [step("engineer_left", "2020-06-20", "self")]}]
    assert (points("A03", "2020-06-19", engineer_posted=posted), points("A03", engineer_posted=posted)) == (100, 50)
    until = [record("2019-01-01", until_on="2020-06-19")]
    assert (points("A03", "2020-06-19", engineer_posted=until), points("A03", engineer_posted=until)) == (50, 0)


def test_deductions_and_bonuses_apply_together_and_then_are_clamped_once():
    site = facts(
        {"W02": {"missing": 4}},
        penalty=[penalty("2020-05-01")],
        certificate=[certificate("standardisation_1", "2019-01-01", "2021-01-01")],
    )
    assert judged(site).score == 1000


def test_a_score_never_goes_below_zero():
    everything = {item: {next(iter(rule.clauses)): 99} for item, rule in judged(facts()).rules.settable.items()}
    site = facts(everything, accident=[accident("2020-06-01", deaths=3, serious=9, light=9)], self_check=[])
    assert (judged(site).score, judged(site).grade) == (0, RED)


# ── Flags, overrides, states ────────────────────────────────────────────────────────────────────────────────────────


def test_an_open_appeal_is_a_flag_and_changes_no_colour():
    open_one = record("2020-06-10", "self", text="有异议")
    decided = {**open_one, "then": [step("appeal_decided", "2020-06-15", outcome="rejected")]}
    assert codes(judged(facts(appeal=[open_one])).flags) == ["appeal"]
    assert codes(judged(facts(appeal=[decided]), "2020-06-14").flags) == ["appeal"]
    assert codes(judged(facts(appeal=[decided])).flags) == []
    assert judged(facts(appeal=[open_one])).grade is BLUE


def test_items_without_an_inspectors_value_for_a_year_are_flagged():
    site = facts(assessment=[assessment("2020-06-01")], site_registered=[registered(inherent_class=1)])
    assert ("self_reported" in codes(judged(site, "2021-05-31").flags), "self_reported" in codes(judged(site, "2021-06-01").flags)) == (
        False,
        True,
    )


def override(grade, signers=("a", "b"), until="2020-06-30"):
    return record("2020-06-10", grade=grade, reason="专项整治", legal_basis="x", signers=list(signers), until_on=until)


@pytest.mark.parametrize(("made", "on", "expected"), [
    (override("orange"), "2020-06-20", ORANGE), (override("orange"), "2020-06-09", BLUE), (override("orange"), "2020-06-30", ORANGE),
    (override("orange"), "2020-07-01", BLUE), (override("orange", ("a",)), "2020-06-20", BLUE),
    (override("orange", ("a", "a")), "2020-06-20", BLUE),
])  # fmt: skip
def test_an_override_by_two_signers_makes_a_colour_worse_within_its_dates(made, on, expected):
    assert judged(facts(override=[made]), on).grade is expected


def test_an_override_never_lifts_a_veto_a_cap_or_a_score():
    death = [accident("2020-06-01", deaths=1)]
    assert judged(facts(override=[override("blue")], accident=death)).grade is RED
    assert judged(facts({"W01": {"blocked": 1}}, override=[override("blue")])).grade is YELLOW


@pytest.mark.parametrize("state", ["suspended", "closed", "moved_out"])
def test_a_site_out_of_business_has_no_colour_and_no_score_unless_under_a_stop_order(state):
    changed = [record("2020-06-10", state=state)]
    assert judged(facts(site_state_changed=changed), "2020-06-09").grade is BLUE
    result = judged(facts(site_state_changed=changed, accident=[accident("2020-06-01", deaths=1)]))
    assert (result.grade, result.score, codes(result.vetoes)) == (NONE, None, ["V01"])
    stopped = judged(facts(site_state_changed=changed, stop_order=[record("2020-06-15")]))
    assert (stopped.grade, stopped.score) == (RED, 1000)


def test_a_change_of_the_register_counts_from_its_day():
    site = facts({"B03": {"unlicensed": 1}}, site_changed=[record("2020-06-18", chemical_type="production")])
    assert (codes(judged(site, "2020-06-17").vetoes), codes(judged(site, "2020-06-18").vetoes)) == ([], ["V09"])


def test_a_self_check_finding_counts_for_the_caps_at_once():
    assert caps(self_check=[self_check("2020-06-20", {"W05": {"combined_use": 1}})]) == ["C04"]
