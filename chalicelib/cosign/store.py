"""Acts that wait, in DynamoDB. The second signature and the facts it releases are one transaction: both stand or neither."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import orjson

from chalicelib import bulk, clock
from chalicelib.cosign.model import OPEN, Act, from_document, load_terms, to_document
from chalicelib.supervision.model import Event
from chalicelib.supervision.store import EventLog
from chalicelib.tables import Acts, table_name

MOST_LISTED = 30
WAITING = "yes"
FAILED = "ConditionalCheckFailed"


@dataclass(frozen=True, slots=True)
class ActTable:
    """The ``acts`` table of a stack beside its log."""

    table_prefix: str

    @property
    def table(self) -> str:
        return table_name(self.table_prefix, Acts)

    def find(self, act: str) -> Act | None:
        item = bulk.call(bulk.client().get_item, TableName=self.table, Key={"act": {"S": act}}, ConsistentRead=True).get("Item")
        return None if item is None else _act(item)

    def list_open(self, now: datetime) -> list[Act]:
        """What waits at this instant, the most urgent first."""
        items = bulk.query_items(
            TableName=self.table,
            IndexName="by_waiting",
            KeyConditionExpression="waiting = :waiting AND open_until > :now",
            ExpressionAttributeValues={":waiting": {"S": WAITING}, ":now": {"S": clock.instant_text(now)}},
        )
        return [_act(item) for item in items]

    def list_of(self, person: str) -> list[Act]:
        """What somebody prepared lately, the newest first."""
        answer = bulk.call(
            bulk.client().query,
            TableName=self.table,
            IndexName="by_person",
            KeyConditionExpression="prepared_by = :person",
            ExpressionAttributeValues={":person": {"S": person}},
            ScanIndexForward=False,
            Limit=MOST_LISTED,
        )
        return [_act(item) for item in answer["Items"]]

    def create(self, act: Act) -> bool:
        """Write a new act down; False if one stands under its id."""
        return bulk.conditional(bulk.client().put_item, **self._put(act))

    def end(self, act: Act) -> bool:
        """Write how an act ended; False if somebody else has ended it meanwhile."""
        return bulk.conditional(bulk.client().put_item, **self._put(act))

    def sign(self, act: Act, events: Sequence[Event], now: datetime) -> str:
        """Write the signed act and append its facts, all or nothing: ``""``, or what stands in the way: ``act`` (it was ended
        meanwhile) or ``event`` (one of the facts stands already). Unavailable: try again."""
        reasons = bulk.transact([self._put(act), *EventLog(self.table_prefix).puts(events, now)])
        if not reasons:
            return ""
        failed = [reason.get("Code") == FAILED for reason in reasons]
        if not any(failed):
            raise bulk.Refused("; ".join(str(reason.get("Message")) for reason in reasons if reason.get("Message")))
        return "act" if failed[0] else "event"

    def _put(self, act: Act) -> dict[str, object]:
        gone = clock.parse_instant(act.prepared_at) + timedelta(days=load_terms().kept_days)
        item = {
            "act": {"S": act.act},
            "schema": {"N": "1"},
            "version": {"N": str(act.version)},
            "prepared_by": {"S": act.first.subject},
            "prepared_at": {"S": act.prepared_at},
            "open_until": {"S": act.open_until},
            "expires_at": {"N": str(int(gone.timestamp()))},
            "doc": {"S": orjson.dumps(to_document(act)).decode()},
            **({"waiting": {"S": WAITING}} if act.state == OPEN else {}),
        }
        if act.version == 1:
            return {"TableName": self.table, "Item": item, "ConditionExpression": "attribute_not_exists(act)"}
        before = {":before": {"N": str(act.version - 1)}}
        return {"TableName": self.table, "Item": item, "ConditionExpression": "version = :before", "ExpressionAttributeValues": before}


def _act(item: bulk.Item) -> Act:
    return from_document(orjson.loads(item["doc"]["S"]))  # type: ignore[arg-type]
