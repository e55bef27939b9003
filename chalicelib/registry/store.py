"""The registry in DynamoDB: a township's entries by one Query, those of single sites by their keys, rows of a page of hits; persons."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass

import orjson

from chalicelib import bulk
from chalicelib.register.entry import Entry, read_entry
from chalicelib.registry.persons import Person
from chalicelib.tables import Cards, Persons, table_name

READERS = 8
SHOWN = ("name", "township", "state", "merged_into", "grade", "on", "review_on")


@dataclass(frozen=True, slots=True)
class Entries:
    """The entries of a stack's ``cards`` table."""

    table_prefix: str

    @property
    def table(self) -> str:
        return table_name(self.table_prefix, Cards)

    def of_townships(self, codes: Sequence[str]) -> list[tuple[str, Entry]]:
        """Every entry of these townships, several read at a time. Unavailable if one cannot be read."""
        if len(codes) < 2:
            return [pair for code in codes for pair in self._township(code)]
        with ThreadPoolExecutor(READERS) as pool:
            return [pair for pairs in pool.map(self._township, codes) for pair in pairs]

    def of_sites(self, site_ids: Iterable[str]) -> list[tuple[str, Entry]]:
        """The entries of these sites, those without a card left out."""
        return list(_read(bulk.batch_get(self.table, _keys(site_ids), ("site_id", "search"))))

    def rows(self, site_ids: Iterable[str]) -> dict[str, dict[str, object]]:
        """What a list shows of these sites, by site id: of the public card, with the score in tenths."""
        items = bulk.batch_get(self.table, _keys(site_ids), ("site_id", "doc", "score", "enterprise_id"))
        found = {}
        for item in items:
            card = orjson.loads(item["doc"]["S"])
            row = {name: card.get(name) for name in SHOWN}
            row["score"] = int(item["score"]["N"]) if "score" in item else None
            row["enterprise_id"] = item.get("enterprise_id", {}).get("S")
            found[item["site_id"]["S"]] = row
        return found

    def _township(self, code: str) -> list[tuple[str, Entry]]:
        items = bulk.query_items(
            TableName=self.table,
            IndexName="by_search",
            KeyConditionExpression="township = :township",
            ExpressionAttributeValues={":township": {"S": code}},
            ProjectionExpression="site_id, #search",
            ExpressionAttributeNames={"#search": "search"},  # a word of the database's own
        )
        return list(_read(items))


def _read(items: Iterable[bulk.Item]) -> Iterator[tuple[str, Entry]]:
    return ((item["site_id"]["S"], read_entry(item["search"]["S"])) for item in items if "search" in item)


def _keys(site_ids: Iterable[str]) -> list[bulk.Item]:
    return [{"site_id": {"S": site_id}} for site_id in dict.fromkeys(site_ids)]


@dataclass(frozen=True, slots=True)
class PersonTable:
    """The ``persons`` table of a stack. The whole interface for whoever brings persons in: :meth:`put`, one item per site and office."""

    table_prefix: str

    @property
    def table(self) -> str:
        return table_name(self.table_prefix, Persons)

    def list(self, subject: str) -> list[Person]:
        """Who holds the offices of a subject (``S:<site>``), by office."""
        items = bulk.query_items(
            TableName=self.table,
            KeyConditionExpression="subject = :subject",
            ExpressionAttributeValues={":subject": {"S": subject}},
            ConsistentRead=True,
        )
        return [Person(**orjson.loads(item["doc"]["S"])) for item in items if "doc" in item]

    def put(self, subject: str, person: Person) -> None:
        """Enter a person; whoever held the office before is forgotten."""
        item = {"subject": {"S": subject}, "office": {"S": person.office}, "schema": {"N": "1"}, "doc": {"S": orjson.dumps(asdict(person)).decode()}}
        bulk.call(bulk.client().put_item, TableName=self.table, Item=item)

    def erase(self, subject: str, office: str) -> bool:
        """Forget the person of an office; whether there was one."""
        # Written over with nothing, so that no function of ours needs the right to delete items.
        empty = {"subject": {"S": subject}, "office": {"S": office}, "schema": {"N": "1"}}
        before = bulk.call(bulk.client().put_item, TableName=self.table, Item=empty, ReturnValues="ALL_OLD").get("Attributes", {})
        return "doc" in before
