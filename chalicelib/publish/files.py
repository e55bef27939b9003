"""Where released files lie: S3, or a dictionary with the same behaviour for tests and dry runs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Protocol

from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.errors import Conflict, Unavailable

TYPES = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".geojson": "application/geo+json",
    ".atom": "application/atom+xml; charset=utf-8",
    ".pdf": "application/pdf",
    ".csv": "text/csv; charset=utf-8",
    ".svg": "image/svg+xml",
    ".ico": "image/x-icon",
    ".png": "image/png",
    ".txt": "text/plain; charset=utf-8",
    ".sha256": "text/plain; charset=utf-8",
    ".pem": "text/plain; charset=utf-8",
}
IMMUTABLE = "public, max-age=31536000, immutable"
BRIEF = "public, max-age=60"
EXISTS = ("PreconditionFailed", "ConditionalRequestConflict", "412")
MISSING = ("NoSuchKey", "404", "NotFound")


class FileStore(Protocol):
    """Keys to bytes. ``add`` never overwrites; ``put`` is for pointers only."""

    def add(self, key: str, body: bytes) -> bool:
        """Store under a new key; False if the key is already there (whatever it holds)."""
        ...

    def put(self, key: str, body: bytes) -> None: ...

    def find(self, key: str) -> bytes | None: ...

    def list_keys(self, prefix: str) -> Iterator[str]: ...


def add_same(files: FileStore, key: str, body: bytes) -> None:
    """Store what is released for good. The same again is no change; Conflict if the key is there with other bytes."""
    if not files.add(key, body) and files.find(key) != body:
        raise Conflict("a released file would change", key=key)


def content_type(key: str) -> str:
    return TYPES.get(PurePosixPath(key).suffix, "application/octet-stream")


@dataclass
class MemoryFiles:
    """Files in memory."""

    files: dict[str, bytes] = field(default_factory=dict)

    def add(self, key: str, body: bytes) -> bool:
        if key in self.files:
            return False
        self.files[key] = body
        return True

    def put(self, key: str, body: bytes) -> None:
        self.files[key] = body

    def find(self, key: str) -> bytes | None:
        return self.files.get(key)

    def list_keys(self, prefix: str) -> Iterator[str]:
        return iter(sorted(key for key in self.files if key.startswith(prefix)))


@dataclass(frozen=True)
class BucketFiles:
    """Files in an S3 bucket. Conditional writes keep released keys immutable; transient faults are Unavailable."""

    bucket: str
    client: object

    def add(self, key: str, body: bytes) -> bool:
        try:
            self._put(key, body, IMMUTABLE, IfNoneMatch="*")
        except ClientError as error:
            if error.response["Error"]["Code"] in EXISTS:
                return False
            raise Unavailable(error.response["Error"]["Code"], key=key) from error
        return True

    def put(self, key: str, body: bytes) -> None:
        try:
            self._put(key, body, BRIEF)
        except ClientError as error:
            raise Unavailable(error.response["Error"]["Code"], key=key) from error

    def _put(self, key: str, body: bytes, cache: str, **condition: str) -> None:
        try:
            self.client.put_object(  # type: ignore[attr-defined]
                Bucket=self.bucket, Key=key, Body=body, ContentType=content_type(key), CacheControl=cache, **condition
            )
        except BotoCoreError as error:
            raise Unavailable(type(error).__name__, key=key) from error

    def find(self, key: str) -> bytes | None:
        try:
            return self.client.get_object(Bucket=self.bucket, Key=key)["Body"].read()  # type: ignore[attr-defined]
        except ClientError as error:
            if error.response["Error"]["Code"] in MISSING:
                return None
            raise Unavailable(error.response["Error"]["Code"], key=key) from error
        except BotoCoreError as error:
            raise Unavailable(type(error).__name__, key=key) from error

    def list_keys(self, prefix: str) -> Iterator[str]:
        pages = self.client.get_paginator("list_objects_v2").paginate(Bucket=self.bucket, Prefix=prefix)  # type: ignore[attr-defined]
        try:
            for page in pages:
                yield from (entry["Key"] for entry in page.get("Contents", ()))
        except (ClientError, BotoCoreError) as error:
            raise Unavailable(type(error).__name__, prefix=prefix) from error


def bucket_files(bucket: str) -> BucketFiles:
    """The stack's bucket with a client of its own (endpoint and region from the environment)."""
    import boto3

    return BucketFiles(bucket, boto3.client("s3"))
