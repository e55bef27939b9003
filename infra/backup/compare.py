"""Two stacks held against each other: every item of every table in a backup, every kept file, byte by byte.

The present map is no release: it is drawn anew while one looks, so it and what it waits for are restored and not compared. The first stack goes
on living meanwhile: with a snapshot of it from before the backup, what it changed since may be in the copy as it was or as it is.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass

import boto3
import orjson

from chalicelib.tables import Changes, table_name
from infra.backup.take import Source, list_keys, tables

LIVE_TREE, LIVE_TABLES = "/map/now/", (Changes,)


@dataclass(frozen=True, slots=True)
class Compared:
    """How much was held against each other, and everything that differs, by name."""

    items: int
    cards: int
    files: int
    differences: tuple[str, ...]


Snapshot = dict[str, dict[str, object]]


def snapshot(stack: Source) -> Snapshot:
    """The digest of every item by table and key, and of every kept file."""
    compared = (model for model in tables() if model not in LIVE_TABLES)
    return {model.Meta.table_name: _digests(table_name(stack.prefix, model)) for model in compared} | {"file": _files(stack.bucket)}


def compare(one: Source, other: Source, before: Snapshot | None = None) -> Compared:
    """Everything of one stack against everything of the other; ``before`` is the first one's snapshot from before the copy was taken."""
    mine, theirs = snapshot(one), snapshot(other)
    differences = [
        f"{name} {key}"
        for name, found in mine.items()
        for key in sorted(found.keys() | theirs[name].keys() | (before or mine)[name].keys())
        if theirs[name].get(key) not in (found.get(key), (before or mine)[name].get(key))
    ]
    items = sum(len(found) for name, found in mine.items() if name != "file")
    return Compared(items, len(mine["cards"]), len(mine["file"]), tuple(differences))


def _digests(table: str) -> dict[str, object]:
    """Key of an item → digest of the whole item."""
    client = boto3.client("dynamodb")
    keys = [part["AttributeName"] for part in client.describe_table(TableName=table)["Table"]["KeySchema"]]
    return {"|".join(next(iter(item[key].values())) for key in keys): _digest(item) for item in _all(client, table)}


def _all(client: object, table: str) -> Iterator[dict]:
    for page in client.get_paginator("scan").paginate(TableName=table, ConsistentRead=True):  # type: ignore[attr-defined]
        yield from page["Items"]


def _digest(item: dict) -> str:
    return hashlib.sha256(orjson.dumps(item, option=orjson.OPT_SORT_KEYS)).hexdigest()


def _files(bucket: str) -> dict[str, object]:
    """Key → digest of the bytes, and the content type it is served with."""
    client, found = boto3.client("s3"), {}
    for key in (key for key in list_keys(bucket) if LIVE_TREE not in key):
        answer = client.get_object(Bucket=bucket, Key=key)
        found[key] = hashlib.sha256(answer["Body"].read()).hexdigest(), answer.get("ContentType", "")
    return found
