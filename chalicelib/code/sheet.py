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
WIDTH, HEIGHT = 100.0, 141.0
WIDE = (120.0, 78.0)
FONT = "plate"
GETA = "〓"
LEADING, MOST_LINES = 1.25, 6
BRAND, INK, SOFT = (0.051, 0.231, 0.349), (0.078, 0.125, 0.169), (0.29, 0.35, 0.4)
SAYS = {
    "title": "安全码",
    "english": "SAFETY CODE",
    "scan": "用手机相机扫一扫，查看本场所安全等级",
    "scan_english": "Scan to see this site's safety grade",
    "report": "发现隐患：扫码反映，或拨打 {hotline}",
    "colour": "等级随时更新，不印在码牌上，以扫码结果为准",
    "number": "码牌编号",
}


@dataclass(frozen=True, slots=True)
class Sheet:
    """A finished file, its pages, and the characters the font lacked, by the plate they stand on."""

    content: bytes
    pages: int
    missing: dict[str, str]


def sheet(plates: Sequence[Plate], font: bytes, *, per_page: int = 1, hotline: str = "12350") -> Sheet:
    """The plates, in order, ``per_page`` (1, 2, 4 or 8) on an A4 page with cutting marks. KeyError for another number."""
    from reportlab.lib.pagesizes import A4

    columns, lines = LAYOUTS[per_page]
    file = io.BytesIO()
    canvas = a4_canvas(file, "安全码码牌")
    known = _register(font)
    missing: dict[str, str] = {}
    for at, (plate, rows) in enumerate(zip(plates, matrices([plate.url for plate in plates]), strict=True)):
        if at and at % per_page == 0:
            canvas.showPage()
        name, lacking = _drawable(plate.name, known)
        if lacking:
            missing[plate.site_id] = lacking
        _place(canvas, A4, (columns, lines), at % per_page)
        (_wide if lines > columns else _upright)(canvas, plate, rows, name, hotline)
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


def _place(canvas: object, page: tuple[float, float], grid: tuple[int, int], at: int) -> None:
    """Move to the plate's place on the page and to its own units, with cutting marks around it."""
    from reportlab.lib.units import mm

    columns, lines = grid
    wide, high = WIDE if lines > columns else (WIDTH, HEIGHT)
    cell = ((page[0] - 2 * MARGIN_MM * mm - (columns - 1) * GAP_MM * mm) / columns, (page[1] - 2 * MARGIN_MM * mm - (lines - 1) * GAP_MM * mm) / lines)
    scale = min(cell[0] / wide, cell[1] / high)
    column, line = at % columns, at // columns
    x = MARGIN_MM * mm + column * (cell[0] + GAP_MM * mm) + (cell[0] - wide * scale) / 2
    y = page[1] - MARGIN_MM * mm - (line + 1) * cell[1] - line * GAP_MM * mm + (cell[1] - high * scale) / 2
    canvas.saveState()  # type: ignore[attr-defined]
    canvas.translate(x, y)  # type: ignore[attr-defined]
    canvas.scale(scale, scale)  # type: ignore[attr-defined]
    canvas.setLineWidth(0.15)  # type: ignore[attr-defined]
    canvas.setStrokeColorRGB(*SOFT)  # type: ignore[attr-defined]
    for corner_x, step_x in ((0, -1), (wide, 1)):
        for corner_y, step_y in ((0, -1), (high, 1)):
            canvas.line(corner_x + step_x * 0.6, corner_y, corner_x + step_x * 2.4, corner_y)  # type: ignore[attr-defined]
            canvas.line(corner_x, corner_y + step_y * 0.6, corner_x, corner_y + step_y * 2.4)  # type: ignore[attr-defined]


def _upright(canvas, plate: Plate, rows: Sequence[int], name: str, hotline: str) -> None:
    """A tall plate: heading, name, code, how to scan, number."""
    _frame(canvas, WIDTH, HEIGHT)
    _heading(canvas, WIDTH, HEIGHT, 15)
    _text(canvas, name, WIDTH / 2, HEIGHT - 25, 7, width=WIDTH - 12, room=14, centred=True)
    _text(canvas, plate.township, WIDTH / 2, HEIGHT - 34, 4, colour=SOFT, width=WIDTH - 12, centred=True)
    _code(canvas, rows, (WIDTH - 70) / 2, 35, 70)
    _text(canvas, SAYS["scan"], WIDTH / 2, 29.5, 4.6, width=WIDTH - 8, centred=True)
    _text(canvas, SAYS["scan_english"], WIDTH / 2, 24.6, 3.2, colour=SOFT, width=WIDTH - 8, centred=True)
    _text(canvas, SAYS["report"].format(hotline=hotline), WIDTH / 2, 17.6, 4.6, width=WIDTH - 8, centred=True)
    _text(canvas, SAYS["colour"], WIDTH / 2, 12.2, 3.2, colour=SOFT, width=WIDTH - 8, centred=True)
    _text(canvas, f"{SAYS['number']}  {plate.number}", WIDTH / 2, 5, 3.6, width=WIDTH - 8, centred=True)


def _wide(canvas, plate: Plate, rows: Sequence[int], name: str, hotline: str) -> None:
    """A broad plate: the code at the left, the words at the right."""
    wide, high = WIDE
    _frame(canvas, wide, high)
    _heading(canvas, wide, high, 11)
    _code(canvas, rows, 2, 8.5, 56)
    left, room = 60, wide - 63
    _text(canvas, name, left, high - 22, 5.4, width=room, room=16)
    _text(canvas, plate.township, left, high - 32, 3.4, colour=SOFT, width=room)
    _text(canvas, "用手机相机扫一扫，", left, high - 42, 3.6, width=room)
    _text(canvas, "查看本场所安全等级", left, high - 47, 3.6, width=room)
    _text(canvas, SAYS["report"].format(hotline=hotline), left, high - 54, 3.2, width=room)
    _text(canvas, SAYS["colour"], left, high - 60, 2.5, colour=SOFT, width=room)
    _text(canvas, f"{SAYS['number']}  {plate.number}", wide / 2, 3.4, 3.1, width=wide - 8, centred=True)


def _frame(canvas, wide: float, high: float) -> None:
    canvas.setFillColorRGB(1, 1, 1)
    canvas.setStrokeColorRGB(*BRAND)
    canvas.setLineWidth(0.5)
    canvas.roundRect(0.25, 0.25, wide - 0.5, high - 0.5, 3, stroke=1, fill=1)


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
