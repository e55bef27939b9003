"""The index map on paper: the same sheet, cells and patterns as on the pages (``riskmap/draw.py``), drawn by reportlab."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from chalicelib.index.paper import HIGH, Paper, Pen
from chalicelib.index.typeset import MM, colour
from chalicelib.register.district import Swatch
from chalicelib.riskmap.draw import Cell
from chalicelib.riskmap.outline import Outline, Sheet

PATTERN_STEP, PATTERN_INK = 1.9, 0.3


def draw_map(paper: Paper, sheet: Sheet, cells: Sequence[Cell], palette: Mapping[str, Swatch], box: tuple[float, float]) -> float:
    """The map with its top at the place, ``box`` its left and width; its height. Colour, pattern, name, word and value."""
    left, width = box
    scale = width / sheet.frame[2]

    def at(x: float, y: float) -> tuple[float, float]:
        return left + (x - sheet.frame[0]) * scale, paper.y + (y - sheet.frame[1]) * scale

    for cell in cells:
        outline = sheet.outlines[cell.code]
        _township(paper, [[at(x, y) for x, y in ring] for part in outline.parts for ring in part], palette[cell.colour])
    for cell in cells:
        _label(paper, sheet.outlines[cell.code], cell, palette[cell.colour], (at, scale))
    return sheet.frame[3] * scale


def _township(paper: Paper, rings: Sequence[Sequence[tuple[float, float]]], swatch: Swatch) -> None:
    path = paper.path(rings)
    paper.canvas.setFillColor(colour(swatch.fill))
    paper.canvas.setStrokeColor(colour("#FFFFFF"))
    paper.canvas.setLineWidth(0.8)
    paper.canvas.drawPath(path, stroke=1, fill=1, fillMode=0)
    if swatch.pattern != "plain":
        paper.canvas.saveState()
        paper.canvas.clipPath(path, stroke=0, fill=0, fillMode=0)
        _pattern(paper, rings[0], swatch)
        paper.canvas.restoreState()


def _pattern(paper: Paper, ring: Sequence[tuple[float, float]], swatch: Swatch) -> None:
    """The grade's own pattern over the box around a ring; whoever calls has clipped to the ring."""
    left, right = min(x for x, _ in ring), max(x for x, _ in ring)
    top, bottom = min(y for _, y in ring), max(y for _, y in ring)
    path, high = paper.canvas.beginPath(), bottom - top
    for number in range(int((right - left + high) / PATTERN_STEP) + 1):
        x = left - high + number * PATTERN_STEP
        if swatch.pattern in ("diagonal", "cross"):
            _stroke(path, x, bottom, x + high, top)
        if swatch.pattern == "cross":
            _stroke(path, x, top, x + high, bottom)
    for number in range(int(high / PATTERN_STEP) + 1):
        y = top + number * PATTERN_STEP
        if swatch.pattern == "lines":
            _stroke(path, left, y, right, y)
        if swatch.pattern == "dots":
            for step in range(int((right - left) / PATTERN_STEP) + 1):
                path.circle((left + step * PATTERN_STEP) * MM, (HIGH - y) * MM, 0.22 * MM)
    paper.canvas.setStrokeAlpha(PATTERN_INK)
    paper.canvas.setFillAlpha(PATTERN_INK)
    paper.canvas.setStrokeColor(colour(swatch.ink))
    paper.canvas.setFillColor(colour(swatch.ink))
    paper.canvas.setLineWidth(0.4)
    paper.canvas.drawPath(path, stroke=swatch.pattern != "dots", fill=swatch.pattern == "dots")


def _stroke(path, x0: float, y0: float, x1: float, y1: float) -> None:
    path.moveTo(x0 * MM, (HIGH - y0) * MM)
    path.lineTo(x1 * MM, (HIGH - y1) * MM)


def _label(paper: Paper, outline: Outline, cell: Cell, swatch: Swatch, place: tuple) -> None:
    (at, scale), label = place, outline.labels["wide"]
    (x, y), size = at(label.x, label.y), label.size * scale * MM
    if label.kind != "full":
        name = cell.short if label.kind == "name" else str(outline.number)
        paper.words(x, y + 0.36 * size / MM, f"{name}{swatch.letter}", Pen(size, swatch.ink, "centre", halo=swatch.fill))
        return
    paper.words(x, y - 0.2 * size / MM, cell.short, Pen(size, swatch.ink, "centre", bold=True, halo=swatch.fill))
    paper.words(x, y + 0.82 * size / MM, cell.mark, Pen(0.8 * size, swatch.ink, "centre", bold=True, halo=swatch.fill))
