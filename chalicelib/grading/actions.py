"""An act that can make a grade better, as the hypothetical facts it would put on record. Pure.

An act is what people do about one item, hazard or record, and what the authority then records of it (domain §12.46: only
what is recorded raises a grade). Applying an act adds those facts as the fold would, so "what if" is the judge itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import timedelta
from itertools import chain
from typing import NamedTuple

from chalicelib import clock
from chalicelib.grading.case import ORDER, Record

Facts = Mapping[str, object]


class Entry(NamedTuple):
    """A hypothetical fact: a record of a kind, or a step of the record ``root`` of that kind."""

    kind: str
    record: Record
    root: str = ""


class Gain(NamedTuple):
    """The most an act can win, whatever else is done: hundredths of an axis's sum, and of adjustments."""

    axis: str = ""
    kept: int = 0
    adjusted: int = 0


NOTHING = Gain()


class Act(NamedTuple):
    """One thing to do. ``concerns`` is an item or an event id, "" for the site as a whole; ``on`` the day it is recorded.

    ``at_once``: what it wins counts from its own day, so it is never better done later. Such an act's gain is what the judge
    measures for it alone, and ``gain`` more at most.
    ``uneven``: it also adds to a ratio's denominator, so it might cost as well as win.
    """

    code: str
    concerns: str
    title: str
    effort: int
    on: str
    entries: tuple[Entry, ...]
    gain: Gain = NOTHING
    at_once: bool = False
    uneven: bool = False

    @property
    def name(self) -> tuple[str, str]:
        return self.code, self.concerns

    def to_document(self) -> dict[str, object]:
        return {
            "act": self.code,
            "concerns": self.concerns,
            "title": self.title,
            "on": self.on,
            "records": [entry.kind for entry in self.entries],
        }


class Pen:
    """Writes hypothetical records of one day, later than all that is on record, in the order of their instants."""

    def __init__(self, facts: Facts, on: str) -> None:
        self.on = on
        newest = max((record["at"] for record in every_record(facts)), default=f"{on}T00:00:00.000Z")
        since = clock.parse_instant(newest)
        self.instants = [clock.instant_text(since + timedelta(milliseconds=number)) for number in range(1, 5)]

    def write(self, name: str, by: str, place: int = 1, **payload: object) -> Record:
        """A record with an id of this name, at the ``place``-th of the instants."""
        return {"id": f"what-if-{self.on}-{name}", "on": self.on, "at": self.instants[place], "by": by, **payload}

    def step(self, root: Record, kind: str, by: str, place: int = 1, **payload: object) -> Record:
        return {"kind": kind, **self.write(f"{root['id']}-{kind}", by, place, **payload)}


def every_record(facts: Facts) -> Iterator[Record]:
    for records in facts["records"].values():
        for record in records:
            yield record
            yield from record.get("then", ())


def applied(facts: Facts, acts: Sequence[Act]) -> Facts:
    """The facts as they would be after these acts; the given ones stay as they are."""
    more: dict[str, list[Record]] = {}
    steps: dict[str, list[Record]] = {}
    rooted: set[str] = set()
    for entry in chain.from_iterable(act.entries for act in acts):
        if entry.root:
            steps.setdefault(entry.root, []).append(entry.record)
            rooted.add(entry.kind)
        else:
            more.setdefault(entry.kind, []).append(entry.record)
    records = dict(facts["records"])
    for kind in rooted:
        records[kind] = [
            {**record, "then": together(record.get("then", ()), steps[record["id"]])} if record["id"] in steps else record
            for record in records[kind]
        ]
    for kind, written in more.items():
        records[kind] = together(records.get(kind, ()), written)
    return {**facts, "records": records, **stands_from(facts, (act.on for act in acts))}


def stands_from(facts: Facts, days: Iterable[str]) -> dict[str, str]:
    """With records of these days, put in order, what facts say of themselves (:func:`.case.counting_by`) is true from the newest on."""
    since = facts.get("stands_from")
    return {} if since is None else {"stands_from": max([since, *days])}


def together(records: Iterable[Record], more: Iterable[Record]) -> list[Record]:
    """The records and some more, in the fold's order."""
    return sorted([*records, *more], key=ORDER)
