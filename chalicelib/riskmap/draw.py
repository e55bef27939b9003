"""A map of a district as one inline SVG: colour, pattern, word and value in every township, each township a link.

The outlines stand once on a page (:func:`outlines`); every map uses them. The page also defines the grades' patterns (``grade.html``)
and those of the evidence's age (:func:`outlines`). Faces only: text in, text out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from html import escape

from chalicelib.register.district import Swatch
from chalicelib.riskmap.outline import Label, Outline, Sheet

VIEWS = {"wide": "w", "narrow": "s"}
# Upright lines tell the age, so that they are never mistaken for a grade's own pattern; two side by side: over a year.
AGES = {"aged": "M13 0v26", "old": "M10 0v26M16 0v26"}


@dataclass(frozen=True, slots=True)
class Cell:
    """One township on a map: code, short name, colour, the mark below the name (word and value), what is read out, link, age of the evidence."""

    code: str
    short: str
    colour: str
    mark: str
    title: str
    href: str
    age: str = ""


def outlines(sheet: Sheet) -> str:
    """Definitions that every map of a page uses: an outline per township, a pattern per age."""
    shapes = "".join([f'<path id="t-{code}" d="{outline.path}"/>' for code, outline in sheet.outlines.items()])
    ages = "".join(
        f'<pattern id="a-{age}" width="26" height="26" patternUnits="userSpaceOnUse"><path d="{line}" stroke="#14202b" stroke-opacity=".55" stroke-width="3"/>'
        f'<path d="{line}" stroke="#fff" stroke-width="1.500"/></pattern>'
        for age, line in AGES.items()
    )
    return f"<defs>{shapes}{ages}</defs>"


def draw_map(sheet: Sheet, cells: Sequence[Cell], palette: Mapping[str, Swatch], name: str, title: str, description: str) -> str:
    """The map as SVG text. ``name`` makes the ids of title and description unique on the page.

    Cells are drawn in reading order, so that the tab key goes through the map like through a text. A township of the sheet without
    a cell is left out; a cell without a place on the sheet is a KeyError.
    """
    ordered = sorted(cells, key=lambda cell: _reading(sheet.outlines[cell.code]))
    body = "".join([_cell(cell, sheet.outlines[cell.code], palette[cell.colour]) for cell in ordered])
    frame = " ".join(f"{number:.0f}" for number in sheet.frame)
    return (
        f'<svg class="geomap{" lines" if sheet.has_borders else ""}" viewBox="{frame}" role="group" '
        f'aria-labelledby="{name}-t {name}-d"><title id="{name}-t">{escape(title)}</title>'
        f'<desc id="{name}-d">{escape(description)}</desc>{body}</svg>'
    )


def _reading(outline: Outline) -> tuple[int, float]:
    """Lines of half a cell from the top, then from the left."""
    label = outline.labels["wide"]
    return round(label.y / 50), label.x


def _cell(cell: Cell, outline: Outline, swatch: Swatch) -> str:
    use = f'<use href="#t-{cell.code}"'
    pattern = "" if swatch.pattern == "plain" else f'{use} fill="url(#p-{cell.colour})"/>'
    age = f'{use} fill="url(#a-{cell.age})"/>' if cell.age else ""
    return (
        f'<a href="{escape(cell.href)}" class="h-{cell.colour}"><title>{escape(cell.title)}</title>'
        f'{use} class="o"/>{pattern}{age}{_texts(cell, outline, swatch)}</a>'
    )


def _texts(cell: Cell, outline: Outline, swatch: Swatch) -> str:
    labels = outline.labels
    if labels["wide"] == labels["narrow"]:
        return _text(labels["wide"], cell, outline.number, swatch.letter, "")
    return "".join([_text(labels[view], cell, outline.number, swatch.letter, mark) for view, mark in VIEWS.items()])


def _text(label: Label, cell: Cell, number: int, letter: str, view: str) -> str:
    """One label; ``view`` is the class that shows it in its view only."""
    shown = f' class="{view}"' if view else ""
    first = cell.short if label.kind != "number" else str(number)
    if label.kind != "full":
        y = label.y + 0.36 * label.size
        return f'<text{shown} x="{label.x:g}" y="{y:.1f}" font-size="{label.size:g}">{escape(first)}<tspan class="l">{letter}</tspan></text>'
    upper, lower = _lines(label)
    return (
        f'<text{shown} x="{label.x:g}" y="{upper}" font-size="{label.size:g}">{escape(first)}</text>'
        f'<text class="m{" " + view if view else ""}" x="{label.x:g}" y="{lower}" font-size="{label.size * 0.8:.1f}">{escape(cell.mark)}</text>'
    )


@lru_cache(maxsize=4096)
def _lines(label: Label) -> tuple[str, str]:
    """Base lines of name and mark."""
    return f"{label.y - 0.2 * label.size:.1f}", f"{label.y + 0.82 * label.size:.1f}"
