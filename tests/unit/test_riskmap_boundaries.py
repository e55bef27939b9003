"""Borders from a file: matched by code, else by name; sound shapes of every kind are drawn, unsound ones refused with their place."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from pathlib import Path

import pytest

from chalicelib.errors import BadInput
from chalicelib.register.district import load_district
from chalicelib.riskmap.boundaries import read_borders
from chalicelib.riskmap.geometry import area, box_inside, contains, crossing, room
from chalicelib.riskmap.outline import LEAST_PX, VIEWS, Sheet, border_sheet, hexagon_sheet
from infra.cli import main

INVENTED = Path(__file__).parents[1] / "fixtures" / "invented_borders.geojson"
TOWNSHIPS = load_district("demo").townships
PINGYAO = "330110110"


@pytest.fixture
def document() -> dict:
    return json.loads(INVENTED.read_text(encoding="utf-8"))


def feature(document: dict, code: str = PINGYAO) -> dict:
    return next(entry for entry in document["features"] if entry["properties"].get("code") == code)


def square(west: float, south: float, size: float = 0.01) -> list[list[float]]:
    return [[west, south], [west + size, south], [west + size, south + size], [west, south + size], [west, south]]


def around_the_points() -> dict:
    """Borders whose middles are the townships' own points: twelve-sided, a kilometre and a half across."""
    return {
        "type": "FeatureCollection",
        "features": [
            {"type": "Feature", "properties": {"code": township.code}, "geometry": {"type": "Polygon", "coordinates": [around(township)]}}
            for township in TOWNSHIPS
        ],
    }


def around(township: object) -> list[list[float]]:
    turns = [math.tau * step / 12 for step in range(12)]
    ring = [[township.longitude + 0.0081 * math.cos(turn), township.latitude + 0.007 * math.sin(turn)] for turn in turns]
    return [*ring, ring[0]]


def told(document: dict) -> list[str]:
    return [str(note) for note in read_borders(document, TOWNSHIPS).notes]


def refused(document: object) -> list[str]:
    with pytest.raises(BadInput) as caught:
        read_borders(document, TOWNSHIPS)
    return [str(problem) for problem in caught.value.problems]


def moved(document: dict, dx: float, dy: float) -> dict:
    for entry in document["features"]:
        entry["geometry"]["coordinates"] = [[[x + dx, y + dy] for x, y in ring] for ring in entry["geometry"]["coordinates"]]
    return document


class TestMatching:
    def test_every_township_finds_its_border(self, document: dict) -> None:
        found = read_borders(document, TOWNSHIPS)
        assert set(found.polygons) == {township.code for township in TOWNSHIPS}
        assert (found.missing, found.notes, found.offset_metres) == ((), (), (0, 0))

    @pytest.mark.parametrize("properties", [{"name": "瓶窑镇"}, {"name": "瓶窑"}, {"adcode": "330110110000"}, {"code": "999", "name": "瓶窑镇"}, {"id": 330110110}])
    def test_by_code_else_by_name(self, document: dict, properties: dict) -> None:
        feature(document)["properties"] = properties
        assert PINGYAO in read_borders(document, TOWNSHIPS).polygons

    def test_what_fits_nobody_and_who_has_nothing_are_named(self, document: dict) -> None:
        feature(document)["properties"] = {"code": "330110999", "name": "某某镇"}
        notes = told(document)
        assert any("330110999 某某镇" in note and "fits no township" in note for note in notes)
        assert any("瓶窑镇" in note and "has no border" in note for note in notes)

    def test_a_township_without_a_border_is_still_on_the_map(self, document: dict) -> None:
        document["features"].remove(feature(document))
        sheet = border_sheet(read_borders(document, TOWNSHIPS), TOWNSHIPS)
        assert len(sheet.outlines) == 20
        ring = sheet.outlines[PINGYAO].parts[0][0]
        others = max(y for code, outline in sheet.outlines.items() if code != PINGYAO for part in outline.parts for _, y in part[0])
        assert len(ring) == 6 and min(y for _, y in ring) > others
        left, top, width, height = sheet.frame
        assert all(left < x < left + width and top < y < top + height for x, y in ring)

    def test_a_file_of_another_district_is_refused(self, document: dict) -> None:
        for entry in document["features"]:
            entry["properties"] = {"name": "别处"}
        assert any("no feature fits" in problem for problem in refused(document))


class TestShapes:
    def test_a_hole_stays_a_hole(self, document: dict) -> None:
        township = next(entry for entry in TOWNSHIPS if entry.code == PINGYAO)
        hole = square(township.longitude - 0.002, township.latitude - 0.002, 0.004)
        feature(document)["geometry"]["coordinates"].append(hole)
        outline = border_sheet(read_borders(document, TOWNSHIPS), TOWNSHIPS).outlines[PINGYAO]
        assert len(outline.parts[0]) == 2 and outline.path.count("z") == 2
        for view, label in outline.labels.items():
            assert box_inside(outline.parts[0], (label.x, label.y), *label.box(2)), f"the label of {view} lies in the hole"

    def test_several_parts_are_all_drawn_and_the_label_is_in_the_largest(self, document: dict) -> None:
        found = feature(document)
        island = square(119.70, 30.58, 0.02)
        found["geometry"] = {"type": "MultiPolygon", "coordinates": [[island], found["geometry"]["coordinates"]]}
        outline = border_sheet(read_borders(document, TOWNSHIPS), TOWNSHIPS).outlines[PINGYAO]
        assert len(outline.parts) == 2
        label = outline.labels["wide"]
        assert contains(max(outline.parts, key=lambda part: abs(area(part[0]))), (label.x, label.y))

    def test_slivers_are_left_out_and_told(self, document: dict) -> None:
        found = feature(document)
        found["geometry"] = {"type": "MultiPolygon", "coordinates": [found["geometry"]["coordinates"], [square(119.9, 30.4, 0.0001)]]}
        assert any("slivers" in note for note in told(document))
        assert len(read_borders(document, TOWNSHIPS).polygons[PINGYAO]) == 1

    def test_a_ring_that_touches_itself_survives(self, document: dict) -> None:
        """A bow of two squares that share a corner: the ring passes the corner twice."""
        found = feature(document)
        found["geometry"]["coordinates"] = [
            [[119.90, 30.38], [119.93, 30.38], [119.93, 30.41], [119.96, 30.41], [119.96, 30.44], [119.93, 30.44], [119.93, 30.41], [119.90, 30.41], [119.90, 30.38]]
        ]
        assert len(read_borders(document, TOWNSHIPS).polygons[PINGYAO]) == 1

    @pytest.mark.parametrize(
        ("change", "said"),
        [
            (lambda ring: ring[:-1], "not closed"),
            (lambda ring: [[119.9, 30.3], [120.0, 30.4], [120.0, 30.3], [119.9, 30.4], [119.9, 30.3]], "crosses itself"),
            (lambda ring: [[119.9, 30.3], [120.0, 30.3], [119.9, 30.3], [119.9, 30.3]], "encloses nothing"),
            (lambda ring: [[float("nan"), 30.3], *ring[1:]], "longitude and latitude in degrees"),
            (lambda ring: [[13345678.0, 3541234.0], *ring[1:]], "longitude and latitude in degrees"),
            (lambda ring: [[119.9], *ring[1:]], "longitude and latitude in degrees"),
            (lambda ring: [["119.9", "30.3"], *ring[1:]], "longitude and latitude in degrees"),
            (lambda ring: ring[:3], "longitude and latitude in degrees"),
            (lambda ring: None, "longitude and latitude in degrees"),
        ],
    )
    def test_an_unsound_ring_is_refused_by_place_and_reason(self, document: dict, change: Callable, said: str) -> None:
        found = feature(document)
        found["geometry"]["coordinates"][0] = change(found["geometry"]["coordinates"][0])
        assert any("瓶窑镇" in problem and said in problem for problem in refused(document))

    def test_a_hole_outside_is_refused(self, document: dict) -> None:
        feature(document)["geometry"]["coordinates"].append(square(120.3, 30.2))
        assert any("hole lies outside" in problem for problem in refused(document))

    @pytest.mark.parametrize("geometry", [None, {"type": "Point", "coordinates": [119.9, 30.4]}, {"type": "Polygon"}, {"type": "Polygon", "coordinates": 5}])
    def test_what_is_no_polygon_is_refused(self, document: dict, geometry: object) -> None:
        feature(document)["geometry"] = geometry
        assert any("瓶窑镇" in problem for problem in refused(document))

    def test_all_faults_are_named_at_once(self, document: dict) -> None:
        for entry in document["features"][:3]:
            entry["geometry"]["coordinates"][0].pop()
        document["features"].append({"type": "Feature"})
        assert len(refused(document)) == 4

    @pytest.mark.parametrize("other", [[], {"type": "Topology"}, {"type": "FeatureCollection", "features": None}, None])
    def test_another_kind_of_file_is_refused(self, other: object) -> None:
        assert any("FeatureCollection" in problem for problem in refused(other))


class TestDatum:
    def test_a_constant_offset_is_measured_taken_out_and_told(self) -> None:
        found = read_borders(moved(around_the_points(), 0.0047, -0.0024), TOWNSHIPS)
        assert any("constant offset" in str(note) for note in found.notes)
        assert found.offset_metres == pytest.approx((0.0047 * 111_320 * math.cos(math.radians(30.37)), -0.0024 * 111_320), abs=40)
        for township in TOWNSHIPS:
            ring = found.polygons[township.code][0][0]
            middle = (sum(x for x, _ in ring) / 12, sum(y for _, y in ring) / 12)
            assert middle == pytest.approx((township.longitude, township.latitude), abs=0.0005)

    def test_a_small_or_a_scattered_difference_is_left_alone(self, document: dict) -> None:
        assert read_borders(moved(around_the_points(), 0.001, 0.0), TOWNSHIPS).offset_metres == (0, 0)
        assert read_borders(moved(document, 0.0047, -0.0024), TOWNSHIPS).offset_metres == (0, 0)

    def test_borders_far_away_are_refused(self, document: dict) -> None:
        assert any("away from the district" in problem for problem in refused(moved(document, 2.0, 1.0)))


def overlapping(sheet: Sheet, view: str) -> list[str]:
    """Pairs of labels whose boxes overlap."""
    boxes = {}
    for township in TOWNSHIPS:
        label = sheet.outlines[township.code].labels[view]
        width, height = label.box(len(township.short))
        boxes[township.short] = (label.x - width / 2, label.y - height / 2, label.x + width / 2, label.y + height / 2)
    names = sorted(boxes)
    return [
        f"{one} {other}" for place, one in enumerate(names) for other in names[:place]
        if boxes[one][0] < boxes[other][2] and boxes[other][0] < boxes[one][2] and boxes[one][1] < boxes[other][3] and boxes[other][1] < boxes[one][3]
    ]  # fmt: skip


class TestLabels:
    @pytest.mark.parametrize("view", VIEWS)
    @pytest.mark.parametrize("borders", [True, False])
    def test_every_label_stands_inside_its_township_readable_and_alone(self, document: dict, borders: bool, view: str) -> None:
        sheet = border_sheet(read_borders(document, TOWNSHIPS), TOWNSHIPS) if borders else hexagon_sheet(TOWNSHIPS)
        for township in TOWNSHIPS:
            outline = sheet.outlines[township.code]
            label = outline.labels[view]
            assert any(box_inside(part, (label.x, label.y), *label.box(len(township.short))) for part in outline.parts), township.name
            assert label.size * VIEWS[view] / sheet.frame[2] >= LEAST_PX[label.kind], township.name
        assert overlapping(sheet, view) == []

    def test_a_narrow_township_gets_its_number(self, document: dict) -> None:
        feature(document)["geometry"]["coordinates"] = [square(119.92, 30.39, 0.022)]
        outline = border_sheet(read_borders(document, TOWNSHIPS), TOWNSHIPS).outlines[PINGYAO]
        assert (outline.labels["narrow"].kind, outline.number) == ("number", 17)

    def test_room_is_where_a_circle_or_a_bar_is_largest(self) -> None:
        ell = [[(0.0, 0.0), (10.0, 0.0), (10.0, 2.0), (2.0, 2.0), (2.0, 9.0), (0.0, 9.0)]]
        bar, bar_size = room(ell, 5, 1)
        pole, pole_size = room(ell, 1, 5)
        assert bar[1] < 2 and bar_size == pytest.approx(2.0, rel=0.02)
        assert pole[0] < 2 and pole_size == pytest.approx(1.8, rel=0.02)

    def test_neighbours_leave_no_gap(self, document: dict) -> None:
        """Shared corners are rounded alike: every corner of the drawing that two townships had in common they still have."""
        sheet = border_sheet(read_borders(document, TOWNSHIPS), TOWNSHIPS)
        corners = [set(outline.parts[0][0]) for outline in sheet.outlines.values()]
        shared = sum(any(point in other for other in corners if other is not ring) for ring in corners for point in ring)
        degrees = [{tuple(point) for point in entry["geometry"]["coordinates"][0]} for entry in document["features"]]
        before = sum(any(point in other for other in degrees if other is not ring) for ring in degrees for point in ring)
        assert shared >= before


def test_crossing_is_told_from_touching() -> None:
    assert crossing([(0, 0), (2, 2), (2, 0), (0, 2)]) is not None
    assert crossing([(0, 0), (2, 0), (1, 1), (2, 2), (0, 2), (1, 1)]) is None


class TestTheCommand:
    def test_a_sound_file_is_told_township_by_township(self, monkeypatch: pytest.MonkeyPatch, capsys) -> None:
        monkeypatch.setenv("RISKMAP_BOUNDARIES", str(INVENTED))
        assert main(["map", "--check"]) == 0
        assert capsys.readouterr().out.count(" part(s)") == 20

    def test_a_missing_township_ends_with_one(self, document: dict, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys) -> None:
        document["features"].pop()
        path = tmp_path / "borders.geojson"
        path.write_text(json.dumps(document), encoding="utf-8")
        monkeypatch.setenv("RISKMAP_BOUNDARIES", str(path))
        assert main(["map", "--check"]) == 1
        assert "has no border in this file" in capsys.readouterr().out

    def test_a_refused_file_ends_with_two(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys) -> None:
        path = tmp_path / "borders.geojson"
        path.write_text("{", encoding="utf-8")
        monkeypatch.setenv("RISKMAP_BOUNDARIES", str(path))
        assert main(["map", "--check"]) == 2
        assert "not JSON" in capsys.readouterr().err

    def test_the_built_in_map_is_sound(self, capsys) -> None:
        assert main(["map"]) == 0
        assert "hexagons" in capsys.readouterr().out
