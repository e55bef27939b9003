"""What a site is found by, as one short text beside its card: its names, credit code, pinyin and position. Pure.

``names`` with the former ones, newest first; pinyin in the reading that the words of the name give (重庆 is Chongqing), each syllable with a
capital, so that a query of initials, of whole syllables or of both meets it. Positions are in WGS-84, in hundred-thousandths of a degree.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from chalicelib.register.position import to_wgs84

SCALE = 100_000
BETWEEN = "\t"


@dataclass(frozen=True, slots=True)
class Entry:
    """One site's line in the index."""

    names: tuple[str, ...]
    uscc: str
    pinyin: str
    position: tuple[float, float] | None


def entry_text(names: list[str], uscc: str, longitude: object, latitude: object, datum: str) -> str:
    """The text of an entry; ``names`` oldest first, as the register tells them."""
    newest_first = [name.replace(BETWEEN, " ") for name in reversed(names)]
    place = to_wgs84(float(longitude), float(latitude), datum) if _numbers(longitude, latitude) else None  # type: ignore[arg-type]
    where = f"{round(place[0] * SCALE)},{round(place[1] * SCALE)}" if place else ""
    return BETWEEN.join(("|".join(newest_first), uscc, "|".join(pinyin_of(name) for name in newest_first), where))


def read_entry(text: str) -> Entry:
    """The entry of a text. ValueError for a text that is none."""
    names, uscc, pinyin, where = text.split(BETWEEN)
    east, _, north = where.partition(",")
    return Entry(tuple(names.split("|")), uscc, pinyin, (int(east) / SCALE, int(north) / SCALE) if where else None)


def _numbers(*values: object) -> bool:
    return all(isinstance(value, (int, float)) and not isinstance(value, bool) for value in values)


@lru_cache(maxsize=16384)
def pinyin_of(name: str) -> str:
    """``AnHe`` of 安禾; letters and digits stay, each word and number with a capital; signs fall away."""
    from pypinyin import lazy_pinyin

    parts = lazy_pinyin(name, errors=lambda text: [piece for piece in "".join(c if c.isalnum() else " " for c in text).split()])
    return "".join(part[0].upper() + part[1:].lower() for part in parts if part.isascii())
