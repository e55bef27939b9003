"""From township documents to maps: the three layers, one map per sector, the change since a month, and where a township lies."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from chalicelib.exact import TENTHS, parse_scaled, text_of
from chalicelib.register.district import Swatch, Township
from chalicelib.riskmap.draw import Cell, draw_map
from chalicelib.riskmap.model import ASSESSED, COLOURS, NO_SITES

if TYPE_CHECKING:
    from chalicelib.riskmap.pages import Document, Edition

LAYER = {"combined": "综合安全状况", "inherent": "固有风险", "governance": "动态治理"}
NOTHING = {"no_sites": "无此类", "ungraded": "未评定"}
NO_COLOUR, NO_SITE, NO_DOCUMENT = "未评定", "无企业", "暂无数据"
AGE_WORD = {"fresh": "", "aged": "证据多在半年以前", "old": "证据多在一年以前", "none": ""}
# How a change is shown: colours that are none of the grades', each with its arrow, word and pattern.
CHANGE = {
    "worse": Swatch("变差", "↑", "#86195F", "#FFFFFF", "#F7E8F1", "triangle", "cross"),
    "better": Swatch("变好", "↓", "#0B6E5F", "#FFFFFF", "#E2F3F0", "circle", "diagonal"),
    "same": Swatch("不变", "→", "#E3E8EC", "#14202B", "#F3F5F7", "square", "plain"),
    "unknown": Swatch("无从比较", "–", "#6B717B", "#FFFFFF", "#EEF0F2", "square", "lines"),
}

Drawn = Callable[["Document", Township], Cell]


def layer_map(edition: Edition, layer: str, at: str) -> str:
    """One layer of every township, hatched by the age of the evidence."""
    return _map(edition, layer_cells(edition, edition.documents, layer, at), edition.district.palette, f"m-{layer}", f"{LAYER[layer]}图")


def layer_cells(edition: Edition, documents: Sequence[Document], layer: str, at: str) -> list[Cell]:
    """A cell for every township of the day."""

    def cell(document: Document, township: Township) -> Cell:
        found = document[layer]
        return coloured(edition, document, township, str(found["colour"]), found["value"] or nothing_of(document), LAYER[layer], at)  # type: ignore[index]

    return _cells(edition, documents, cell, "none")


def sector_map(edition: Edition, code: str, title: str, at: str) -> str:
    """One sector of every township."""

    def cell(document: Document, township: Township) -> Cell:
        sector = sector_of(document, code)
        if sector["state"] != ASSESSED:
            return coloured(edition, document, township, "none", NOTHING[str(sector["state"])], title, at)
        return coloured(edition, document, township, str(sector["colour"]), str(sector["risk"]), title, at)

    return _map(edition, _cells(edition, edition.documents, cell, "none"), edition.district.palette, f"s-{code}", f"{title}领域图")


def change_map(edition: Edition, at: str) -> str:
    """How the combined colour and value of every township changed since the month it is compared with."""

    def cell(document: Document, township: Township) -> Cell:
        change = change_of(document, edition.previous.get(township.code))
        title = f"{township.name}：{CHANGE[change['way']].word} {change['text']}"
        return Cell(township.code, township.short, change["way"], change["text"], title, f"{at}{township.code}.html")

    return _map(edition, _cells(edition, edition.documents, cell, "unknown"), CHANGE, "m-change", "综合安全状况变化图")


def locator(edition: Edition, township: Township) -> str:
    """Where a township lies among the others: a picture without words, its name stands in the heading."""
    sheet = edition.sheet
    uses = "".join(f'<use href="#t-{code}" class="{"here" if code == township.code else "there"}"/>' for code in sheet.outlines)
    frame = " ".join(f"{number:.0f}" for number in sheet.frame)
    return f'<svg class="locator" viewBox="{frame}" aria-hidden="true">{uses}</svg>'


def coloured(
    edition: Edition, document: Document, township: Township, colour: str, value: str, title: str, at: str
) -> Cell:
    """A cell with word and value, and in words for whoever hears the map. Where nothing was judged no evidence can be old."""
    is_grey = colour == "none"
    mark = value if is_grey else f"{edition.district.palette[colour].word} {value}"
    age = "none" if is_grey else str(document["evidence"]["state"])  # type: ignore[index]
    told = f"{township.name} {title}：{mark}" + (f"，{AGE_WORD[age]}" if AGE_WORD[age] else "")
    return Cell(township.code, township.short, colour, mark, told, f"{at}{township.code}.html", age if AGE_WORD[age] else "")


def _cells(edition: Edition, documents: Sequence[Document], cell: Drawn, grey: str) -> list[Cell]:
    """Every township of the day; one without a document is grey and says so."""
    by_code = {str(document["township"]): document for document in documents}
    return [
        cell(by_code[township.code], township)
        if township.code in by_code
        else Cell(township.code, township.short, grey, NO_DOCUMENT, f"{township.name}：{NO_DOCUMENT}", "#table")
        for township in edition.townships
    ]


def _map(edition: Edition, cells: Sequence[Cell], palette: Mapping[str, Swatch], name: str, title: str) -> str:
    return draw_map(edition.sheet, cells, palette, name, title, describe(cells, palette))


def describe(cells: Sequence[Cell], palette: Mapping[str, Swatch]) -> str:
    """How many townships have which colour, worst first."""
    counts = Counter(cell.colour for cell in cells)
    order = [code for code in (*reversed(COLOURS), "none", *CHANGE) if counts[code]]
    words = {code: "无结论" if code == "none" else palette[code].word for code in order}
    return f"{len(cells)}个镇街：" + "，".join(f"{words[code]}{counts[code]}个" for code in order) + "。数值见下表。"


def sector_of(document: Document, code: object) -> Mapping[str, object]:
    return next(sector for sector in document["sectors"] if sector["code"] == code)  # type: ignore[attr-defined]


def open_sectors(documents: Sequence[Document]) -> list[Mapping[str, object]]:
    """The sectors on show: those that some township has sites of, in the method's order."""
    if not documents:
        return []
    columns = zip(*(document["sectors"] for document in documents))  # type: ignore[arg-type]
    return [column[0] for column in columns if any(sector["state"] != NO_SITES for sector in column)]


def nothing_of(document: Document) -> str:
    """The word for a township without a colour: it has no enterprise at all, or none of them has a code yet."""
    return NO_COLOUR if document["sites"] else NO_SITE


def change_of(document: Document, before: Document | None) -> dict[str, str]:
    """The change of T and of the colour since the earlier document: a way (by colour, then by value), and words."""
    now = document["combined"]
    if before is None or before["combined"]["value"] is None or now["value"] is None:  # type: ignore[index]
        return {"way": "unknown", "text": "–", "colour": ""}
    then = before["combined"]
    step = parse_scaled(now["value"], TENTHS) - parse_scaled(then["value"], TENTHS)  # type: ignore[index]
    moved = COLOURS.index(now["colour"]) - COLOURS.index(then["colour"])  # type: ignore[index]
    way = "worse" if moved > 0 else "better" if moved < 0 else "same"
    arrow = "↑" if step > 0 else "↓" if step < 0 else "→"
    return {"way": way, "text": f"{arrow} {text_of(abs(step), TENTHS)}" if step else "→ 持平", "colour": str(then["colour"])}
