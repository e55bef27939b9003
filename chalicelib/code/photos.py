"""Photos as evidence: a browser sends them straight to the bucket, a fact names them, whoever may see the fact may see them.

A name is ``<site>.<random>.<ending>``: it says to which site it belongs, so that nobody can name another one's. What a browser has sent
waits in :data:`SENT` and goes by itself after some days; a fact that names it has it put into :data:`KEPT`, once it has been looked at.
No form of a browser reaches that tree, so what a fact names is a picture and stays the same one.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Mapping
from typing import Any, Protocol

from chalicelib import ids
from chalicelib.errors import BadInput, NotFound, Problem
from chalicelib.presign import Accepted, UploadForm, download_url, upload_form
from chalicelib.supervision.model import Event

ENDINGS = {"image/jpeg": "jpg", "image/png": "png", "image/webp": "webp"}
ACCEPTED = Accepted(tuple(ENDINGS), 8 * 1024 * 1024)
# What files of these types begin with.
SIGNS = {"jpg": re.compile(rb"\xff\xd8\xff"), "png": re.compile(rb"\x89PNG\r\n\x1a\n"), "webp": re.compile(rb"RIFF.{4}WEBP", re.DOTALL)}
LOOKED_AT = 16
SENT, KEPT = "uploads/photos/", "uploads/evidence/"
RANDOM_BYTES = 13


Facts = Mapping[str, Any]


class Shelf(Protocol):
    """Where photos lie, as :class:`chalicelib.code.store.StackFiles`."""

    def first(self, key: str, count: int) -> bytes: ...
    def keep(self, key: str, kept: str, count: int, fits: Callable[[bytes], object]) -> bool: ...


def photo_form(bucket: str, files_url: str, site_id: str, content_type: object) -> dict[str, object]:
    """A form for one photo of a site, and the name by which a fact names it. BadInput for another type of file."""
    if not isinstance(content_type, str):
        raise BadInput([Problem("$", "content_type", "", "必填：照片类型")])
    name = f"{site_id}.{ids.base32(secrets.token_bytes(RANDOM_BYTES), 20)}.{ENDINGS.get(content_type, 'bin')}"
    form: UploadForm = upload_form(bucket, SENT + name, content_type, ACCEPTED, files_url)
    return {**form.to_document(), "name": name}


def photo_address(bucket: str, files_url: str, site_id: str, name: str, shelf: Shelf, facts_of: Callable[[str], Facts]) -> str:
    """Where a photo of this site can be seen for some minutes. Errors as :func:`photo_key`."""
    return download_url(bucket, photo_key(site_id, name, shelf, facts_of), name, files_url)


def photo_key(site_id: str, name: str, shelf: Shelf, facts_of: Callable[[str], Facts]) -> str:
    """Where a photo lies that a fact of this site has named: its own, or one that came along with the facts of a record merged into it.
    NotFound for everything else."""
    found = ids.PHOTO.fullmatch(name)
    if found is None or (found.group(1) != site_id and not _named(facts_of(site_id), name)):
        raise NotFound("no such photo")
    if not _sign(name).match(shelf.first(KEPT + name, LOOKED_AT)):
        raise NotFound("no such photo")
    return KEPT + name


def _named(facts: Facts, name: str) -> bool:
    records = [record for found in facts["records"].values() for record in found]
    return any(name in one.get("evidence", ()) for record in records for one in (record, *record.get("then", ())))


def keep_photos(event: Event, shelf: Shelf) -> list[Problem]:
    """Put the photos that a fact names where nobody writes over them; again is no change. What stands against it: another site's photo,
    one that has not arrived, a file that only calls itself a picture (the bucket believes the type it is told).

    Other evidence is text: the number of a document, a record's id; it opens nothing.
    """
    reasons = [(place, name, _against(event, name, shelf)) for place, name in enumerate(event.evidence) if ids.PHOTO.fullmatch(name)]
    return [Problem(f"evidence[{place}]", "evidence", name, reason) for place, name, reason in reasons if reason]


def _against(event: Event, name: str, shelf: Shelf) -> str:
    if event.scope != "site" or not name.startswith(event.subject_id):
        return "不是这一场所的照片：请在这一场所重新上传"
    try:
        kept = shelf.keep(SENT + name, KEPT + name, LOOKED_AT, _sign(name).match)
    except NotFound:
        return "照片没有传到，或已超过保留期：请重新上传"
    return "" if kept else "这个文件不是照片（只收 JPEG、PNG、WebP）：请换成照片后重新上传"


def _sign(name: str) -> re.Pattern[bytes]:
    return SIGNS[name.rsplit(".")[-1]]
