"""Presigned addresses: a browser sends a file straight to the bucket, or fetches one, on the word of this server.

A form is good for one key, one content type, a number of bytes and a few minutes (S3 POST policy): who holds it can store
that one object and nothing else. ``files_url`` stands in for the address of S3 where browsers reach the bucket by
another one; the signature does not suffer, because whoever passes the request on restores the address.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import quote, urlsplit

from botocore.client import BaseClient
from botocore.exceptions import BotoCoreError

from chalicelib.errors import BadInput, Problem, Unavailable

FORM_SECONDS = 15 * 60
DOWNLOAD_SECONDS = 5 * 60
OCTETS = "application/octet-stream"


@dataclass(frozen=True, slots=True)
class Accepted:
    """What may be uploaded: content types, and the most bytes."""

    content_types: tuple[str, ...]
    most_bytes: int


@dataclass(frozen=True, slots=True)
class UploadForm:
    """Where a browser sends the form, its fields (``file`` comes last), and what the bucket will accept."""

    url: str
    fields: dict[str, str]
    key: str
    most_bytes: int
    expires_in_seconds: int

    def to_document(self) -> dict[str, object]:
        return {
            "url": self.url,
            "fields": self.fields,
            "key": self.key,
            "most_bytes": self.most_bytes,
            "expires_in_seconds": self.expires_in_seconds,
        }


def upload_form(bucket: str, key: str, content_type: str, accepted: Accepted, files_url: str = "") -> UploadForm:
    """A form for exactly this key and type. BadInput for a type that is not accepted. The key is the server's own choice."""
    if content_type not in accepted.content_types:
        known = "、".join(accepted.content_types)
        raise BadInput([Problem("$", "content_type", content_type[:80], f"不接受此类文件，可用：{known}")])
    conditions = [{"Content-Type": content_type}, {"success_action_status": "201"}, ["content-length-range", 1, accepted.most_bytes]]
    try:
        form = _signer(files_url).generate_presigned_post(
            bucket, key, Fields={"Content-Type": content_type, "success_action_status": "201"}, Conditions=conditions, ExpiresIn=FORM_SECONDS
        )
    except BotoCoreError as error:
        raise Unavailable(type(error).__name__) from error
    return UploadForm(_through(form["url"], files_url), form["fields"], key, accepted.most_bytes, FORM_SECONDS)


def download_url(bucket: str, key: str, filename: str, files_url: str = "") -> str:
    """An address from which this object is saved under this name, for a few minutes."""
    attachment = f"attachment; filename*=UTF-8''{quote(filename, safe='')}"
    request = {"Bucket": bucket, "Key": key, "ResponseContentDisposition": attachment}
    try:
        return _through(_signer(files_url).generate_presigned_url("get_object", Params=request, ExpiresIn=DOWNLOAD_SECONDS), files_url)
    except BotoCoreError as error:
        raise Unavailable(type(error).__name__) from error


@lru_cache(maxsize=2)
def _client(addressing: str) -> BaseClient:
    """Regional addresses and the newest signature: the others are refused by newer regions."""
    import boto3
    from botocore.config import Config

    places = {"us_east_1_regional_endpoint": "regional", "addressing_style": addressing}
    return boto3.client("s3", config=Config(signature_version="s3v4", s3=places))


def _signer(files_url: str) -> BaseClient:
    """Behind another address the bucket must stand in the path, because the host is not its own."""
    return _client("path" if files_url else "auto")


def _through(url: str, files_url: str) -> str:
    if not files_url:
        return url
    parts = urlsplit(url)
    return files_url.rstrip("/") + parts.path + (f"?{parts.query}" if parts.query else "")
