"""From township documents to what the templates show: words, marks, bars, maps. All that is worked out, is worked out here."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from chalicelib.exact import TENTHS, half_up, parse_scaled, text_of
from chalicelib.register.district import District, Township
from chalicelib.riskmap.draw import Cell, draw_map
from chalicelib.riskmap.model import ASSESSED, COLOURS, GRADES, NO_SITES

if TYPE_CHECKING:
    from chalicelib.riskmap.pages import Document, Edition

LAYER = {"combined": "综合安全状况", "inherent": "固有风险", "governance": "动态治理"}
LEVEL_WORD = {"inherent": ("低", "一般", "较大", "重大"), "governance": ("好", "较好", "较差", "差"), "combined": ("低", "一般", "较大", "重大")}
NOTHING = {"no_sites": "无此类", "ungraded": "未评定"}
NO_COLOUR, NO_SITE = "未评定", "无企业"


def month_view(edition: Edition, documents: Sequence[Document], at: str) -> dict[str, object]:
    """The month page: three maps, the table, the matrix, a map per open sector, tallies and coverage.

    ``at`` is where the files of the page's own tree lie.
    """
    townships_at = f"{at}townships/"
    places = [(document, edition.township(document)) for document in documents]
    return {
        "at": at,
        "month": "实时" if edition.is_now else month_text(edition.month),
        "on": edition.shown,
        "coverage": coverage_of(documents),
        "tallies": _tallies([document["combined"]["colour"] for document in documents]),  # type: ignore[index]
        "moves": _moves(edition, documents),
        "maps": {layer: _layer_map(layer, places, edition.district, townships_at) for layer in LAYER},
        "sectors": _sector_maps(places, edition.district, townships_at),
        "matrix": _matrix(documents),
        "rows": [_row(edition, document, place, townships_at) for document, place in places],
        "columns": [sector["title"] for sector in _open(documents)],
        "rule_set": documents[0]["rule_set"] if documents else None,
        "words": LEVEL_WORD,
    }


def township_view(edition: Edition, document: Document, township: Township) -> dict[str, object]:
    """A township page: its three values, each sector with its formula, bars and reasons, and the change since last month."""
    before = edition.previous.get(str(document["township"]))
    names = document.get("names")
    return {
        "township": township,
        "month": "实时" if edition.is_now else month_text(edition.month),
        "on": document["on"],
        "coverage": coverage_of([document]),
        "document": document,
        "layers": [(name, LAYER[name], document[name], LEVEL_WORD[name]) for name in LAYER],
        "pull_ups": [reason for name in LAYER for reason in document[name]["pull_ups"]],  # type: ignore[index]
        "change": _change(document, before),
        "bars": _bars(document["grades"]),  # type: ignore[arg-type]
        "sectors": [_sector_view(sector, names) for sector in document["sectors"]],  # type: ignore[attr-defined]
        "nothing": nothing_of(document),
        "absent": [sector["title"] for sector in document["sectors"] if sector["state"] == NO_SITES],  # type: ignore[attr-defined]
        "staff": names is not None,
    }


def nothing_of(document: Document) -> str:
    """The word for a township without a colour: it has no enterprise at all, or none of them has a code yet."""
    return NO_COLOUR if document["sites"] else NO_SITE


def month_text(month: str) -> str:
    return f"{int(month[:4])}年{int(month[5:])}月"


def coverage_of(documents: Sequence[Document]) -> dict[str, str]:
    """Coded and registered sites and the share of coded ones, one decimal."""
    coded, sites = (sum(int(document[key]) for document in documents) for key in ("coded", "sites"))  # type: ignore[call-overload]
    share = text_of(half_up(coded * 1000, sites), TENTHS) + "%" if sites else "–"
    return {"coded": f"{coded:,}", "sites": f"{sites:,}", "share": share}


def _tallies(colours: Sequence[object]) -> list[tuple[str, int]]:
    counts = Counter(colours)
    return [(code, counts[code]) for code in GRADES if code != "none" or counts[code]]


def _moves(edition: Edition, documents: Sequence[Document]) -> dict[str, int] | None:
    """How many townships have a better, a worse, the same colour than last month; None without a last month."""
    if not edition.previous:
        return None
    moves = Counter(_change(document, edition.previous.get(str(document["township"])))["way"] for document in documents)
    return {way: moves[way] for way in ("worse", "better", "same")}


def _change(document: Document, before: Document | None) -> dict[str, str]:
    """The change of T and of the colour since last month, in words."""
    now = document["combined"]
    if before is None or before["combined"]["value"] is None or now["value"] is None:  # type: ignore[index]
        return {"way": "unknown", "text": "–", "colour": ""}
    then = before["combined"]
    step = parse_scaled(now["value"], TENTHS) - parse_scaled(then["value"], TENTHS)  # type: ignore[index]
    moved = COLOURS.index(now["colour"]) - COLOURS.index(then["colour"])  # type: ignore[index]
    way = "worse" if moved > 0 else "better" if moved < 0 else "same"
    arrow = "↑" if step > 0 else "↓" if step < 0 else "→"
    return {"way": way, "text": f"{arrow} {text_of(abs(step), TENTHS)}" if step else "→ 持平", "colour": str(then["colour"])}


def _open(documents: Sequence[Document]) -> list[Mapping[str, object]]:
    """The sectors on show: those that some township has sites of, in the method's order."""
    if not documents:
        return []
    columns = zip(*(document["sectors"] for document in documents))  # type: ignore[arg-type]
    return [column[0] for column in columns if any(sector["state"] != NO_SITES for sector in column)]


def _layer_map(layer: str, places: Sequence[tuple[Document, Township]], district: District, at: str) -> str:
    cells = [
        _cell(township, document[layer]["colour"], document[layer]["value"] or nothing_of(document), LAYER[layer], district, at)  # type: ignore[index]
        for document, township in places
    ]
    return draw_map(cells, district.palette, f"m-{layer}", f"{LAYER[layer]}图", _description(cells, district))


def _sector_maps(places: Sequence[tuple[Document, Township]], district: District, at: str) -> list[dict[str, object]]:
    maps = []
    for shown in _open([document for document, _ in places]):
        found = [(_sector(document, shown["code"]), township) for document, township in places]
        cells = [_sector_cell(sector, township, district, at) for sector, township in found]
        title = str(shown["title"])
        svg = draw_map(cells, district.palette, f"s-{shown['code']}", f"{title}领域图", _description(cells, district))
        weight = text_of(parse_scaled(str(shown["weight"]), 100), 1)
        maps.append({"title": title, "weight": weight, "svg": svg, "sites": f"{sum(int(sector['sites']) for sector, _ in found):,}"})
    return maps


def _sector(document: Document, code: object) -> Mapping[str, object]:
    return next(sector for sector in document["sectors"] if sector["code"] == code)  # type: ignore[attr-defined]


def _sector_cell(sector: Mapping[str, object], township: Township, district: District, at: str) -> Cell:
    if sector["state"] != ASSESSED:
        word = NOTHING[str(sector["state"])]
        title = f"{township.name} {sector['title']}：{word}"
        return Cell(township.short, township.q, township.r, "none", word, title, f"{at}{township.code}.html")
    return _cell(township, str(sector["colour"]), str(sector["risk"]), str(sector["title"]), district, at)


def _cell(township: Township, colour: str, value: str, title: str, district: District, at: str) -> Cell:
    mark = value if colour == "none" else f"{district.palette[colour].word} {value}"
    return Cell(township.short, township.q, township.r, colour, mark, f"{township.name} {title}：{mark}", f"{at}{township.code}.html")


def _description(cells: Sequence[Cell], district: District) -> str:
    counts = Counter(cell.colour for cell in cells)
    parts = [f"{district.palette[code].word}{counts[code]}个" for code in (*reversed(COLOURS), "none") if counts[code]]
    return f"{len(cells)}个镇街：" + "，".join(parts) + "。数值见下表。"


def _matrix(documents: Sequence[Document]) -> list[list[dict[str, object]]]:
    """How many sectors of townships stand in each cell: rows I 4 to 1, columns G 1 to 4, coloured by the method's matrix."""
    if not documents:
        return []
    cells: Sequence[Sequence[Mapping[str, str]]] = documents[0]["coupling"]  # type: ignore[assignment]
    pairs: Counter[tuple[object, object]] = Counter()
    for document in documents:
        pairs.update((s["inherent"], s["governance"]) for s in document["sectors"] if s["state"] == ASSESSED)  # type: ignore[attr-defined]
    return [
        [{"inherent": i, "governance": g, **cells[i - 1][g - 1], "count": pairs[(i, g)]} for g in (1, 2, 3, 4)]
        for i in (4, 3, 2, 1)
    ]


def _row(edition: Edition, document: Document, township: Township, at: str) -> dict[str, object]:
    change = _change(document, edition.previous.get(township.code))
    shown = [_sector(document, column["code"]) for column in _open(edition.documents)]
    return {
        "name": township.name,
        "href": f"{at}{township.code}.html",
        "layers": [document[layer] for layer in ("combined", "inherent", "governance")],
        "nothing": nothing_of(document),
        "sectors": [(sector["colour"], sector["risk"], NOTHING.get(str(sector["state"]))) for sector in shown],
        "coverage": coverage_of([document]),
        "change": change,
    }


def _sector_view(sector: Mapping[str, object], names: object) -> dict[str, object]:
    return {
        **sector,
        "nothing": NOTHING.get(str(sector["state"])),
        "bars": _bars(sector["grades"]),  # type: ignore[arg-type]
        "ladder": _ladder(sector),
        "reasons": [_reason(reason, names) for name in ("inherent_reasons", "governance_reasons", "pull_ups") for reason in sector[name]],
    }


def _ladder(sector: Mapping[str, object]) -> list[dict[str, object]]:
    """Sites by inherent level, worst first."""
    levels: Mapping[str, int] = sector["levels"]  # type: ignore[assignment]
    return [{"level": level, "colour": COLOURS[level - 1], "count": levels[str(level)]} for level in (4, 3, 2, 1)]


def _reason(reason: Mapping[str, object], names: object) -> dict[str, object]:
    """A reason with the deciding sites by name, where the document carries names."""
    listed = [(site, names.get(site, "")) for site in reason.get("sites", ())] if isinstance(names, Mapping) else []
    return {"text": reason["text"], "listed": listed}


def _bars(grades: Mapping[str, int]) -> list[dict[str, object]]:
    """Colour counts with the width of each part in percent, one decimal."""
    total = sum(grades.values())
    return [
        {"code": code, "count": count, "width": text_of(half_up(count * 1000, total), TENTHS)}
        for code, count in ((code, grades[code]) for code in GRADES)
        if count
    ]
