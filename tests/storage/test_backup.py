"""Backups: cut off and gone on with, damaged and noticed, restored only where nothing stands, and whole or known not to be."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import orjson
import pytest

from chalicelib.errors import BadInput, Conflict
from infra.backup import restore as restoring
from infra.backup import take as taking
from infra.backup.compare import compare, snapshot
from infra.backup.restore import mark_of, restore
from infra.backup.take import Source, take
from infra.backup.vault import FolderVault, vault_at
from tests.aws import Emulator, Tables

LATER = datetime(2099, 1, 1, tzinfo=UTC)
ABOUT = {"district": "demo", "id_key": "f1", "plate_keys": "f2"}
FILES = {
    "public/index/2020-06/r1/index.html": (b"<!doctype html>", "text/html; charset=utf-8"),
    "public/index/current.json": (b'{"month":"2020-06"}', "application/json"),
    "staff/330110010/index/2020-06/r1/x.csv": ("镇街".encode(), "text/csv; charset=utf-8"),
    "uploads/evidence/1.jpg": (b"\xff\xd8", "image/jpeg"),
}


@pytest.fixture
def bucket(emulator: Emulator) -> Iterator[str]:
    yield from made_bucket(emulator)


@pytest.fixture
def other_bucket(emulator: Emulator) -> Iterator[str]:
    yield from made_bucket(emulator)


def made_bucket(emulator: Emulator) -> Iterator[str]:
    name = f"backup-{secrets.token_hex(4)}"
    emulator.client("s3").create_bucket(Bucket=name)
    yield name


@pytest.fixture
def source(tables: Tables, bucket: str) -> Source:
    """A stack with a log, cards and files; and an upload that is nobody's business after a month."""
    tables.clear()
    dynamodb, s3 = tables.emulator.client("dynamodb"), tables.emulator.client("s3")
    for number in range(30):
        event = {"subject": {"S": f"S:{number % 3}"}, "event_id": {"S": f"E{number}"}, "ingested_at": {"S": "2020-06-01T00:00:00.000Z"}, "doc": {"S": "甲" * number or "乙"}}
        dynamodb.put_item(TableName=tables.name("events"), Item=event)
    for number in range(3):
        dynamodb.put_item(TableName=tables.name("cards"), Item={"site_id": {"S": str(number)}, "version": {"N": "10"}, "doc": {"S": "{}"}})
    for key, (body, kind) in FILES.items():
        s3.put_object(Bucket=bucket, Key=key, Body=body, ContentType=kind)
    s3.put_object(Bucket=bucket, Key="uploads/imports/J/sheet.csv", Body=b"x")
    return Source(tables.prefix, bucket, ABOUT)


@pytest.fixture
def empty(emulator: Emulator, other_bucket: str) -> Iterator[Source]:
    """A second stack with nothing in it."""
    prefix = f"empty-{secrets.token_hex(4)}"
    formation = emulator.client("cloudformation")
    template = (Path(__file__).parents[2] / "infra/template/tables.yml").read_text("utf-8")
    formation.create_stack(StackName=prefix, TemplateBody=template, Parameters=[{"ParameterKey": "TablePrefix", "ParameterValue": prefix}])
    formation.get_waiter("stack_create_complete").wait(StackName=prefix, WaiterConfig={"Delay": 1, "MaxAttempts": 60})
    yield Source(prefix, other_bucket, ABOUT)
    formation.delete_stack(StackName=prefix)


class Cut(Exception):
    pass


def cut_after(count: int, vault: FolderVault) -> object:
    """The vault, failing after so many writes."""

    class Cutting(FolderVault):
        def write(self, name: str, body: bytes) -> None:
            nonlocal count
            if count == 0:
                raise Cut
            count -= 1
            super().write(name, body)

    return Cutting(vault.folder)


def test_a_restored_stack_is_the_same_item_by_item_and_byte_by_byte(source: Source, empty: Source, tmp_path: Path) -> None:
    vault = FolderVault(tmp_path)
    manifest = take(source, vault, LATER)
    assert (manifest["tables"]["events"]["items"], len(manifest["files"])) == (30, 4)
    restore(vault, empty)
    compared = compare(source, empty)
    assert (compared.items, compared.cards, compared.files, compared.differences) == (33, 3, 4, ())
    assert mark_of(empty.bucket)["state"] == "complete"


def test_the_comparison_sees_one_changed_byte_and_one_changed_item(source: Source, empty: Source, tables: Tables, tmp_path: Path) -> None:
    vault = FolderVault(tmp_path)
    take(source, vault, LATER)
    restore(vault, empty)
    tables.emulator.client("s3").put_object(Bucket=empty.bucket, Key="public/index/current.json", Body=b'{"month":"2020-07"}', ContentType="application/json")
    tables.emulator.client("dynamodb").put_item(TableName=f"{empty.prefix}-cards", Item={"site_id": {"S": "1"}, "version": {"N": "11"}, "doc": {"S": "{}"}})
    assert compare(source, empty).differences == ("cards 1", "file public/index/current.json")


def test_what_the_original_changed_meanwhile_is_no_difference_and_anything_else_is(source: Source, empty: Source, tables: Tables, tmp_path: Path) -> None:
    vault, dynamodb = FolderVault(tmp_path), tables.emulator.client("dynamodb")
    before = snapshot(source)
    take(source, vault, LATER)
    restore(vault, empty)
    dynamodb.put_item(TableName=tables.name("cards"), Item={"site_id": {"S": "1"}, "version": {"N": "99"}})
    dynamodb.put_item(TableName=tables.name("notices"), Item={"notice": {"S": "told meanwhile"}, "channel": {"S": "sns"}})
    assert compare(source, empty, before).differences == ()
    dynamodb.put_item(TableName=f"{empty.prefix}-cards", Item={"site_id": {"S": "1"}, "version": {"N": "11"}})
    dynamodb.delete_item(TableName=f"{empty.prefix}-cards", Key={"site_id": {"S": "2"}})
    assert compare(source, empty, before).differences == ("cards 1", "cards 2")


def test_persons_are_in_no_backup(source: Source, tables: Tables, tmp_path: Path) -> None:
    tables.emulator.client("dynamodb").put_item(TableName=tables.name("persons"), Item={"subject": {"S": "S:1"}, "office": {"S": "head"}, "doc": {"S": "示例某"}})
    assert "persons" not in take(source, FolderVault(tmp_path), LATER)["tables"]


def test_into_a_bucket_as_well(source: Source, empty: Source, bucket: str) -> None:
    vault = vault_at(f"s3://{bucket}/backups/2020-07-01")
    take(source, vault, LATER)
    restore(vault, empty)
    assert compare(source, empty).differences == ()


@pytest.mark.parametrize("writes", [0, 1, 2, 3, 5, 8])
def test_a_backup_that_was_cut_off_goes_on_and_is_no_backup_until_then(source: Source, empty: Source, tmp_path: Path, writes: int) -> None:
    vault = FolderVault(tmp_path)
    with pytest.raises(Cut):
        take(source, cut_after(writes, vault), LATER)
    with pytest.raises(BadInput, match="没有完整的备份"):
        restore(vault, empty)
    take(source, vault, LATER)
    restore(vault, empty)
    assert compare(source, empty).differences == ()


def test_a_complete_backup_is_left_as_it_is(source: Source, tables: Tables, tmp_path: Path) -> None:
    vault = FolderVault(tmp_path)
    first = take(source, vault, LATER)
    tables.emulator.client("dynamodb").put_item(TableName=tables.name("cards"), Item={"site_id": {"S": "new"}})
    assert take(source, vault, LATER) == first


def test_what_comes_in_after_the_beginning_is_not_in_it(source: Source, tmp_path: Path) -> None:
    assert take(source, FolderVault(tmp_path), datetime(2020, 5, 1, tzinfo=UTC))["tables"]["events"]["items"] == 0


def test_a_stack_that_holds_anything_is_not_touched(source: Source, tmp_path: Path) -> None:
    vault = FolderVault(tmp_path)
    take(source, vault, LATER)
    with pytest.raises(Conflict, match="not empty"):
        restore(vault, source)
    assert mark_of(source.bucket) is None


def test_other_keys_are_refused_before_anything_is_written(source: Source, empty: Source, tmp_path: Path) -> None:
    vault = FolderVault(tmp_path)
    take(source, vault, LATER)
    with pytest.raises(BadInput, match="id_key"):
        restore(vault, Source(empty.prefix, empty.bucket, {**ABOUT, "id_key": "other"}))
    assert mark_of(empty.bucket) is None


def test_a_damaged_part_stops_it_and_the_mark_says_so_and_the_whole_backup_finishes_it(source: Source, empty: Source, tmp_path: Path) -> None:
    vault = FolderVault(tmp_path)
    part = take(source, vault, LATER)["tables"]["events"]["parts"][0]["name"]
    sound = vault.read(part)
    vault.write(part, b"damaged")
    with pytest.raises(BadInput, match="已损坏"):
        restore(vault, empty)
    assert mark_of(empty.bucket)["state"] == "restoring"
    vault.write(part, sound)
    restore(vault, empty)
    assert (mark_of(empty.bucket)["state"], compare(source, empty).differences) == ("complete", ())


def test_another_backup_does_not_finish_it(source: Source, empty: Source, tmp_path: Path) -> None:
    vault = FolderVault(tmp_path / "one")
    take(source, vault, LATER)
    restore(vault, empty)
    manifest = orjson.loads(vault.read(taking.MANIFEST))
    vault.write(taking.MANIFEST, orjson.dumps({**manifest, "began_at": "2020-01-01T00:00:00.000Z"}))
    with pytest.raises(Conflict, match="another backup"):
        restore(vault, empty)


def test_pointers_come_after_what_they_point_to() -> None:
    keys = ["public/index/current.json", "public/index/2020-06/r1/index.html", "public/index/index.html", "staff/1/index/2020-06/r1/a.csv"]
    ordered = sorted(({"key": key} for key in keys), key=restoring._is_pointer)
    assert [file["key"] for file in ordered[2:]] == ["public/index/current.json", "public/index/index.html"]
