"""Reports' receipts and contacts, and the day's counters, in a table beside the log: here things can be erased, and expire.

A receipt leads to its report and not to the contact; the contact stands under the id of the report's fact in the log. So whoever looks
into a report can reach its sender without the receipt, which is the sender's alone.
"""

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
        """Keep a report under its receipt, and its contact under the report's fact, together; what stands there already, if it was sent before."""
        kept = {"schema": {"N": "1"}, "expires_at": _epoch(*expires)}
        items = [{**_key(receipt), **kept, "doc": {"S": json.dumps(document)}}]
        if contact:
            items.append({**_key(_contact_of(document["fact"])), **kept, "contact": {"S": contact}, "held": {"BOOL": True}})
        puts = [{"TableName": self.table, "Item": item, "ConditionExpression": "attribute_not_exists(receipt)"} for item in items]
        stood = self.find(receipt) if bulk.transact(puts) else None
        return stood or Kept(document, bool(contact))

    def find(self, receipt: str) -> Kept | None:
        """What a receipt leads to, or None. The contact itself is not read."""
        item = self._read(receipt, "doc")
        if "doc" not in item:
            return None
        document = json.loads(item["doc"]["S"])
        return Kept(document, "held" in self._read(_contact_of(document["fact"]), "held"))

    def find_contact(self, fact: str) -> str | None:
        """How whoever sent the report behind this fact can be reached; None where nothing was left, or it was erased."""
        return self._read(_contact_of(fact), "contact").get("contact", {}).get("S")

    def erase_contact(self, fact: str) -> None:
        """Erase the contact of the report behind this fact; no change where there is none."""
        bulk.conditional(
            bulk.client().update_item,
            TableName=self.table,
            Key=_key(_contact_of(fact)),
            UpdateExpression="REMOVE contact, held",
            ConditionExpression="attribute_exists(receipt)",
        )

    def _read(self, name: str, attribute: str) -> dict[str, dict[str, str]]:
        """This one attribute of an item, as it was last written."""
        answer = bulk.call(
            bulk.client().get_item, TableName=self.table, Key=_key(name), ConsistentRead=True, ProjectionExpression="#wanted", ExpressionAttributeNames={"#wanted": attribute}
        )
        return answer.get("Item", {})


def _contact_of(fact: str) -> str:
    return f"contact#{fact}"


def _key(name: str) -> dict[str, object]:
    return {"receipt": {"S": name}}


def _epoch(now: datetime, days: int) -> dict[str, str]:
    return {"N": str(int((now + timedelta(days=days)).timestamp()))}
