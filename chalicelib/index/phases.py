"""The month's clock: twice a day it looks what is due, and begins it or takes it up again. Killed and repeated it changes nothing.

00:30 and 18:30 Shanghai. Each phase is one run with a name of its own (``2020-06#provisional``), so that whoever comes
second finds the first one's plan.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import orjson

from chalicelib import clock
from chalicelib.config import Settings
from chalicelib.index.acceptance import rules_on
from chalicelib.index.monthly import Desk, Order, order_of, published_on, stack_desk, start
from chalicelib.index.runs import FINISH
from chalicelib.index.telling import holidays_missing, opening
from chalicelib.index.timetable import Status, timetable_of
from chalicelib.index.township import month_rules
from chalicelib.publish.notice import post
from chalicelib.publish.release import CLAIM, list_revisions, read_release
from chalicelib.workdays import missing_year


def handle_schedule(settings: Settings) -> dict:
    """What the clock finds due now."""
    return {"runs": tick(stack_desk(settings), settings.now())}


def tick(desk: Desk, now: datetime) -> list[dict]:
    """Begin what is due and not finished: last month's provisional, and the final of each of the last two months. A district without a
    method has no index. UnknownHolidays when last month's calendar cannot be known; the month before it is served all the same."""
    if year := missing_year(clock.day_of(now)):
        post([holidays_missing(year)], desk.tell)
    last = clock.previous_month(clock.month_of(clock.day_of(now)))
    if rules_on(desk.district, last) is None:
        return []
    before = [start(month, desk, now, order) for month, order in _final(clock.previous_month(last), desk, now)]
    _open(last, desk, now)
    return before + [start(month, desk, now, order) for month, order in due(last, desk, now)]


def due(last: str, desk: Desk, now: datetime) -> Iterator[tuple[str, Order]]:
    """The phases of last month whose time has come and that have no finish."""
    if now > timetable_of(last, month_rules(desk.district, last).index).freeze_at:
        yield from _unfinished(last, Status.PROVISIONAL, desk)
    yield from _final(last, desk, now)


def _final(month: str, desk: Desk, now: datetime) -> Iterator[tuple[str, Order]]:
    """A month of which nothing is out has no final index yet."""
    came_out = published_on(desk.runs, month)
    if came_out and clock.day_of(now) >= timetable_of(month, month_rules(desk.district, month).index, came_out).final_on:
        yield from _unfinished(month, Status.FINAL, desk)


def _unfinished(month: str, status: Status, desk: Desk) -> Iterator[tuple[str, Order]]:
    settled_by = {Status.PROVISIONAL: (Status.PROVISIONAL, Status.FINAL)}.get(status, (status,))
    if all(desk.runs.find(f"{month}#{each}", FINISH) is None for each in settled_by):
        yield month, Order(run=f"{month}#{status}", status=status)


def _open(month: str, desk: Desk, now: datetime) -> None:
    """Tell the townships that the returns of a month are due, until they are; the notices' ids make it once."""
    table = timetable_of(month, month_rules(desk.district, month).index)
    if now <= table.freeze_at:
        post(opening(month, [each.code for each in desk.district.townships_on(clock.last_day(month))], table.freeze_at), desk.tell)


def months_between(first: str, last: str) -> list[str]:
    """The months from one to another, both included, oldest first. ValueError for what is no month, or none between."""
    months = [last]
    clock.parse_month(first), clock.parse_month(last)
    if first > last:
        raise ValueError("the first month is after the last")
    while months[-1] > first:
        months.append(clock.previous_month(months[-1]))
    return months[::-1]


def replay(month: str, desk: Desk, now: datetime) -> Iterator[dict]:
    """A past month with its phases at the instants of its calendar; the caller waits for each one's finish before the next.

    A month that stands as final gets no provisional index behind it: revisions only grow, and whoever looks would see the older state as
    the newer one.
    """
    for status in replayed_phases(month, desk):
        yield start(month, desk, now, order_of(month, status, desk))


def replayed_phases(month: str, desk: Desk) -> tuple[Status, ...]:
    """Both, or the final one alone where that stands."""
    stand = {_status(desk, month, revision) for revision in list_revisions(desk.files, "index", month)}
    return (Status.PROVISIONAL, Status.FINAL) if stand <= {Status.PROVISIONAL} else (Status.FINAL,)


def _status(desk: Desk, month: str, revision: int) -> str:
    claim = orjson.loads(read_release(desk.files, "index", month, revision, CLAIM) or b"{}")
    return str(claim.get("status", ""))
