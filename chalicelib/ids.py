"""Opaque ids in an upper-case alphabet without look-alikes (Crockford base 32: no I, L, O, U).

A site id carries 80 bits and is never derived from the credit code alone: it is keyed, so that nobody can
list ids from public codes. An event id starts with a tag of its subject, so that the same id under another
subject is recognised, and refused, without a read.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from functools import lru_cache

from chalicelib.errors import NotFound

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
# What people read and type where a character of the alphabet stands.
LOOKALIKES = str.maketrans("ILO", "110")
SITE_ID_LENGTH = 16
SUBJECT_TAG_LENGTH = 6
EVENT_KEY_LENGTH = 18
ID = re.compile(f"[{ALPHABET}]{{{SITE_ID_LENGTH}}}")
# The name by which a fact's evidence names a photo: the site it belongs to, a random part, the ending.
PHOTO = re.compile(f"({ID.pattern})\\.[{ALPHABET}]{{20}}\\.(?:jpg|png|webp)")


def base32(data: bytes, length: int) -> str:
    """The first ``length`` characters of ``data`` in the alphabet (5 bits each)."""
    bits = int.from_bytes(data, "big")
    available = len(data) * 8
    return "".join(ALPHABET[(bits >> (available - 5 * (i + 1))) & 31] for i in range(length))


def as_id(text: str) -> str:
    """A site's or enterprise's id as it came in an address. NotFound for what cannot be one."""
    if not ID.fullmatch(text):
        raise NotFound("no such id")
    return text


def keyed_id(key: bytes, kind: str, identity: str) -> str:
    """The opaque 80-bit id of a site or an enterprise with this outside identity. Same key and identity, same id."""
    return base32(hmac.new(key, f"{kind}|{identity}".encode(), hashlib.sha256).digest(), SITE_ID_LENGTH)


def subject_of(scope: str, subject_id: str) -> str:
    """The partition of a subject: ``S:``, ``E:`` or ``T:`` before its id."""
    return f"{scope[0].upper()}:{subject_id}"


def event_id_of(subject: str, kind: str, key: str) -> str:
    """The id of the event with this idempotency key under this subject."""
    digest = hashlib.sha256(f"{subject}|{kind}|{key}".encode()).digest()
    return f"{subject_tag(subject)}-{base32(digest, EVENT_KEY_LENGTH)}"


@lru_cache(maxsize=4096)
def subject_tag(subject: str) -> str:
    """The tag that every event id of this subject starts with."""
    return base32(hashlib.sha256(subject.encode()).digest(), SUBJECT_TAG_LENGTH)


def belongs(event_id: str, subject: str) -> bool:
    """Whether an event id is one of this subject's."""
    return event_id.startswith(subject_tag(subject) + "-")
