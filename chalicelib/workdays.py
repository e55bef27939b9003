"""Working days 工作日 by the State Council's dated holiday notices (weekends, holidays, make-up days).

From ``chinesecalendar``, which holds the notices since 2004 and is renewed each November. A year it does not know yet is
an error, not a guess: update the package.
"""

from __future__ import annotations

from datetime import date, timedelta

from chalicelib.errors import SafetyCodeError


# A year's notice comes out in November: from the middle of that month on it is missed before any deadline falls into the year.
AHEAD = timedelta(days=45)


class UnknownHolidays(SafetyCodeError):
    """The holiday notice of a year is not in the installed ``chinesecalendar``."""

    status = 503
    code = "holidays-unknown"


def is_workday(day: date) -> bool:
    """Whether people are at work. UnknownHolidays for a year without a notice."""
    import chinese_calendar

    try:
        return chinese_calendar.is_workday(day)
    except NotImplementedError as error:
        raise UnknownHolidays(f"no holiday notice for {day.year}: update chinesecalendar", year=day.year) from error


def missing_year(today: date) -> int | None:
    """The coming year (or this one) while its holiday notice is missing and its first days are near; None when all is known."""
    try:
        is_workday(today + AHEAD)
    except UnknownHolidays:
        return (today + AHEAD).year
    return None


def nth_workday(first: date, n: int) -> date:
    """The n-th working day counted from ``first``, that day included (n ≥ 1): the 3rd working day of a month."""
    return add_workdays(first - timedelta(days=1), n)


def add_workdays(day: date, n: int) -> date:
    """The n-th working day after ``day``, which does not count itself (the day of receipt; domain §12.75). ``n`` 0 = the day itself."""
    while n > 0:
        day += timedelta(days=1)
        n -= is_workday(day)
    return day


def workdays_between(after: date, until: date) -> int:
    """How many working days lie in (after, until]: on ``until`` it is "the n-th working day" since ``after``. 0 if not later."""
    return sum(is_workday(after + timedelta(days=step)) for step in range(1, (until - after).days + 1))
