"""The findings of 19号 that a site's own facts establish: windows at both edges, certificates, filed sources, and veto V09's agreement."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.grading.case import Case
from chalicelib.grading.model import Grade
from chalicelib.grading.official.chemicals_19 import diagnose
from chalicelib.grading.official.facts_19 import joined, known_findings
from chalicelib.grading.official.form_19 import load_guideline
from chalicelib.grading.rules import MODEL_2020, load_rule_set
from tests.builders import accident, certificate, codes, facts, judged, record, registered, step

GUIDELINE = load_guideline()
LEVELS = load_rule_set(MODEL_2020).levels
NO_ACCIDENT = dict.fromkeys(["major_accidents", "larger_accidents", "fatal_accidents", "fatal_accidents_1y", "public_accidents"], 0)


def known(on: str = "2020-06-20", **records) -> dict[str, int]:
    """What the facts establish, without the accidents that did not happen."""
    found = known_findings(Case({"records": records}, on), LEVELS, GUIDELINE)
    return {code: count for code, count in found.items() if count or code not in NO_ACCIDENT}


def test_a_site_without_facts_has_no_accident_and_nothing_else_known() -> None:
    found = known_findings(Case({"records": {}}, "2020-06-20"), LEVELS, GUIDELINE)
    assert found == NO_ACCIDENT
    assert diagnose(found, "partial", GUIDELINE).grade is None


@pytest.mark.parametrize(
    ("figures", "clause"),
    [
        ({"deaths": 30}, "major_accidents"),
        ({"deaths": 10}, "major_accidents"),
        ({"serious": 50}, "major_accidents"),
        ({"deaths": 9}, "larger_accidents"),
        ({"serious": 10}, "larger_accidents"),
        ({"loss_fen": 1_000_000_000}, "larger_accidents"),
        ({"social_effect": True}, "public_accidents"),
        ({"social_effect": True, "light": 3}, "public_accidents"),
    ],
)
def test_an_accident_counts_under_its_level_for_three_years(figures, clause: str) -> None:
    accidents = [accident("2017-06-21", **figures)]
    assert known("2020-06-20", accident=accidents) == {clause: 1}
    assert known("2020-06-21", accident=accidents) == {}
    assert known("2017-06-20", accident=accidents) == {}


@pytest.mark.parametrize("deaths", [1, 2, None])
def test_a_fatal_accident_counts_three_years_and_as_recent_for_one(deaths: int | None) -> None:
    accidents = [accident("2019-08-31", deaths=deaths)]
    assert known("2020-08-30", accident=accidents) == {"fatal_accidents": 1, "fatal_accidents_1y": 1}
    assert known("2020-08-31", accident=accidents) == {"fatal_accidents": 1}
    assert known("2022-08-31", accident=accidents) == {}


def test_an_injury_alone_is_no_row_of_the_guideline() -> None:
    assert known(accident=[accident("2020-06-01", serious=1, light=3)]) == {}


def test_an_accident_that_is_not_the_firms_does_not_count() -> None:
    assert known(accident=[accident("2020-06-01", deaths=3, responsibility="not_responsible")]) == {}


def test_certificates_hold_from_their_first_to_their_last_day() -> None:
    papers = [certificate("standardisation_2", "2019-06-21", "2022-06-20"), certificate("licence", "2019-01-01", "2030-01-01")]
    assert [known(day, certificate=papers) for day in ("2019-06-20", "2019-06-21", "2022-06-20", "2022-06-21")] == [
        {},
        {"standardisation_2": 1},
        {"standardisation_2": 1},
        {},
    ]
    revoked = [{**papers[0], "then": [step("certificate_revoked", "2020-06-01")]}]
    assert known("2020-06-01", certificate=revoked) == {}


def test_five_years_need_a_confirmed_date_and_no_accident_since() -> None:
    confirmed = [record("2020-01-02", since_on="2015-06-20")]
    assert known("2020-06-19", accident_free_confirmed=confirmed) == {}
    assert known("2020-06-20", accident_free_confirmed=confirmed) == {"five_years_without_accident": 1}
    small = [accident("2016-01-01", light=1)]
    assert known("2020-06-20", accident_free_confirmed=confirmed, accident=small) == {}


def test_filed_sources_count_by_level_until_removed() -> None:
    gone = {**record("2019-01-01", level=1), "then": [step("major_hazard_source_removed", "2020-06-01")]}
    filed = [record("2019-01-01", level=3), record("2019-02-01", level=3), gone]
    assert known("2020-05-31", major_hazard_source_filed=filed) == {"major_source_3": 2, "major_source_1": 1}
    assert known("2020-06-01", major_hazard_source_filed=filed) == {"major_source_3": 2}


def test_staff_not_passed_by_the_latest_count() -> None:
    counts = {"special_registered": 0, "special_valid": 0}
    first = record("2020-01-01", heads_due=2, heads_passed=1, managers_due=5, managers_passed=1, **counts)
    latest = record("2020-06-01", heads_due=2, heads_passed=2, managers_due=5, managers_passed=4, **counts)
    assert known("2020-05-31", staff_qualified=[first, latest]) == {"heads_not_passed": 1, "officers_not_passed": 4}
    assert known("2020-06-01", staff_qualified=[first, latest]) == {"heads_not_passed": 0, "officers_not_passed": 1}


def test_an_assessment_cannot_leave_out_what_the_facts_establish() -> None:
    found = joined(
        {"officers_not_passed": 1, "outside_park": True, "fatal_accidents": None},
        {"officers_not_passed": 3, "fatal_accidents": 1},
        GUIDELINE,
    )
    assert found == {"officers_not_passed": 3, "outside_park": True, "fatal_accidents": 1}
    assert joined({"officers_not_passed": 4}, {"officers_not_passed": 3}, GUIDELINE) == {"officers_not_passed": 4}


@pytest.mark.parametrize(
    ("assessed", "facts_say"),
    [
        ({"five_years_without_accident": True}, {"larger_accidents": 1}),
        ({"larger_accidents": 1}, {"five_years_without_accident": 1}),
    ],
)
def test_an_accident_on_either_side_refutes_the_five_years(assessed, facts_say) -> None:
    found = joined(assessed, facts_say, GUIDELINE)
    assert (found["five_years_without_accident"], found["larger_accidents"]) == (0, 1)
    assert diagnose(found, "full", GUIDELINE).score == 900


def test_from_the_log_to_the_colour() -> None:
    site = facts(
        accident=[accident("2019-12-12", deaths=1)],
        certificate=[certificate("standardisation_2", "2019-01-01", "2021-12-31")],
        major_hazard_source_filed=[record("2019-01-01", level=3)],
    )
    case = Case(site, "2020-06-20")
    findings = joined({"outside_park": True}, known_findings(case, LEVELS, GUIDELINE), GUIDELINE)
    verdict = diagnose(findings, "full", GUIDELINE)
    assert (verdict.score, verdict.grade) == (1000 - 80 - 60 - 30 + 50, Grade.YELLOW)


ACCIDENTS = st.lists(st.tuples(st.integers(0, 1200), st.sampled_from([0, 1, 2, 3, 9, 10, 30])), max_size=5)


@settings(max_examples=60, deadline=None)
@given(ACCIDENTS)
def test_direct_red_by_accidents_is_veto_v09_of_a_producer(happened) -> None:
    """Two ways to the same sentence of the guideline: the rule set's accident counts, and the official module over the facts."""
    day = date(2020, 6, 20)
    accidents = [accident((day - timedelta(days=ago)).isoformat(), deaths=dead) for ago, dead in happened]
    accidents.sort(key=lambda each: (each["on"], each["at"], each["id"]))
    site = facts(site_registered=[registered(chemical_type="production")], accident=accidents)
    findings = known_findings(Case(site, day.isoformat()), LEVELS, GUIDELINE)
    assert bool(diagnose(findings, "full", GUIDELINE).direct_red) == ("V09" in codes(judged(site, day).vetoes))
