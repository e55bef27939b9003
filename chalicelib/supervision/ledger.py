"""The ledger 台账 of acts that set a colour by hand or take a fact back: overrides, withdrawals, appeal decisions. Pure.

Every such event of the log has one entry, numbered from 1 and chained: an entry names the hash of the one before it, the head
names the last. Entries are canonical JSON (RFC 8785). What was changed, removed or put in another place shows when the chain
is worked out anew (:func:`faults`); a head that was written down elsewhere shows a chain that was cut and shortened.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from chalicelib.canonical import content_hash
from chalicelib.supervision.model import Event, to_document
from chalicelib.supervision.vocabulary import load_vocabulary

SCHEMA = 1
NOTHING = "sha256:" + "0" * 64
Entry = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Head:
    """How long the chain is, and the hash of its last entry."""

    count: int = 0
    hash: str = NOTHING


def is_ledgered(event: Event) -> bool:
    """Whether events of this kind stand in the ledger; the vocabulary says so."""
    return load_vocabulary().kinds[event.kind].ledger


def entry_of(event: Event, head: Head) -> dict[str, object]:
    """The next entry of a chain, for an event: what was done to whom, by whom, signed by whom, and the hash of its whole content."""
    entry: dict[str, object] = {
        "schema": SCHEMA,
        "number": head.count + 1,
        "previous": head.hash,
        "event_id": event.event_id,
        "kind": event.kind,
        "subject": event.subject,
        "occurred_on": event.occurred_on,
        "known_at": event.known_at,
        "actor": {"id": event.actor.id, "role": event.actor.role},
        "signers": sorted(map(str, event.payload.get("signers") or ())),  # type: ignore[call-overload]
        "about": event.voids or event.caused_by,
        "content": content_hash(to_document(event)),
    }
    return {**entry, "hash": content_hash(entry)}


def head_after(entry: Entry) -> Head:
    return Head(int(str(entry["number"])), str(entry["hash"]))


def faults(entries: Iterable[Entry], head: Head, events: Mapping[str, Event]) -> Iterator[str]:
    """What does not hold of a chain read in its order: numbers, links, hashes, the head, and the events in the log."""
    last, seen = Head(), set()
    for entry in entries:
        number = entry.get("number")
        where = f"第{number}号"
        if number != last.count + 1:
            yield f"{where}：前一号是第{last.count}号，中间有缺失或次序被改动"
        if entry.get("previous") != last.hash:
            yield f"{where}：与前一号的哈希不符"
        if content_hash({name: value for name, value in entry.items() if name != "hash"}) != entry.get("hash"):
            yield f"{where}：内容与其哈希不符，曾被改动"
        if entry.get("event_id") in seen:
            yield f"{where}：同一事实记了两次"
        yield from event_faults(where, entry, events.get(str(entry.get("event_id"))))
        seen.add(entry.get("event_id"))
        last = Head(number if isinstance(number, int) else last.count + 1, str(entry.get("hash")))
    if last != head:
        yield f"链头：记为第{head.count}号 {head.hash}，实际为第{last.count}号 {last.hash}"


def event_faults(where: str, entry: Entry, event: Event | None) -> Iterator[str]:
    if event is None:
        yield f"{where}：日志中已没有这一事实 {entry.get('event_id')}"
    elif content_hash(to_document(event)) != entry.get("content"):
        yield f"{where}：日志中的事实与登记时不同 {entry.get('event_id')}"


def missing(events: Iterable[Event], entries: Sequence[Entry]) -> list[Event]:
    """Ledgered events of the log that have no entry, in the order of their recording."""
    entered = {entry.get("event_id") for entry in entries}
    absent = [event for event in events if is_ledgered(event) and event.event_id not in entered]
    return sorted(absent, key=lambda event: (event.known_at, event.event_id))
