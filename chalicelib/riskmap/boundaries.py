"""Township borders from a GeoJSON file (RFC 7946): what is sound is taken, what is not is refused by name, what fits nobody is told.

A feature is a township's by ``code``, else by ``name`` (or short name). Slivers are dropped and told. A constant offset between the
file's datum and the district's own points (GCJ-02 against WGS-84 is some 500 m) is measured and taken out.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import orjson

from chalicelib.errors import BadInput, Problem
from chalicelib.register.district import Township
from chalicelib.riskmap.geometry import Point, Polygon, area, contains, crossing, room

METRES_PER_DEGREE = 111_320.0
SLIVER_SHARE = 0.002  # of a township's largest part: a scrap of digitising, not land
OFFSET_METRES = 250.0  # less is the difference between two ways to choose a label point
CODE_KEYS = ("code", "adcode", "dm", "XZQDM", "id")
NAME_KEYS = ("name", "NAME", "mc", "XZQMC")


@dataclass(frozen=True, slots=True)
class Borders:
    """Polygons of townships in degrees, and what there is to tell of the file: nothing of it is lost without a word."""

    polygons: Mapping[str, tuple[Polygon, ...]]
    missing: tuple[str, ...]
    notes: tuple[Problem, ...]
    offset_metres: tuple[int, int]


@lru_cache(maxsize=8)
def load_borders(path: Path, townships: tuple[Township, ...]) -> Borders:
    """The borders of these townships. BadInput naming every fault of the file at once."""
    try:
        document = orjson.loads(path.read_bytes())
    except OSError as error:
        raise BadInput([Problem(path.name, "", "", "the file cannot be read")]) from error
    except orjson.JSONDecodeError as error:
        raise BadInput([Problem(path.name, "", "", f"not JSON: {error}")]) from error
    return read_borders(document, townships, path.name)


def read_borders(document: object, townships: Sequence[Township], place: str = "borders") -> Borders:
    """As :func:`load_borders`, from a document already parsed."""
    problems: list[Problem] = []
    notes: list[Problem] = []
    found: dict[str, list[Polygon]] = {}
    for number, feature in enumerate(_features(document, place, problems)):
        where = f"{place}: features[{number}]"
        township = _match(feature, townships)
        if township is None:
            notes.append(Problem(where, "properties", _told(feature), "fits no township of the district by code or name"))
            continue
        polygons = _polygons(feature.get("geometry"), f"{where} {township.name}", problems)
        found.setdefault(township.code, []).extend(polygons)
    if not found and not problems:
        problems.append(Problem(place, "features", "", "no feature fits a township of the district"))
    if problems:
        raise BadInput(problems)
    kept = {code: _without_slivers(parts, code, place, notes) for code, parts in found.items()}
    missing = tuple(township.code for township in townships if township.code not in kept)
    notes += [Problem(place, "features", township.name, "has no border in this file") for township in townships if township.code in missing]
    moved, offset = _aligned(kept, townships, place, notes)
    return Borders(moved, missing, tuple(notes), offset)


def _features(document: object, place: str, problems: list[Problem]) -> Iterator[Mapping]:
    features = document.get("features") if isinstance(document, dict) else None
    if not isinstance(features, list) or document.get("type") != "FeatureCollection":  # type: ignore[union-attr]
        problems.append(Problem(place, "type", "", "a GeoJSON FeatureCollection is required"))
        return
    for number, feature in enumerate(features):
        if isinstance(feature, dict) and isinstance(feature.get("properties"), dict):
            yield feature
        else:
            problems.append(Problem(f"{place}: features[{number}]", "properties", "", "a feature with properties is required"))
            yield {"properties": {}}


def _match(feature: Mapping, townships: Sequence[Township]) -> Township | None:
    properties = feature["properties"]
    codes = [str(properties[key]) for key in CODE_KEYS if properties.get(key) is not None]
    for code in codes:
        for township in townships:
            if code == township.code or (len(code) > len(township.code) and code == township.code.ljust(len(code), "0")):
                return township
    names = [str(properties[key]).strip() for key in NAME_KEYS if properties.get(key) is not None]
    fitting = [township for township in townships if township.name in names or township.short in names]
    return fitting[0] if len(fitting) == 1 else None


def _told(feature: Mapping) -> str:
    properties = feature["properties"]
    return " ".join(str(properties[key]) for key in (*CODE_KEYS, *NAME_KEYS) if properties.get(key) is not None)[:60]


def _polygons(geometry: object, place: str, problems: list[Problem]) -> list[Polygon]:
    kind = geometry.get("type") if isinstance(geometry, dict) else None
    if kind not in ("Polygon", "MultiPolygon"):
        problems.append(Problem(place, "geometry", str(kind), "Polygon or MultiPolygon is required"))
        return []
    parts = geometry["coordinates"] if kind == "MultiPolygon" else [geometry.get("coordinates")]  # type: ignore[index]
    polygons = []
    for number, rings in enumerate(parts if isinstance(parts, list) else [None]):
        read = [_ring(ring, f"{place} part {number}", problems) for ring in rings] if isinstance(rings, list) and rings else [None]
        if None in read:
            if read == [None] and not isinstance(rings, list):
                problems.append(Problem(f"{place} part {number}", "coordinates", "", "a list of rings is required"))
            continue
        polygons.append(_with_holes(read, f"{place} part {number}", problems))  # type: ignore[arg-type]
    return polygons


def _ring(ring: object, place: str, problems: list[Problem]) -> list[Point] | None:
    """A sound ring without its repeated end and without repeated points; None with its fault named."""
    points = _points(ring)
    if points is None:
        problems.append(Problem(place, "coordinates", str(ring)[:60], "longitude and latitude in degrees are required"))
        return None
    if points and points[0] != points[-1]:
        problems.append(Problem(place, "coordinates", str(points[-1]), "the ring is not closed"))
        return None
    kept = [point for number, point in enumerate(points[:-1]) if not number or point != points[number - 1]]
    crossed = crossing(kept) if len(kept) > 3 else None
    if crossed is not None:
        problems.append(Problem(place, "coordinates", f"{crossed[0]:.5f} {crossed[1]:.5f}", "the ring crosses itself"))
        return None
    if len(kept) < 3 or not area(kept):
        problems.append(Problem(place, "coordinates", str(len(points)), "the ring encloses nothing"))
        return None
    return kept


def _points(ring: object) -> list[Point] | None:
    if not isinstance(ring, list) or len(ring) < 4:
        return None
    points = []
    for pair in ring:
        numbers = pair[:2] if isinstance(pair, list) else ()
        good = len(numbers) == 2 and all(type(number) in (int, float) and math.isfinite(number) for number in numbers)
        if not good or not (-180 <= numbers[0] <= 180 and -90 <= numbers[1] <= 90):
            return None
        points.append((float(numbers[0]), float(numbers[1])))
    return points


def _with_holes(rings: list[list[Point]], place: str, problems: list[Problem]) -> Polygon:
    """Outer ring and holes. A hole may touch the outer ring, but must not lie outside it."""
    outer = rings[0]
    for number, hole in enumerate(rings[1:], start=1):
        if sum(contains([outer], point) for point in hole) * 2 < len(hole):
            problems.append(Problem(place, f"ring {number}", "", "the hole lies outside its polygon"))
    return rings


def _without_slivers(parts: list[Polygon], code: str, place: str, notes: list[Problem]) -> tuple[Polygon, ...]:
    largest = max(abs(area(part[0])) for part in parts)
    kept = tuple(part for part in parts if abs(area(part[0])) >= SLIVER_SHARE * largest)
    if len(kept) < len(parts):
        notes.append(Problem(place, code, str(len(parts) - len(kept)), "slivers left out"))
    return kept


def _aligned(
    borders: Mapping[str, tuple[Polygon, ...]], townships: Sequence[Township], place: str, notes: list[Problem]
) -> tuple[dict[str, tuple[Polygon, ...]], tuple[int, int]]:
    """The borders without a constant offset against the townships' own points. BadInput if they lie somewhere else altogether."""
    points = {township.code: (township.longitude, township.latitude) for township in townships}
    stretch = math.cos(math.radians(sum(point[1] for point in points.values()) / len(points)))
    metres = (METRES_PER_DEGREE * stretch, METRES_PER_DEGREE)
    shifts = []
    for code, parts in borders.items():
        middle, _ = room(max(parts, key=lambda part: abs(area(part[0]))), 1 / stretch, 1.0, 0.02)
        shifts.append(tuple((middle[axis] - points[code][axis]) * metres[axis] for axis in (0, 1)))
    shift = tuple(sorted(values)[len(values) // 2] for values in zip(*shifts))
    length = math.hypot(*shift)
    spread = sorted(math.hypot(dx - shift[0], dy - shift[1]) for dx, dy in shifts)[len(shifts) // 2]
    if spread > max(length, 6 * OFFSET_METRES) and not any(_holds(borders[code], points[code]) for code in borders):
        raise BadInput([Problem(place, "coordinates", f"{spread:.0f} m", "the borders lie away from the district's townships")])
    if length <= OFFSET_METRES or spread > length / 2:
        return dict(borders), (0, 0)
    if length > 40 * OFFSET_METRES:
        raise BadInput([Problem(place, "coordinates", f"{length:.0f} m", "the borders lie away from the district's townships")])
    notes.append(Problem(place, "datum", f"{length:.0f} m", "a constant offset against the district's points was taken out"))
    dx, dy = (shift[axis] / metres[axis] for axis in (0, 1))
    moved = {code: tuple([[(x - dx, y - dy) for x, y in ring] for ring in part] for part in parts) for code, parts in borders.items()}
    return moved, (round(shift[0]), round(shift[1]))


def _holds(parts: Sequence[Polygon], point: Point) -> bool:
    return any(contains(part, point) for part in parts)
