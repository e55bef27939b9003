"""Where a month's run reads: the sites of a township by its cards, their facts in batches, the township's own log."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import orjson

from chalicelib import bulk
from chalicelib.ids import subject_of
from chalicelib.supervision.model import Event
from chalicelib.supervision.store import EventLog
from chalicelib.tables import Cards, Facts, table_name


class Sources(Protocol):
    """What a township's part needs."""

    def facts_of(self, township: str) -> Iterable[Mapping]:
        """The fact documents of every site whose card stands in the township."""
        ...

    def facts_by_id(self, site_ids: Iterable[str]) -> Iterable[Mapping]:
        """The fact documents of these sites."""
        ...

    def events_of(self, township: str) -> Sequence[Event]:
        """The township's own events."""
        ...


@dataclass(frozen=True)
class MemorySources:
    """Facts and events in memory, for tests, benches and dry runs."""

    facts: Mapping[str, Sequence[Mapping]] = field(default_factory=dict)
    events: Mapping[str, Sequence[Event]] = field(default_factory=dict)

    def facts_of(self, township: str) -> Iterable[Mapping]:
        return self.facts.get(township, ())

    def facts_by_id(self, site_ids: Iterable[str]) -> Iterable[Mapping]:
        wanted = set(site_ids)
        return [document for documents in self.facts.values() for document in documents if document["site_id"] in wanted]

    def events_of(self, township: str) -> Sequence[Event]:
        return self.events.get(township, ())


@dataclass(frozen=True)
class StackSources:
    """The tables of a stack."""

    table_prefix: str

    def facts_of(self, township: str) -> Iterable[Mapping]:
        return self.facts_by_id(item["site_id"]["S"] for item in self._cards(township))

    def facts_by_id(self, site_ids: Iterable[str]) -> Iterable[Mapping]:
        keys = [{"site_id": {"S": site_id}} for site_id in site_ids]
        items = bulk.batch_get(table_name(self.table_prefix, Facts), keys, ("doc",))
        return (orjson.loads(item["doc"]["S"]) for item in items)

    def _cards(self, township: str) -> Iterable[bulk.Item]:
        return bulk.query_items(
            TableName=table_name(self.table_prefix, Cards),
            IndexName="by_township",
            KeyConditionExpression="township = :township",
            ExpressionAttributeValues={":township": {"S": township}},
            ProjectionExpression="site_id",
        )

    def events_of(self, township: str) -> Sequence[Event]:
        return EventLog(self.table_prefix).list_events(subject_of("township", township))
