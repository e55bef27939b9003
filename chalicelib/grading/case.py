"""A case: one site's facts as they stand on one day. Facts of a later day, and voided ones, are not in it.

Days are ISO text, which compares as text; calendar arithmetic on it is remembered, because districts repeat few dates.
Every dated test tells the case on which day it will flip by itself: the earliest such day is the review date.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from functools import lru_cache
from operator import itemgetter

from chalicelib import clock
from chalicelib.grading.reading import Dated

Record = Mapping[str, object]
DAY, ORDER = itemgetter("on"), itemgetter("on", "at", "id")
MOST_REMEMBERED = 65536


class Remembered(dict):
    """Answers worked out once each; a dictionary is asked several times faster than ``lru_cache``. Too many are forgotten all at once."""

    __slots__ = ("work",)

    def __init__(self, work: Callable) -> None:
        self.work = work

    def __missing__(self, question: object) -> object:
        if len(self) >= MOST_REMEMBERED:
            self.clear()
        answer = self[question] = self.work(question)
        return answer


def moved(add: Callable[[date, int], date]) -> Remembered:
    """Numbers → days → the day moved by that number."""
    return Remembered(lambda number: Remembered(lambda day: add(date.fromisoformat(day), number).isoformat()))


MONTHS_AFTER, DAYS_AFTER = moved(clock.add_months), moved(clock.add_days)
# The first day whose window still holds a day: then one comparison tells whether another day's window does.
EARLIEST_ANCHOR, NEXT_DAY = moved(clock.earliest_anchor), DAYS_AFTER[1]
NEXT_MONTH = Remembered(lambda day: clock.parse_month(day[:7])[1].isoformat())


def months_after(day: str, months: int) -> str:
    """The first day outside the window ``[day, day + months)``."""
    return MONTHS_AFTER[months][day]


def days_after(day: str, days: int) -> str:
    return DAYS_AFTER[days][day]


def next_month(day: str) -> str:
    """The first day of the month after that of ``day``."""
    return NEXT_MONTH[day]


@lru_cache(maxsize=4096)
def months_before(day: str, count: int) -> tuple[str, ...]:
    """The ``count`` complete calendar months before the month of ``day``, newest first, as ``YYYY-MM``."""
    months, month = [], day[:7]
    for _ in range(count):
        month = clock.previous_month(month)
        months.append(month)
    return tuple(months)


def so_far(facts: Sequence[Record], on: str) -> list[Record]:
    """Those of the facts that count by ``on``, each id once, in order; their steps likewise."""
    counting = {fact["id"]: fact for fact in facts if fact["on"] <= on and "void" not in fact}
    return [{**fact, "then": so_far(fact["then"], on)} if "then" in fact else fact for fact in sorted(counting.values(), key=ORDER)]


def until_day(facts: Sequence[Record], on: str) -> Sequence[Record]:
    """Those of ``on`` and before among facts that stand in order; their steps likewise. The same list if that is all of them."""
    if facts[-1]["on"] > on:
        facts = facts[: bisect_right(facts, on, key=DAY)]
    if any(fact.get("then") and fact["then"][-1]["on"] > on for fact in facts):
        return [{**fact, "then": until_day(fact["then"], on)} if fact.get("then") else fact for fact in facts]
    return facts


def counting_by(facts: Mapping[str, object], on: str) -> Mapping[str, Sequence[Record]]:
    """The records that count by ``on``: none withdrawn, none of a later day, each id once, in order; their steps likewise.

    Facts whose ``stands_from`` has come are taken as they are: the fold has said so of them. Before that day only later ones are cut
    off. Facts that say nothing are put in order here, so no judge depends on who made them.
    """
    records, since = facts["records"], facts.get("stands_from")
    if since is None:
        return {kind: so_far(found, on) for kind, found in records.items()}
    return records if since <= on else {kind: until_day(found, on) for kind, found in records.items() if found}


def step_of(record: Record, kind: str) -> Record | None:
    """The first step of this kind that was taken."""
    if "then" in record:
        for step in record["then"]:
            if step["kind"] == kind:
                return step
    return None


class Case:
    """One site on one day. ``records`` are those that count by then (:func:`counting_by`); ``flips`` collects the later days on
    which a test changes with no event.

    ``stories.tell`` fills in the hazards (all, the open ones, those that repeat an earlier one), the rechecks (day,
    who had found the hazard, passed at the first go, id) and the accidents.
    """

    __slots__ = ("accidents", "flips", "hazards", "on", "open_hazards", "rechecks", "records", "repeats")

    def __init__(self, facts: Mapping[str, object], on: str) -> None:
        self.on = on
        self.records = counting_by(facts, on)
        self.flips: list[str] = []

    def live(self, kind: str) -> Sequence[Record]:
        """The facts of a kind, each id once, in order."""
        return self.records.get(kind, ())

    def latest(self, kind: str) -> Record | None:
        records = self.records.get(kind)
        return records[-1] if records else None

    def window(self, anchor: str, months: Dated) -> str:
        """The first free day of ``[anchor, anchor + months)`` if this day is inside, else "". Notes the flip."""
        end = MONTHS_AFTER[months.only or months.at(anchor)][anchor]
        if end <= self.on:
            return ""
        self.flips.append(end)
        return end

    def until(self, day: str) -> bool:
        """Whether this day is not after ``day``, which is itself still good. Notes the flip."""
        if day < self.on:
            return False
        self.flips.append(NEXT_DAY[day])
        return True

    def reached(self, day: str) -> bool:
        """Whether ``day`` has come. Notes the flip if it has not."""
        if day <= self.on:
            return True
        self.flips.append(day)
        return False

    def review_on(self) -> str | None:
        """The earliest day after this one on which a dated test flips, or None."""
        return min(self.flips) if self.flips else None


def known_by(records: Mapping[str, Sequence[Record]], known_at: datetime) -> dict[str, list[Record]]:
    """The facts as they were recorded by an instant: later records and steps gone, later voids not yet made."""
    limit = clock.instant_text(known_at)
    return {kind: [as_known(record, limit) for record in found if record["at"] <= limit] for kind, found in records.items()}


def as_known(record: Record, limit: str) -> Record:
    shown = dict(record)
    if "void" in shown and shown["void"]["at"] > limit:
        del shown["void"]
    if "then" in shown:
        shown["then"] = [as_known(step, limit) for step in shown["then"] if step["at"] <= limit]
    return shown
