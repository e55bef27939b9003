"""Restoring a backup into an empty stack: every part against its hash, pointers last, and a mark until it is whole.

The mark stands in the stack's bucket from the first write to the last: a restore that was cut off is known as one, and the
same restore again finishes it. Nothing is written into a stack that holds anything else.
"""

from __future__ import annotations

import gzip
import hashlib
import time
from collections.abc import Callable, Iterator
from typing import Any

import boto3
import orjson

from chalicelib.errors import BadInput, Conflict, Problem, Unavailable
from chalicelib.publish.files import bucket_files
from chalicelib.tables import table_name
from infra.backup.take import MANIFEST, Say, Source, tables
from infra.backup.vault import Vault

MARK = "restore.json"
BATCH = 25
ATTEMPTS = 8
FIRST_PAUSE_S = 0.05
# What leads readers to a release comes after everything it leads to.
POINTERS = ("index.html", "months.html", "current.json")


def load_manifest(vault: Vault) -> dict[str, Any]:
    """The manifest of a complete backup. BadInput where there is none."""
    body = vault.read(MANIFEST)
    if body is None:
        raise BadInput([Problem("", "place", "", "这里没有完整的备份（没有 manifest.json）；未完成的备份请再运行一次 ./dev backup")])
    return orjson.loads(body)


def restore(vault: Vault, target: Source, say: Say = lambda line: None) -> dict[str, Any]:
    """Fill an empty stack from a backup; the manifest. BadInput for a damaged backup or other keys, Conflict for a stack that is not empty."""
    manifest = load_manifest(vault)
    _check_keys(manifest, target)
    identity = hashlib.sha256(orjson.dumps(manifest, option=orjson.OPT_SORT_KEYS)).hexdigest()
    _claim(target, identity)
    for model in tables():
        name = model.Meta.table_name
        parts = manifest["tables"].get(name, {"parts": []})["parts"]
        for number, part in enumerate(parts, start=1):
            _put_items(table_name(target.prefix, model), _items(vault, part))
            say(f"{name}: {number}/{len(parts)} parts")
    _put_files(vault, manifest, target, say)
    _mark(target, {"state": "complete", "backup": identity})
    return manifest


def mark_of(bucket: str) -> dict[str, Any] | None:
    """Whether a stack was restored: ``state`` is ``restoring`` until the last write. None for a stack that never was."""
    body = bucket_files(bucket).find(MARK)
    return None if body is None else orjson.loads(body)


def _check_keys(manifest: dict[str, Any], target: Source) -> None:
    """Ids and plates are worked out with keys that no backup holds: with others, new sites would get other ids and plates fail."""
    differing = [name for name in ("id_key", "plate_keys", "district") if manifest.get(name) != target.about.get(name)]
    if differing:
        found = [Problem("", name, str(target.about.get(name)), f"与备份时不同（{manifest.get(name)}）") for name in differing]
        raise BadInput(found)


def _claim(target: Source, identity: str) -> None:
    mark = mark_of(target.bucket)
    if mark is not None and mark["backup"] != identity:
        raise Conflict("this stack was restored from another backup", state=mark["state"])
    if mark is None:
        full = [name for name in (table_name(target.prefix, model) for model in tables()) if _holds(name)]
        if full:
            raise Conflict(f"this stack is not empty: {', '.join(full)}")
    _mark(target, {"state": "restoring", "backup": identity})


def _holds(table: str) -> bool:
    return bool(boto3.client("dynamodb").scan(TableName=table, Limit=1)["Items"])


def _mark(target: Source, mark: dict[str, str]) -> None:
    bucket_files(target.bucket).put(MARK, orjson.dumps({"schema": 1, **mark}))


def _items(vault: Vault, part: dict[str, Any]) -> list[dict]:
    body = _checked(vault, part["name"], part["sha256"])
    return [orjson.loads(line) for line in gzip.decompress(body).split(b"\n")]


def _checked(vault: Vault, name: str, sha256: str) -> bytes:
    body = vault.read(name)
    if body is None or hashlib.sha256(body).hexdigest() != sha256:
        raise BadInput([Problem(name, "", "", "备份缺少这一部分" if body is None else "备份的这一部分已损坏（校验值不符）")])
    return body


def _put_items(table: str, items: list[dict]) -> None:
    client = boto3.client("dynamodb")
    for batch in _batches(items):
        waiting = {table: [{"PutRequest": {"Item": item}} for item in batch]}
        for attempt in range(ATTEMPTS):
            waiting = client.batch_write_item(RequestItems=waiting).get("UnprocessedItems") or {}
            if not waiting:
                break
            time.sleep(FIRST_PAUSE_S * 2**attempt)
        if waiting:
            raise Unavailable("items remain unprocessed; run the same restore again", table=table)


def _batches(items: list[dict]) -> Iterator[list[dict]]:
    for start in range(0, len(items), BATCH):
        yield items[start : start + BATCH]


def _put_files(vault: Vault, manifest: dict[str, Any], target: Source, say: Callable[[str], None]) -> None:
    client = boto3.client("s3")
    for number, file in enumerate(sorted(manifest["files"], key=_is_pointer), start=1):
        body = _checked(vault, f"files/{file['sha256']}", file["sha256"])
        client.put_object(Bucket=target.bucket, Key=file["key"], Body=body, **file["headers"])
        if number % 200 == 0:
            say(f"files: {number:,}/{len(manifest['files']):,}")
    say(f"files: {len(manifest['files']):,}")


def _is_pointer(file: dict[str, Any]) -> tuple[bool, str]:
    """``public/index/current.json`` points; ``public/index/2020-06/r1/index.html`` is a file of a release."""
    parts = file["key"].split("/")
    return len(parts) <= 3 and parts[-1] in POINTERS, file["key"]
