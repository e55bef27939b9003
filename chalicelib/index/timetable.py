"""A month's calendar: freeze, provisional, objections, final (domain §5.4, §13.11). Pure; working days by the dated notices."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from chalicelib import clock
from chalicelib.index.structure import IndexRules
from chalicelib.workdays import add_workdays, nth_workday

INSTANT = timedelta(milliseconds=1)


class Status(StrEnum):
    """What a published month is: 公示稿, 正式, 修订."""

    PROVISIONAL = "provisional"
    FINAL = "final"
    REVISED = "revised"


@dataclass(frozen=True, slots=True)
class Timetable:
    """``freeze_at`` is the last instant that counts; ``objections_until`` and ``final_on`` are days, the first included whole."""

    month: str
    freeze_at: datetime
    provisional_on: date
    objections_until: date
    final_on: date

    def status_at(self, now: datetime) -> Status:
        """What a run that starts now publishes."""
        return Status.FINAL if clock.day_of(now) >= self.final_on else Status.PROVISIONAL

    def to_document(self) -> dict[str, str]:
        return {
            "freeze_at": clock.instant_text(self.freeze_at),
            "provisional_on": self.provisional_on.isoformat(),
            "objections_until": self.objections_until.isoformat(),
            "final_on": self.final_on.isoformat(),
        }


def timetable_of(month: str, rules: IndexRules, published_on: date | None = None) -> Timetable:
    """The calendar of a month. ``published_on`` = the day the provisional index really came out: later than planned moves what follows.

    Returns may come in until the end of the third day after the month; when that day is the third working day, until 18:00,
    so that the provisional index is out on it. UnknownHolidays for a year without a holiday notice.
    """
    limits, after = rules.limits, clock.parse_month(month)[1]
    last_return = after + timedelta(days=limits["return_days"] - 1)
    if last_return < nth_workday(after, limits["provisional_workday"]):
        freeze_at, planned = _midnight(last_return + timedelta(days=1)), last_return + timedelta(days=1)
    else:
        freeze_at, planned = datetime.combine(last_return, time(limits["freeze_hour"]), clock.SHANGHAI), last_return
    provisional_on = max(planned, published_on or planned)
    objections_until = add_workdays(provisional_on, limits["objection_workdays"])
    earliest = max(after.replace(day=limits["final_day"]), nth_workday(after, limits["final_workday"]))
    return Timetable(month, freeze_at - INSTANT, provisional_on, objections_until, max(earliest, add_workdays(objections_until, 1)))


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), clock.SHANGHAI)


def until_words(last: datetime | date) -> str:
    """A deadline as a notice says it: ``7月3日18:00``, and ``7月3日24时`` for the end of a day.

    ``last`` is the last instant that counts, or the last day, which counts whole. People are told the hour that ends it.
    """
    if not isinstance(last, datetime):
        return f"{last.month}月{last.day}日24时"
    over = (last + INSTANT).astimezone(clock.SHANGHAI)
    return until_words(clock.day_of(last)) if over.time() == time() else f"{over.month}月{over.day}日{over:%H:%M}"
