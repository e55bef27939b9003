"""Records that can never succeed, with the reason: set aside so that the rest goes on, and kept to be replayed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import orjson

from chalicelib import bulk
from chalicelib.tables import Quarantine, table_name

REASON_LENGTH = 1000


@dataclass(frozen=True, slots=True)
class QuarantineStore:
    """The ``quarantine`` table of a stack. A line's name says what it is about, so the same record stands there once."""

    table_prefix: str

    @property
    def table(self) -> str:
        return table_name(self.table_prefix, Quarantine)

    def add(self, queue: str, line: str, reason: str, **about: object) -> None:
        """Set a record aside; again is no change."""
        document = {"reason": reason[:REASON_LENGTH], **about}
        item = {"queue": {"S": queue}, "line": {"S": line}, "schema": {"N": "1"}, "doc": {"S": orjson.dumps(document).decode()}}
        bulk.call(bulk.client().put_item, TableName=self.table, Item=item)

    def list_lines(self, queue: str) -> list[dict[str, object]]:
        """What stands in a queue: ``line`` and its document."""
        items = bulk.query_items(
            TableName=self.table,
            KeyConditionExpression="queue = :queue",
            ExpressionAttributeValues={":queue": {"S": queue}},
            ConsistentRead=True,
        )
        return [{"line": item["line"]["S"], **_document(item)} for item in items]

    def remove(self, queue: str, line: str) -> None:
        """Take a line out after its record was replayed."""
        bulk.call(bulk.client().delete_item, TableName=self.table, Key={"queue": {"S": queue}, "line": {"S": line}})


def _document(item: bulk.Item) -> Mapping[str, object]:
    return orjson.loads(item["doc"]["S"])
