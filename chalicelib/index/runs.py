"""A month's run as it is written down: the plan, each township's partial result, the finish. First write wins, nothing changes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import orjson

from chalicelib import bulk
from chalicelib.tables import Runs, table_name

PLAN, FINISH, TOWNSHIP, MOVED = "plan", "finish", "township#", "moved#"
# Kept under the month itself: that it came out, and when. Everything that counts from that day reads this alone.
OUT = "out"


class RunBook(Protocol):
    """Parts of runs by (run, part)."""

    def add(self, run: str, part: str, document: Mapping) -> bool:
        """Write a part once; False if it is already there (the first one stands)."""
        ...

    def find(self, run: str, part: str) -> dict | None: ...

    def list_names(self, run: str) -> set[str]:
        """Which parts of a run there are."""
        ...

    def list_parts(self, run: str) -> dict[str, dict]:
        """Every part of a run."""
        ...


@dataclass
class MemoryRuns:
    """Runs in memory, kept as bytes so that nobody shares a document by accident."""

    parts: dict[tuple[str, str], bytes] = field(default_factory=dict)

    def add(self, run: str, part: str, document: Mapping) -> bool:
        if (run, part) in self.parts:
            return False
        self.parts[run, part] = orjson.dumps(document)
        return True

    def find(self, run: str, part: str) -> dict | None:
        body = self.parts.get((run, part))
        return None if body is None else orjson.loads(body)

    def list_names(self, run: str) -> set[str]:
        return {part for each, part in self.parts if each == run}

    def list_parts(self, run: str) -> dict[str, dict]:
        return {part: orjson.loads(body) for (each, part), body in sorted(self.parts.items()) if each == run}


@dataclass(frozen=True)
class StackRuns:
    """The ``runs`` table of a stack."""

    table_prefix: str

    @property
    def table(self) -> str:
        return table_name(self.table_prefix, Runs)

    def add(self, run: str, part: str, document: Mapping) -> bool:
        item = {"run": {"S": run}, "part": {"S": part}, "schema": {"N": "1"}, "doc": {"S": orjson.dumps(document).decode()}}
        return bulk.conditional(bulk.client().put_item, TableName=self.table, Item=item, ConditionExpression="attribute_not_exists(part)")

    def find(self, run: str, part: str) -> dict | None:
        key = {"run": {"S": run}, "part": {"S": part}}
        item = bulk.call(bulk.client().get_item, TableName=self.table, Key=key, ConsistentRead=True).get("Item")
        return None if item is None else orjson.loads(item["doc"]["S"])

    def list_names(self, run: str) -> set[str]:
        return {item["part"]["S"] for item in self._items(run, ("part",))}

    def list_parts(self, run: str) -> dict[str, dict]:
        return {item["part"]["S"]: orjson.loads(item["doc"]["S"]) for item in self._items(run, ("part", "doc"))}

    def _items(self, run: str, attributes: Sequence[str]) -> Iterator[bulk.Item]:
        return bulk.query_items(
            TableName=self.table,
            KeyConditionExpression="#run = :run",
            ProjectionExpression=",".join(attributes),
            ExpressionAttributeNames={"#run": "run"},
            ExpressionAttributeValues={":run": {"S": run}},
            ConsistentRead=True,
        )
