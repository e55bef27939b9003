"""A plate: what is printed on it, and its number that people can read out. Pure. Never the colour: paper cannot change.

The number is the site's id, the issue and a check character (ISO/IEC 7064, MOD 37,36) that catches every mistyped character
and every swap of two neighbours. It opens no page: the proof that we issued the plate is in the QR alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from chalicelib import ids
from chalicelib.code.token import ISSUE_LENGTH, KeyRing, plate_url, sign
from chalicelib.errors import BadInput, Problem

NUMBER_LENGTH = ids.SITE_ID_LENGTH + ISSUE_LENGTH + 1
GROUP = 4


@dataclass(frozen=True, slots=True)
class Plate:
    """One plate as it is printed."""

    site_id: str
    issue: int
    name: str
    township: str
    url: str

    @property
    def number(self) -> str:
        return spaced(plate_number(self.site_id, self.issue))

    @property
    def file_name(self) -> str:
        return f"{self.site_id}-{self.issue:04d}"


def plate_of(card: Mapping[str, object], township: str, base_url: str, keys: KeyRing) -> Plate:
    """The plate of a card's attributes: its newest issue, the first where none was recorded."""
    site_id, issue = str(card["site_id"]), int(card["issue"] or 1)  # type: ignore[call-overload]
    return Plate(site_id, issue, str(card["name"]), township, plate_url(base_url, sign(site_id, issue, keys)))


def plate_number(site_id: str, issue: int) -> str:
    """Site id, issue, check character: 19 characters."""
    from stdnum.iso7064 import mod_37_36

    body = f"{site_id}{ids.ALPHABET[issue >> 5]}{ids.ALPHABET[issue & 31]}"
    return body + mod_37_36.calc_check_digit(body)


def spaced(number: str) -> str:
    """In groups of four, as it is printed."""
    return " ".join(number[at : at + GROUP] for at in range(0, len(number), GROUP))


def read_number(text: str) -> tuple[str, int]:
    """Site id and issue of a plate number as somebody read it out or typed it. BadInput if a character is wrong."""
    from stdnum.iso7064 import mod_37_36

    typed = "".join(character for character in text.upper() if character.isalnum())
    # The check character may be any letter or figure, so it counts as it is typed: else not every mistake would be noticed.
    body, check = typed[:-1].translate(ids.LOOKALIKES), typed[-1:]
    if len(typed) != NUMBER_LENGTH or not set(body) <= set(ids.ALPHABET) or not mod_37_36.is_valid(body + check):
        raise BadInput([Problem("$", "plate", text[:40], f"码牌编号应为 {NUMBER_LENGTH} 位，且末位校验相符：请与码牌逐位核对")])
    high, low = body[ids.SITE_ID_LENGTH :]
    return body[: ids.SITE_ID_LENGTH], ids.ALPHABET.index(high) * 32 + ids.ALPHABET.index(low)
