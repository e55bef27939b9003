"""The plate's QR is read back by another implementation, whole, small and damaged."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import pytest
import zxingcpp
from PIL import Image, ImageDraw

from chalicelib.code.qr import QUIET_ZONE, modules, svg
from chalicelib.code.token import parse_keys, plate_url, sign
from chalicelib.errors import BadInput

RING = parse_keys("1:00112233445566778899aabbccddeeff")
SHORT = plate_url("https://aq.cn", sign("3MAPZ0XKQ7WCV5TG", 1, RING))
LONG = plate_url("https://anquanma.yuhang.gov.cn", sign("3MAPZ0XKQ7WCV5TG", 1023, RING))
COMMAND = re.compile(r"([Mm])(-?\d+) (-?\d+)|h(\d+)v1h-(\d+)z")


def rectangles(text: str) -> list[tuple[int, int, int]]:
    """The rectangles of the SVG's own path, followed with a pen: column, row, length."""
    path = ElementTree.fromstring(text).findall("{http://www.w3.org/2000/svg}path")[1].attrib["d"]
    assert COMMAND.sub("", path) == ""
    found, pen = [], (0, 0)
    for move, x, y, length, back in COMMAND.findall(path):
        if move:
            pen = (int(x), int(y)) if move == "M" else (pen[0] + int(x), pen[1] + int(y))
        else:
            assert length == back
            found.append((*pen, int(length)))
    return found


def picture(text: str, scale: int = 6) -> Image.Image:
    """The SVG drawn from nothing but its own path, so that the test reads what a printer would print."""
    root = ElementTree.fromstring(text)
    side = int(root.attrib["viewBox"].split()[2])
    image = Image.new("L", (side * scale, side * scale), 255)
    draw = ImageDraw.Draw(image)
    for x, y, length in rectangles(text):
        draw.rectangle((x * scale, y * scale, (x + length) * scale - 1, (y + 1) * scale - 1), fill=0)
    return image


def decoded(image: Image.Image) -> list[str]:
    return [result.text for result in zxingcpp.read_barcodes(image)]


@pytest.mark.parametrize("url", [SHORT, LONG])
@pytest.mark.parametrize("angle", [0, 90, 17])
def test_a_plate_is_decoded_to_its_address(url: str, angle: int) -> None:
    drawn = picture(svg(url, title="安全码", description="码牌")).rotate(angle, expand=True, fillcolor=255)
    assert decoded(drawn) == [url]


def test_a_plate_with_a_damaged_corner_is_still_decoded() -> None:
    drawn = picture(svg(SHORT, title="安全码", description="码牌"))
    ImageDraw.Draw(drawn).rectangle((150, 150, 200, 190), fill=255)
    assert decoded(drawn) == [SHORT]


def test_both_addresses_are_version_4_with_33_modules() -> None:
    assert len(modules(SHORT)) == len(modules(LONG)) == 33
    assert len(SHORT) <= 50 < len(LONG) <= 67


def test_the_quiet_zone_is_four_modules_on_every_side() -> None:
    text = svg(LONG, title="安全码", description="码牌")
    cells = rectangles(text)
    side = 33 + 2 * QUIET_ZONE
    assert min(x for x, _, _ in cells) == QUIET_ZONE == min(y for _, y, _ in cells)
    assert max(x + length for x, _, length in cells) == side - QUIET_ZONE == max(y + 1 for _, y, _ in cells)


def test_title_and_description_are_for_screen_readers_and_escaped() -> None:
    root = ElementTree.fromstring(svg(SHORT, title="<甲> & 乙", description='"丙"'))
    assert root.attrib["role"] == "img"
    assert [child.text for child in root][:2] == ["<甲> & 乙", '"丙"']


def test_the_same_address_gives_the_same_bytes() -> None:
    assert svg(LONG, title="a", description="b") == svg(LONG, title="a", description="b")


def test_an_address_too_long_for_a_plate_is_not_drawn() -> None:
    with pytest.raises(BadInput):
        svg("A" * 68, title="", description="")
