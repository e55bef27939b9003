"""The index map: every township of the month on the district's sheet, by the colour of its index, and the key beside it.

The table below it says the same.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from chalicelib.clock import last_day
from chalicelib.exact import TENTHS, parse_scaled, text_of
from chalicelib.index.focus import WATCHED
from chalicelib.index.present import change_words
from chalicelib.index.structure import IndexRules
from chalicelib.index.trail import months_in
from chalicelib.register.district import District, Swatch, Township
from chalicelib.riskmap.draw import Cell, draw_map, outlines
from chalicelib.riskmap.outline import Sheet, sheet_of

COLOURS = ("red", "orange", "yellow", "blue", "none")
INSUFFICIENT, NO_SITES, NOT_RANKED = "数据不足", "无企业", "未参加"
MOVERS = 4


def index_sheet(result: Mapping, district: District) -> Sheet:
    """The townships of the month's last day, each with its place."""
    return sheet_of(district.boundaries, district.townships_on(last_day(result["month"])))


def index_cells(result: Mapping, district: District, base: str) -> list[Cell]:
    """A cell for every township of the month; one that is not ranked is grey and says why. Links are below ``base``."""
    rows = {row["code"]: row for row in result["townships"]}
    empty = {entry["code"] for entry in result.get("without_sites", ())}
    cells = []
    for township in district.townships_on(last_day(result["month"])):
        row = rows.get(township.code)
        cells.append(_scored(row, township, district.palette, base) if row else _absent(township, NO_SITES if township.code in empty else NOT_RANKED))
    return cells


def index_map(result: Mapping, district: District, base: str) -> dict[str, object]:
    """What the page needs: the outlines once, the drawing, whether its cells are numbered."""
    sheet, cells = index_sheet(result, district), index_cells(result, district, base)
    drawing = draw_map(sheet, cells, district.palette, "index-map", "指数图", described(cells, district.palette))
    numbers = {code: outline.number for code, outline in sheet.outlines.items()} if sheet.is_numbered else {}
    return {"outlines": outlines(sheet), "drawing": drawing, "numbers": numbers}


def key_view(result: Mapping, rules: IndexRules, base: str) -> dict[str, object]:
    """Beside the map: colours with their spans and counts, how many rose and fell, who moved most, who is watched and for how long."""
    rows = result["townships"]
    moves = [change_words(row["change"]["index"])["kind"] for row in rows if row["change"]]
    lasting = [months_in(row.get("trail", ()), WATCHED) for row in rows if row["colour"] in WATCHED]
    return {
        "scale": list(_scale(rules, Counter(row["colour"] for row in rows))),
        "moves": {kind: moves.count(kind) for kind in ("up", "same", "down")} if moves else None,
        "movers": _movers(rows, base),
        "watched": len(lasting),
        "longest": max(lasting, default=0),
    }


def described(cells: Sequence[Cell], palette: Mapping[str, Swatch]) -> str:
    """How many townships have which colour, worst first: what the map says to whoever does not see it."""
    counts = Counter(cell.colour for cell in cells)
    words = {**{code: palette[code].word for code in COLOURS}, "none": "不定颜色"}
    return f"{len(cells)}个镇街：" + "，".join(f"{words[code]}{counts[code]}个" for code in COLOURS if counts[code]) + "。分值见排行榜。"


def _scored(row: Mapping, township: Township, palette: Mapping[str, Swatch], base: str) -> Cell:
    swatch, place = palette[row["colour"]], "不排名" if row["rank"] is None else f"第{row['rank']}名"
    mark = f"{swatch.word} {row['index']}" if row["sufficient"] else INSUFFICIENT
    return Cell(township.code, township.short, row["colour"], mark, f"{row['name']}：{mark}，{place}", f"{base}{township.code}.html")


def _absent(township: Township, word: str) -> Cell:
    return Cell(township.code, township.short, "none", word, f"{township.name}：{word}", "#board")


def _scale(rules: IndexRules, counts: Mapping[str, int]) -> Iterator[tuple[str, str, int]]:
    """The colours best first, each with its span of the index in words and its townships; grey only where somebody is."""
    upper = None
    for colour, edge in (*rules.thresholds, ("red", 0)):
        highest = "" if upper is None else text_of(upper - 1, TENTHS)
        yield colour, f"{text_of(edge, TENTHS)}–{highest}" if edge and highest else f"≥ {text_of(edge, TENTHS)}" if edge else f"≤ {highest}", counts[colour]
        upper = edge
    if counts["none"]:
        yield "none", "数据不足，不定颜色", counts["none"]


def _movers(rows: Sequence[Mapping], base: str) -> list[dict]:
    """Who moved most since last month, up or down; on a tie in leaderboard order."""
    moved = [row for row in rows if row["change"] and parse_scaled(row["change"]["index"].lstrip("+-"), TENTHS)]
    most = sorted(moved, key=lambda row: -parse_scaled(row["change"]["index"].lstrip("+-"), TENTHS))[:MOVERS]
    return [{"name": row["name"], "href": f"{base}{row['code']}.html", "change": change_words(row["change"]["index"])} for row in most]
