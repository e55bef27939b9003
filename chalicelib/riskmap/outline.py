"""Where every township lies on a map and where its label goes: a hexagon layout, or borders in the plane. Made once, drawn often.

Hexagons are pointy-top in axial coordinates: centre x = q + r/2, y = r·√3/2 in cell widths; they claim no borders. Borders are
projected as x = longitude · cos(middle latitude), y = latitude, to a sheet :data:`WIDTH` units wide. A label stands inside its
township twice: as it fits a wide sheet and as it fits a phone.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from chalicelib.register.district import Township
from chalicelib.riskmap.boundaries import Borders, load_borders
from chalicelib.riskmap.geometry import Point, Polygon, area, room

CELL = 100.0  # width of a hexagon
RADIUS = CELL / 3**0.5
INSET = 0.955  # leaves a gap between neighbours that also separates them in grey print
MARGIN = 6.0
WIDTH, TALLEST = 1000.0, 1400.0

# A label's block in ems of the name: widths of the mark ("橙 10.4", "未评定"), of a number, of the grade's letter; heights of two lines and one.
MARK_EMS, NUMBER_EMS, LETTER_EMS = 2.9, 1.25, 0.75
FULL_HEIGHT, LINE_HEIGHT = 2.15, 1.05
LETTER = 26.0  # the largest name, in units
# What a reader can read: how wide a map is shown in a view, and the least size of a name in it for each kind of label, in pixels.
VIEWS = {"wide": 708.0, "narrow": 334.0}
LEAST_PX = {"full": 12.0, "name": 9.5, "number": 8.0}
LARGEST_PX = 18.0


@dataclass(frozen=True, slots=True)
class Label:
    """``kind``: ``full`` (name and mark), ``name`` or ``number`` (the one in the table), both with the grade's letter. ``size`` in units."""

    kind: str
    x: float
    y: float
    size: float

    def box(self, letters: int) -> tuple[float, float]:
        """Width and height of the block, in units."""
        width, height = _shape(self.kind, letters)
        return width * self.size, height * self.size


@dataclass(frozen=True, slots=True)
class Outline:
    """One township on the sheet: its number there, its parts as rings, the same as an SVG path, its labels by view."""

    number: int
    parts: tuple[Polygon, ...]
    path: str
    labels: Mapping[str, Label]


@dataclass(frozen=True, slots=True)
class Sheet:
    """All townships of a district on one day. ``frame``: left, top, width, height of the view box."""

    frame: tuple[float, float, float, float]
    outlines: Mapping[str, Outline]
    has_borders: bool

    @property
    def is_numbered(self) -> bool:
        return any(label.kind == "number" for outline in self.outlines.values() for label in outline.labels.values())


@lru_cache(maxsize=8)
def sheet_of(boundaries: Path | None, townships: tuple[Township, ...]) -> Sheet:
    """The sheet of these townships: by the district's own border file if it names one, else hexagons."""
    if boundaries is None:
        return hexagon_sheet(townships)
    return border_sheet(load_borders(boundaries, townships), townships)


def hexagon_sheet(townships: Sequence[Township]) -> Sheet:
    """The built-in layout. Without a township an empty sheet."""
    outlines = {}
    for number, township in enumerate(townships, start=1):
        ring = _hexagon((township.q + township.r / 2) * CELL, township.r * CELL * 3**0.5 / 2)
        outlines[township.code] = _in_hexagon(number, ring, len(township.short))
    return Sheet(_frame(point for outline in outlines.values() for point in outline.parts[0][0]), outlines, False)


def border_sheet(borders: Borders, townships: Sequence[Township]) -> Sheet:
    """Borders projected and scaled; a township without one becomes a hexagon in a row below, so that none is lost."""
    plane = _project([part for parts in borders.polygons.values() for part in parts])
    names = {township.code: township for township in townships}
    numbers = {township.code: number for number, township in enumerate(townships, start=1)}
    outlines, at = {}, 0
    for code, parts in borders.polygons.items():
        placed = tuple(plane[at : at + len(parts)])
        at += len(parts)
        outlines[code] = _in_borders(numbers[code], placed, len(names[code].short))
    bottom = max(y for outline in outlines.values() for part in outline.parts for ring in part for _, y in ring)
    for place, code in enumerate(borders.missing):
        ring = _hexagon(CELL * (place % 9 + 0.6), bottom + 30 + RADIUS + (place // 9) * 2 * RADIUS)
        outlines[code] = _in_hexagon(numbers[code], ring, len(names[code].short))
    everything = (point for outline in outlines.values() for part in outline.parts for point in part[0])
    return Sheet(_frame(everything), {township.code: outlines[township.code] for township in townships}, True)


def _hexagon(x: float, y: float) -> list[Point]:
    half, side = CELL / 2 * INSET, RADIUS * INSET
    corners = ((0, -side), (half, -side / 2), (half, side / 2), (0, side), (-half, side / 2), (-half, -side / 2))
    return [(round(x + dx, 1), round(y + dy, 1)) for dx, dy in corners]


def _in_hexagon(number: int, ring: Sequence[Point], letters: int) -> Outline:
    middle = ((ring[1][0] + ring[4][0]) / 2, (ring[0][1] + ring[3][1]) / 2)
    size = min(LETTER, 0.84 * CELL / max(letters, MARK_EMS))
    label = Label("full", round(middle[0], 1), round(middle[1], 1), round(size, 1))
    return Outline(number, ([ring],), _path([[ring]], 1), dict.fromkeys(VIEWS, label))


def _in_borders(number: int, parts: tuple[Polygon, ...], letters: int) -> Outline:
    largest = max(parts, key=lambda part: abs(area(part[0])))
    labels = {view: _label(largest, letters, pixels / (WIDTH + 2 * MARGIN)) for view, pixels in VIEWS.items()}
    return Outline(number, parts, _path(parts, 0), labels)


def _label(polygon: Polygon, letters: int, scale: float) -> Label:
    """The fullest label that can be read in this view and stands inside; the number when nothing else does."""
    label = None
    for kind, least in LEAST_PX.items():
        label = label_in(polygon, kind, letters, LARGEST_PX / scale)
        if label.size * scale >= least:
            break
    return label  # type: ignore[return-value]


def label_in(polygon: Polygon, kind: str, letters: int, largest: float) -> Label:
    """A label of this kind where it can be largest inside the polygon, two percent smaller than it could be."""
    (x, y), factor = room(polygon, *_shape(kind, letters))
    return Label(kind, round(x, 1), round(y, 1), round(min(largest, 0.98 * factor), 1))


def _shape(kind: str, letters: int) -> tuple[float, float]:
    if kind == "number":
        return NUMBER_EMS + LETTER_EMS, LINE_HEIGHT
    return (max(letters, MARK_EMS), FULL_HEIGHT) if kind == "full" else (letters + LETTER_EMS, LINE_HEIGHT)


def _project(polygons: Sequence[Polygon]) -> list[Polygon]:
    """From degrees to units: as wide as :data:`WIDTH`, or as tall as :data:`TALLEST`, south down, whole units."""
    points = [point for polygon in polygons for ring in polygon for point in ring]
    west, east = min(x for x, _ in points), max(x for x, _ in points)
    south, north = min(y for _, y in points), max(y for _, y in points)
    stretch = math.cos(math.radians((south + north) / 2))
    scale = min(WIDTH / ((east - west) * stretch), TALLEST / (north - south))
    return [[_plain([((x - west) * stretch * scale, (north - y) * scale) for x, y in ring]) for ring in polygon] for polygon in polygons]


def _plain(ring: Sequence[Point]) -> list[Point]:
    """Whole units without repeats: neighbours share their corners and round them alike, so no gap opens between them."""
    rounded = [(float(round(x)), float(round(y))) for x, y in ring]
    kept = [point for number, point in enumerate(rounded) if point != rounded[number - 1]]
    return kept if len(kept) >= 3 else list(ring)


def _path(parts: Sequence[Polygon], decimals: int) -> str:
    return "".join(_ring_path(ring, decimals) for part in parts for ring in part)


def _ring_path(ring: Sequence[Point], decimals: int) -> str:
    """One move and relative lines, as short as they can be written."""
    steps = [ring[0], *((round(x - px, 1), round(y - py, 1)) for (px, py), (x, y) in zip(ring, ring[1:]))]
    texts = [f"{_number(x, decimals)}{'' if _number(y, decimals).startswith('-') else ' '}{_number(y, decimals)}" for x, y in steps]
    joined = texts[1]
    for text in texts[2:]:
        joined += text if text.startswith("-") else " " + text
    return f"M{texts[0]}l{joined}z"


def _number(value: float, decimals: int) -> str:
    return f"{value:.{decimals}f}".rstrip("0").rstrip(".") if decimals else f"{value:.0f}"


def _frame(points: Iterator[Point]) -> tuple[float, float, float, float]:
    found = list(points)
    if not found:
        return (0.0, 0.0, 100.0, 100.0)
    left, top = min(x for x, _ in found) - MARGIN, min(y for _, y in found) - MARGIN
    return (left, top, max(x for x, _ in found) + MARGIN - left, max(y for _, y in found) + MARGIN - top)
