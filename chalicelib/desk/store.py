"""Numbers of papers in DynamoDB: taken in the same transaction that appends the facts they stand on, so that a number is never
lost and never given twice. There is no counter that could run ahead: the next number is the one after the highest taken.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from chalicelib import bulk
from chalicelib.errors import Conflict, Unavailable
from chalicelib.supervision.model import Event
from chalicelib.supervision.store import EventLog
from chalicelib.tables import Papers, table_name

IS_FREE = "attribute_not_exists(series)"
FAILED = "ConditionalCheckFailed"
ATTEMPTS = 8


@dataclass(frozen=True, slots=True)
class PaperStore:
    """The ``papers`` table of a stack beside its log."""

    table_prefix: str

    @property
    def table(self) -> str:
        return table_name(self.table_prefix, Papers)

    def issue(self, series: str, numbered: Callable[[int], Sequence[Event]], doc: Mapping[str, object], now: datetime) -> int:
        """Append the events that ``numbered`` makes for a number together with the number itself; the number.

        Another office at the same moment takes the next one. Conflict if an event stands already; Unavailable: try again.
        """
        log = EventLog(self.table_prefix)
        for _ in range(ATTEMPTS):
            position = self.last(series) + 1
            reasons = bulk.transact([self._put(series, position, doc), *log.puts(numbered(position), now)])
            if not reasons:
                return position
            if any(reason.get("Code") == FAILED for reason in reasons[1:]):
                raise Conflict("an event of this paper stands already")
            if reasons[0].get("Code") != FAILED:
                raise bulk.Refused("; ".join(str(reason.get("Message")) for reason in reasons if reason.get("Message")))
        raise Unavailable("others take numbers at this moment")

    def last(self, series: str) -> int:
        """The highest number taken in a series; 0 for none."""
        answer = bulk.call(
            bulk.client().query,
            TableName=self.table,
            KeyConditionExpression="series = :series",
            ExpressionAttributeValues={":series": {"S": series}},
            ScanIndexForward=False,
            ConsistentRead=True,
            Limit=1,
        )
        return int(answer["Items"][0]["number"]["N"]) if answer["Items"] else 0

    def list_papers(self, series: str) -> list[dict[str, object]]:
        """The register of a series, by number."""
        items = bulk.query_items(
            TableName=self.table, KeyConditionExpression="series = :series", ExpressionAttributeValues={":series": {"S": series}}
        )
        return [{"number": int(item["number"]["N"]), **json.loads(item["doc"]["S"])} for item in items]

    def _put(self, series: str, position: int, doc: Mapping[str, object]) -> dict[str, object]:
        item = {
            "series": {"S": series},
            "number": {"N": str(position)},
            "schema": {"N": "1"},
            "doc": {"S": json.dumps(doc, ensure_ascii=False)},
        }
        return {"TableName": self.table, "Item": item, "ConditionExpression": IS_FREE}
