"""The twelve month ends before a day, judged anew: what was known today of what stood then."""

from __future__ import annotations

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from chalicelib.clock import add_days
from chalicelib.grading.judge import grade
from chalicelib.grading.trend import month_ends, trend_of
from chalicelib.supervision.facts import fold
from tests.builders import RULES
from tests.event_builders import SITE, busy_site, fact

ON = date(2020, 7, 1)


def facts_of(*events):
    return fold([event for event in events if event.scope == "site"], [event for event in events if event.scope == "enterprise"])


def trend(*events, on=ON, rules_on=lambda day: RULES):
    return {point["on"]: point["grade"] for point in trend_of(facts_of(*events), on, rules_on)}


@given(st.dates(date(2018, 1, 1), date(2030, 12, 31)))
def test_the_twelve_days_are_the_last_month_ends_before_the_day(on):
    ends = month_ends(on)
    assert len(ends) == 12 and ends == sorted(set(ends)) and ends[-1] < on
    assert all(add_days(end, 1).day == 1 for end in ends)
    assert (on - ends[-1]).days <= 31


def test_before_registration_there_is_no_colour_before_assessment_grey_then_the_colour():
    points = trend(*busy_site())
    assert list(points) == [end.isoformat() for end in month_ends(ON)]
    assert points["2019-10-31"] is None and points["2019-11-30"] == "none"
    assert points["2020-06-30"] == "blue"


def test_a_fatal_accident_is_red_at_the_month_ends_of_its_half_year_and_no_longer():
    accident = fact("accident", "2019-12-30", deaths=1, serious_injuries=0, light_injuries=0, responsibility="responsible")
    points = trend(*busy_site(), accident, on=date(2020, 8, 1))
    red = [day for day, colour in points.items() if colour == "red"]
    assert red == ["2019-12-31", "2020-01-31", "2020-02-29", "2020-03-31", "2020-04-30", "2020-05-31"]


def test_a_withdrawn_fact_leaves_no_trace_in_the_past():
    accident = fact("accident", "2020-01-10", deaths=1, serious_injuries=0, light_injuries=0, responsibility="responsible")
    void = fact("void", "2020-06-29", voids=accident.event_id, reason="登记到了别的企业")
    assert trend(*busy_site(), accident, void) == trend(*busy_site())
    assert trend(*busy_site(), accident)["2020-01-31"] == "red"


def test_without_a_rule_set_of_its_day_a_month_is_grey():
    assert set(trend(*busy_site(), rules_on=lambda day: None).values()) == {None, "none"}


def test_every_point_is_the_grade_of_its_day():
    site = facts_of(*busy_site(), fact("penalty", "2020-03-03", procedure="general"))
    judged = {point["on"]: point["grade"] for point in trend_of(site, ON, lambda day: RULES) if point["grade"] is not None}
    assert judged == {on: grade(site, RULES, date.fromisoformat(on)).grade.code for on in judged}


def test_the_site_of_the_trend_is_the_one_asked_for():
    assert facts_of(*busy_site())["site_id"] == SITE
