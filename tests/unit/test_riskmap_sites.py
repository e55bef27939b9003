"""From a site's facts to what the map takes of it: profile, inherent grades by table, joined statistics."""

from __future__ import annotations

from datetime import date

import pytest
from riskmap_support import DAY, FS, HC, OR, RULES, SP, facts, registered, site

from chalicelib.riskmap.assess import assess_site, join_statistics
from chalicelib.riskmap.inherent import inherent_grades
from chalicelib.riskmap.profile import filed_grades, joined_of, profile_of


def levels(profile: dict) -> dict[str, int]:
    return {code: found.level for code, found in inherent_grades(profile, RULES).items()}


@pytest.mark.parametrize(
    ("profile", "level"),
    [
        ({"major_hazard_source": 1}, 4),
        ({"major_hazard_source": 2}, 4),
        ({"major_hazard_source": 3}, 3),
        ({"major_hazard_source": 4}, 3),
        ({"direct_red": True}, 4),
        ({"key_process": True}, 3),
        ({"inhalation_toxic": True}, 3),
        ({}, 2),
    ],
)
def test_chemical_producers(profile: dict, level: int) -> None:
    assert levels({"chemical_type": "production", **profile})[HC] == level


@pytest.mark.parametrize(("kind", "level"), [("trade_with_storage", 2), ("filling_station", 2), ("trade_without_storage", 1), ("use", 1), ("transport", 1)])
def test_other_chemical_firms(kind: str, level: int) -> None:
    assert levels({"chemical_type": kind})[HC] == level


@pytest.mark.parametrize(
    ("profile", "level"),
    [
        ({"special_premises": ["metal_smelting"]}, 4),
        ({"special_premises": ["ammonia_refrigeration"], "major_hazard_source": 4}, 4),
        ({"special_premises": ["ammonia_refrigeration"]}, 3),
        ({"special_premises": ["combustible_dust"], "aluminium_magnesium_dust": True, "dust_workers": 10}, 4),
        ({"special_premises": ["combustible_dust"], "aluminium_magnesium_dust": True, "dust_workers": 9}, 2),
        ({"special_premises": ["combustible_dust"], "dust_workers": 10}, 3),
        ({"special_premises": ["combustible_dust"], "dust_workers": None}, 3),
        ({"special_premises": ["combustible_dust"], "dust_workers": 9}, 2),
        ({"special_premises": ["confined_space"], "confined_space_toxic": True}, 3),
        ({"special_premises": ["confined_space"]}, 2),
        ({"special_premises": ["spraying"]}, 3),
        ({"special_premises": ["spraying"], "solvent_spraying": False}, 2),
        ({"special_premises": ["shipbuilding"]}, 3),
        ({"special_premises": ["confined_space", "metal_smelting"]}, 4),
    ],
)
def test_three_premises_three_enterprises(profile: dict, level: int) -> None:
    assert levels(profile)[SP] == level


@pytest.mark.parametrize(
    ("profile", "level"),
    [
        ({"key_fire_unit": True, "flammable_explosive": True}, 4),
        ({"three_in_one": True}, 4),
        ({"key_fire_unit": True}, 3),
        ({"flammable_explosive": True}, 1),
        ({"labour_intensive": True, "staff": 100}, 3),
        ({"labour_intensive": True, "staff": 99}, 1),
        ({"labour_intensive": True, "staff": None}, 3),
        ({"staff": 500}, 1),
        ({"premises": "plant_in_plant", "tenants": 3}, 3),
        ({"premises": "plant_in_plant", "tenants": 2}, 1),
        ({"floor_area_m2": 1000}, 2),
        ({"floor_area_m2": 999}, 1),
        ({"night_shift": True}, 2),
        ({}, 1),
    ],
)
def test_fire_safety_is_every_site(profile: dict, level: int) -> None:
    assert levels(profile)[FS] == level


@pytest.mark.parametrize(
    ("profile", "level"),
    [
        ({"higher_risk_industries": ["electroplating"]}, 3),
        ({"size": "designated"}, 2),
        ({"size": "designated_100m"}, 2),
        ({"special_equipment": 5}, 2),
        ({"special_equipment": 4}, 1),
        ({"size": "micro", "higher_risk_industries": [], "special_premises": []}, 1),
    ],
)
def test_other_registered_firms(profile: dict, level: int) -> None:
    assert levels(profile)[OR] == level


def test_other_means_in_neither_of_the_first_two() -> None:
    assert OR not in levels({"chemical_type": "use"})
    assert OR not in levels({"special_premises": ["spraying"]})


def test_the_rules_that_decided_are_named() -> None:
    found = inherent_grades({"chemical_type": "production", "key_process": True, "inhalation_toxic": True}, RULES)
    assert found[HC].rules == ("HC-3B", "HC-3C")


def test_a_filed_result_raises_and_never_lowers() -> None:
    profile = {"chemical_type": "production"}
    assert inherent_grades(profile, RULES, [(HC, "LEC", "red")])[HC].level == 4
    assert inherent_grades(profile, RULES, [(HC, "LEC", "blue")])[HC].level == 2
    assert inherent_grades(profile, RULES, [(FS, "LEC", "red")])[HC].level == 2
    everywhere = inherent_grades(profile, RULES, [(None, "LEC", "orange")])
    assert {code: found.level for code, found in everywhere.items()} == {HC: 3, FS: 3}


def test_a_result_of_guideline_19_raises_the_chemical_sector_alone() -> None:
    found = inherent_grades({"chemical_type": "production"}, RULES, [(None, "chemicals-19", "red")])
    assert {code: (entry.level, entry.rules) for code, entry in found.items()} == {HC: (4, ("FILED",)), FS: (1, ("FS-1A",))}


def test_the_newest_filed_result_of_a_method_counts() -> None:
    record = {"method": "LEC", "colour": "red"}
    document = facts(site_registered=registered(), risk_graded=[record, {**record, "colour": "yellow", "on": "2020-03-01"}])
    assert list(filed_grades(document, "2020-06-30")) == [(None, "LEC", "yellow")]
    assert list(filed_grades(document, "2020-02-01")) == [(None, "LEC", "red")]


def test_the_profile_is_the_fold_of_registration_changes_moves_and_states() -> None:
    document = facts(
        site_registered=registered(staff=20),
        site_changed=[{"on": "2020-02-01", "staff": 30}, {"on": "2020-08-01", "staff": 99}],
        site_moved=[{"on": "2020-03-01", "township": "330110102"}],
        site_state_changed=[{"on": "2020-07-01", "state": "closed"}],
    )
    now, later = profile_of(document, "2020-06-30"), profile_of(document, "2020-12-31")
    assert (now["staff"], now["township"], now.get("state")) == (30, "330110102", None)
    assert (later["staff"], later["state"]) == (99, "closed")
    assert profile_of(document, "2019-12-31") == {}


def test_a_voided_record_does_not_count() -> None:
    document = facts(site_registered=registered(staff=20), site_changed=[{"staff": 30, "void": {"id": "v", "on": "2020-02-02", "at": "2020-02-02T00:00:00.000Z"}}])
    assert profile_of(document, "2020-06-30")["staff"] == 20


def test_a_removed_hazard_source_and_a_cleared_condition_no_longer_count() -> None:
    removed = [{"kind": "major_hazard_source_removed", "id": "x", "on": "2020-05-01", "at": "2020-05-01T00:00:00.000Z", "by": "district"}]
    cleared = [{"kind": "direct_red_condition_cleared", "id": "y", "on": "2020-05-01", "at": "2020-05-01T00:00:00.000Z", "by": "district"}]
    document = facts(
        site_registered=registered(),
        major_hazard_source_filed=[{"level": 1, "then": removed}, {"level": 3}],
        direct_red_condition_found=[{"condition": "unqualified_special_workers", "then": cleared}],
    )
    before, after = profile_of(document, "2020-04-30"), profile_of(document, "2020-05-01")
    assert (before["major_hazard_source"], before["direct_red"]) == (1, True)
    assert (after["major_hazard_source"], after["direct_red"]) == (3, False)


ACCIDENT = {"on": "2019-12-31", "deaths": 1, "serious_injuries": 0, "light_injuries": 0, "responsibility": "responsible"}


@pytest.mark.parametrize(
    ("on", "deaths"),
    [(date(2020, 6, 29), 1), (date(2020, 6, 30), 0), (date(2019, 12, 30), 0)],
)
def test_a_death_counts_for_six_months(on: date, deaths: int) -> None:
    """2019-12-31 plus six months is clamped to 2020-06-30: that day is free again."""
    assert len(joined_of(facts(accident=[ACCIDENT]), on, RULES).deaths) == deaths


@pytest.mark.parametrize(
    ("figures", "deaths", "grave"),
    [
        ({"deaths": 3}, 1, 1),
        ({"deaths": 2, "serious_injuries": 10}, 1, 1),
        ({"deaths": 0, "serious_injuries": 9, "loss_fen": 999_999_999}, 0, 0),
        ({"deaths": 0, "loss_fen": 1_000_000_000}, 0, 1),
        ({"deaths": None, "serious_injuries": None, "loss_fen": None}, 1, 0),
        ({"deaths": 3, "responsibility": "not_responsible"}, 0, 0),
        ({"deaths": 3, "responsibility": "pending"}, 1, 1),
    ],
)
def test_fatal_and_grave_accidents(figures: dict, deaths: int, grave: int) -> None:
    joined = joined_of(facts(accident=[{**ACCIDENT, "on": "2020-06-01", **figures}]), DAY, RULES)
    assert (len(joined.deaths), len(joined.grave_accidents)) == (deaths, grave)


def test_a_later_death_and_a_later_finding_change_the_accident() -> None:
    step = {"id": "u", "at": "2020-06-10T00:00:00.000Z", "by": "district", "on": "2020-06-10"}
    updated = {**ACCIDENT, "on": "2020-06-01", "deaths": 0, "then": [{**step, "kind": "accident_updated", "deaths": 1}]}
    cleared = {**updated, "then": [{**step, "kind": "accident_determined", "responsibility": "not_responsible"}], "deaths": 1}
    assert joined_of(facts(accident=[updated]), date(2020, 6, 9), RULES).deaths == ()
    assert len(joined_of(facts(accident=[updated]), DAY, RULES).deaths) == 1
    assert len(joined_of(facts(accident=[cleared]), date(2020, 6, 9), RULES).deaths) == 1
    assert joined_of(facts(accident=[cleared]), DAY, RULES).deaths == ()


def test_injuries_are_the_year_to_date_beside_the_same_days_last_year() -> None:
    cases = [{"on": "2019-03-01", "cases": 2}, {"on": "2019-08-01", "cases": 9}, {"on": "2020-01-01", "cases": 1}, {"on": "2020-06-30", "cases": 4}]
    joined = joined_of(facts(work_injury=cases), DAY, RULES)
    assert (joined.injuries, joined.injuries_before) == (5, 2)


def test_the_newest_video_count_is_taken() -> None:
    measured = [{"on": "2020-05-01", "due": 8, "connected": 8, "online": 8}, {"on": "2020-06-01", "due": 8, "connected": 8, "online": 3}]
    joined = joined_of(facts(video_link_measured=measured), DAY, RULES)
    assert (joined.video_due, joined.video_online) == (8, 3)


def test_statistics_go_to_every_sector_of_the_site() -> None:
    joined = joined_of(facts(accident=[{**ACCIDENT, "on": "2020-06-01"}], work_injury=[{"on": "2020-06-01", "cases": 3}]), DAY, RULES)
    found = join_statistics([site(1, {HC: 2, FS: 1}, 950, joined=joined), site(2, {FS: 1}, 950)], RULES)
    assert (found[HC].deaths, found[FS].deaths, found[SP].deaths) == (1, 1, 0)
    assert (found[HC].injuries, found[OR].injuries) == (3, 0)


def test_a_site_assessed_with_the_judgement_of_the_grading_rules() -> None:
    from chalicelib.grading.judge import grade
    from chalicelib.grading.rules import MODEL_2020, load_rule_set

    assessment = {"on": "2020-05-01", "by": "township", "coverage": "full", "items": {}}
    measured = [{"on": "2020-05-01", "filled": 20, "required": 20}]
    document = facts(site_registered=registered(chemical_type="use", night_shift=True), assessment=[assessment], completeness_measured=measured)
    found = assess_site(document, grade(document, load_rule_set(MODEL_2020), DAY), DAY, RULES)
    assert (found.operating, found.township, found.name) == (True, "330110110", "示例企业")
    assert {code: inherent.level for code, inherent in found.inherent.items()} == {HC: 1, FS: 2}
    assert found.standing.grade in ("blue", "yellow")
    assert not found.standing.vetoed


def test_living_in_the_workshop_makes_the_site_red_in_fire_safety() -> None:
    from chalicelib.grading.judge import grade
    from chalicelib.grading.rules import MODEL_2020, load_rule_set

    rules = load_rule_set(MODEL_2020)
    clause = next(iter(rules.items["W05"].clauses))
    assessment = {"on": "2020-05-01", "by": "township", "coverage": "full", "items": {"W05": {clause: 1}}}
    document = facts(site_registered=registered(), assessment=[assessment])
    found = assess_site(document, grade(document, rules, DAY), DAY, RULES)
    assert found.inherent[FS].level == 4
    assert found.inherent[FS].rules == ("FS-4B",)


def test_a_site_not_yet_registered_is_in_nothing() -> None:
    from chalicelib.grading.judge import grade
    from chalicelib.grading.rules import MODEL_2020, load_rule_set

    document = facts(site_registered=[{**registered()[0], "on": "2020-12-01"}])
    found = assess_site(document, grade(document, load_rule_set(MODEL_2020), DAY), DAY, RULES)
    assert (found.operating, dict(found.inherent)) == (False, {})


def test_where_a_site_lies_plays_no_part_in_its_colour() -> None:
    from chalicelib.grading.judge import grade
    from chalicelib.grading.rules import MODEL_2020, load_rule_set

    rules = load_rule_set(MODEL_2020)
    without, placed = (facts(site_registered=registered(**more)) for more in ({}, {"longitude": 119.9, "latitude": 30.4, "datum": "WGS-84"}))
    one, other = (assess_site(document, grade(document, rules, DAY), DAY, RULES) for document in (without, placed))
    assert one == other and one.operating
