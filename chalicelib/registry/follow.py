"""Townships that ended: their sites go on under the successor's code, by one fact each.

A reform moves thousands of sites on one day. Each gets its own ``site_moved`` dated that day, so that everything else (cards, months, history)
needs to know nothing of reforms: what happened before stays with the code under which it happened. Repeating it is no change.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from chalicelib.register.district import District, Township
from chalicelib.supervision.model import Actor, Event, make_event

ACTOR = Actor("township-reform", "admin")


class Cards(Protocol):
    """As :class:`chalicelib.grading.store.CardStore`."""

    def list_township(self, township: str) -> list[dict[str, object]]: ...


class Log(Protocol):
    """As :class:`chalicelib.supervision.store.EventLog`."""

    def append(self, events: Iterable[Event], now: datetime) -> object: ...


@dataclass(frozen=True, slots=True)
class Followed:
    """An ended township, the code it goes on under, and how many of its sites were still under the old one."""

    township: Township
    sites: int


def ended(district: District, day: date) -> Iterator[Township]:
    """The townships that have ended by a day and go on under another code."""
    return (t for t in district.townships if t.successor and t.valid_to is not None and t.valid_to <= day)


def moves(township: Township, site_ids: Iterable[str], now: datetime) -> list[Event]:
    """The facts that sites of an ended township stand under its successor from its last day on. The same site and reform, the same fact."""
    assert township.valid_to is not None
    on = township.valid_to
    return [
        make_event(
            "site_moved", site_id, occurred_on=on, known_at=now, actor=ACTOR, source="system", payload={"township": township.successor},
            key=f"reform|{township.code}|{on.isoformat()}",
        )
        for site_id in site_ids
    ]  # fmt: skip


def follow(district: District, day: date, cards: Cards, log: Log, times: Mapping[str, datetime], dry: bool = False) -> list[Followed]:
    """Append the moves of every site whose card still stands in an ended township. ``times``: ``known_at`` of the facts, ``now`` of the append."""
    done = []
    for township in ended(district, day):
        site_ids = [str(row["site_id"]) for row in cards.list_township(township.code)]
        if site_ids and not dry:
            log.append(moves(township, site_ids, times["known_at"]), times["now"])
        done.append(Followed(township, len(site_ids)))
    return done
