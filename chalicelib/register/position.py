"""Positions in one datum: WGS-84, in which every map and distance here is worked out. A GCJ-02 point (every public map in China) lies up to 700 m
beside it and is taken back by the published approximation, iterated; CGCS2000 differs by less than a decimetre. Another mark is not guessed.

The libraries that do this exist as sources only, without a wheel for the Lambda package; the formula is twenty lines.
"""

from __future__ import annotations

import math

SAME = ("WGS-84", "WGS84", "CGCS2000", "")
SHIFTED = ("GCJ-02", "GCJ02")
AXIS_M, ECCENTRICITY_SQUARED = 6378245.0, 0.00669342162296594323
EARTH_RADIUS_M = 6_371_008.8
ITERATIONS = 3


def to_wgs84(longitude: float, latitude: float, datum: str) -> tuple[float, float] | None:
    """The point in WGS-84; None for a datum that nobody here knows, or a point off the globe."""
    if not (-180 <= longitude <= 180 and -90 <= latitude <= 90):
        return None
    mark = datum.upper().strip()
    if mark in SAME:
        return longitude, latitude
    if mark not in SHIFTED:
        return None
    there = longitude, latitude
    for _ in range(ITERATIONS):
        east, north = _shift(*there)
        there = longitude - east, latitude - north
    return there


def _shift(longitude: float, latitude: float) -> tuple[float, float]:
    """By how many degrees GCJ-02 moves a WGS-84 point: the published approximation, good to some metres."""
    x, y = longitude - 105.0, latitude - 35.0
    wave = (20.0 * math.sin(6.0 * x * math.pi) + 20.0 * math.sin(2.0 * x * math.pi)) * 2.0 / 3.0
    north = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * math.sqrt(abs(x)) + wave
    north += (20.0 * math.sin(y * math.pi) + 40.0 * math.sin(y / 3.0 * math.pi)) * 2.0 / 3.0
    north += (160.0 * math.sin(y / 12.0 * math.pi) + 320.0 * math.sin(y * math.pi / 30.0)) * 2.0 / 3.0
    east = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * math.sqrt(abs(x)) + wave
    east += (20.0 * math.sin(x * math.pi) + 40.0 * math.sin(x / 3.0 * math.pi)) * 2.0 / 3.0
    east += (150.0 * math.sin(x / 12.0 * math.pi) + 300.0 * math.sin(x / 30.0 * math.pi)) * 2.0 / 3.0
    radians = math.radians(latitude)
    magic = 1 - ECCENTRICITY_SQUARED * math.sin(radians) ** 2
    north = north * 180.0 / ((AXIS_M * (1 - ECCENTRICITY_SQUARED)) / (magic * math.sqrt(magic)) * math.pi)
    return east * 180.0 / (AXIS_M / math.sqrt(magic) * math.cos(radians) * math.pi), north


def metres_between(one: tuple[float, float], other: tuple[float, float]) -> float:
    """The distance of two points (longitude, latitude) on the globe, by haversines."""
    east, north = math.radians(other[0] - one[0]), math.radians(other[1] - one[1])
    chord = math.sin(north / 2) ** 2 + math.cos(math.radians(one[1])) * math.cos(math.radians(other[1])) * math.sin(east / 2) ** 2
    return 2 * EARTH_RADIUS_M * math.asin(min(1.0, math.sqrt(chord)))
