"""The drawings of the index as inline SVG: the radar of the seven indicators, the scale, intervals of places, parts of a change, weights."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from fractions import Fraction

from chalicelib.exact import HUNDREDTHS, TENTHS, parse_scaled
from chalicelib.index.structure import Indicator

SIZE, CENTRE, RADIUS, LABEL = 320, 160, 104, 124
STRIP_EDGE = 6  # percent
RINGS = (0.25, 0.5, 0.75, 1.0)
Points = Sequence[tuple[float, float]]


def shares_of(row: Mapping) -> list[float | None]:
    """Points of each indicator as a share of its weight; None where it is not applicable. For drawing only."""
    return [
        None if entry["points"] is None else parse_scaled(entry["points"], HUNDREDTHS) / parse_scaled(entry["weight"], HUNDREDTHS)
        for entry in row["indicators"]
    ]


def middle_of(rows: Sequence[Mapping]) -> list[float | None]:
    """The median share of each indicator over the townships."""
    columns = zip(*(shares_of(row) for row in rows))
    return [_median([share for share in column if share is not None]) for column in columns]


def radar(row: Mapping, middle: Sequence[float | None]) -> str:
    """An SVG figure; the numbers stand in the table beside it, so it is hidden from screen readers."""
    shares = shares_of(row)
    count = len(shares)
    rings = "".join(f'<path class="ring" d="{_path([_point(i, count, ring * RADIUS) for i in range(count)])}"/>' for ring in RINGS)
    spokes = "".join(f'<path class="ring" d="M{CENTRE} {CENTRE}L{x} {y}"/>' for x, y in (_point(i, count, RADIUS) for i in range(count)))
    return (
        f'<svg class="radar" viewBox="0 0 {SIZE} {SIZE}" aria-hidden="true">{rings}{spokes}'
        f'<path class="mid" d="{_shape(middle)}"/><path class="own" d="{_shape(shares)}"/>{_dots(shares)}{_labels(row, count)}</svg>'
    )


def scale(index: str | None, thresholds: Sequence[Mapping], words: Mapping[str, str]) -> str:
    """The four colour bands from 0 to 100 with a pointer at the index (tenths as text); decoration, the number stands beside it."""
    edges = sorted((parse_scaled(entry["at"], TENTHS), entry["colour"]) for entry in thresholds)
    starts = [(0, "red"), *edges]
    ends = [edge for edge, _ in edges] + [100 * TENTHS]
    bands = "".join(
        f'<rect x="{start}" y="34" width="{end - start}" height="22" fill="var(--{colour})"/>'
        f'<text x="{start + 6}" y="84">{start // TENTHS} {words[colour]}</text>'
        for (start, colour), end in zip(starts, ends)
    )
    pointer = (
        "" if index is None else f'<path transform="translate({parse_scaled(index, TENTHS)} 0)" d="M-16 4h32L0 30z" fill="currentColor"/>'
    )
    return f'<svg class="scale" viewBox="-16 0 1032 92" aria-hidden="true">{bands}{pointer}</svg>'


def _shape(shares: Sequence[float | None]) -> str:
    return _path([_point(i, len(shares), share * RADIUS) for i, share in enumerate(shares) if share is not None])


def _dots(shares: Sequence[float | None]) -> str:
    points = [_point(i, len(shares), share * RADIUS) for i, share in enumerate(shares) if share is not None]
    return "".join(f'<circle cx="{x}" cy="{y}" r="3"/>' for x, y in points)


def _labels(row: Mapping, count: int) -> str:
    parts = []
    for number, entry in enumerate(row["indicators"]):
        x, y = _point(number, count, LABEL)
        anchor = "middle" if abs(x - CENTRE) < 20 else ("start" if x > CENTRE else "end")
        value = "不适用" if entry["points"] is None else entry["points"]
        parts.append(
            f'<text x="{x}" y="{y}" text-anchor="{anchor}">{entry["title"]}<tspan class="v" x="{x}" dy="15">{value}</tspan></text>'
        )
    return "".join(parts)


def _point(number: int, count: int, radius: float) -> tuple[float, float]:
    angle = 2 * math.pi * number / count - math.pi / 2
    return round(CENTRE + radius * math.cos(angle), 1), round(CENTRE + radius * math.sin(angle), 1)


def _path(points: Points) -> str:
    return "M" + "L".join(f"{x} {y}" for x, y in points) + "Z" if points else ""


def _median(values: list[float]) -> float | None:
    ordered = sorted(values)
    middle = len(ordered) // 2
    if not ordered:
        return None
    return ordered[middle] if len(ordered) % 2 else (ordered[middle - 1] + ordered[middle]) / 2


def interval(honest: Mapping, rank: int, count: int) -> str:
    """A township's place on the line of all places: thin over all methods, thick over weights only, a dot where it stands."""
    edges = [_along(place - 1, count - 1) if count > 1 else "50%" for place in (1, count, *honest["interval"], *honest["weights_only"], rank)]
    first, last, low, high, inner_low, inner_high, own = edges
    whole, ends = _line("t", first, last), f'<line class="a" x1="{low}" x2="{low}" y1="5" y2="15"/><line class="a" x1="{high}" x2="{high}" y1="5" y2="15"/>'
    return _strip(whole + _line("a", low, high) + ends + _line("w", inner_low, inner_high) + _dot(own))


def parts_chart(parts: Sequence[tuple[str, Fraction]]) -> str:
    """What each cause did to the index, as bars left and right of nought; the numbers stand in the table beside it."""
    largest = max((abs(value) for _, value in parts), default=Fraction(0)) or Fraction(1)
    rows = []
    for number, (title, value) in enumerate(parts):
        width, y = round(float(abs(value) / largest) * 110, 1), 26 * number
        x, kind = (190, "up") if value >= 0 else (190 - width, "down")
        rows.append(f'<text x="0" y="{y + 16}">{title}</text><rect class="{kind}" x="{round(x, 1)}" y="{y + 4}" width="{width}" height="16" rx="2"/>')
    height = 26 * len(parts)
    return f'<svg class="parts" viewBox="0 0 310 {height}" aria-hidden="true">{"".join(rows)}<path d="M190 0V{height}"/></svg>'


def weight_range(indicator: Indicator, best: int, widest: int) -> str:
    """The bounds of an indicator's weight as a line, a stroke at the official weight, a dot at the best one."""
    official = _along(indicator.points, widest)
    bounds = _line("a", _along(indicator.lowest, widest), _along(indicator.highest, widest))
    return _strip(bounds + f'<line class="o" x1="{official}" x2="{official}" y1="3" y2="17"/>' + _dot(_along(best, widest)))


def _along(part: int, whole: int) -> str:
    """A place on a strip of any width, in percent, clear of both edges."""
    return f"{round(STRIP_EDGE + (100 - 2 * STRIP_EDGE) * part / whole, 1)}%"


def _strip(inside: str) -> str:
    return f'<svg class="iv" aria-hidden="true">{inside}</svg>'


def _line(kind: str, start: str, end: str) -> str:
    return f'<line class="{kind}" x1="{start}" x2="{end}" y1="10" y2="10"/>'


def _dot(at: str) -> str:
    return f'<circle cx="{at}" cy="10" r="5"/>'
