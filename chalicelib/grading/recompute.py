"""Rebuilds cards from the log: to prove that the stored ones follow from it, to repair them, to catch up after a stop.

Nothing scans a table. Sites are named by the cards of the district's townships and by what came in since a given instant;
the second also finds sites that have no card.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime

import orjson

from chalicelib.errors import Unavailable
from chalicelib.grading.card import Card
from chalicelib.grading.regrade import NEVER, SITES_AT_ONCE, Done, Regrader, Shelf
from chalicelib.grading.store import CardStore, StoredCard
from chalicelib.supervision.facts import SITE_EVENT_WEIGHT

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Difference:
    """A site whose stored card or facts do not follow from the log. ``stored`` and ``rebuilt`` are what differs, as text."""

    site_id: str
    what: str
    stored: str
    rebuilt: str


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """How many sites were looked at, and every difference found."""

    sites: int
    differences: tuple[Difference, ...]


def silent(done: int, total: int) -> None:
    """No progress."""


def sites_of_district(regrader: Regrader, cards: CardStore, since: datetime, now: datetime) -> list[str]:
    """Every site with a card in a township of the district, and every site or enterprise's site that came in since."""
    codes = dict.fromkeys(township.code for township in regrader.district.townships)
    found = {row["site_id"] for code in codes for row in cards.list_township(code)}
    return sorted(found | changed_sites(regrader, since, now))


def changed_sites(regrader: Regrader, since: datetime, now: datetime) -> set[str]:
    """Sites that an event which came in since concerns, those of changed enterprises included."""
    subjects = regrader.log.subjects_since(since, now)
    shelf = Shelf(regrader.log)
    opened = regrader.sites_of([subject[2:] for subject in subjects if subject.startswith("E:")], shelf)
    if shelf.failed:
        raise Unavailable("some enterprises could not be read", subjects=len(shelf.failed))
    return {subject[2:] for subject in subjects if subject.startswith("S:")}.union(*opened.values())


def regrade_stale(regrader: Regrader, day: date, since: datetime, now: datetime, progress: Progress = silent) -> Done:
    """Regrade sites whose stored facts are older than their log: after a stop the stream's position is not trusted.

    Stored versions are counts of events, so they are held against counts of what came in since, by the index alone. With
    ``since`` before the first event that is exact and reads no log at all; later, sites that changed since are regraded.
    """
    counts = regrader.log.counts_since(since, now)
    sites = {subject[2:] for subject in counts if subject.startswith("S:")}
    current = _current_sites(regrader.saver.facts.standings(sites), counts)
    owned = set(current.values())
    companies = [subject[2:] for subject in counts if subject.startswith("E:") and subject[2:] not in owned]
    shelf = Shelf(regrader.log)
    opened = regrader.sites_of(companies, shelf)
    if shelf.failed:
        raise Unavailable("some enterprises could not be read", subjects=len(shelf.failed))
    wanted = sorted(sites.union(*opened.values()) - current.keys())
    done = Done(unchanged=tuple(sorted(current)))
    for start, some in _hundreds(wanted):
        done += regrader.regrade(some, day)
        progress(start + len(some), len(wanted))
    return done


def _current_sites(standings: dict[str, tuple[int, str | None]], counts: dict[str, int]) -> dict[str, str | None]:
    """Sites, with their enterprise, whose stored version is exactly what was counted."""
    return {
        site_id: enterprise_id
        for site_id, (version, enterprise_id) in standings.items()
        if version == counts[f"S:{site_id}"] * SITE_EVENT_WEIGHT + counts.get(f"E:{enterprise_id}", 0)
    }


def rebuild(regrader: Regrader, day: date, site_ids: Iterable[str], *, repair: bool = False, progress: Progress = silent) -> Rebuilt:
    """Rebuild every card from the log and compare it with the stored one, byte by byte, and the facts too.

    A stored card is compared as of its own day, so that days on which nothing was due are no difference. With ``repair``
    a differing site is replaced as of ``day``. Unavailable if a subject cannot be read.
    """
    wanted = sorted(set(site_ids))
    differences: list[Difference] = []
    for start, some in _hundreds(wanted):
        shelf = Shelf(regrader.log)
        regrader.read(some, shelf)
        if shelf.failed:
            raise Unavailable("some subjects could not be read", subjects=len(shelf.failed))
        cards, facts = regrader.saver.cards.load(some), regrader.saver.facts.load(some)
        found = [
            difference for site_id in some for difference in _compare(regrader, site_id, cards.get(site_id), facts.get(site_id), day, shelf)
        ]
        if repair and found:
            regrader.repair({difference.site_id for difference in found}, day, shelf)
        differences += found
        progress(start + len(some), len(wanted))
    return Rebuilt(len(wanted), tuple(differences))


def _hundreds(site_ids: list[str]) -> Iterator[tuple[int, list[str]]]:
    for start in range(0, len(site_ids), SITES_AT_ONCE):
        yield start, site_ids[start : start + SITES_AT_ONCE]


def _compare(
    regrader: Regrader, site_id: str, card: StoredCard | None, facts: dict[str, object] | None, day: date, shelf: Shelf
) -> Iterator[Difference]:
    as_of = date.fromisoformat(card.as_of) if card is not None else day
    try:
        rebuilt = regrader.judge(site_id, as_of, shelf)
    except NEVER as error:
        if card is not None:
            yield Difference(site_id, "card", card.doc, f"{type(error).__name__}: {error}")
        return
    stored_facts = "" if facts is None else _text(facts)
    rebuilt_facts = "" if rebuilt is None else _text(rebuilt.facts)
    if stored_facts != rebuilt_facts:
        yield Difference(site_id, "facts", stored_facts, rebuilt_facts)
    stored, again = _card_text(card), _card_text(rebuilt.card if rebuilt is not None else None)
    if stored != again:
        yield Difference(site_id, "card", stored, again)


def _text(document: object) -> str:
    return orjson.dumps(document, option=orjson.OPT_SORT_KEYS).decode()


def _card_text(card: Card | StoredCard | None) -> str:
    if card is None:
        return ""
    document = orjson.loads(card.doc) if isinstance(card, StoredCard) else card.document
    return _text({"version": card.version, "as_of": card.as_of, "outcome": card.outcome, "document": document})
