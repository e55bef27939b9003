"""Plane geometry of borders: is a ring sound, where in a polygon is there room for a text of a given shape. Pure; numpy for the search.

A ring is a list of points without the repeated last one; a polygon is its outer ring and its holes.
"""

from __future__ import annotations

import heapq
from collections.abc import Sequence
from itertools import count, pairwise

Point = tuple[float, float]
Ring = Sequence[Point]
Polygon = Sequence[Ring]


def area(ring: Ring) -> float:
    """The signed area of a ring (positive counter-clockwise)."""
    return sum(x0 * y1 - x1 * y0 for (x0, y0), (x1, y1) in _edges(ring)) / 2


def contains(polygon: Polygon, point: Point) -> bool:
    """Whether a point lies in the polygon and in none of its holes (even-odd over all rings)."""
    x, y = point
    inside = False
    for ring in polygon:
        for (x0, y0), (x1, y1) in _edges(ring):
            if (y0 > y) != (y1 > y) and x < x0 + (y - y0) * (x1 - x0) / (y1 - y0):
                inside = not inside
    return inside


def crossing(ring: Ring) -> Point | None:
    """A point near which two edges of the ring properly cross; None if none do. Rings that touch themselves are sound."""
    edges = sorted(((min(a[0], b[0]), max(a[0], b[0]), a, b) for a, b in _edges(ring)), key=lambda edge: edge[:2])
    for number, (_, right, a, b) in enumerate(edges):
        for left, _, c, d in edges[number + 1 :]:
            if left > right:
                break
            if _cross(a, b, c, d):
                return c
    return None


def room(polygon: Polygon, width: float, height: float, fineness: float = 0.01) -> tuple[Point, float]:
    """Where a box of this shape can be largest inside the polygon: its centre and the factor by which it may grow.

    Best-first over squares in the metric in which the box is a unit square (after Mapbox's polylabel, which does it for circles).
    """
    import numpy

    scale = numpy.array([2 / width, 2 / height])
    edges = numpy.array([edge for ring in polygon for edge in _edges(ring)]) * scale
    start, step = edges[:, 0], edges[:, 1] - edges[:, 0]
    low, high = edges.min((0, 1)), edges.max((0, 1))
    size = float((high - low).min()) / 2 or 1.0
    order = count()
    cells: list[tuple[float, int, float, tuple[float, float], float]] = []

    def look(x: float, y: float, half: float) -> None:
        distance = _clearance(numpy, start, step, x, y)
        heapq.heappush(cells, (-(distance + half), next(order), distance, (x, y), half))

    for x in numpy.arange(low[0], high[0], size):
        for y in numpy.arange(low[1], high[1], size):
            look(float(x + size / 2), float(y + size / 2), size / 2)
    best, place = 0.0, (float(start[0][0]), float(start[0][1]))
    while cells:
        bound, _, distance, (x, y), half = heapq.heappop(cells)
        if distance > best:
            best, place = distance, (x, y)
        if -bound <= best * (1 + fineness):
            break
        for dx, dy in ((-half, -half), (-half, half), (half, -half), (half, half)):
            look(x + dx / 2, y + dy / 2, half / 2)
    return (place[0] / scale[0], place[1] / scale[1]), best


def _clearance(numpy, start, step, x: float, y: float) -> float:
    """How large a square around the point (half its side) stays off every edge; negative outside.

    Along an edge the distance is the larger of two absolute values, convex: its least value lies at an end or where one of the
    two is zero or both are equal.
    """
    offset = start - (x, y)
    dx, dy, sx, sy = offset[:, 0], offset[:, 1], step[:, 0], step[:, 1]
    with numpy.errstate(divide="ignore", invalid="ignore"):
        places = numpy.stack([0 * dx, 0 * dx + 1, -dx / sx, -dy / sy, (dy - dx) / (sx - sy), -(dx + dy) / (sx + sy)])
    places = numpy.clip(numpy.nan_to_num(places, nan=0.0, posinf=0.0, neginf=0.0), 0, 1)
    distances = numpy.maximum(abs(dx + places * sx), abs(dy + places * sy)).min()
    with numpy.errstate(divide="ignore", invalid="ignore"):
        crossed = ((dy > 0) != (dy + sy > 0)) & (dx - dy * sx / sy > 0)
    return float(distances if crossed.sum() % 2 else -distances)


def box_inside(polygon: Polygon, centre: Point, width: float, height: float) -> bool:
    """Whether a box lies wholly inside the polygon: its centre is inside and no edge enters it."""
    x, y = centre
    left, right, bottom, top = x - width / 2, x + width / 2, y - height / 2, y + height / 2
    if not contains(polygon, centre):
        return False
    return not any(_enters(edge, left, right, bottom, top) for ring in polygon for edge in _edges(ring))


def _enters(edge: tuple[Point, Point], left: float, right: float, bottom: float, top: float) -> bool:
    """Whether a segment has a point strictly inside a box (clipped after Liang and Barsky)."""
    (x0, y0), (x1, y1) = edge
    near, far = 0.0, 1.0
    for start, step, low, high in ((x0, x1 - x0, left, right), (y0, y1 - y0, bottom, top)):
        if not step:
            if not low < start < high:
                return False
            continue
        first, last = sorted(((low - start) / step, (high - start) / step))
        near, far = max(near, first), min(far, last)
    return far - near > 1e-9


def _edges(ring: Ring) -> list[tuple[Point, Point]]:
    return [*pairwise(ring), (ring[-1], ring[0])]


def _cross(a: Point, b: Point, c: Point, d: Point) -> bool:
    return _turn(a, b, c) * _turn(a, b, d) < 0 and _turn(c, d, a) * _turn(c, d, b) < 0


def _turn(a: Point, b: Point, c: Point) -> float:
    return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])
