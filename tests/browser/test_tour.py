"""The tour takes what a visitor sees, at the promised widths, and no picture of an error."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest

from chalicelib.errors import NotFound, Unavailable
from infra.browser import find_chromium
from infra.commands.tour import DESK, PHONE, TOWNSHIP_LINK, Shot, shots_of, take

ADDRESSES = {name: f"http://localhost/{name}/" for name in ("portal", "map", "leaderboard")}


def size_of(path: Path) -> tuple[int, int]:
    """Width and height in the header of a PNG."""
    return struct.unpack(">II", path.read_bytes()[16:24])


def test_pictures_have_the_promised_widths(browser, published: str, tmp_path: Path) -> None:
    shots = [
        Shot("map", f"{published}/map/", DESK),
        Shot("phone", f"{published}/map/", PHONE, whole=True),
        Shot("township", f"{published}/map/", DESK, follow=TOWNSHIP_LINK),
    ]
    desk, phone, township = take(browser, shots, tmp_path / "images")
    assert size_of(desk) == size_of(township) == DESK
    assert size_of(phone)[0] == 2 * PHONE[0] and size_of(phone)[1] > 2 * PHONE[1]
    assert desk.read_bytes() != township.read_bytes()


@pytest.mark.parametrize("path", ["/none.html", ""])
def test_an_error_is_no_picture(browser, published: str, tmp_path: Path, path: str) -> None:
    address = f"{published}{path}" if path else "http://127.0.0.1:9/"
    with pytest.raises(Unavailable):
        list(take(browser, [Shot("none", address, DESK)], tmp_path))
    assert not list(tmp_path.glob("*.png"))


def test_the_tour_shows_a_scan_of_each_grade_and_the_published_pages() -> None:
    plates = [("red", "示例一", "http://localhost/C/1"), ("blue", "示例二", "http://localhost/C/2")]
    names = [shot.name for shot in shots_of(ADDRESSES, plates)]
    assert names[:2] == ["scan-blue-360", "scan-red-360"]
    assert {"map-1280", "leaderboard-1280", "township-1280"} <= set(names)


def test_without_a_district_there_is_no_tour() -> None:
    with pytest.raises(NotFound):
        shots_of(ADDRESSES, [])


def test_a_given_browser_comes_first(tmp_path: Path) -> None:
    own = tmp_path / "chromium"
    own.write_text("#!/bin/sh\n")
    own.chmod(0o755)
    assert find_chromium({"CHROMIUM": "/opt/mine", "PATH": str(tmp_path)}) == "/opt/mine"
    assert find_chromium({"PATH": str(tmp_path)}) == str(own)
    assert find_chromium({"PATH": ""}) is None
