"""The radar of a grade: six axes as one small inline SVG, without script. An axis with nothing applicable is a gap."""

from __future__ import annotations

from collections.abc import Mapping

from chalicelib.exact import TENTHS, half_up

# Places on a circle of radius 1,000,000, clockwise from the top: six axes need no trigonometry at run time.
DIRECTIONS = ((0, -1000000), (866025, -500000), (866025, 500000), (0, 1000000), (-866025, 500000), (-866025, -500000))
UNIT = 1_000_000
RADIUS = 80
LABEL_RADIUS = 96
FULL = 100 * TENTHS
RINGS = (60, 100)
ANCHORS = ("middle", "start", "start", "middle", "end", "end")


def radar_svg(axes: Mapping[str, int | None], titles: Mapping[str, str], label: str = "六维雷达图", gap: str = "无适用项") -> str:
    """An SVG of at most 2 kB. ``axes``: tenths of a point (None = a gap) in drawing order, six of them; colours come from the page.

    ValueError unless there are six axes.
    """
    if len(axes) != len(DIRECTIONS):
        raise ValueError("a radar has six axes")
    shown = list(axes.items())
    spoken = "，".join(f"{titles[axis]} {gap if value is None else f'{value // TENTHS}.{value % TENTHS}'}" for axis, value in shown)
    rings = "".join(f'<polygon points="{" ".join(place(i, ring * TENTHS) for i in range(6))}"/>' for ring in RINGS)
    spokes = "M0 0L" + "M0 0L".join(place(i, FULL) for i in range(6))
    texts = "".join(text(i, titles[axis], value) for i, (axis, value) in enumerate(shown))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="-150 -120 300 240" role="img" aria-label="{label}：{spoken}">'
        f'<g fill="none" stroke="currentColor" stroke-opacity=".3">{rings}<path d="{spokes}"/></g>'
        f'<path d="{outline([value for _, value in shown])}" fill="currentColor" fill-opacity=".2" stroke="currentColor" stroke-width="2"/>'
        f'<g font-size="12" fill="currentColor">{texts}</g></svg>'
    )


def place(index: int, tenths: int, radius: int = RADIUS) -> str:
    """A point on an axis, in tenths of a unit, as SVG text."""
    x, y = (half_up(part * tenths * radius * TENTHS, UNIT * FULL) for part in DIRECTIONS[index])
    return f"{decimal(x)},{decimal(y)}"


def decimal(tenths: int) -> str:
    sign, (whole, rest) = "-" if tenths < 0 else "", divmod(abs(tenths), TENTHS)
    return f"{sign}{whole}.{rest}" if rest else f"{sign}{whole}"


def outline(values: list[int | None]) -> str:
    """The polygon through the values; a gap breaks the line, so nothing is drawn to or from it."""
    if None not in values:
        return "M" + "L".join(place(i, value) for i, value in enumerate(values)) + "Z"
    runs, run = [], []
    start = values.index(None)
    for step in range(1, len(values) + 1):
        index = (start + step) % len(values)
        if values[index] is None:
            runs.append(run)
            run = []
        else:
            run.append(place(index, values[index]))
    return "".join("M0,0L" + "L".join(run) + "Z" for run in runs if run)


def text(index: int, title: str, value: int | None) -> str:
    x, y = place(index, FULL, LABEL_RADIUS).split(",")
    number = "—" if value is None else f"{value // TENTHS}.{value % TENTHS}"
    return f'<text x="{x}" y="{y}" dy=".3em" text-anchor="{ANCHORS[index]}">{title} {number}</text>'
