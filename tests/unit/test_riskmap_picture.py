"""The picture for messengers: the right size, the same bytes twice, every colour where it belongs, no character missing from its font."""

from __future__ import annotations

import io
from dataclasses import replace

import pytest
from PIL import Image
from riskmap_support import DAY, FS, RULES, site
from test_riskmap_boundaries import INVENTED

from chalicelib.register.district import DISTRICTS, load_district
from chalicelib.riskmap.assess import assess_township
from chalicelib.riskmap.pages import render_release
from chalicelib.riskmap.picture import FONT, SIGNS, WIDTH, lacking

DISTRICT = load_district("demo")
SCORES = (950, 800, 650, 500, None)


def release(district=DISTRICT) -> dict:
    documents = [
        assess_township(township.code, [site(number, {FS: 2}, SCORES[number % 5])], DAY, RULES).to_document()
        for number, township in enumerate(district.townships_on(DAY))
    ]
    return render_release("2020-06", documents, district)


@pytest.fixture(scope="module")
def picture() -> Image.Image:
    return Image.open(io.BytesIO(release()["public"]["map.png"])).convert("RGB")


def test_it_is_small_enough_for_a_messenger_and_the_same_for_staff(picture: Image.Image) -> None:
    assert picture.width == WIDTH and picture.width < picture.height < 2 * picture.width
    files = release()
    assert len(files["public"]["map.png"]) < 400_000
    assert files["public"]["map.png"] == files["staff"]["district"]["map.png"]
    assert files == release(), "the same bytes twice"


def test_every_grade_has_its_colour_on_the_picture(picture: Image.Image) -> None:
    seen = dict((colour, count) for count, colour in picture.getcolors(1 << 20))
    for code, swatch in DISTRICT.palette.items():
        wanted = tuple(int(swatch.fill[at : at + 2], 16) for at in (1, 3, 5))
        near = sum(count for colour, count in seen.items() if max(abs(a - b) for a, b in zip(colour, wanted)) <= 6)
        assert near > 5_000, f"{code} {swatch.fill}"


def test_with_borders_it_is_drawn_alike() -> None:
    body = release(replace(DISTRICT, boundaries=INVENTED))["public"]["map.png"]
    assert Image.open(io.BytesIO(body)).width == WIDTH


@pytest.mark.parametrize("district", sorted(folder.name for folder in DISTRICTS.iterdir() if (folder / "district.toml").exists()))
def test_the_font_has_every_character_of_every_district(district: str) -> None:
    found = load_district(district)
    words = "".join(township.name + township.short for township in found.townships)
    assert lacking(found.name + words) == ""


def test_a_character_that_the_font_lacks_is_named() -> None:
    assert lacking("塘栖𠮷镇𠮷") == "𠮷"


def test_the_font_holds_what_is_claimed_and_its_licence_stands_beside_it() -> None:
    from PIL import ImageFont

    font = ImageFont.truetype(str(FONT), 40)
    blank = font.getmask("\U0010ffff").getbbox()
    letters = [chr(code) for code in range(0x21, 0x7F)] + list(SIGNS)
    letters += [bytes([high, low]).decode("gb2312") for high in range(0xB0, 0xF8) for low in range(0xA1, 0xFF) if not (high == 0xD7 and low > 0xF9)]
    shapes = {bytes(font.getmask(letter)) for letter in letters[94 + len(SIGNS) :: 7]}
    assert len(shapes) > 950, "ideographs are drawn, each its own"
    assert all(font.getmask(letter).getbbox() not in (None, blank) or letter in "一丨·–—" for letter in letters[::5])
    assert "SIL OPEN FONT LICENSE" in FONT.with_name("OFL.txt").read_text(encoding="utf-8").upper()
