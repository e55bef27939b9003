"""Canonical JSON (RFC 8785) and content hashes: the same content has the same bytes and the same name."""

from __future__ import annotations

import hashlib

import rfc8785


def canonical_json(document: object) -> bytes:
    """The one byte form of a JSON document. Points go in as text, counts as integers; no floats of points."""
    return rfc8785.dumps(document)


def content_hash(document: object) -> str:
    """``sha256:<hex>`` over the canonical JSON of a document."""
    return "sha256:" + hashlib.sha256(canonical_json(document)).hexdigest()
