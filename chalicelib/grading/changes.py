"""Which townships' sites are being regraded: a mark per township that only ever gets a new stamp, and what readers note beside it.

A regrade marks the townships of its sites before it saves anything, so that no crash can leave a saved change unmarked. A
reader that sees a new stamp therefore looks at once, and once more after the longest time a save may still take
(:data:`SETTLED_AFTER`).
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta

import orjson
from chalicelib import bulk
from chalicelib.tables import Changes, table_name

# The regrade's time-out (.chalice/config.json) is two minutes: what it marked is saved by then or comes again.
SETTLED_AFTER = timedelta(seconds=130)


@dataclass(frozen=True, slots=True)
class ChangeBook:
    """The ``changes`` table of a stack."""

    table_prefix: str

    @property
    def table(self) -> str:
        return table_name(self.table_prefix, Changes)

    def touch(self, townships: Iterable[str]) -> None:
        """Give these townships a new stamp."""
        for township in sorted(set(townships)):
            self._put({"township": {"S": township}, "stamp": {"S": secrets.token_hex(6)}})

    def stamps(self, townships: Iterable[str]) -> dict[str, str]:
        """The stamp of each township that ever had a site regraded."""
        keys = [{"township": {"S": township}} for township in dict.fromkeys(townships)]
        return {item["township"]["S"]: item["stamp"]["S"] for item in bulk.batch_get(self.table, keys, ("township", "stamp"))}

    def find_note(self, name: str) -> dict:
        """What a reader noted under this name; empty if nothing."""
        key = {"township": {"S": f"#{name}"}}
        item = bulk.call(bulk.client().get_item, TableName=self.table, Key=key, ConsistentRead=True).get("Item", {})
        return orjson.loads(item["doc"]["S"]) if "doc" in item else {}

    def save_note(self, name: str, document: Mapping) -> None:
        self._put({"township": {"S": f"#{name}"}, "doc": {"S": orjson.dumps(document).decode()}})

    def take_lease(self, name: str, now: str, until: str) -> bool:
        """Whether this reader may work until an instant (text): False while another one may."""
        free = {"ConditionExpression": "attribute_not_exists(stamp) OR stamp <= :now", "ExpressionAttributeValues": {":now": {"S": now}}}
        return self._put({"township": {"S": f"#{name}-lease"}, "stamp": {"S": until}}, **free)

    def end_lease(self, name: str) -> None:
        self._put({"township": {"S": f"#{name}-lease"}, "stamp": {"S": ""}})

    def _put(self, item: bulk.Item, **condition: object) -> bool:
        """Whether the condition of the write, if any, held."""
        return bulk.conditional(bulk.client().put_item, TableName=self.table, Item={**item, "schema": {"N": "1"}}, **condition)
