"""The ledger in DynamoDB: an entry, its event's mark and the head are written together, on condition that the head is the one read.

Two writers at once: one finds the head moved and tries again behind the other. Nothing here changes or removes an entry.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import orjson

from chalicelib import bulk
from chalicelib.canonical import canonical_json
from chalicelib.errors import Unavailable
from chalicelib.supervision.ledger import NOTHING, Entry, Head, entry_of, head_after, is_ledgered
from chalicelib.supervision.model import Event
from chalicelib.tables import Ledger, table_name

CHAIN, HEAD, MARK = "chain", "head", "event"
ROUNDS = 40
FAILED = "ConditionalCheckFailed"
SCHEMA = {"N": "1"}


@dataclass(frozen=True, slots=True)
class LedgerStore:
    """The ``ledger`` table of a stack."""

    table_prefix: str

    @property
    def table(self) -> str:
        return table_name(self.table_prefix, Ledger)

    def enter(self, events: Iterable[Event]) -> int:
        """Enter the ledgered ones among these events, each once whatever is delivered again; how many were new. Unavailable: repeat."""
        return sum(self._enter(event) for event in events if is_ledgered(event))

    def _enter(self, event: Event) -> bool:
        for _ in range(ROUNDS):
            if self._get(MARK, event.event_id):
                return False
            head = self.head()
            if not bulk.transact(self._puts(event, head)):
                return True
        raise Unavailable("others keep writing to the ledger", event_id=event.event_id)

    def _puts(self, event: Event, head: Head) -> list[dict[str, object]]:
        entry = entry_of(event, head)
        new = head_after(entry)
        moved = self._put(HEAD, "head", orjson.dumps({"count": new.count, "hash": new.hash}).decode())
        moved["Item"] |= {"hash": {"S": new.hash}}  # type: ignore[operator]
        if head.hash == NOTHING:
            moved["ConditionExpression"] = "attribute_not_exists(part)"
        else:
            moved |= {
                "ConditionExpression": "#hash = :seen",
                "ExpressionAttributeNames": {"#hash": "hash"},
                "ExpressionAttributeValues": {":seen": {"S": head.hash}},
            }
        line = self._put(CHAIN, f"{new.count:012d}", canonical_json(entry).decode())
        mark = self._put(MARK, event.event_id, str(new.count))
        for put in (line, mark):
            put["ConditionExpression"] = "attribute_not_exists(part)"
        return [line, mark, moved]

    def _put(self, part: str, name: str, doc: str) -> dict[str, object]:
        return {"TableName": self.table, "Item": {"part": {"S": part}, "name": {"S": name}, "schema": SCHEMA, "doc": {"S": doc}}}

    def head(self) -> Head:
        """The end of the chain as it is written down beside it."""
        doc = self._get(HEAD, "head")
        return Head(**orjson.loads(doc)) if doc else Head()

    def entries(self) -> list[Entry]:
        """The whole chain in its order, read consistently."""
        items = bulk.query_items(
            TableName=self.table,
            KeyConditionExpression="part = :chain",
            ExpressionAttributeValues={":chain": {"S": CHAIN}},
            ConsistentRead=True,
        )
        return [orjson.loads(item["doc"]["S"]) for item in items]

    def _get(self, part: str, name: str) -> str | None:
        key = {"part": {"S": part}, "name": {"S": name}}
        return bulk.call(bulk.client().get_item, TableName=self.table, Key=key, ConsistentRead=True).get("Item", {}).get("doc", {}).get("S")
