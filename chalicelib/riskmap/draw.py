"""The hexagon map of a district as one inline SVG: colour, pattern, word and value in every cell, each cell a link.

Pointy-top hexagons in axial coordinates: centre x = q + r/2, y = r·√3/2 (in units of a cell's width). The map claims
no borders. The page around it defines the patterns once (``grade.html: patterns``). Faces only: text in, text out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from html import escape

from chalicelib.register.district import Swatch

WIDTH = 100.0  # of a cell, in user units
RADIUS = WIDTH / 3**0.5
INSET = 0.955  # leaves a gap between neighbours that also separates them in grey print
MARGIN = 6.0


@dataclass(frozen=True, slots=True)
class Cell:
    """One township on a map: where it is, its short name, its colour, the mark below the name (word and value), its link."""

    short: str
    q: int
    r: int
    colour: str
    mark: str
    title: str
    href: str


def draw_map(cells: Sequence[Cell], palette: Mapping[str, Swatch], name: str, title: str, description: str) -> str:
    """The map as SVG text. ``name`` makes the ids of title and description unique on the page.

    Cells are drawn in reading order, so that the tab key goes through the map like through a text.
    """
    ordered = sorted(cells, key=lambda cell: (cell.r, cell.q))
    body = "".join([_cell(cell, palette[cell.colour]) for cell in ordered])
    return (
        f'<svg class="hexmap" viewBox="{_frame(tuple((cell.q, cell.r) for cell in ordered))}" role="group" '
        f'aria-labelledby="{name}-t {name}-d"><title id="{name}-t">{escape(title)}</title>'
        f'<desc id="{name}-d">{escape(description)}</desc>{body}</svg>'
    )


def _cell(cell: Cell, swatch: Swatch) -> str:
    x, y, outline = _place(cell.q, cell.r)
    hatch = "" if swatch.pattern == "plain" else f'<path d="{outline}" fill="url(#p-{cell.colour})"/>'
    return (
        f'<a href="{escape(cell.href)}" class="h-{cell.colour}"><title>{escape(cell.title)}</title>'
        f'<path class="o" d="{outline}"/>{hatch}'
        f'<text x="{x}" y="{y - 6:g}">{escape(cell.short)}</text>'
        f'<text class="m" x="{x}" y="{y + 21:g}">{escape(cell.mark)}</text></a>'
    )


@lru_cache(maxsize=4096)
def _place(q: int, r: int) -> tuple[float, float, str]:
    """Centre of a cell and the path of its outline."""
    x, y = round((q + r / 2) * WIDTH, 1), round(r * WIDTH * 3**0.5 / 2, 1)
    half, side = WIDTH / 2 * INSET, RADIUS * INSET
    path = (
        f"M{x:g} {y - side:.1f}l{half:.1f} {side / 2:.1f}v{side:.1f}l{-half:.1f} {side / 2:.1f}"
        f"l{-half:.1f} {-side / 2:.1f}v{-side:.1f}z"
    )
    return x, y, path


@lru_cache(maxsize=64)
def _frame(places: tuple[tuple[int, int], ...]) -> str:
    """The view box that holds all cells."""
    if not places:
        return "0 0 100 100"
    xs, ys = [_place(q, r)[0] for q, r in places], [_place(q, r)[1] for q, r in places]
    left, top = min(xs) - WIDTH / 2 - MARGIN, min(ys) - RADIUS - MARGIN
    width, height = max(xs) + WIDTH / 2 + MARGIN - left, max(ys) + RADIUS + MARGIN - top
    return f"{left:.0f} {top:.0f} {width:.0f} {height:.0f}"
