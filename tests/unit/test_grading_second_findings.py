"""What the second judge found in the first: one test for each disagreement that was settled by the method's text."""

from __future__ import annotations

from datetime import date
from random import Random

import pytest
from jsonschema import Draft7Validator

from chalicelib.grading.factsform import facts_schema
from chalicelib.grading.judge import grade
from chalicelib.grading.model import Grade
from tests.builders import RULES, assessment, certificate, codes, event_id, facts, judged, measured, penalty, self_check
from tests.random_sites import RandomSite

NOTHING: list = []
FORM = Draft7Validator(facts_schema())


def flag(site: dict, on: str, code: str = "self_reported") -> str:
    """The text of a flag, "" when it is not said."""
    return next((flag.note for flag in judged(site, on).flags if flag.code == code), "")


def test_an_item_that_an_inspector_set_within_the_year_is_not_self_reported_though_a_self_check_is_worse():
    site = facts(
        assessment=[assessment("2018-06-01"), assessment("2020-05-01", {"M02": {"document_missing": 1}}, coverage="partial")],
        self_check=[self_check("2020-06-01", {"M02": {"document_missing": 3}})],
    )
    assert judged(site).items["M02"].source == "self"
    assert "M01" in flag(site, "2020-06-20")
    assert "M02" not in flag(site, "2020-06-20")


def test_before_the_first_full_assessment_an_inspectors_value_grows_too_old_as_well():
    site = facts(assessment=[assessment("2019-06-20", {"M03": {"no_expense_ledger": 1}}, coverage="partial")], self_check=NOTHING)
    assert flag(site, "2020-06-19") == ""
    assert flag(site, "2020-06-20") == "自评 M03"
    assert judged(site, "2020-06-18").review_on == "2020-06-20"


def test_an_item_confirmed_as_not_applicable_is_not_self_reported():
    site = facts(assessment=[assessment("2018-06-01", not_applicable=["P04"])])
    assert "P04" not in flag(site, "2020-06-20")


def test_self_reported_items_stand_in_the_order_of_the_rule_set():
    site = facts(
        assessment=NOTHING,
        self_check=[self_check("2020-05-01", {"M01": {"post_missing": 1}}), self_check("2020-06-01", {"E06": {"defect": 1}})],
    )
    named = flag(site, "2020-06-20").split()[1:]
    assert named == [code for code in RULES.items if code in named]
    assert named[0] == "P01"


def test_the_bonus_of_a_certificate_ends_on_the_day_after_its_last_valid_day():
    site = facts(certificate=[certificate("standardisation_2", "2019-06-01", "2020-06-25")])
    [bonus] = [entry for entry in judged(site).adjustments if entry.code == "A01"]
    end = bonus.occurrences[0].end
    assert end == "2020-06-26" == judged(site).review_on
    assert [entry.code for entry in judged(site, date(2020, 6, 25)).adjustments] == ["A01"]
    assert judged(site, end).adjustments == ()


@pytest.mark.parametrize("source", ["self", "report"])
def test_an_assessment_that_only_the_firm_or_an_informer_tells_of_gives_no_first_code(source):
    said = judged(facts(assessment=[assessment("2020-06-01", by=source)]))
    assert (said.grade, said.score) == (Grade.NONE, None)
    assert set(said.missing) == set(RULES.settable)


def test_an_assessment_that_only_the_firm_tells_of_neither_raises_an_inspectors_value_nor_renews_the_full_one():
    inspected = [assessment("2019-06-20", {"W01": {"blocked": 1}})]
    said = judged(facts(assessment=[*inspected, assessment("2020-06-01", by="self")]))
    assert said.items["W01"].value == 0
    assert "C07" in codes(said.caps)


def test_missing_items_stand_in_the_order_of_the_rule_set():
    missing = judged(facts(assessment=NOTHING, self_check=NOTHING, completeness_measured=NOTHING)).missing
    assert "M06" in missing
    assert list(missing) == [code for code in RULES.items if code in missing]


def test_an_item_that_an_inspector_set_is_not_missing_though_a_later_self_check_is_worse():
    site = facts(
        assessment=[assessment("2020-05-01", {"P03": {}}, coverage="partial")],
        self_check=[self_check("2020-06-01", {"P03": {"incomplete_permit": 2}, "P01": {"not_listed": 1}})],
    )
    missing = judged(site).missing
    assert "P03" not in missing
    assert "P01" in missing


@pytest.mark.parametrize("first", ["A1", "Z9"])
def test_of_two_measurements_of_completeness_at_the_same_instant_the_lower_counts(first):
    whole, half = measured(30, 30), measured(15, 30)
    site = facts(completeness_measured=[{**whole, "id": event_id(first)}, {**half, "id": event_id("M5")}])
    assert judged(site).items["M06"].value == 150


@pytest.mark.parametrize("seed", range(0, 60, 2))
def test_neither_order_nor_duplicates_of_records_and_steps_matter(seed):
    made, mixed, random = RandomSite(seed), RandomSite(seed), Random(seed)
    for found in mixed.facts["records"].values():
        for entry in found:
            entry.get("then", []).extend(entry.get("then", [])[:1])
            random.shuffle(entry.get("then", []))
        found.extend(found[:2])
        random.shuffle(found)
    for on in made.days:
        assert grade(mixed.facts, RULES, on).to_document() == grade(made.facts, RULES, on).to_document()


@pytest.mark.parametrize("seed", range(40))
def test_facts_as_the_fold_leaves_them_have_the_form_of_the_schema(seed):
    assert [error.message for error in FORM.iter_errors(RandomSite(seed).facts)] == []


def test_a_withdrawn_fact_has_the_form_of_the_schema_and_the_withdrawal_too():
    mark = {"id": "5ZKQ0J-000000000000000009", "on": "2020-06-02", "at": "2020-06-02T08:00:00.000Z"}
    site = facts(penalty=[{**penalty("2020-06-01"), "void": mark}], void=[{**mark, "by": "district", "reason": "错录", "voids": "P"}])
    assert list(FORM.iter_errors(site)) == []
    assert judged(site).adjustments == ()
    del site["records"]["penalty"][0]["void"]["at"]
    assert [error.validator for error in FORM.iter_errors(site)] == ["required"]
