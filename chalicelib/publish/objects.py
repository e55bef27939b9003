"""Files of jobs in the bucket, streamed to and from the disk."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from botocore.client import BaseClient
from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.errors import NotFound, Unavailable
from chalicelib.publish.files import MISSING, content_type


@dataclass(frozen=True, slots=True)
class JobObjects:
    """The bucket of a stack, by files on the disk."""

    bucket: str

    def fetch(self, key: str, path: Path) -> None:
        """As :class:`chalicelib.intake.upload.Objects`. Unavailable if it cannot be read now."""
        with _told(key):
            _s3().download_file(self.bucket, key, str(path))

    def keep(self, key: str, path: Path) -> None:
        with _told(key):
            _s3().upload_file(str(path), self.bucket, key, ExtraArgs={"ContentType": content_type(key)})

    def exists(self, key: str) -> bool:
        try:
            with _told(key):
                _s3().head_object(Bucket=self.bucket, Key=key)
        except NotFound:
            return False
        return True


def _s3() -> BaseClient:
    import boto3

    return boto3.client("s3")


@contextmanager
def _told(key: str) -> Iterator[None]:
    from boto3.exceptions import Boto3Error

    try:
        yield
    except ClientError as error:
        if error.response["Error"]["Code"] in MISSING:
            raise NotFound("no such file", key=key) from error
        raise Unavailable(error.response["Error"]["Code"], key=key) from error
    except (BotoCoreError, Boto3Error) as error:
        raise Unavailable(type(error).__name__, key=key) from error
