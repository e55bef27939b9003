"""A gateway's proxy event and our answer to it, for the functions that stand without the framework: body, visitor, JSON, problems."""

from __future__ import annotations

import base64
import binascii
import ipaddress
import json
from collections.abc import Mapping

from chalicelib.errors import BadInput, SafetyCodeError
from chalicelib.http import JSON_TYPE, PROBLEM_TYPE, SECURITY_HEADERS, problem_document

Event = Mapping[str, object]


def raw_body(event: Event) -> bytes:
    """The request's body as it was sent. BadInput if it cannot be decoded."""
    body = event.get("body") or ""
    if not event.get("isBase64Encoded"):
        return str(body).encode()
    try:
        return base64.b64decode(str(body), validate=True)
    except binascii.Error:
        raise BadInput("not a form") from None


def visitor(event: Event) -> str:
    """Where a request came from: the address that our CDN saw (the last but one), an IPv6 address by its network.

    Whoever goes round the CDN can name any address; what is counted by the thing asked for holds all the same.
    """
    headers = {name.lower(): str(value) for name, value in (event.get("headers") or {}).items()}  # type: ignore[attr-defined]
    hops = [part.strip() for part in headers.get("x-forwarded-for", "").split(",") if part.strip()]
    text = hops[-2] if len(hops) > 1 else hops[0] if hops else ""
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return "unknown"
    return str(ipaddress.ip_network(f"{address}/64", strict=False)) if address.version == 6 else str(address)


def answer(document: object, status: int = 200) -> dict[str, object]:
    """A JSON document with the security headers."""
    return _answer(document, status, JSON_TYPE)


def problem(error: SafetyCodeError) -> dict[str, object]:
    """An expected error in the one form of all our problems."""
    return _answer(problem_document(error), error.status, PROBLEM_TYPE)


def _answer(document: object, status: int, content_type: str) -> dict[str, object]:
    text = json.dumps(document, ensure_ascii=False, separators=(",", ":"))
    return {"statusCode": status, "headers": {**SECURITY_HEADERS, "Content-Type": content_type}, "body": text}
