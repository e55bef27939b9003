"""Text goes out compressed where a browser can read it, as the distribution on AWS does by itself (``Compress: true``)."""

from __future__ import annotations

import gzip
import http.client

from infra.local.lost import Lost

# What CloudFront compresses, and how small is left alone; files of other kinds are compressed already.
KINDS = ("text/", "application/json", "application/problem+json", "application/javascript", "application/atom+xml", "application/geo+json", "image/svg+xml")
LEAST_BYTES, MOST_BYTES = 1_000, 10_000_000
LEVEL = 6


def as_the_cdn(accepted: str, answer: http.client.HTTPResponse | Lost, content: bytes) -> tuple[bytes, list[tuple[str, str]]]:
    """The body as it goes out, and the headers that say so. The same content is the same bytes."""
    names = {part.partition(";")[0].strip().lower() for part in accepted.split(",")}
    fits = LEAST_BYTES <= len(content) <= MOST_BYTES and answer.status == 200 and not answer.getheader("Content-Encoding")
    if "gzip" not in names or not fits or not answer.getheader("Content-Type", "").lower().startswith(KINDS):
        return content, []
    return gzip.compress(content, LEVEL, mtime=0), [("Content-Encoding", "gzip"), ("Vary", "Accept-Encoding")]
