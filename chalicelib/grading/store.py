"""Facts, cards and history lines in DynamoDB: read in hundreds, saved together, never backwards."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import orjson

from chalicelib import bulk
from chalicelib.grading.card import Card
from chalicelib.tables import Cards, Facts, History, table_name

REVIEW_SHARDS = 8
INDEXED = ("site_id", "version", "as_of", "grade", "score", "name", "township", "enterprise_id", "issue", "rule_set", "review_on")
NUMBERS = frozenset(("version", "score", "issue"))
SCHEMA = {"N": "1"}


@dataclass(frozen=True, slots=True)
class StoredCard:
    """What a job needs of a card that stands: how far it is, what it said, and its document as text."""

    version: int
    as_of: str
    outcome: str
    doc: str


@dataclass(frozen=True, slots=True)
class FactsStore:
    """The ``facts`` table of a stack."""

    table_prefix: str

    @property
    def table(self) -> str:
        return table_name(self.table_prefix, Facts)

    def load(self, site_ids: Iterable[str]) -> dict[str, dict[str, object]]:
        """The facts of these sites; a site without any is left out."""
        with bulk.collector_paused():
            return {item["site_id"]["S"]: orjson.loads(item["doc"]["S"]) for item in self._items(site_ids, ("site_id", "doc"))}

    def versions(self, site_ids: Iterable[str]) -> dict[str, int]:
        """How far the stored facts of these sites are; a site without any is left out."""
        return {item["site_id"]["S"]: int(item["version"]["N"]) for item in self._items(site_ids, ("site_id", "version"))}

    def standings(self, site_ids: Iterable[str]) -> dict[str, tuple[int, str | None]]:
        """Version and enterprise of the stored facts of these sites; a site without any is left out."""
        items = self._items(site_ids, ("site_id", "version", "enterprise_id"))
        return {item["site_id"]["S"]: (int(item["version"]["N"]), item.get("enterprise_id", {}).get("S")) for item in items}

    def holding(self, wanted: Mapping[str, Iterable[str]]) -> set[str]:
        """Which of these sites' stored facts hold all the events named for them. Nothing is decoded: an id stands in quotes.

        A site that was merged into another is never among them: the other may not have been done yet.
        """
        items = self._items(wanted, ("site_id", "doc"))
        return {
            site_id
            for site_id, doc in _docs(items)
            if '"site_merged"' not in doc and all(f'"id":"{event_id}"' in doc for event_id in wanted[site_id])
        }

    def find(self, site_id: str) -> dict[str, object] | None:
        """The facts of a site, or None."""
        return self.load([site_id]).get(site_id)

    def _items(self, site_ids: Iterable[str], attributes: Sequence[str]) -> Iterator[bulk.Item]:
        return bulk.batch_get(self.table, _keys(site_ids), attributes)

    def put(self, facts: Mapping[str, object], township: str | None) -> dict[str, object]:
        """The write of a facts document, on condition that it does not go back."""
        item = {
            "site_id": {"S": facts["site_id"]},
            "schema": SCHEMA,
            "version": {"N": str(facts["version"])},
            "known_at": {"S": facts["known_at"]},
            "doc": {"S": orjson.dumps(facts).decode()},
        }
        if township:
            item["township"] = {"S": township}
        if facts["enterprise_id"]:
            item["enterprise_id"] = {"S": facts["enterprise_id"]}
        return {
            "TableName": self.table,
            "Item": item,
            "ConditionExpression": "attribute_not_exists(site_id) OR version <= :version",
            "ExpressionAttributeValues": {":version": item["version"]},
        }


@dataclass(frozen=True, slots=True)
class CardStore:
    """The ``cards`` table of a stack."""

    table_prefix: str

    @property
    def table(self) -> str:
        return table_name(self.table_prefix, Cards)

    def load(self, site_ids: Iterable[str]) -> dict[str, StoredCard]:
        """The cards that stand for these sites."""
        found = {}
        for item in bulk.batch_get(self.table, _keys(site_ids), ("site_id", "version", "as_of", "outcome", "doc")):
            outcome = item.get("outcome", {}).get("S", "")
            found[item["site_id"]["S"]] = StoredCard(int(item["version"]["N"]), item["as_of"]["S"], outcome, item["doc"]["S"])
        return found

    def find(self, site_id: str) -> dict[str, object] | None:
        """The public document of a site's card, or None."""
        stored = self.load([site_id]).get(site_id)
        return None if stored is None else orjson.loads(stored.doc)

    def list_township(self, township: str) -> list[dict[str, object]]:
        """Every card of a township, without its document, by site id: attributes of docs/architecture.md; absent ones None."""
        return [_attributes(item) for item in self._township(township)]

    def walk_township(self, township: str, after: str, at_once: int) -> Iterator[dict[str, object]]:
        """The same cards behind a site id (all behind ``""``), so many to a request and no request before its rows are asked for: a page
        of a long list costs what it shows."""
        return (_attributes(item) for item in self._township(township, after, Limit=at_once))

    def _township(self, township: str, after: str = "", **limit: int) -> Iterator[bulk.Item]:
        behind = {":after": {"S": after}} if after else {}
        return bulk.query_items(
            TableName=self.table,
            IndexName="by_township",
            KeyConditionExpression="township = :township" + " AND site_id > :after" * bool(after),
            ExpressionAttributeValues={":township": {"S": township}, **behind},
            **limit,
        )

    def list_due(self, day: str) -> list[str]:
        """Sites whose review date has come by this day, days that were missed included."""
        return [site_id for shard in range(REVIEW_SHARDS) for site_id in self._due(str(shard), day)]

    def _due(self, shard: str, day: str) -> Iterator[str]:
        items = bulk.query_items(
            TableName=self.table,
            IndexName="by_review",
            KeyConditionExpression="review_shard = :shard AND review_on <= :day",
            ExpressionAttributeValues={":shard": {"S": shard}, ":day": {"S": day}},
        )
        return (item["site_id"]["S"] for item in items)

    def put(self, card: Card, doc: str) -> dict[str, object]:
        """The write of a card, on condition that neither its version nor then its day goes back."""
        item = {name: _wire(name, getattr(card, name)) for name in INDEXED if getattr(card, name) is not None}
        item |= {"schema": SCHEMA, "outcome": {"S": card.outcome}, "doc": {"S": doc}, "search": {"S": card.search}}
        if card.review_on is not None:
            item["review_shard"] = {"S": review_shard(card.site_id)}
        return {
            "TableName": self.table,
            "Item": item,
            "ConditionExpression": "attribute_not_exists(site_id) OR version < :version OR (version = :version AND as_of <= :as_of)",
            "ExpressionAttributeValues": {":version": item["version"], ":as_of": item["as_of"]},
        }


@dataclass(frozen=True, slots=True)
class HistoryStore:
    """The ``history`` table of a stack: it can only grow."""

    table_prefix: str

    @property
    def table(self) -> str:
        return table_name(self.table_prefix, History)

    def list_lines(self, site_id: str) -> list[dict[str, object]]:
        """The visible changes of a site, oldest first."""
        items = bulk.query_items(
            TableName=self.table,
            KeyConditionExpression="site_id = :site",
            ExpressionAttributeValues={":site": {"S": site_id}},
            ConsistentRead=True,
        )
        return [{"line": item["line"]["S"], **orjson.loads(item["doc"]["S"])} for item in items]

    def put(self, site_id: str, line: str, document: Mapping[str, object]) -> dict[str, object]:
        """The write of a line, on condition that none stands there."""
        item = {"site_id": {"S": site_id}, "line": {"S": line}, "schema": SCHEMA, "doc": {"S": orjson.dumps(document).decode()}}
        return {"TableName": self.table, "Item": item, "ConditionExpression": "attribute_not_exists(site_id)"}


def _docs(items: Iterator[bulk.Item]) -> Iterator[tuple[str, str]]:
    return ((item["site_id"]["S"], item["doc"]["S"]) for item in items)


def review_shard(site_id: str) -> str:
    """The last character of the id, mod 8, as text."""
    return str(ord(site_id[-1]) % REVIEW_SHARDS)


def _keys(site_ids: Iterable[str]) -> list[bulk.Item]:
    return [{"site_id": {"S": site_id}} for site_id in dict.fromkeys(site_ids)]


def _wire(name: str, value: object) -> dict[str, object]:
    return {"N": str(value)} if name in NUMBERS else {"S": value}


def _attributes(item: bulk.Item) -> dict[str, object]:
    row = dict.fromkeys(INDEXED)
    for name in INDEXED:
        if name in item:
            row[name] = int(item[name]["N"]) if name in NUMBERS else item[name]["S"]
    return row
