"""Time: the one module that knows the time zone, calendar months and half-open windows.

``now()`` is called by entrances only; everything below them is handed ``now``, ``day`` or ``month``.
"""

from __future__ import annotations

import calendar
from datetime import date, datetime, timedelta, timezone, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo

SHANGHAI: tzinfo = ZoneInfo("Asia/Shanghai")


def now(today: date | None = None) -> datetime:
    """The present instant, aware, in Shanghai. ``today`` moves a demo to that day at the present time of day."""
    present = datetime.now(SHANGHAI)
    if today is None:
        return present
    return present.replace(year=today.year, month=today.month, day=today.day)


def utc_now() -> datetime:
    """The real instant in UTC, whatever day a demo pretends to have: for ``ingested_at`` and logs."""
    return datetime.now(timezone.utc)


def day_of(instant: datetime) -> date:
    """The Shanghai calendar day of an aware instant."""
    if instant.tzinfo is None:
        raise ValueError("naive datetime: a time zone is required")
    return instant.astimezone(SHANGHAI).date()


def instant_text(instant: datetime) -> str:
    """An aware instant as ISO text in UTC with milliseconds: sorts as text."""
    if instant.tzinfo is None:
        raise ValueError("naive datetime: a time zone is required")
    return instant.astimezone(timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def parse_instant(text: str) -> datetime:
    """The aware instant of an ISO text. ValueError if the text has no offset."""
    instant = datetime.fromisoformat(text)
    if instant.tzinfo is None:
        raise ValueError(f"{text!r}: an offset or Z is required")
    return instant


@lru_cache(maxsize=65536)
def add_months(day: date, months: int) -> date:
    """``day`` plus calendar months in one step, the day clamped to the month's end (2019-08-31 + 6 → 2020-02-29)."""
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def add_days(day: date, days: int) -> date:
    return day + timedelta(days=days)


@lru_cache(maxsize=4096)
def earliest_anchor(on: date, months: int) -> date:
    """The earliest day d whose window ``[d, d + months)`` still holds ``on``.

    Because adding months never decreases with d, ``anchor >= earliest_anchor(on, n)`` is the same test as
    ``on < add_months(anchor, n)``: one comparison instead of calendar arithmetic per record.
    """
    day = add_months(on, -months) - timedelta(days=3)
    while add_months(day, months) <= on:
        day += timedelta(days=1)
    return day


def month_of(day: date) -> str:
    """The calendar month of a day as ``YYYY-MM``."""
    return f"{day.year:04d}-{day.month:02d}"


def parse_month(month: str) -> tuple[date, date]:
    """First day of a month ``YYYY-MM`` and first day of the next one (half-open)."""
    first = date.fromisoformat(month + "-01")
    return first, add_months(first, 1)


def last_day(month: str) -> date:
    """The last day of a month ``YYYY-MM``."""
    return parse_month(month)[1] - timedelta(days=1)


def previous_month(month: str) -> str:
    return month_of(add_months(parse_month(month)[0], -1))
