"""Photos as evidence: a browser sends them straight to the bucket, a fact names them, whoever may see the fact may see them.

A name is ``<site>.<random>.<ending>``: it says to which site it belongs, so that nobody can name another one's.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable

from chalicelib import ids
from chalicelib.errors import BadInput, NotFound, Problem
from chalicelib.presign import Accepted, UploadForm, download_url, upload_form

ENDINGS = {"image/jpeg": "jpg", "image/png": "png", "image/webp": "webp"}
ACCEPTED = Accepted(tuple(ENDINGS), 8 * 1024 * 1024)
# What files of these types begin with.
SIGNS = {"jpg": b"\xff\xd8\xff", "png": b"\x89PNG\r\n\x1a\n", "webp": b"RIFF"}
LOOKED_AT = 16
TREE = "uploads/evidence/"
RANDOM_BYTES = 13


def photo_form(bucket: str, files_url: str, site_id: str, content_type: object) -> dict[str, object]:
    """A form for one photo of a site, and the name by which a fact names it. BadInput for another type of file."""
    if not isinstance(content_type, str):
        raise BadInput([Problem("$", "content_type", "", "必填：照片类型")])
    name = f"{site_id}.{ids.base32(secrets.token_bytes(RANDOM_BYTES), 20)}.{ENDINGS.get(content_type, 'bin')}"
    form: UploadForm = upload_form(bucket, TREE + name, content_type, ACCEPTED, files_url)
    return {**form.to_document(), "name": name}


def photo_address(bucket: str, files_url: str, site_id: str, name: str, first: Callable[[str, int], bytes]) -> str:
    """Where a photo of this site can be seen for some minutes. NotFound for a name that is not one of its photos', and for a file that
    calls itself a picture and is none: the bucket believes the type it is told. ``first`` gives the first bytes of a file."""
    found = ids.PHOTO.fullmatch(name)
    if found is None or found.group(1) != site_id or not first(TREE + name, LOOKED_AT).startswith(SIGNS[name.rsplit(".")[-1]]):
        raise NotFound("no such photo")
    return download_url(bucket, TREE + name, name, files_url)
