"""The facts of a site: its log and its enterprise's, regrouped for the judges (docs/architecture.md, "Facts").

A pure function of two sets of events: neither their order nor duplicates matter, and nothing a judge could ask for is
lost (long prose is cut). Withdrawn facts stay, marked, because a past grade is judged by what was known then.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from operator import attrgetter, itemgetter

from chalicelib.ids import subject_of
from chalicelib.supervision.kin import owner_of, standing_merges, target_of, way_up
from chalicelib.supervision.model import Event
from chalicelib.supervision.vocabulary import load_vocabulary

SCHEMA = 1
# No judge reads prose; the log keeps all of it. Cut here, so that a site with many long complaints still fits its item.
TEXT_LENGTH = 500
# One site never has a million enterprise events, so the two counts do not run into each other.
SITE_EVENT_WEIGHT = 1_000_000
# A merged enterprise's registration counts on its new sites from the merger on, its other facts from their own day.
COMPANY = ("enterprise_registered", "enterprise_changed")

_record_order = itemgetter("on", "at", "id")
_void_order = attrgetter("known_at", "occurred_on", "event_id")
Since = Mapping[str, tuple[str, str]]


def fold(
    site_events: Iterable[Event], enterprise_events: Iterable[Event] = (), absorbed: Iterable[Event] = (), *, text_length: int | None = TEXT_LENGTH
) -> dict[str, object]:
    """The facts document of the one site that ``site_events`` are about. ValueError if there is no event or a second site.

    ``absorbed`` are the events of records merged into it, ``enterprise_events`` those of its enterprise's whole family
    (:func:`chalicelib.supervision.kin.kin_of`). The opening of other sites is left out and not counted. ``text_length`` None: prose whole.
    """
    own = {event.event_id: event for event in site_events}
    site = subject_of("site", _only_subject(own))
    company = {event.event_id: event for event in enterprise_events if _concerns(event, site)}
    others = {event.event_id: event for event in absorbed}
    merges = standing_merges([*own.values(), *company.values(), *others.values()])
    owner = owner_of(own.values())
    since = {**_below(site, merges), **_around(subject_of("enterprise", owner), merges, company.values())} if owner or others else {}
    events = [*own.values(), *(event for event in (*company.values(), *others.values()) if _goes_along(event, since, owner))]
    records = _regroup(events, since, text_length)
    every = [*own.values(), *company.values(), *others.values()]
    if site in merges:
        _pass_on(records, merges[site])
    elif "site_merged" in records:
        _keep(records["site_merged"], every)
    return {
        "schema": SCHEMA,
        "site_id": site[2:],
        "enterprise_id": _standing_owner(owner, merges),
        "version": (len(own) + len(others)) * SITE_EVENT_WEIGHT + len(company),
        "known_at": max([event.known_at for event in every]),
        **_stands_from(records),
        "records": records,
    }


def _stands_from(records: Mapping[str, list[dict]]) -> dict[str, str]:
    """The day of the newest record or step, from which on everything counts as it stands; nothing when one is withdrawn."""
    every = [one for found in records.values() for record in found for one in (record, *record.get("then", ()))]
    if any("void" in one for one in every):
        return {}
    return {"stands_from": max(one["on"] for one in every)}


def _concerns(event: Event, site: str) -> bool:
    return event.kind != "site_opened" or event.payload.get("site_id") == site[2:]


def _below(site: str, merges: Mapping[str, Event]) -> dict[str, tuple[str, str]]:
    """By record merged into the site: since when (known at, day) its facts are this site's."""
    found = {}
    for subject in merges:
        way = way_up(subject, merges)
        ends = [place for place, merge in enumerate(way, start=1) if target_of(merge) == site]
        if subject.startswith("S:") and subject != site and ends:
            found[subject] = _latest(way[: ends[0]])
    return found


def _around(owner: str, merges: Mapping[str, Event], company: Iterable[Event]) -> dict[str, tuple[str, str]]:
    """By enterprise of the owner's family: since when its facts concern the owner's sites, "" = always.

    Without a day for those whose own registration says nothing of these sites: the owner was not merged into them.
    """
    own_way = way_up(owner, merges)
    heads = {target_of(merge) for merge in own_way}
    root = target_of(own_way[-1]) if own_way else owner
    found = {owner: ("", "")}
    for subject in {event.subject for event in company} - {owner}:
        way = way_up(subject, merges)
        if (target_of(way[-1]) if way else subject) == root:
            at, on = _latest([merge for merge in (*way, *own_way) if not (merge in way and merge in own_way)])
            found[subject] = (at, on if subject in heads else "")
    return found


def _latest(merges: list[Event]) -> tuple[str, str]:
    return max(merge.known_at for merge in merges), max(merge.occurred_on for merge in merges)


def _goes_along(event: Event, since: Since, owner: str | None) -> bool:
    """Whether another subject's event is a fact of this site too. The owner's own always are."""
    if event.scope == "enterprise":
        if owner is None or event.subject_id == owner:
            return True
        if event.kind in COMPANY:
            return bool(since.get(event.subject, ("", ""))[1])
    return event.subject in since and not load_vocabulary().kinds[event.kind].stays


def _standing_owner(owner: str | None, merges: Mapping[str, Event]) -> str | None:
    way = way_up(subject_of("enterprise", owner), merges) if owner else []
    return target_of(way[-1])[2:] if way else owner


def _regroup(events: list[Event], since: Since, text_length: int | None) -> dict[str, list[dict]]:
    records: dict[str, list[dict]] = {}
    by_id: dict[str, dict] = {}
    steps = []
    for event in events:
        by_id[event.event_id] = _record(event, since.get(event.subject), text_length)
    for event in sorted(events, key=lambda event: _record_order(by_id[event.event_id])):
        record = by_id[event.event_id]
        if event.caused_by is not None:
            steps.append((event, record))
        else:
            records.setdefault(event.kind, []).append(record)
    _attach_steps(steps, records, by_id)
    _mark_withdrawn([event for event in events if event.voids is not None], by_id)
    return records


def _pass_on(records: dict[str, list[dict]], merge: Event) -> None:
    """The facts of a record that was merged are the other's from then on: here they are marked as withdrawn by the merge."""
    gone = {"id": merge.event_id, "on": merge.occurred_on, "at": merge.known_at}
    for kind, found in records.items():
        if load_vocabulary().kinds[kind].stays:
            continue
        for record in found:
            if record.get("scope") != "enterprise" and ("void" not in record or record["void"]["at"] > gone["at"]):
                record["void"] = gone


def _keep(merges: list[dict], every: list[Event]) -> None:
    """Records merged in a ring are merged into nothing, from the merge on that closed it."""
    last = max((event for event in every if event.kind == "site_merged"), key=_void_order)
    for record in merges:
        record.setdefault("void", {"id": last.event_id, "on": last.occurred_on, "at": last.known_at})


def _only_subject(events: dict[str, Event]) -> str:
    subjects = {event.subject_id for event in events.values()}
    if len(subjects) != 1:
        raise ValueError(f"events of exactly one site are required, not of {len(subjects)}")
    return subjects.pop()


def _record(event: Event, since: tuple[str, str] | None, text_length: int | None) -> dict[str, object]:
    record = {"id": event.event_id, "on": event.occurred_on, "at": event.known_at, "by": event.source, **event.payload}
    if since is not None and since[0]:
        record["of"] = event.subject
        record["at"] = max(event.known_at, since[0])
        if event.kind in COMPANY:
            record["on"] = max(event.occurred_on, since[1])
    for name, value in event.payload.items():
        if text_length is not None and type(value) is str and len(value) > text_length:
            record[name] = value[: text_length - 1] + "…"
    if event.scope == "enterprise":
        record["scope"] = "enterprise"
    if event.evidence:
        record["evidence"] = list(event.evidence)
    if event.place:
        record["place"] = event.place
    if event.voids is not None:
        record["voids"] = event.voids
    return record


def _attach_steps(steps: list[tuple[Event, dict]], records: dict[str, list[dict]], by_id: dict[str, dict]) -> None:
    """A step joins its root; one whose root is missing, or is itself a step, stays a record of its own kind."""
    step_ids = {event.event_id for event, _ in steps}
    for event, record in steps:
        root = by_id.get(event.caused_by) if event.caused_by not in step_ids else None
        if root is None:
            record["caused_by"] = event.caused_by
            records[event.kind] = sorted([*records.get(event.kind, ()), record], key=_record_order)
        else:
            record["kind"] = event.kind
            root.setdefault("then", []).append(record)


def _mark_withdrawn(voids: list[Event], by_id: dict[str, dict]) -> None:
    """The earliest recorded void counts. A void cannot be voided: a wrong one is mended by appending the fact again."""
    void_ids = {event.event_id for event in voids}
    for event in sorted(voids, key=_void_order):
        target = by_id.get(event.voids)
        if target is not None and event.voids not in void_ids:
            target.setdefault("void", {"id": event.event_id, "on": event.occurred_on, "at": event.known_at})
