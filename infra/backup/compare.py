"""Two stacks held against each other: every item of every table in a backup, every kept file, byte by byte.

The present map is no release: it is drawn anew while one looks, so it and what it waits for are restored and not compared.
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


def compare(one: Source, other: Source) -> Compared:
    """Everything of one stack against everything of the other."""
    items, cards, differences = 0, 0, []
    for model in (model for model in tables() if model not in LIVE_TABLES):
        name = model.Meta.table_name
        mine, theirs = _digests(table_name(one.prefix, model)), _digests(table_name(other.prefix, model))
        items += len(mine)
        cards += len(mine) if name == "cards" else 0
        differences += [f"{name} {key}" for key in sorted(mine.keys() | theirs.keys()) if mine.get(key) != theirs.get(key)]
    files, copies = _files(one.bucket), _files(other.bucket)
    differences += [f"file {key}" for key in sorted(files.keys() | copies.keys()) if files.get(key) != copies.get(key)]
    return Compared(items, cards, len(files), tuple(differences))


def _digests(table: str) -> dict[str, str]:
    """Key of an item → digest of the whole item."""
    client = boto3.client("dynamodb")
    keys = [part["AttributeName"] for part in client.describe_table(TableName=table)["Table"]["KeySchema"]]
    return {"|".join(next(iter(item[key].values())) for key in keys): _digest(item) for item in _all(client, table)}


def _all(client: object, table: str) -> Iterator[dict]:
    for page in client.get_paginator("scan").paginate(TableName=table, ConsistentRead=True):  # type: ignore[attr-defined]
        yield from page["Items"]


def _digest(item: dict) -> str:
    return hashlib.sha256(orjson.dumps(item, option=orjson.OPT_SORT_KEYS)).hexdigest()


def _files(bucket: str) -> dict[str, tuple[str, str]]:
    """Key → digest of the bytes, and the content type it is served with."""
    client, found = boto3.client("s3"), {}
    for key in (key for key in list_keys(bucket) if LIVE_TREE not in key):
        answer = client.get_object(Bucket=bucket, Key=key)
        found[key] = hashlib.sha256(answer["Body"].read()).hexdigest(), answer.get("ContentType", "")
    return found
