"""The month's calendar: out by the third working day, three working days to object, final on the later of the 10th and the 7th."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from test_index_monthly import Stack

from chalicelib import clock
from chalicelib.index.phases import tick
from chalicelib.index.rules import MODEL_2020, load_rules
from chalicelib.index.runs import OUT
from chalicelib.index.sources import MemorySources
from chalicelib.index.timetable import Status, timetable_of, until_words
from chalicelib.register.district import load_district
from chalicelib.workdays import UnknownHolidays, missing_year, nth_workday, workdays_between

RULES = load_rules(MODEL_2020)
MONTHS = st.builds(lambda y, m: f"{y}-{m:02d}", st.integers(2010, 2024), st.integers(1, 12))


def days(month: str) -> tuple[str, str, str, str]:
    table = timetable_of(month, RULES)
    frozen = table.freeze_at.astimezone(clock.SHANGHAI).strftime("%m-%d %H:%M")
    return frozen, *(day.strftime("%m-%d") for day in (table.provisional_on, table.objections_until, table.final_on))


@pytest.mark.parametrize(
    ("month", "expected"),
    [
        ("2020-06", ("07-03 17:59", "07-03", "07-08", "07-10")),  # 1-3 July are working days: out on the third, a Friday
        ("2020-07", ("08-03 23:59", "08-04", "08-07", "08-11")),  # August begins on a Saturday: the 7th working day is the 11th
        ("2020-09", ("10-03 23:59", "10-04", "10-12", "10-16")),  # National Day until the 8th, Saturday the 10th is made up
        ("2020-12", ("01-03 23:59", "01-04", "01-07", "01-12")),
    ],
)
def test_by_the_notices(month: str, expected: tuple[str, str, str, str]) -> None:
    assert days(month) == expected


@pytest.mark.parametrize(
    ("month", "said"), [("2020-06", "7月3日18:00"), ("2020-07", "8月3日24时"), ("2020-09", "10月3日24时"), ("2020-12", "1月3日24时")]
)
def test_people_are_told_the_hour_that_ends_a_deadline(month: str, said: str) -> None:
    assert until_words(timetable_of(month, RULES).freeze_at) == said


def test_a_day_that_counts_whole_ends_at_its_24th_hour() -> None:
    assert until_words(timetable_of("2020-06", RULES).objections_until) == "7月8日24时"


@given(MONTHS)
def test_for_every_month_on_record(month: str) -> None:
    table, after = timetable_of(month, RULES), clock.parse_month(month)[1]
    assert table.provisional_on <= nth_workday(after, 3)
    assert workdays_between(table.provisional_on, table.objections_until) == 3
    assert table.final_on >= max(after.replace(day=10), nth_workday(after, 7))
    assert clock.day_of(table.freeze_at) <= table.provisional_on < table.objections_until < table.final_on
    assert clock.day_of(table.freeze_at) == after + timedelta(days=2)


def test_a_late_provisional_moves_what_follows() -> None:
    table = timetable_of("2020-06", RULES, published_on=date(2020, 7, 9))
    assert (table.provisional_on, table.objections_until, table.final_on) == (date(2020, 7, 9), date(2020, 7, 14), date(2020, 7, 15))
    assert timetable_of("2020-06", RULES, published_on=date(2020, 7, 1)) == timetable_of("2020-06", RULES)


def test_what_a_run_publishes() -> None:
    table = timetable_of("2020-06", RULES)
    at = lambda day: datetime(2020, 7, day, 0, 30, tzinfo=clock.SHANGHAI)  # noqa: E731
    assert [table.status_at(at(day)) for day in (4, 9, 10)] == [Status.PROVISIONAL, Status.PROVISIONAL, Status.FINAL]


def test_a_year_without_holidays_is_refused_not_guessed() -> None:
    with pytest.raises(UnknownHolidays):
        timetable_of("2049-12", RULES)


# ── A year whose notice is not there yet ─────────────────────────────────────────────────────────────────────────────
def first_unknown() -> int:
    """The first year whose working days are not known here."""
    return next(year for year in range(2027, 2100) if missing_year(date(year, 1, 1)) == year)


def at(year: int, month: int, day: int) -> datetime:
    return datetime(year, month, day, 0, 30, tzinfo=clock.SHANGHAI)


def test_the_district_is_told_in_november_that_next_years_working_days_are_missing() -> None:
    made, year = Stack(MemorySources()), first_unknown()
    desk = replace(made.desk(), district=load_district("dinesafe"))  # has no index, so nothing else is due
    tick(desk, at(year - 1, 11, 10))
    assert made.told == []
    for day in (20, 21):
        tick(desk, at(year - 1, 11, day))
    assert {(notice["notice_id"], notice["role"], notice["title"]) for notice in made.told} == {(f"holidays-{year}", "district", f"请更新{year}年放假安排")}


def test_a_year_without_working_days_keeps_no_month_before_it_waiting() -> None:
    """November's final index was missed; in January nobody can date December, and November comes out all the same."""
    made, year = Stack(MemorySources()), first_unknown()
    november = f"{year - 1}-11"
    made.desk().runs.add(november, OUT, {"schema": 1, "run": f"{november}#provisional", "on": f"{year - 1}-12-04"})
    with pytest.raises(UnknownHolidays):
        tick(made.desk(), at(year, 1, 2))
    assert {message["run"] for message in made.queue} == {f"{november}#final"}
