"""Merging two records of one site, or two enterprises: what must hold, and the two facts that say so. Pure.

The two stand in two logs and are appended together or not at all: a record never points to another that does not know it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from chalicelib.errors import BadInput, Problem
from chalicelib.ids import subject_of
from chalicelib.supervision.kin import EventsOf, owner_of, standing_merges, target_of, way_up
from chalicelib.supervision.model import Actor, Event, make_event

KINDS = {"site": ("site_merged", "site_absorbed", "site"), "enterprise": ("enterprise_merged", "enterprise_absorbed", "enterprise")}
WORD = {"site": "场所", "enterprise": "企业"}
BODY_KEYS = {"into", "reason", "key", "occurred_on"}
MAX_KEY_LENGTH = 200


@dataclass(frozen=True, slots=True)
class Act:
    """Who merges on whose behalf, and when: what both facts say alike."""

    actor: Actor
    source: str
    occurred_on: str
    known_at: str
    key: str
    reason: str = ""


def asked(body: Mapping[str, object]) -> tuple[str, str, str]:
    """``into``, ``key`` and ``reason`` of a request. BadInput naming everything wrong with its frame."""
    found = [Problem("$", name, "", "没有这个字段") for name in sorted(set(body) - BODY_KEYS)]
    for name in ("into", "key", "reason"):
        value = body.get(name)
        if not isinstance(value, str) or not 0 < len(value.strip()) <= MAX_KEY_LENGTH:
            found.append(Problem("$", name, "", f"必填，不超过 {MAX_KEY_LENGTH} 个字符"))
    if body.get("occurred_on") is not None and not isinstance(body["occurred_on"], str):
        found.append(Problem("$", "occurred_on", "", "日期应为 2020-06-01 的形式"))
    if found:
        raise BadInput(found)
    return str(body["into"]), str(body["key"]), str(body["reason"]).strip()


def merge_events(scope: str, gone: str, into: str, act: Act, events_of: EventsOf) -> tuple[Event, Event]:
    """The facts that merge ``gone`` into ``into``. BadInput where either is no record, or one of them was merged before.

    A repeated request (same key) finds its own merge standing and is no fault.
    """
    merged, absorbed, name = KINDS[scope]
    common = {"occurred_on": act.occurred_on, "known_at": act.known_at, "actor": act.actor, "source": act.source}
    payload = {"into": into, **({"reason": act.reason} if act.reason else {})}
    going = make_event(merged, gone, payload=payload, key=act.key, **common)
    taking = make_event(absorbed, into, payload={name: gone}, key=f"{act.key}|{gone}", **common)
    _refuse(_faults(scope, gone, into, going, events_of))
    return going, taking


def _faults(scope: str, gone: str, into: str, going: Event, events_of: EventsOf) -> list[Problem]:
    if gone == into:
        return [Problem("$", "into", into, "不能并入自己")]
    logs = {one: events_of(subject_of(scope, one)) for one in (gone, into)}
    unknown = [Problem("$", "into" if one == into else scope, one[:40], f"没有这个{WORD[scope]}") for one in logs if not _is_registered(scope, logs[one])]
    if unknown:
        return unknown
    merges = standing_merges([*logs[gone], *logs[into]])
    here, there = (merges.get(subject_of(scope, one)) for one in (gone, into))
    if there is not None:
        return [Problem("$", "into", into, f"该档案自己已并入 {there.payload['into']}，请并入那一份")]
    if here is not None and here.event_id != going.event_id:
        return [Problem("$", scope, gone, f"已并入 {here.payload['into']}；须先作废那次合并")]
    return []


def _is_registered(scope: str, events: Sequence[Event]) -> bool:
    return owner_of(events) is not None if scope == "site" else any(event.kind == "enterprise_registered" for event in events)


def _refuse(found: list[Problem]) -> None:
    if found:
        raise BadInput(found)


def merged_into(scope: str, subject_id: str, events_of: EventsOf) -> str | None:
    """Where this record went, if it was merged and that was not withdrawn."""
    merges = standing_merges(events_of(subject_of(scope, subject_id)))
    way = way_up(subject_of(scope, subject_id), merges)
    return target_of(way[-1])[2:] if way else None
