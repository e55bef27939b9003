"""Where a backup lies: a prefix of a bucket, or a folder. Names to bytes; what is there is replaced only by the same name."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from chalicelib.errors import BadInput, Problem
from chalicelib.publish.files import BucketFiles

S3 = "s3://"


class Vault(Protocol):
    def read(self, name: str) -> bytes | None: ...

    def write(self, name: str, body: bytes) -> None: ...


@dataclass(frozen=True)
class FolderVault:
    """A folder on this machine. A file appears whole or not at all."""

    folder: Path

    def read(self, name: str) -> bytes | None:
        path = self.folder / name
        return path.read_bytes() if path.is_file() else None

    def write(self, name: str, body: bytes) -> None:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_name(path.name + ".part")
        part.write_bytes(body)
        part.replace(path)


@dataclass(frozen=True)
class BucketVault:
    """A prefix of a bucket."""

    files: BucketFiles
    prefix: str

    def read(self, name: str) -> bytes | None:
        return self.files.find(f"{self.prefix}/{name}")

    def write(self, name: str, body: bytes) -> None:
        self.files.put(f"{self.prefix}/{name}", body)


def vault_at(place: str) -> Vault:
    """The vault that ``s3://bucket/prefix`` or a folder's path names. BadInput for a bucket without a prefix."""
    import boto3

    if not place.startswith(S3):
        return FolderVault(Path(place))
    bucket, _, prefix = place.removeprefix(S3).partition("/")
    if not bucket or not prefix.strip("/"):
        raise BadInput([Problem("", "place", place, "应写作 s3://存储桶/前缀")])
    return BucketVault(BucketFiles(bucket, boto3.client("s3")), prefix.strip("/"))
