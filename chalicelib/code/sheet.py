"""Plates as a print-ready PDF: A4, one or many on a page, name, township, number, how to scan, whom to tell. A face: no store, no clock.

Drawn with reportlab; the font is any TrueType font that has the names' characters. A character it lacks is drawn as 〓 and named,
so that no plate goes to the gate with a hole in its name.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from chalicelib.code.matrix import matrices
from chalicelib.code.plate import Plate
from chalicelib.code.qr import QUIET_ZONE, runs
from chalicelib.pdf import a4_canvas

# Plates on a page: columns and rows. A plate keeps its shape, so that one drawing fits all.
LAYOUTS = {1: (1, 1), 2: (1, 2), 4: (2, 2), 8: (2, 4)}
MARGIN_MM, GAP_MM = 12, 6
TALL, WIDE = (100.0, 141.0), (120.0, 78.0)
# Cutting marks: from and to so far beyond the edge.
MARK = (0.6, 2.4)
BESIDE_CODE = 60
FONT = BLANK = "plate"
GETA = "〓"
LEADING, MOST_LINES = 1.25, 6
BRAND, INK, SOFT = (0.051, 0.231, 0.349), (0.078, 0.125, 0.169), (0.29, 0.35, 0.4)
SAYS = {
    "title": "安全码",
    "english": "SAFETY CODE",
    "scan": "用手机相机扫一扫，查看本场所安全等级",
    "scan_english": "Scan to see this site's safety grade",
    "report": "发现隐患：扫码反映",
    "report_or_call": "发现隐患：扫码反映，或拨打 {hotline}",
    "colour": "等级随时更新，不印在码牌上，以扫码结果为准",
    "number": "码牌编号",
}


@dataclass(frozen=True, slots=True)
class Sheet:
    """A finished file, its pages, and the characters the font lacked, by the plate they stand on."""

    content: bytes
    pages: int
    missing: dict[str, str]


def sheet(plates: Sequence[Plate], font: bytes, *, per_page: int = 1, hotline: str = "") -> Sheet:
    """The plates, in order, ``per_page`` (1, 2, 4 or 8) on an A4 page with cutting marks; ``hotline`` is named where there is one. KeyError
    for another number of plates."""
    from reportlab.lib.pagesizes import A4

    columns, lines = LAYOUTS[per_page]
    file = io.BytesIO()
    canvas = a4_canvas(file, "安全码码牌")
    known = _register(font)
    size, blank, written = (WIDE, _wide_blank, _wide) if lines > columns else (TALL, _tall_blank, _tall)
    # What is the same on every plate is drawn once, and only shown on each.
    canvas.beginForm(BLANK, -MARK[1], -MARK[1], size[0] + MARK[1], size[1] + MARK[1])
    _marks(canvas, size)
    _frame(canvas, size)
    blank(canvas, hotline)
    canvas.endForm()
    missing: dict[str, str] = {}
    for at, (plate, rows) in enumerate(zip(plates, matrices([plate.url for plate in plates]), strict=True)):
        if at and at % per_page == 0:
            canvas.showPage()
        name, lacking = _drawable(plate.name, known)
        if lacking:
            missing[plate.site_id] = lacking
        canvas.saveState()
        _place(canvas, A4, size, (columns, lines), at % per_page)
        canvas.doForm(BLANK)
        written(canvas, plate, rows, name)
        canvas.restoreState()
    canvas.save()
    return Sheet(file.getvalue(), -(-len(plates) // per_page), missing)


def lacking(text: str, known: Iterable[int]) -> str:
    """The characters of a text that a font with these code points cannot draw, each once."""
    return "".join(dict.fromkeys(character for character in text if ord(character) not in known and not character.isspace()))


@lru_cache(maxsize=1)
def _register(font: bytes) -> dict[int, int]:
    """Register the font for this process, once; its code points. What a document uses of it is kept by document."""
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.ttfonts import TTFont

    pdfmetrics.registerFont(TTFont(FONT, io.BytesIO(font)))
    return pdfmetrics.getFont(FONT).face.charToGlyph


def _drawable(name: str, known: dict[int, int]) -> tuple[str, str]:
    """The name in one line of what can be drawn, and the characters that cannot."""
    away = lacking(name, known)
    return "".join(GETA if character in away else character for character in " ".join(name.split())), away


def _place(canvas, page: tuple[float, float], size: tuple[float, float], grid: tuple[int, int], at: int) -> None:
    """Move to the plate's place on the page and to its own units."""
    from reportlab.lib.units import mm

    (wide, high), (columns, lines) = size, grid
    cell = ((page[0] - 2 * MARGIN_MM * mm - (columns - 1) * GAP_MM * mm) / columns, (page[1] - 2 * MARGIN_MM * mm - (lines - 1) * GAP_MM * mm) / lines)
    scale = min(cell[0] / wide, cell[1] / high)
    column, line = at % columns, at // columns
    x = MARGIN_MM * mm + column * (cell[0] + GAP_MM * mm) + (cell[0] - wide * scale) / 2
    y = page[1] - MARGIN_MM * mm - (line + 1) * cell[1] - line * GAP_MM * mm + (cell[1] - high * scale) / 2
    canvas.translate(x, y)
    canvas.scale(scale, scale)


def _marks(canvas, size: tuple[float, float]) -> None:
    """Where to cut, at the four corners."""
    near, far = MARK
    canvas.setLineWidth(0.15)
    canvas.setStrokeColorRGB(*SOFT)
    for x, step_x in ((0, -1), (size[0], 1)):
        for y, step_y in ((0, -1), (size[1], 1)):
            canvas.line(x + step_x * near, y, x + step_x * far, y)
            canvas.line(x, y + step_y * near, x, y + step_y * far)


def _report(hotline: str) -> str:
    return SAYS["report_or_call"].format(hotline=hotline) if hotline else SAYS["report"]


def _tall_blank(canvas, hotline: str) -> None:
    wide, high = TALL
    _heading(canvas, wide, high, 15)
    _text(canvas, SAYS["scan"], wide / 2, 29.5, 4.6, width=wide - 8, centred=True)
    _text(canvas, SAYS["scan_english"], wide / 2, 24.6, 3.2, colour=SOFT, width=wide - 8, centred=True)
    _text(canvas, _report(hotline), wide / 2, 17.6, 4.6, width=wide - 8, centred=True)
    _text(canvas, SAYS["colour"], wide / 2, 12.2, 3.2, colour=SOFT, width=wide - 8, centred=True)


def _tall(canvas, plate: Plate, rows: Sequence[int], name: str) -> None:
    """A tall plate: heading, name, code, how to scan, number."""
    wide, high = TALL
    _text(canvas, name, wide / 2, high - 25, 7, width=wide - 12, room=14, centred=True)
    _text(canvas, plate.township, wide / 2, high - 34, 4, colour=SOFT, width=wide - 12, centred=True)
    _code(canvas, rows, (wide - 70) / 2, 35, 70)
    _text(canvas, f"{SAYS['number']}  {plate.number}", wide / 2, 5, 3.6, width=wide - 8, centred=True)


def _wide_blank(canvas, hotline: str) -> None:
    wide, high = WIDE
    left, room = BESIDE_CODE, wide - BESIDE_CODE - 3
    _heading(canvas, wide, high, 11)
    _text(canvas, "用手机相机扫一扫，", left, high - 42, 3.6, width=room)
    _text(canvas, "查看本场所安全等级", left, high - 47, 3.6, width=room)
    _text(canvas, _report(hotline), left, high - 54, 3.2, width=room)
    _text(canvas, SAYS["colour"], left, high - 60, 2.5, colour=SOFT, width=room)


def _wide(canvas, plate: Plate, rows: Sequence[int], name: str) -> None:
    """A broad plate: the code at the left, the words at the right."""
    wide, high = WIDE
    left, room = BESIDE_CODE, wide - BESIDE_CODE - 3
    _code(canvas, rows, 2, 8.5, 56)
    _text(canvas, name, left, high - 22, 5.4, width=room, room=16)
    _text(canvas, plate.township, left, high - 32, 3.4, colour=SOFT, width=room)
    _text(canvas, f"{SAYS['number']}  {plate.number}", wide / 2, 3.4, 3.1, width=wide - 8, centred=True)


def _frame(canvas, size: tuple[float, float]) -> None:
    canvas.setFillColorRGB(1, 1, 1)
    canvas.setStrokeColorRGB(*BRAND)
    canvas.setLineWidth(0.5)
    canvas.roundRect(0.25, 0.25, size[0] - 0.5, size[1] - 0.5, 3, stroke=1, fill=1)


def _heading(canvas, wide: float, high: float, deep: float) -> None:
    canvas.setFillColorRGB(*BRAND)
    canvas.rect(0.25, high - deep, wide - 0.5, deep - 3.2, stroke=0, fill=1)
    canvas.roundRect(0.25, high - deep + 1, wide - 0.5, deep - 1.25, 3, stroke=0, fill=1)
    _text(canvas, SAYS["title"], 5, high - deep * 0.66, deep * 0.5, colour=(1, 1, 1))
    _text(canvas, SAYS["english"], wide - 5 - canvas.stringWidth(SAYS["english"], FONT, deep * 0.26), high - deep * 0.62, deep * 0.26, colour=(1, 1, 1))


def _code(canvas, rows: Sequence[int], x: float, y: float, size: float) -> None:
    """The matrix with its quiet zone in a square, the first row at the top, as one path."""
    module = size / (len(rows) + 2 * QUIET_ZONE)
    canvas.saveState()
    canvas.translate(x + QUIET_ZONE * module, y + size - QUIET_ZONE * module)
    canvas.scale(module, -module)
    canvas.setFillColorRGB(0, 0, 0)
    # In whole modules, and past the library's path: formatting three hundred rectangles' decimals is what a page of codes costs.
    canvas._code.append(" ".join(f"{start} {row} {length} 1 re" for row, start, length in runs(rows)) + " f")
    canvas.restoreState()


def _text(canvas, text: str, x: float, y: float, size: float, *, colour=INK, width: float = 0, room: float = 0, centred: bool = False) -> None:
    """Text at a place; where it is too long for ``width`` it is broken into lines as far as ``room`` goes around the first line's place,
    and made smaller until it fits: the largest letters that the place allows."""
    lines, used = _fitted(canvas, text, size, width, room) if width else ([text], size)
    canvas.setFillColorRGB(*colour)
    canvas.setFont(FONT, used)
    first = y if len(lines) == 1 else y + 0.35 * size + len(lines) * LEADING * used / 2 - used
    for number, line in enumerate(lines):
        (canvas.drawCentredString if centred else canvas.drawString)(x, first - number * used * LEADING, line)


def _fitted(canvas, text: str, size: float, width: float, room: float) -> tuple[list[str], float]:
    """The lines of a text and the size they are drawn in, at most ``size``; fewer lines where that makes no letter smaller."""
    best: tuple[list[str], float] = ([], 0)
    for count in range(1, MOST_LINES + 1 if room else 2):
        lines = _broken(text, -(-len(text) // count))
        longest = max(canvas.stringWidth(line, FONT, size) for line in lines)
        used = min(size, size * width / (longest or width), room / len(lines) / LEADING if count > 1 else size)
        if used > best[1]:
            best = lines, used
    return best


def _broken(text: str, each: int) -> list[str]:
    """Lines of some ``each`` characters, broken between words where there are words."""
    lines = []
    while len(text) > each:
        spaces = [place for place in range(each // 2, min(each * 3 // 2, len(text))) if text[place] == " "]
        at = min(spaces, key=lambda place: abs(place - each), default=each)
        lines.append(text[:at].strip())
        text = text[at:].strip()
    return [*lines, text]
