"""Which logs the facts of a site are folded from: its own, those of the records merged into it, those of its enterprise's
family (the enterprise, what it was merged into, what was merged into that). Pure.

``…_merged`` in the log of the one that goes decides, as long as it is not withdrawn; ``…_absorbed`` in the other's log only
says where to look. Two records merged into each other, or in a ring, are merged into nothing: no fact may vanish.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from operator import attrgetter

from chalicelib.ids import subject_of
from chalicelib.supervision.model import Event

MERGED = {"site_merged": "site", "enterprise_merged": "enterprise"}
ABSORBED = {"site_absorbed": ("site", "site"), "enterprise_absorbed": ("enterprise", "enterprise")}

EventsOf = Callable[[str], Sequence[Event]]
_order = attrgetter("occurred_on", "known_at", "event_id")


@dataclass(frozen=True, slots=True)
class Kin:
    """The events that a site's facts are folded from."""

    site: tuple[Event, ...]
    enterprise: tuple[Event, ...] = ()
    absorbed: tuple[Event, ...] = ()


def kin_of(site_id: str, events_of: EventsOf) -> Kin:
    """Everything that concerns a site, read by ``events_of`` (a subject's events, however often it is asked)."""
    site = subject_of("site", site_id)
    own = tuple(events_of(site))
    below = [subject for subject in subjects_below(site, events_of) if subject != site]
    owner = owner_of(own)
    family = subjects_around(subject_of("enterprise", owner), events_of) if owner else ()
    return Kin(
        own,
        tuple(event for subject in family for event in events_of(subject)),
        tuple(event for subject in below for event in events_of(subject)),
    )


def owner_of(events: Iterable[Event]) -> str | None:
    """The enterprise a site was registered under first; what that one was merged into is :func:`survivor_of`."""
    registered = [event for event in events if event.kind == "site_registered"]
    return min(registered, key=_order).payload["enterprise_id"] if registered else None


def neighbours(events: Iterable[Event]) -> list[str]:
    """The subjects that a log leads to, up and down."""
    events = list(events)
    return [*_up(events), *_down(events)]


def subjects_below(subject: str, events_of: EventsOf) -> list[str]:
    """The subject and every record that was ever merged into it, near and far."""
    return _reached(subject, events_of, _down)


def subjects_above(subject: str, events_of: EventsOf) -> list[str]:
    """The subject and everything it was ever merged into: what happens to it concerns them too."""
    return _reached(subject, events_of, _up)


def subjects_around(subject: str, events_of: EventsOf) -> list[str]:
    """The subject's whole family, up and down."""
    return _reached(subject, events_of, neighbours)


def _reached(subject: str, events_of: EventsOf, steps: Callable[[Sequence[Event]], Iterable[str]]) -> list[str]:
    found = [subject]
    for one in found:
        found.extend(other for other in dict.fromkeys(steps(events_of(one))) if other not in found)
    return found


def _up(events: Iterable[Event]) -> Iterator[str]:
    return (subject_of(MERGED[event.kind], event.payload["into"]) for event in events if event.kind in MERGED)


def _down(events: Iterable[Event]) -> Iterator[str]:
    for event in events:
        if event.kind in ABSORBED:
            scope, name = ABSORBED[event.kind]
            yield subject_of(scope, event.payload[name])


def standing_merges(events: Iterable[Event]) -> dict[str, Event]:
    """By subject, the merge that holds: its newest one that no void withdraws, unless it ends where it began."""
    events = list(events)
    withdrawn = {event.voids for event in events if event.voids is not None}
    merges = {event.subject: event for event in sorted(events, key=_order) if event.kind in MERGED and event.event_id not in withdrawn}
    return {subject: merge for subject, merge in merges.items() if not _in_ring(subject, merges)}


def _in_ring(subject: str, merges: dict[str, Event]) -> bool:
    seen, here = {subject}, merges.get(subject)
    while here is not None:
        target = target_of(here)
        if target == subject:
            return True
        if target in seen:
            return False
        seen.add(target)
        here = merges.get(target)
    return False


def target_of(merge: Event) -> str:
    """The subject that a merge leads to."""
    return subject_of(MERGED[merge.kind], merge.payload["into"])


def way_up(subject: str, merges: dict[str, Event]) -> list[Event]:
    """The merges from a subject to the one that stands for it now, nearest first; empty where it stands for itself."""
    way: list[Event] = []
    while subject in merges and merges[subject] not in way:
        way.append(merges[subject])
        subject = target_of(merges[subject])
    return way
