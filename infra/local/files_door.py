"""Presigned files through the front door: phones in the network cannot reach the emulator, so ``/files`` stands in for S3.

Only what carries a signature of its own passes: a form sent to the stack's bucket, or a signed address in its trees for
browsers. The emulator verifies both; nothing else of the bucket is here.
"""

from __future__ import annotations

import urllib.parse

ADDRESS = "/files"
LARGEST_BYTES = 256 * 1024 * 1024
TREES = ("uploads/", "exports/", "staff/district/shadow/")


def in_bucket(method: str, target: str, bucket: str) -> str:
    """The bucket's own path for a presigned request; empty for everything else."""
    path, _, query = target.partition("?")
    if not bucket or not path.startswith(f"{ADDRESS}/{bucket}"):
        return ""
    key = path.removeprefix(f"{ADDRESS}/{bucket}").removeprefix("/")
    if method == "POST" and not key and not query:
        return f"/{bucket}"
    is_signed = "X-Amz-Signature" in urllib.parse.parse_qs(query)
    is_plain = urllib.parse.unquote(key) == key and key.startswith(TREES)
    return f"/{bucket}/{key}?{query}" if method in ("GET", "HEAD") and is_signed and is_plain else ""
