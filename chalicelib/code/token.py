"""Plate tokens: what the QR on the gate says, and the proof that we issued it.

``site id (16) + issue number (2) + key id (1) + MAC (10)``, 29 characters of :data:`chalicelib.ids.ALPHABET`. The MAC is
HMAC-SHA-256 (RFC 2104) cut to 50 bits: a forger has to try 2^50 plates against a rate-limited address, and a mistyped
or forged one is refused before anything is read. A plate never holds the colour: paper cannot change.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field

from chalicelib import ids
from chalicelib.errors import BadInput, BadToken

ISSUE_LENGTH = 2
MAC_LENGTH = 10
BODY_LENGTH = ids.SITE_ID_LENGTH + ISSUE_LENGTH + 1
TOKEN_LENGTH = BODY_LENGTH + MAC_LENGTH
MAX_ISSUE = 1023
MIN_KEY_BYTES = 16
TEST_KEY_ID = "T"

# Characters that fit in alphanumeric mode, ISO/IEC 18004 table 7.
CAPACITY = {("3", "H"): 35, ("3", "Q"): 47, ("4", "H"): 50, ("4", "Q"): 67}
ALPHANUMERIC = frozenset("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:")


@dataclass(frozen=True, slots=True)
class KeyRing:
    """Keys by their one-character id. ``signer`` signs; every key verifies, so that old plates outlive a rotation."""

    signer: str
    keys: Mapping[str, bytes] = field(repr=False)


def parse_keys(text: str) -> KeyRing:
    """The ring in ``kid:hex[,kid:hex…]``; the first signs. Empty text is an empty ring, under which nothing verifies.

    The key id ``T`` is for tests alone: a ring that mixes it with others is refused (BadInput), and its MACs are made in
    a domain of their own, so that even the same secret under another id never verifies a test plate.
    """
    keys: dict[str, bytes] = {}
    for part in filter(None, (piece.strip() for piece in text.split(","))):
        kid, _, secret = part.partition(":")
        keys[_checked_id(kid, keys)] = _derived(kid, _secret(secret))
    if TEST_KEY_ID in keys and len(keys) > 1:
        raise BadInput("a test key does not share a ring with others")
    return KeyRing(next(iter(keys), ""), keys)


def sign(site_id: str, issue: int, keys: KeyRing) -> str:
    """The token of this issue (1..1023) of a site's plate. BadInput for a bad id, issue or an empty ring."""
    if len(site_id) != ids.SITE_ID_LENGTH or not set(site_id) <= set(ids.ALPHABET):
        raise BadInput("not a site id")
    if not 1 <= issue <= MAX_ISSUE:
        raise BadInput(f"issue number {issue} is not in 1..{MAX_ISSUE}")
    if not keys.signer:
        raise BadInput("no plate key is configured")
    body = f"{site_id}{ids.ALPHABET[issue >> 5]}{ids.ALPHABET[issue & 31]}{keys.signer}"
    return body + _mac(body, keys.keys[keys.signer])


def typed(text: str) -> str:
    """The token in an address, or in what somebody copied from one: the last part, without its form (``.en``), look-alikes read as meant."""
    return text.strip().rstrip("/").rsplit("/", 1)[-1].split(".")[0].upper().translate(ids.LOOKALIKES)


def verify(token: str, keys: KeyRing) -> tuple[str, int]:
    """Site id and issue number of a genuine token; BadToken otherwise. Reads nothing, compares in constant time."""
    if len(token) != TOKEN_LENGTH or not set(token) <= set(ids.ALPHABET):
        raise BadToken("not a plate token")
    body, mac = token[:BODY_LENGTH], token[BODY_LENGTH:]
    key = keys.keys.get(body[-1])
    if key is None or not hmac.compare_digest(_mac(body, key), mac):
        raise BadToken("the token was not issued here")
    high, low = body[ids.SITE_ID_LENGTH : -1]
    issue = ids.ALPHABET.index(high) * 32 + ids.ALPHABET.index(low)
    return body[: ids.SITE_ID_LENGTH], issue


def plate_url(base_url: str, token: str) -> str:
    """What the QR holds: ``HTTPS://HOST/C/<TOKEN>``, upper case throughout (host and scheme ignore case; the mode is smaller)."""
    return f"{base_url.rstrip('/').upper()}/C/{token}"


def plate_version(url: str) -> tuple[int, str]:
    """QR version and error correction for a plate: 4-H (30 % may be damaged) if it fits, else 4-Q. BadInput if neither."""
    if not set(url) <= ALPHANUMERIC:
        raise BadInput("a plate address has only characters of the alphanumeric mode")
    for level in ("H", "Q"):
        if len(url) <= CAPACITY["4", level]:
            return 4, level
    raise BadInput(f"a plate address has at most {CAPACITY['4', 'Q']} characters, not {len(url)}: choose a shorter host")


def _checked_id(kid: str, seen: Mapping[str, bytes]) -> str:
    if len(kid) != 1 or kid not in ids.ALPHABET:
        raise BadInput("a plate key id is one character of the token alphabet")
    if kid in seen:
        raise BadInput(f"plate key id {kid} is given twice")
    return kid


def _secret(text: str) -> bytes:
    """The bytes of a hex secret. The message never repeats the secret."""
    try:
        secret = bytes.fromhex(text)
    except ValueError:
        raise BadInput("a plate key is hexadecimal") from None
    if len(secret) < MIN_KEY_BYTES:
        raise BadInput(f"a plate key has at least {MIN_KEY_BYTES} bytes")
    return secret


def _derived(kid: str, secret: bytes) -> bytes:
    domain = b"safety-code plate test" if kid == TEST_KEY_ID else b"safety-code plate"
    return hmac.digest(secret, domain, hashlib.sha256)


def _mac(body: str, key: bytes) -> str:
    return ids.base32(hmac.digest(key, body.encode(), hashlib.sha256), MAC_LENGTH)
