"""Working days by the dated notices: make-up Saturdays count, bridge days do not, an unknown year is refused."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.workdays import UnknownHolidays, add_workdays, is_workday, nth_workday, workdays_between

DAYS = st.dates(date(2010, 1, 1), date(2025, 6, 30))


@pytest.mark.parametrize(
    ("day", "works"),
    [
        (date(2020, 7, 3), True),
        (date(2020, 7, 4), False),
        (date(2020, 1, 27), False),  # Spring Festival
        (date(2020, 1, 31), False),  # prolonged that year by a notice of its own
        (date(2020, 6, 28), True),  # a Sunday made up for the Dragon Boat Festival
        (date(2020, 10, 10), True),  # a Saturday made up for National Day
        (date(2020, 10, 8), False),
    ],
)
def test_the_notices_of_2020(day: date, works: bool) -> None:
    assert is_workday(day) is works


def test_the_third_and_the_seventh_working_day_of_a_month() -> None:
    assert nth_workday(date(2020, 7, 1), 3) == date(2020, 7, 3)
    assert nth_workday(date(2020, 7, 1), 7) == date(2020, 7, 9)
    assert nth_workday(date(2020, 10, 1), 3) == date(2020, 10, 12), "9th, make-up Saturday 10th, 12th"


def test_the_day_of_receipt_does_not_count() -> None:
    assert add_workdays(date(2020, 7, 3), 3) == date(2020, 7, 8)
    assert add_workdays(date(2020, 7, 4), 1) == date(2020, 7, 6)
    assert add_workdays(date(2020, 7, 4), 0) == date(2020, 7, 4)


def test_the_nth_working_day_since() -> None:
    assert workdays_between(date(2020, 7, 3), date(2020, 7, 8)) == 3
    assert workdays_between(date(2020, 7, 3), date(2020, 7, 5)) == 0
    assert workdays_between(date(2020, 7, 8), date(2020, 7, 3)) == 0


@given(DAYS, st.integers(1, 40))
def test_adding_and_counting_agree(day: date, n: int) -> None:
    found = add_workdays(day, n)
    assert is_workday(found) and workdays_between(day, found) == n and workdays_between(day, found - timedelta(days=1)) == n - 1


def test_a_year_without_a_notice_is_an_error() -> None:
    with pytest.raises(UnknownHolidays, match="2050"):
        add_workdays(date(2049, 12, 31), 1)
    with pytest.raises(UnknownHolidays):
        is_workday(date(1999, 5, 3))
