"""Time: calendar months in one step, half-open windows, Shanghai days (domain decisions on time)."""

from datetime import date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib import clock

DAYS = st.dates(date(2000, 1, 31), date(2060, 12, 31))
MONTHS = st.integers(min_value=1, max_value=72)


@pytest.mark.parametrize(
    ("anchor", "months", "end"),
    [
        (date(2019, 8, 31), 6, date(2020, 2, 29)),
        (date(2018, 8, 31), 6, date(2019, 2, 28)),
        (date(2019, 12, 12), 6, date(2020, 6, 12)),
        (date(2020, 2, 29), 12, date(2021, 2, 28)),
        (date(2019, 12, 31), 1, date(2020, 1, 31)),
    ],
)
def test_months_are_added_in_one_step_and_clamped_to_the_months_end(anchor, months, end):
    assert clock.add_months(anchor, months) == end


@given(DAYS, MONTHS, st.integers(min_value=-40, max_value=40))
def test_one_comparison_with_the_earliest_anchor_is_the_window_test(on, months, shift):
    anchor = clock.add_months(on, -months) + timedelta(days=shift)
    assert (anchor >= clock.earliest_anchor(on, months)) == (on < clock.add_months(anchor, months))


def test_the_day_is_shanghais_not_utcs():
    just_before = datetime(2020, 5, 31, 15, 59, tzinfo=timezone.utc)
    assert clock.day_of(just_before) == date(2020, 5, 31)
    assert clock.day_of(just_before + timedelta(minutes=1)) == date(2020, 6, 1)


def test_a_naive_instant_is_refused_everywhere():
    naive = datetime(2020, 6, 1)
    for refused in (clock.day_of, clock.instant_text):
        with pytest.raises(ValueError, match="naive"):
            refused(naive)
    with pytest.raises(ValueError, match="offset"):
        clock.parse_instant("2020-06-01T00:00:00")


@given(st.datetimes(min_value=datetime(2000, 1, 1), max_value=datetime(2060, 1, 1), timezones=st.just(timezone.utc)))
def test_instants_sort_as_text_and_come_back(instant):
    instant = instant.replace(microsecond=instant.microsecond // 1000 * 1000)
    text = clock.instant_text(instant)
    assert clock.parse_instant(text) == instant
    assert (clock.instant_text(instant + timedelta(milliseconds=1)) > text) is True


def test_a_demo_day_moves_the_date_and_keeps_the_time_of_day():
    moved = clock.now(date(2020, 6, 20))
    assert clock.day_of(moved) == date(2020, 6, 20)
    assert moved.tzinfo is clock.SHANGHAI


def test_a_month_is_half_open():
    assert clock.parse_month("2020-02") == (date(2020, 2, 1), date(2020, 3, 1))
    assert clock.last_day("2020-02") == date(2020, 2, 29)
    assert clock.previous_month("2020-01") == "2019-12"
    assert clock.month_of(date(2020, 6, 30)) == "2020-06"
