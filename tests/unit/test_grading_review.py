"""The review date: the earliest day on which a dated test flips with no event, for every row of the table."""

from __future__ import annotations

import pytest

from tests.builders import (
    AS_OF,
    accident,
    assessment,
    certificate,
    facts,
    hazard,
    judged,
    penalty,
    record,
    registered,
    self_checks,
    step,
)


def flips(on="2020-06-20", **records):
    """All the days on which something flips, seen one after another by moving the as-of day; H01's firsts of months left out."""
    seen, day = [], on
    while True:
        day = judged(facts(**records), day).review_on
        if day is None or day > "2024-12-31":
            return seen
        if not day.endswith("-01"):
            seen.append(day)


WORKED_ON = [step("production_during_stop", "2020-06-02"), step("stop_order_lifted", "2020-06-10")]
CLOSED = [step("recheck", "2020-06-12", result="passed", officers=["a"]), step("hazard_closed", "2020-06-12", officers=["a"])]

# Flips of the default site itself: self-check 06-01 + 92 days, assessment + 12 months fall on firsts of months.
QUIET = {"self_check": self_checks("2020-06-01"), "assessment": [assessment("2020-06-01")]}


def after(**records):
    assert flips(**QUIET) == []
    return flips(**{**QUIET, **records})


def test_the_first_of_the_next_month_is_always_a_review_of_an_assessed_site():
    assert judged(facts(), "2020-06-20").review_on == "2020-07-01"
    assert judged(facts(), "2020-12-31").review_on == "2021-01-01"


def test_nothing_dated_means_no_review():
    assert judged({"schema": 1, "site_id": "S", "records": {"site_registered": [registered()]}}).review_on is None


@pytest.mark.parametrize(
    ("records", "days"),
    [
        ({"accident": [accident("2020-06-10", deaths=1)]}, ["2020-12-10", "2023-06-10"]),
        ({"accident": [accident("2020-06-10", deaths=3)]}, ["2020-12-10", "2021-06-10", "2023-06-10"]),
        ({"accident": [accident("2020-06-10", serious=1)]}, ["2020-12-10", "2021-06-10"]),
        ({"accident": [accident("2020-06-10", social_effect=True)]}, ["2023-06-10"]),
        ({"concealment_established": [record("2020-06-10")]}, ["2021-06-10"]),
        ({"obstruction_established": [record("2020-06-10")]}, ["2020-12-10"]),
        ({"stop_order": [record("2020-06-10")]}, []),
        (
            {"stop_order": [{**record("2020-06-01"), "then": WORKED_ON}]},
            ["2021-06-10"],
        ),
        ({"unlicensed_activity_found": [record("2020-06-10")]}, []),
        ({"dishonesty_listed": [record("2020-06-10")]}, ["2021-06-10"]),
        ({"dishonesty_listed": [record("2020-06-10", until_on="2020-09-15")]}, ["2020-09-15"]),
        ({"hazard_found": [hazard("2020-06-10", "2020-07-10", level="major")]}, ["2020-07-11"]),
        ({"hazard_found": [hazard("2020-06-10", "2020-07-10", level="major", by="self")]}, ["2020-07-11"]),
        ({"hazard_found": [hazard("2020-06-10", "2020-07-10")]}, ["2020-07-11", "2021-01-10"]),
        ({"hazard_found": [hazard("2020-06-10", "2020-07-10", by="self")]}, ["2020-07-11"]),
        (
            {"hazard_found": [hazard("2020-06-10", "2020-06-15", CLOSED)]},
            ["2020-12-15", "2021-06-12"],
        ),
        ({"hazard_found": [hazard("2020-06-10", "2020-06-12", [step("hazard_dismissed", "2020-06-11")], repeat_of="X")]}, []),
        ({"penalty": [penalty("2020-06-10")]}, ["2021-06-10"]),
        ({"penalty": [penalty("2020-06-10"), penalty("2020-06-15", "simple")]}, ["2021-06-10", "2021-06-15"]),
        ({"complaint": [{**record("2020-06-02"), "then": [step("complaint_decided", "2020-06-10", found_true=True)]}]}, ["2021-06-10"]),
        ({"certificate": [certificate("standardisation_3", "2020-07-05", "2021-07-10")]}, ["2020-07-05", "2021-07-11"]),
        ({"certificate": [certificate("licence", "2019-01-01", "2021-07-10")]}, ["2021-07-11"]),
        ({"certificate": [certificate("filing", "2019-01-01", "2021-07-10")]}, []),
        ({"accident_free_confirmed": [record("2019-01-01", since_on="2017-07-10")]}, ["2020-07-10", "2022-07-10"]),
        ({"engineer_posted": [record("2019-01-01", until_on="2020-08-14")]}, ["2020-08-15"]),
        ({"self_check": self_checks("2020-05-20")}, ["2020-08-20"]),
        ({"assessment": [assessment("2020-05-20")]}, ["2021-05-20"]),
        (
            {"assessment": [assessment("2020-05-20")], "site_registered": [registered(inherent_class=2)]},
            ["2021-05-20", "2023-05-20"],
        ),
        ({"override": [record("2020-06-10", grade="orange", reason="x", signers=["a", "b"], until_on="2020-07-14")]}, ["2020-07-15"]),
        ({"accident": [accident("2020-06-10", deaths=1, responsibility="not_responsible")]}, []),
    ],
)  # fmt: skip
def test_each_row_of_the_table(records, days):
    assert after(**records) == days


def test_chemical_firms_are_reviewed_when_the_older_of_two_accidents_leaves():
    records = {
        "site_registered": [registered(chemical_type="production")],
        "accident": [accident("2018-07-10", deaths=3), accident("2020-06-10", deaths=3)],
    }
    assert after(**records) == ["2020-12-10", "2021-06-10", "2021-07-10", "2023-06-10"]


def test_a_review_is_never_today_or_before():
    assert judged(facts(penalty=[penalty("2019-06-20")])).review_on > AS_OF.isoformat()
