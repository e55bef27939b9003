"""Reports' receipts and contacts, and the day's counters, in a table beside the log: here things can be erased, and expire."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from chalicelib import bulk
from chalicelib.tables import Reports, table_name

COUNTER_DAYS = 2


@dataclass(frozen=True, slots=True)
class Kept:
    """A report as kept: what its receipt leads to, and whether a contact is still held."""

    document: Mapping[str, str]
    has_contact: bool


@dataclass(frozen=True, slots=True)
class ReportTable:
    """The ``reports`` table of a stack."""

    table_prefix: str

    @property
    def table(self) -> str:
        return table_name(self.table_prefix, Reports)

    def count(self, name: str, most: int, now: datetime) -> bool:
        """Count one more under this name; False, and nothing counted, when there are as many as may be."""
        request = {
            "UpdateExpression": "SET used = if_not_exists(used, :none) + :one, expires_at = :end, #schema = :one",
            "ConditionExpression": "attribute_not_exists(used) OR used < :most",
            "ExpressionAttributeNames": {"#schema": "schema"},
            "ExpressionAttributeValues": {
                ":none": {"N": "0"}, ":one": {"N": "1"}, ":most": {"N": str(most)}, ":end": _epoch(now, COUNTER_DAYS),
            },
        }  # fmt: skip
        return bulk.conditional(bulk.client().update_item, TableName=self.table, Key=_key(name), **request)

    def keep(self, receipt: str, document: Mapping[str, str], contact: str, expires: tuple[datetime, int]) -> Kept:
        """Keep a report under its receipt; the one that stands there already, if it was sent before."""
        item = {**_key(receipt), "schema": {"N": "1"}, "doc": {"S": json.dumps(document)}, "expires_at": _epoch(*expires)}
        if contact:
            item["contact"] = {"S": contact}
        if bulk.conditional(bulk.client().put_item, TableName=self.table, Item=item, ConditionExpression="attribute_not_exists(receipt)"):
            return Kept(document, bool(contact))
        return self.find(receipt) or Kept(document, bool(contact))

    def find(self, receipt: str) -> Kept | None:
        """What a receipt leads to, or None. The contact itself is not read."""
        names = {"#doc": "doc", "#has": "contact"}
        answer = bulk.call(
            bulk.client().get_item, TableName=self.table, Key=_key(receipt), ProjectionExpression="#doc,#has", ExpressionAttributeNames=names
        )
        item = answer.get("Item")
        return Kept(json.loads(item["doc"]["S"]), "contact" in item) if item and "doc" in item else None

    def erase_contact(self, receipt: str) -> None:
        """Erase the contact of a report; no change where there is none."""
        bulk.conditional(
            bulk.client().update_item,
            TableName=self.table,
            Key=_key(receipt),
            UpdateExpression="REMOVE contact",
            ConditionExpression="attribute_exists(receipt)",
        )

def _key(name: str) -> dict[str, object]:
    return {"receipt": {"S": name}}


def _epoch(now: datetime, days: int) -> dict[str, str]:
    return {"N": str(int((now + timedelta(days=days)).timestamp()))}
