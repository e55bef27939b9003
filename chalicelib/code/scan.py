"""GET /C/{token}: the page behind a plate (``.en`` English, ``.large`` big type), its JSON twin ``.json``, its badge ``.svg``.

One hop: verify the token's MAC (a bad one is refused before anything is read), one GetItem of the ready-made card, one
page. The grade is read, never computed. A plain Lambda function behind the gateway's proxy integration; its module
graph holds no numpy, PIL, qrcode, pynamodb, openpyxl, cryptography or botocore: the item is read by :mod:`.wire`.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from chalicelib import clock
from chalicelib.code import page, token
from chalicelib.code.wire import Wire
from chalicelib.config import Settings
from chalicelib.errors import NotFound, PlateWithdrawn, SafetyCodeError
from chalicelib.http import log_line, problem_document
from chalicelib.register.district import District, load_district

MAX_AGE_SECONDS = 60
# Every form of the page has a path of its own, so that a cache needs no query string and no header to tell them apart.
FORM = re.compile(r"(?P<token>[^.]*)(?P<english>\.en)?(?P<form>\.large|\.json|\.svg)?")
HTML, SVG = "text/html; charset=utf-8", "image/svg+xml; charset=utf-8"
MAX_MERGES = 5
STYLE = re.compile(r"<style>(.*?)</style>", re.DOTALL)


@dataclass(frozen=True, slots=True)
class CardItem:
    """What the table says of one site: the issue number of its valid plate, and the public card."""

    issue: int
    doc: Mapping[str, object]


CardReader = Callable[[str], CardItem | None]


@dataclass(frozen=True, slots=True)
class Answer:
    """A body with its type, and the HTTP status."""

    status: int
    content_type: str
    body: str


def handle(event: Mapping[str, object], settings: Settings) -> dict[str, object]:
    """The gateway's answer to its proxy event."""
    return respond(event, settings, card_reader(settings.table_prefix))


def respond(event: Mapping[str, object], settings: Settings, read: CardReader) -> dict[str, object]:
    """As :func:`handle`, reading cards by ``read``. Bad tokens never reach it."""
    method = str(event.get("httpMethod") or "GET")
    if method not in ("GET", "HEAD"):
        return {"statusCode": 405, "headers": {"Allow": "GET, HEAD", "Cache-Control": "no-store"}, "body": ""}
    district = load_district(settings.district)
    asked = asked_for(str(event.get("path") or ""))
    try:
        answer = FORMS[asked.form](find(asked, settings, read), district)
    except SafetyCodeError as error:
        log_line("scan refused", event.get("requestContext"), code=error.code, status=error.status)  # type: ignore[arg-type]
        answer = _refusal(error, district, asked.form)
    return _gateway(answer, event, method)


@dataclass(frozen=True, slots=True)
class Asked:
    """What an address asks for: a token (not judged yet), a language and a form."""

    token: str
    language: str
    form: str


def asked_for(path: str) -> Asked:
    """The last part of a path, whatever stage or prefix stands before it. What is no form of ours is part of a bad token."""
    last = path.rstrip("/").rsplit("/", 1)[-1]
    found = FORM.fullmatch(last)
    if found is None:
        return Asked(last, "zh", "")
    return Asked(token.typed(found["token"]), "en" if found["english"] else "zh", found["form"] or "")


def find(asked: Asked, settings: Settings, read: CardReader) -> page.Scan:
    """The card behind a token. BadToken (no read), NotFound, PlateWithdrawn for an issue that was replaced or revoked."""
    site_id, issue = token.verify(asked.token, _keys(settings.plate_keys))
    item = read(site_id)
    if item is None:
        raise NotFound("no card of this site")
    if issue < item.issue or issue in _revoked(item.doc):
        raise PlateWithdrawn("the plate was replaced or revoked", issue=issue)
    survivor = _survivor(item, read)
    came_from = "" if survivor is item else str(item.doc["name"])
    return page.Scan(survivor.doc, _day(settings), asked.token, asked.language, came_from, f"{settings.public_base_url}/C/{asked.token}")


def _survivor(item: CardItem, read: CardReader) -> CardItem:
    """The card that stands for this one where records were merged: an old plate still leads to its site. One more read, then."""
    for _ in range(MAX_MERGES):
        target = item.doc.get("merged_into")
        following = read(str(target)) if target else None
        if following is None:
            return item
        item = following
    return item


@lru_cache(maxsize=4)
def card_reader(table_prefix: str) -> CardReader:
    """Reads one card by one GetItem over a kept connection; Unavailable for what may pass."""
    return reader_over(Wire(os.environ), table_prefix)


def reader_over(wire: Wire, table_prefix: str) -> CardReader:
    """As :func:`card_reader`, over this connection."""

    def read(site_id: str) -> CardItem | None:
        item = wire.get_item(f"{table_prefix}-cards", {"site_id": {"S": site_id}}, clock.utc_now())
        return card_item(item) if item else None

    return read


def card_item(item: Mapping[str, Mapping[str, str]]) -> CardItem:
    """A stored item in DynamoDB's own notation."""
    issue = item.get("issue", {}).get("N", "0")
    return CardItem(int(issue), json.loads(item["doc"]["S"]))


@lru_cache(maxsize=4)
def _keys(text: str) -> token.KeyRing:
    return token.parse_keys(text)


def _day(settings: Settings) -> date:
    return settings.day()


def _revoked(doc: Mapping[str, object]) -> list[int]:
    plate = doc.get("plate")
    return list(plate.get("revoked", [])) if isinstance(plate, Mapping) else []


def _page(scan: page.Scan, district: District) -> Answer:
    from chalicelib.code.pages import scan_page

    return Answer(200, HTML, scan_page(scan, district))


def _large(scan: page.Scan, district: District) -> Answer:
    from chalicelib.code.pages import scan_page

    return Answer(200, HTML, scan_page(scan, district, large=True))


def _twin(scan: page.Scan, district: District) -> Answer:
    return Answer(200, "application/json; charset=utf-8", json.dumps(page.twin(scan, district.palette), ensure_ascii=False))


def _badge(scan: page.Scan, district: District) -> Answer:
    from chalicelib.code.pages import badge

    return Answer(200, SVG, badge(scan, district))


FORMS: Mapping[str, Callable[[page.Scan, District], Answer]] = {"": _page, ".large": _large, ".json": _twin, ".svg": _badge}


def _refusal(error: SafetyCodeError, district: District, form: str) -> Answer:
    if form == ".json":
        return Answer(error.status, "application/problem+json; charset=utf-8", json.dumps(problem_document(error), ensure_ascii=False))
    from chalicelib.code.pages import refusal_badge, refusal_page

    if form == ".svg":
        return Answer(error.status, SVG, refusal_badge(error, district))
    return Answer(error.status, HTML, refusal_page(error, district))


def _gateway(answer: Answer, event: Mapping[str, object], method: str) -> dict[str, object]:
    etag = f'"{hashlib.sha256(answer.body.encode()).hexdigest()[:24]}"'
    headers = {**_headers(answer), "ETag": etag}
    if answer.status == 200 and etag in _if_none_match(event):
        return {"statusCode": 304, "headers": headers, "body": ""}
    return {"statusCode": answer.status, "headers": headers, "body": "" if method == "HEAD" else answer.body}


def _headers(answer: Answer) -> dict[str, str]:
    """No script at all, the one inline style by its hash, nothing from elsewhere, no referrer, not in a frame or an index."""
    style = STYLE.search(answer.body)
    digest = hashlib.sha256(style.group(1).encode()).digest() if style else b""
    source = f"'sha256-{_base64(digest)}'" if style else "'none'"
    form = "'self'" if "<form" in answer.body else "'none'"
    return {
        "Content-Type": answer.content_type,
        "Content-Security-Policy": f"default-src 'none'; style-src {source}; img-src data:; base-uri 'none'; form-action {form}; frame-ancestors 'none'",
        "Cache-Control": f"public, max-age={MAX_AGE_SECONDS}" if answer.status == 200 else "no-store",
        "Referrer-Policy": "no-referrer",
        "Strict-Transport-Security": "max-age=31536000",
        "X-Content-Type-Options": "nosniff",
        "X-Robots-Tag": "noindex, nofollow",
        "Vary": "Accept-Encoding",
    }


def _base64(data: bytes) -> str:
    import base64

    return base64.b64encode(data).decode()


def _if_none_match(event: Mapping[str, object]) -> list[str]:
    headers = event.get("headers") or {}
    for name, value in headers.items():  # type: ignore[attr-defined]
        if name.lower() == "if-none-match":
            return [tag.strip().removeprefix("W/") for tag in str(value).split(",")]
    return []
