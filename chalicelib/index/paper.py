"""Sheets of A4 filled from the top: words, tables, bars, grade badges. Drawn by reportlab; the same calls give the same bytes.

Lengths are millimetres from the left and from the top, sizes of letters points.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from chalicelib.index.typeset import FONT, MM, colour, drawable, register, shortened, width_of, wrapped
from chalicelib.pdf import a4_canvas
from chalicelib.register.district import Swatch

if TYPE_CHECKING:
    from reportlab.pdfgen.pathobject import PDFPathObject

WIDE, HIGH, EDGE, FOOT, PAD = 210.0, 297.0, 15.0, 16.0, 0.8
INK, SOFT, LINE, BRAND, LOSS = "#14202B", "#4B5966", "#D8DFE6", "#0D3B59", "#9B1016"
BOLD, HALO = 0.035, 0.34  # how much of their size the outline of bold letters is thickened by, and that of a halo
# The outlines of grade.html's shapes on its grid of 24.
SHAPES = {
    "octagon": ((8, 2), (16, 2), (22, 8), (22, 16), (16, 22), (8, 22), (2, 16), (2, 8)),
    "triangle": ((12, 3), (22, 21), (2, 21)),
    "diamond": ((12, 2), (22, 12), (12, 22), (2, 12)),
    "square": ((3, 3), (21, 3), (21, 21), (3, 21)),
}


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table: its title, its width, where its words stand (``left``, ``right``, ``centre``)."""

    title: str
    width: float
    align: str = "left"


@dataclass(frozen=True, slots=True)
class Pen:
    """How words are written: size in points, ink, where they stand (``left``, ``right``, ``centre`` of the place), a halo's colour."""

    size: float
    ink: str = INK
    align: str = "left"
    bold: bool = False
    halo: str = ""


class Paper:
    """The sheet being written; ``y`` is where the next thing goes."""

    def __init__(self, title: str, foot: str) -> None:
        register()
        self.file, self.foot, self.page, self.y = io.BytesIO(), foot, 1, EDGE
        self.canvas = a4_canvas(self.file, title)

    def finish(self) -> bytes:
        self._close()
        self.canvas.save()
        return self.file.getvalue()

    def need(self, height: float) -> bool:
        """Begin a page if there is not so much room left on this one; whether one was begun."""
        if self.y + height <= HIGH - FOOT:
            return False
        self._close()
        self.page, self.y = self.page + 1, EDGE
        return True

    def _close(self) -> None:
        self.rule(HIGH - FOOT + 3)
        self.words(EDGE, HIGH - FOOT + 7.5, self.foot, Pen(7.5, SOFT))
        self.words(WIDE - EDGE, HIGH - FOOT + 7.5, f"第 {self.page} 页", Pen(7.5, SOFT, "right"))
        self.canvas.showPage()

    def words(self, x: float, y: float, text: str, pen: Pen) -> float:
        """Words on the base line ``y``. Their width."""
        shown = drawable(text)
        width = width_of(shown, pen.size)
        start = x - {"left": 0, "centre": width / 2, "right": width}[pen.align]
        if pen.halo:
            self._write((start, y), shown, pen.size, pen.halo, HALO)
        self._write((start, y), shown, pen.size, pen.ink, BOLD if pen.bold else 0)
        return width

    def _write(self, at: tuple[float, float], text: str, size: float, ink: str, stroke: float) -> None:
        self.canvas.setFillColor(colour(ink))
        self.canvas.setStrokeColor(colour(ink))
        self.canvas.setLineWidth(stroke * size)
        self.canvas.setLineJoin(1)
        written = self.canvas.beginText(at[0] * MM, (HIGH - at[1]) * MM)
        written.setFont(FONT, size)
        written.setTextRenderMode(2 if stroke else 0)
        written.textOut(text)
        written.setTextRenderMode(0)  # it would outlive the text
        self.canvas.drawText(written)

    def paragraph(self, text: str, size: float = 9, ink: str = INK) -> None:
        """Words over the whole width, each line below the other; the place goes on."""
        for line in wrapped(text, size, WIDE - 2 * EDGE):
            self.need(size * 0.6)
            self.words(EDGE, self.y + size * 0.36, line, Pen(size, ink))
            self.y += size * 0.56

    def heading(self, text: str, beside: str = "", room: float = 24) -> None:
        """A section's heading; a page is begun if not even ``room`` of what follows fits."""
        self.need(room)
        self.y += 3
        width = self.words(EDGE, self.y + 4, text, Pen(12.5, BRAND, bold=True))
        self.words(EDGE + width + 3, self.y + 4, beside, Pen(8, SOFT))
        self.y += 7.5

    def rule(self, y: float, left: float = EDGE, ink: str = LINE) -> None:
        self.canvas.setStrokeColor(colour(ink))
        self.canvas.setLineWidth(0.5)
        self.canvas.line(left * MM, (HIGH - y) * MM, (WIDE - EDGE) * MM, (HIGH - y) * MM)

    def box(self, at: tuple[float, float], size: tuple[float, float], fill: str, radius: float = 0) -> None:
        """A filled box: its upper left corner, width and height."""
        (x, y), (width, height) = at, size
        self.canvas.setFillColor(colour(fill))
        self.canvas.roundRect(x * MM, (HIGH - y - height) * MM, width * MM, height * MM, radius * MM, stroke=0, fill=1)

    def badge(self, x: float, y: float, swatch: Swatch, word: str, size: float = 8) -> float:
        """A grade as colour, shape and word, centred on ``y``; its width."""
        shape, height = size * 0.32, size * 0.52
        width = width_of(drawable(word), size) + shape + 4
        self.box((x, y - height / 2), (width, height), swatch.fill, height / 2)
        self._shape(x + 1.6, y - shape / 2, shape, swatch)
        self.words(x + 2.4 + shape, y + size * 0.125, word, Pen(size, swatch.ink))
        return width

    def _shape(self, x: float, y: float, size: float, swatch: Swatch) -> None:
        self.canvas.setStrokeColor(colour(swatch.ink))
        self.canvas.setLineWidth(0.9)
        if swatch.shape == "circle":
            self.canvas.circle((x + size / 2) * MM, (HIGH - y - size / 2) * MM, size / 2.4 * MM)
            return
        ring = [(x + dx * size / 24, y + dy * size / 24) for dx, dy in SHAPES[swatch.shape]]
        self.canvas.drawPath(self.path([ring]), stroke=1, fill=0)

    def table(self, columns: Sequence[Column], rows: Iterable[Sequence[object]], size: float = 8, line: float = 5.2) -> None:
        """Rows below a head that is repeated on every page. A cell is text, or a drawing called with (left, middle of the line, width)."""
        self.need(3 * line)
        self._head(columns, size, line)
        for row in rows:
            if self.need(line):
                self._head(columns, size, line)
            left = EDGE
            for column, cell in zip(columns, row, strict=True):
                self._cell(column, cell, (left, self.y + line / 2), Pen(size))
                left += column.width
            self.y += line
            self.rule(self.y)
        self.y += 2

    def _head(self, columns: Sequence[Column], size: float, line: float) -> None:
        """Titles, each in two lines where it is too long for its column."""
        left, small = EDGE, size - 1
        titles = [_halves(column.title, small, column.width - 2 * PAD) for column in columns]
        for column, title in zip(columns, titles):
            for number, part in enumerate(title):
                self._cell(column, part, (left, self.y + line / 2 + number * small * 0.42), Pen(small, SOFT))
            left += column.width
        self.y += line + max(len(title) - 1 for title in titles) * size * 0.38
        self.rule(self.y, ink=SOFT)

    def _cell(self, column: Column, cell: object, place: tuple[float, float], pen: Pen) -> None:
        """A cell's text or drawing; ``place`` is its left edge and the middle of its line."""
        (left, middle), room = place, column.width - 2 * PAD
        if callable(cell):
            cell(left + PAD, middle, room)
            return
        at = {"left": left + PAD, "right": left + column.width - PAD, "centre": left + column.width / 2}[column.align]
        self.words(at, middle + pen.size * 0.125, shortened(str(cell), pen.size, room), replace(pen, align=column.align))

    def bar(self, share: float, ink: str = BRAND) -> Callable[[float, float, float], None]:
        """A cell that is a bar of a share of its width."""

        def draw(left: float, middle: float, width: float) -> None:
            self.box((left, middle - 1), (width, 2), "#E6EBF0", 1)
            if share > 0.02:
                self.box((left, middle - 1), (width * share, 2), ink, 1)

        return draw

    def path(self, rings: Sequence[Sequence[tuple[float, float]]]) -> PDFPathObject:
        path = self.canvas.beginPath()
        for ring in rings:
            for number, (x, y) in enumerate(ring):
                (path.lineTo if number else path.moveTo)(x * MM, (HIGH - y) * MM)
            path.close()
        return path


def _halves(title: str, size: float, room: float) -> tuple[str, ...]:
    half = -(-len(title) // 2)
    return (title[:half], title[half:]) if width_of(title, size) > room else (title,)
