"""From township documents to what the month's and the present page show: maps, tallies, the 4 × 4 of both layers, tables."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from chalicelib import labels
from chalicelib.exact import TENTHS, half_up, parse_scaled, text_of
from chalicelib.register.district import Township
from chalicelib.riskmap import maps
from chalicelib.riskmap.draw import outlines
from chalicelib.riskmap.model import ASSESSED, COLOURS, GRADES

if TYPE_CHECKING:
    from chalicelib.riskmap.pages import Document, Edition

LEVEL_WORD = {"inherent": ("低", "一般", "较大", "重大"), "governance": ("好", "较好", "较差", "差"), "combined": ("低", "一般", "较大", "重大")}


def month_view(edition: Edition, documents: Sequence[Document], at: str) -> dict[str, object]:
    """The page over all townships. ``at`` is where the files of the page's own tree lie."""
    townships_at = f"{at}townships/"
    shown = maps.open_sectors(documents)
    return {
        **frame(edition),
        "at": at,
        "outlines": outlines(edition.sheet),
        "coverage": coverage_of(documents),
        "tallies": _tallies([document["combined"]["colour"] for document in documents]),  # type: ignore[index]
        "moves": _moves(edition, documents),
        "maps": {layer: maps.layer_map(edition, layer, townships_at) for layer in maps.LAYER},
        "change_map": maps.change_map(edition, townships_at) if edition.previous else None,
        "sectors": [_sector_card(edition, documents, sector, townships_at) for sector in shown],
        "grid": _grid(edition, documents),
        "rows": [_row(edition, document, edition.township(document), shown, townships_at) for document in documents],
        "columns": [sector["title"] for sector in shown],
        "ages": _ages(documents),
        "rule_set": documents[0]["rule_set"] if documents else None,
        "words": LEVEL_WORD,
    }


def frame(edition: Edition) -> dict[str, object]:
    """What every page says of itself."""
    return {
        "is_now": edition.is_now,
        "month": "实时" if edition.is_now else month_text(edition.month),
        "on": edition.shown,
        "compared_with": month_text(edition.compared_with) if edition.compared_with else None,
        "has_borders": edition.sheet.has_borders,
        "is_numbered": edition.sheet.is_numbered,
        "change": maps.CHANGE,
    }


def month_text(month: str) -> str:
    return f"{int(month[:4])}年{int(month[5:])}月"


def coverage_of(documents: Sequence[Document]) -> dict[str, str]:
    """Coded and registered sites and the share of coded ones, one decimal."""
    coded, sites = (sum(int(document[key]) for document in documents) for key in ("coded", "sites"))  # type: ignore[call-overload]
    share = text_of(half_up(coded * 1000, sites), TENTHS) + "%" if sites else "–"
    return {"coded": f"{coded:,}", "sites": f"{sites:,}", "share": share}


def age_of(document: Document) -> dict[str, object]:
    """The age and coverage of a township's evidence in words."""
    evidence: Mapping[str, object] = document["evidence"]  # type: ignore[assignment]
    days, coverage = evidence["median_days"], evidence["coverage"]
    return {
        "state": evidence["state"],
        "days": "–" if days is None else f"{days} 天",
        "word": maps.AGE_WORD[str(evidence["state"])],
        "coverage": "–" if coverage is None else f"{coverage}%",
        "sites": evidence["sites"],
    }


def weakest_of(document: Document) -> str:
    """The axis with the lowest mean and that mean."""
    axis = document["weakest"]
    return f"{labels.AXIS[str(axis)]} {document['axes'][axis]}" if axis else "–"  # type: ignore[index]


def _tallies(colours: Sequence[object]) -> list[tuple[str, int]]:
    counts = Counter(colours)
    return [(code, counts[code]) for code in GRADES if code != "none" or counts[code]]


def _moves(edition: Edition, documents: Sequence[Document]) -> dict[str, int] | None:
    """How many townships have a better, a worse, the same colour than in the month compared with; None without one."""
    if not edition.previous:
        return None
    moves = Counter(maps.change_of(document, edition.previous.get(str(document["township"])))["way"] for document in documents)
    return {way: moves[way] for way in ("worse", "better", "same")}


def _ages(documents: Sequence[Document]) -> list[str]:
    """The kinds of hatching that occur, for the key."""
    found = {str(document["evidence"]["state"]) for document in documents}  # type: ignore[index]
    return [state for state in ("aged", "old") if state in found]


def _sector_card(edition: Edition, documents: Sequence[Document], sector: Mapping[str, object], at: str) -> dict[str, object]:
    code, title = str(sector["code"]), str(sector["title"])
    sites = sum(int(maps.sector_of(document, code)["sites"]) for document in documents)  # type: ignore[call-overload]
    weight = text_of(parse_scaled(str(sector["weight"]), 1000), TENTHS).removesuffix(".0")
    return {"title": title, "weight": weight, "svg": maps.sector_map(edition, code, title, at), "sites": f"{sites:,}"}


def _grid(edition: Edition, documents: Sequence[Document]) -> list[list[dict[str, object]]]:
    """Both layers together: rows I 4 to 1, columns G 1 to 4, each cell with R, its colour, the townships and how many sectors stand in it.

    A township stands where the colours of its two layers put it, pull-ups left aside.
    """
    if not documents:
        return []
    cells: Sequence[Sequence[Mapping[str, str]]] = documents[0]["coupling"]  # type: ignore[assignment]
    sectors: Counter[tuple[object, object]] = Counter()
    townships: dict[tuple[int, int], list[str]] = {}
    for document in documents:
        sectors.update((s["inherent"], s["governance"]) for s in document["sectors"] if s["state"] == ASSESSED)  # type: ignore[attr-defined]
        own = [document[layer]["own_colour"] for layer in ("inherent", "governance")]  # type: ignore[index]
        if "none" not in own:
            place = (COLOURS.index(own[0]) + 1, COLOURS.index(own[1]) + 1)
            townships.setdefault(place, []).append(edition.township(document).short)
    return [
        [
            {"inherent": i, "governance": g, **cells[i - 1][g - 1], "count": sectors[(i, g)], "townships": townships.get((i, g), [])}
            for g in (1, 2, 3, 4)
        ]
        for i in (4, 3, 2, 1)
    ]


def _row(
    edition: Edition, document: Document, township: Township, shown: Sequence[Mapping[str, object]], at: str
) -> dict[str, object]:
    found = [maps.sector_of(document, sector["code"]) for sector in shown]
    return {
        "number": edition.sheet.outlines[township.code].number,
        "name": township.name,
        "href": f"{at}{township.code}.html",
        "layers": [document[layer] for layer in ("combined", "inherent", "governance")],
        "nothing": maps.nothing_of(document),
        "sectors": [{**sector, "nothing": maps.NOTHING.get(str(sector["state"]))} for sector in found],
        "coverage": coverage_of([document]),
        "change": maps.change_of(document, edition.previous.get(township.code)),
        "weakest": weakest_of(document),
        "age": age_of(document),
    }
