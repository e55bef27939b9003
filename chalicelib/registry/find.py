"""Finding sites: what a query is, which entries meet it and how well, in which order they are shown. Pure.

A query is a piece of a name (now or before), pinyin (initials, syllables or both, as in an input method), a credit code or a piece of one; or a place and a
radius; or both. A plate or a site id is no search: it names its site (:mod:`.window`).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from chalicelib.errors import BadInput, Problem
from chalicelib.register.entry import Entry
from chalicelib.register.position import metres_between, to_wgs84

MOST_CHARACTERS = 50
LEAST_OF_A_CODE = 4
MOST_METRES = 20_000
METRES_PER_DEGREE = 111_320
NUMBERS = re.compile(r"-?[0-9]{1,3}(\.[0-9]{1,9})?,-?[0-9]{1,3}(\.[0-9]{1,9})?")
# Of a plate's address only its end is a query.
ADDRESS = re.compile("https?://", re.IGNORECASE)
EXACT, BEGINS, WITHIN, FORMER, PINYIN, CODE = range(6)
BY = ("name", "name", "name", "former_name", "pinyin", "credit_code")

Rank = Callable[[Entry], int | None]


@dataclass(frozen=True, slots=True)
class Query:
    """What is asked: ``text`` (empty for a place alone), ``near`` in WGS-84 with ``radius_m``."""

    text: str = ""
    near: tuple[float, float] | None = None
    radius_m: int = 0


@dataclass(frozen=True, slots=True)
class Hit:
    """A site that meets a query: by what, how well (less is better), and how far away."""

    site_id: str
    by: str
    rank: int
    distance_m: int | None
    name: str

    @property
    def order(self) -> tuple[int, int, str, str]:
        """Best first; of a place the nearest; a list can go on behind any hit."""
        return self.distance_m if self.distance_m is not None else -1, self.rank, self.name, self.site_id


def read_query(asked: dict[str, str]) -> Query:
    """The query of a request (``q``, ``near`` = longitude,latitude, ``radius`` in metres, ``datum``). BadInput names every fault."""
    found: list[Problem] = []
    text = " ".join(unicodedata.normalize("NFKC", asked.get("q", "")).split())
    if ADDRESS.match(text):
        text = text.rsplit("/", 1)[-1]
    if len(text) > MOST_CHARACTERS:
        found.append(Problem("query", "q", text[:20], f"不超过 {MOST_CHARACTERS} 个字符"))
    near, radius = asked.get("near", ""), asked.get("radius", "500")
    point = None
    if near:
        if not NUMBERS.fullmatch(near):
            found.append(Problem("query", "near", near[:40], "应为 经度,纬度，例如 120.0313,30.2903"))
        else:
            east, north = near.split(",")
            point = to_wgs84(float(east), float(north), asked.get("datum", ""))
            if point is None:
                found.append(Problem("query", "datum", asked.get("datum", "")[:20] or near[:40], "坐标系只能是 WGS-84、CGCS2000 或 GCJ-02，经纬度须在地球上"))
        if not radius.isdecimal() or not 1 <= int(radius) <= MOST_METRES:
            found.append(Problem("query", "radius", radius[:20], f"应为 1 至 {MOST_METRES} 米的整数"))
    if not text and not near:
        found.append(Problem("query", "q", "", "请输入名称、拼音、信用代码、码牌，或给出位置"))
    if found:
        raise BadInput(found)
    return Query(text, point, int(radius) if near else 0)


def find(entries: Iterable[tuple[str, Entry]], query: Query) -> list[Hit]:
    """Every entry that meets the query, in order. Neither order nor repetition of the entries matters."""
    rank_of = ranking(query.text)
    hits = {}
    for site_id, entry in entries:
        distance = _distance(entry, query)
        if query.near is not None and distance is None:
            continue
        rank = rank_of(entry)
        if rank is not None:
            by = BY[rank] if query.text else "near"
            hits[site_id] = Hit(site_id, by, rank, distance, entry.names[0])
    return sorted(hits.values(), key=lambda hit: hit.order)


def _distance(entry: Entry, query: Query) -> int | None:
    """Metres from the query's place, None outside its radius. The square around it is asked first: it costs nothing."""
    if query.near is None or entry.position is None:
        return None
    if abs(entry.position[1] - query.near[1]) * METRES_PER_DEGREE > query.radius_m + 1:
        return None
    metres = metres_between(query.near, entry.position)
    return round(metres) if metres <= query.radius_m else None


def ranking(text: str) -> Rank:
    """How well an entry meets a text; None where it does not."""
    wanted = text.casefold()
    if not wanted:
        return lambda entry: EXACT
    spelled = pinyin_pattern(wanted)
    code = wanted.upper() if wanted.isalnum() and wanted.isascii() and len(wanted) >= LEAST_OF_A_CODE else ""

    def rank(entry: Entry) -> int | None:
        name = entry.names[0].casefold()
        if wanted in name:
            return EXACT if wanted == name else BEGINS if name.startswith(wanted) else WITHIN
        if any(wanted in former.casefold() for former in entry.names[1:]):
            return FORMER
        if spelled is not None and spelled.search(entry.pinyin):
            return PINYIN
        return CODE if code and code in entry.uscc else None

    return rank


def pinyin_pattern(letters: str) -> re.Pattern[str] | None:
    """Finds syllables that letters spell: each letter goes on in its syllable or begins the next one. None for what is no pinyin.

    ``anhe``, ``ah`` and ``anh`` meet ``AnHe``; ``nhe`` does not, because nobody begins inside a syllable.
    """
    plain = "".join(letters.split()).replace("'", "")
    if not plain or not plain.isascii() or not plain.isalnum():
        return None
    first, rest = plain[0].upper(), plain[1:]
    return re.compile(re.escape(first) + "".join(f"(?:{c}|[a-z0-9]{{0,5}}{c.upper()})" for c in rest))
