"""The event log in DynamoDB: append, read a subject to its end, and what came in since.

Nothing here changes or deletes an event. An event id is an idempotency key: appending the same content again is no
change, other content under the same id is a Conflict.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import orjson

from chalicelib import bulk, clock
from chalicelib.errors import BadInput, Conflict
from chalicelib.supervision.model import Event, from_document, to_text
from chalicelib.supervision.vocabulary import problems
from chalicelib.tables import Events, table_name

INGEST_SHARDS = 4
IS_NEW = "attribute_not_exists(event_id)"
ENTERPRISES_TOGETHER = 250
FAILED = "ConditionalCheckFailed"


@dataclass(frozen=True, slots=True)
class Appended:
    """What an append did: the ids that are new in the log, and those that stood there with the same content."""

    new: tuple[str, ...]
    same: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Rejected:
    """A record of the log that is not an acceptable event; it is left out of every fold, never dropped silently."""

    subject: str
    event_id: str
    reason: str


@dataclass(frozen=True, slots=True)
class Reading:
    """A subject's log: its events, and the records that are none."""

    events: tuple[Event, ...]
    rejected: tuple[Rejected, ...]


@dataclass(frozen=True, slots=True)
class EventLog:
    """The ``events`` table of a stack."""

    table_prefix: str

    @property
    def table(self) -> str:
        return table_name(self.table_prefix, Events)

    def append(self, events: Iterable[Event], now: datetime) -> Appended:
        """Append events, ``now`` being the real instant. At most 100 go in together or not at all; more go in hundreds.

        BadInput names every problem before anything is written. Conflict names the ids that stand with other content;
        the hundreds before stay appended, so that repeating the call is right. Unavailable: repeat the call.
        """
        unique = _distinct(events)
        instant = clock.instant_text(now)
        puts = [[self._put(event, text, instant)] for event, text in unique.values()]
        new: list[str] = []
        same: list[str] = []
        for chunk in bulk.chunks(puts):
            self._append_chunk([put for group in chunk for put in group], new, same)
        return Appended(tuple(new), tuple(same))

    def puts(self, events: Iterable[Event], now: datetime) -> list[dict[str, object]]:
        """The conditional writes of at most 100 events, for a transaction that writes something beside them."""
        return [self._put(event, text, clock.instant_text(now)) for event, text in _distinct(events).values()]

    def _put(self, event: Event, text: str, instant: str) -> dict[str, object]:
        item = {
            "subject": {"S": event.subject},
            "event_id": {"S": event.event_id},
            "schema": {"N": str(event.schema)},
            "kind": {"S": event.kind},
            "ingested_at": {"S": instant},
            "ingest_shard": {"S": f"{instant[:10]}#{ord(event.event_id[-1]) % INGEST_SHARDS}"},
            "doc": {"S": text},
        }
        return {"TableName": self.table, "Item": item, "ConditionExpression": IS_NEW, "ReturnValuesOnConditionCheckFailure": "ALL_OLD"}

    def _append_chunk(self, puts: list[dict], new: list[str], same: list[str]) -> None:
        """Standing events are taken out and the rest is tried again, once more for each that another writer added meanwhile."""
        while puts:
            reasons = bulk.transact(puts)
            if not reasons:
                new.extend(put["Item"]["event_id"]["S"] for put in puts)
                return
            standing = [(put, reason) for put, reason in zip(puts, reasons, strict=True) if reason.get("Code") == FAILED]
            if not standing:
                raise bulk.Refused("; ".join(str(reason.get("Message")) for reason in reasons if reason.get("Message")))
            other = [put["Item"]["event_id"]["S"] for put, reason in standing if self._stored_text(put, reason) != put["Item"]["doc"]["S"]]
            if other:
                raise Conflict("the same event id stands with other content", event_ids=other)
            same.extend(put["Item"]["event_id"]["S"] for put, _ in standing)
            gone = {id(put) for put, _ in standing}
            puts = [put for put in puts if id(put) not in gone]

    def _stored_text(self, put: dict, reason: dict) -> str | None:
        item = reason.get("Item")
        if not item:
            key = {name: put["Item"][name] for name in ("subject", "event_id")}
            item = bulk.call(bulk.client().get_item, TableName=self.table, Key=key, ConsistentRead=True).get("Item", {})
        return item.get("doc", {}).get("S")

    def read(self, subject: str) -> Reading:
        """Everything under a subject, consistently and to the last page, sorted by event id."""
        items = bulk.query_items(
            TableName=self.table,
            KeyConditionExpression="subject = :subject",
            ExpressionAttributeValues={":subject": {"S": subject}},
            ConsistentRead=True,
        )
        events, rejected = [], []
        for item in items:
            event = event_of(item)
            (rejected if isinstance(event, Rejected) else events).append(event)
        return Reading(tuple(events), tuple(rejected))

    def list_events(self, subject: str) -> tuple[Event, ...]:
        """The acceptable events of a subject, as :meth:`read`."""
        return self.read(subject).events

    def subjects_since(self, since: datetime, now: datetime) -> set[str]:
        """Subjects with an event that came in at or after ``since`` (both real instants; the index lags by moments)."""
        return set(self.counts_since(since, now))

    def counts_since(self, since: datetime, now: datetime) -> dict[str, int]:
        """How many events of each subject came in at or after ``since``, by the index: no subject is read."""
        counts: Counter[str] = Counter()
        day, last = since.astimezone(UTC).date(), now.astimezone(UTC).date()
        while day <= last:
            for shard in range(INGEST_SHARDS):
                counts.update(self._shard_since(f"{day.isoformat()}#{shard}", clock.instant_text(since)))
            day += timedelta(days=1)
        return dict(counts)

    def _shard_since(self, shard: str, instant: str) -> Iterator[str]:
        items = bulk.query_items(
            TableName=self.table,
            IndexName="by_ingested",
            KeyConditionExpression="ingest_shard = :shard AND ingested_at >= :since",
            ExpressionAttributeValues={":shard": {"S": shard}, ":since": {"S": instant}},
            ProjectionExpression="subject",
        )
        return (item["subject"]["S"] for item in items)


def _distinct(events: Iterable[Event]) -> dict[str, tuple[Event, str]]:
    """Each event once with its text. BadInput, Conflict: see :meth:`EventLog.append`."""
    unique: dict[str, tuple[Event, str]] = {}
    wrong, other = [], []
    for event in events:
        found = problems(event)
        if found:
            wrong.extend(found)
            continue
        text = to_text(event)
        standing = unique.setdefault(event.event_id, (event, text))
        if standing[1] != text:
            other.append(event.event_id)
    if wrong:
        raise BadInput(wrong)
    if other:
        raise Conflict("the same event id twice with different content", event_ids=other)
    return unique


def event_of(item: bulk.Item) -> Event | Rejected:
    """The event of a table item or stream image; Rejected, with the reason, if it can never be one."""
    subject, event_id = item.get("subject", {}).get("S", ""), item.get("event_id", {}).get("S", "")
    try:
        event = from_document(orjson.loads(item["doc"]["S"]), item.get("ingested_at", {}).get("S"))
    except KeyError:
        return Rejected(subject, event_id, "no document")
    except ValueError as error:
        return Rejected(subject, event_id, str(error)[:500])
    found = problems(event)
    if found:
        return Rejected(subject, event_id, "; ".join(map(str, found))[:500])
    if (event.subject, event.event_id) != (subject, event_id):
        return Rejected(subject, event_id, "the document stands under another key")
    return event


def in_import_order(events: Sequence[Event]) -> list[Event]:
    """Enterprises by blocks, each block's enterprises before its sites: the stream then regrades a site once.

    A block is about a batch of each lane. What happened to the enterprises has their sites regraded, from the whole log; the
    sites' own events come by when that is done and find themselves in it. Side by side, two lanes would do the same site at once.
    """
    owner = {event.subject_id: str(event.payload.get("enterprise_id")) for event in events if event.kind == "site_registered"}
    owners = [owner.get(event.subject_id, event.subject_id) for event in events]
    block = {one: number // ENTERPRISES_TOGETHER for number, one in enumerate(sorted(set(owners)))}
    places = [(block[one], event.scope, one, event.subject_id, event.event_id) for one, event in zip(owners, events, strict=True)]
    return [events[number] for number in sorted(range(len(events)), key=places.__getitem__)]
