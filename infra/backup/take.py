"""Taking a backup: every table page by page, every kept file, and the manifest last.

A page is a part of its own, named after its content, and where it ended is written down behind it: a backup that was cut
off goes on where it was. The log is cut at the instant of the beginning; facts and cards are a cache of the log and may be
a little younger, which a recompute after the restore sets right.
"""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import boto3
import orjson

from chalicelib import clock
from chalicelib.errors import BadInput, Problem
from chalicelib.tables import MODELS, Accounts, Base, Events, Jobs, Persons, table_name
from infra.backup.vault import Vault

MANIFEST, STATE = "manifest.json", "state.json"
# Uploads and exports go by themselves after some days; jobs are about them. Accounts are about users of one pool, which no backup holds.
# Persons can be erased, and what was erased must not come back.
LEFT_OUT: tuple[type[Base], ...] = (Jobs, Accounts, Persons)
TREES = ("public/", "staff/", "uploads/evidence/")
KEPT_HEADERS = ("ContentType", "CacheControl")
Say = Callable[[str], None]


@dataclass(frozen=True)
class Source:
    """The stack that is backed up (or restored): its tables' prefix, its bucket, what else the manifest tells of it."""

    prefix: str
    bucket: str
    about: dict[str, str] = field(default_factory=dict)


def tables() -> list[type[Base]]:
    """The tables of a backup, the log last: when its records reach the stream of a restored stack, their cards stand already."""
    return [model for model in MODELS if model not in (Events, *LEFT_OUT)] + [Events]


def take(source: Source, vault: Vault, now: datetime, say: Say = lambda line: None) -> dict[str, Any]:
    """Back the stack up; the manifest. A backup that is complete is left as it is, one that was cut off goes on."""
    done = vault.read(MANIFEST)
    if done is not None:
        say("this backup is complete")
        return orjson.loads(done)
    state = _state(vault, source, now)
    for model in tables():
        _take_table(source, vault, state, model, say)
    _take_files(source, vault, state, say)
    manifest = {**state, "files": sorted(state["files"], key=lambda file: file["key"])}
    vault.write(MANIFEST, orjson.dumps(manifest, option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS))
    return manifest


def _state(vault: Vault, source: Source, now: datetime) -> dict[str, Any]:
    kept = vault.read(STATE)
    if kept is None:
        return {"schema": 1, "prefix": source.prefix, "began_at": clock.instant_text(now), **source.about, "tables": {}, "files": []}
    state = orjson.loads(kept)
    if state["prefix"] != source.prefix:
        raise BadInput([Problem("", "place", state["prefix"], f"这里是另一个系统（{state['prefix']}）未完成的备份")])
    return state


def _take_table(source: Source, vault: Vault, state: dict[str, Any], model: type[Base], say: Say) -> None:
    name = model.Meta.table_name
    entry = state["tables"].setdefault(name, {"items": 0, "parts": [], "next": None, "complete": False})
    while not entry["complete"]:
        items, last = _page(table_name(source.prefix, model), entry["next"])
        if model is Events:
            items = [item for item in items if item["ingested_at"]["S"] <= state["began_at"]]
        if items:
            entry["parts"].append(_put_part(vault, name, items))
            entry["items"] += len(items)
        entry["next"], entry["complete"] = last, last is None
        vault.write(STATE, orjson.dumps(state))
    say(f"{name}: {entry['items']:,} items")


def _page(table: str, start: dict | None) -> tuple[list[dict], dict | None]:
    """The one place that scans: a backup is everything, and is asked for by an operator."""
    request = {"ExclusiveStartKey": start} if start else {}
    answer = boto3.client("dynamodb").scan(TableName=table, ConsistentRead=True, **request)
    return answer["Items"], answer.get("LastEvaluatedKey")


def _put_part(vault: Vault, name: str, items: list[dict]) -> dict[str, Any]:
    lines = b"\n".join(orjson.dumps(item, option=orjson.OPT_SORT_KEYS) for item in items)
    body = gzip.compress(lines, mtime=0)
    digest = hashlib.sha256(body).hexdigest()
    part = f"tables/{name}/{digest}.jsonl.gz"
    vault.write(part, body)
    return {"name": part, "sha256": digest, "bytes": len(body), "items": len(items)}


def _take_files(source: Source, vault: Vault, state: dict[str, Any], say: Say) -> None:
    client, known = boto3.client("s3"), {file["key"] for file in state["files"]}
    for number, key in enumerate(list_keys(source.bucket), start=1):
        if key in known:
            continue
        found = client.get_object(Bucket=source.bucket, Key=key)
        body = found["Body"].read()
        digest = hashlib.sha256(body).hexdigest()
        vault.write(f"files/{digest}", body)
        headers = {name: found[name] for name in KEPT_HEADERS if name in found}
        state["files"].append({"key": key, "sha256": digest, "bytes": len(body), "headers": headers})
        if number % 200 == 0:
            vault.write(STATE, orjson.dumps(state))
    vault.write(STATE, orjson.dumps(state))
    say(f"files: {len(state['files']):,}")


def list_keys(bucket: str) -> Iterator[str]:
    """Every kept file of a stack."""
    client = boto3.client("s3")
    for tree in TREES:
        for page in client.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=tree):
            yield from (found["Key"] for found in page.get("Contents", ()))
