"""Plates to print: the number and its check character, the sheet, what the font lacks, and never the colour."""

from __future__ import annotations

import io
import json
import zipfile
from dataclasses import replace
from datetime import date
from pathlib import Path
from types import SimpleNamespace

import pypdfium2
import pytest
import reportlab
import zxingcpp
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from chalicelib import ids
from chalicelib.code.plate import Plate, plate_number, plate_of, read_number, spaced
from chalicelib.code.plates import archive, files, order_of, plates_by_township
from chalicelib.code.qr import png_of, rows_of, svg
from chalicelib.code.qr import modules
from chalicelib.code.sheet import LAYOUTS, lacking, sheet
from chalicelib.code.token import parse_keys
from chalicelib.config import read_settings
from chalicelib.errors import BadInput

RING = parse_keys("1:00112233445566778899aabbccddeeff")
# A TrueType font that comes with the library: without Chinese, so that what is missing can be seen.
LATIN = (Path(reportlab.__file__).parent / "fonts" / "Vera.ttf").read_bytes()
SITES = st.text(ids.ALPHABET, min_size=16, max_size=16)


def plate(number: int = 0, name: str = "Demo Works") -> Plate:
    card = {"site_id": ids.keyed_id(b"key", "site", str(number)), "issue": 1 + number, "name": name}
    return plate_of(card, "Liangzhu", "https://aq.cn", RING)


# ── The number 码牌编号 ─────────────────────────────────────────────────────────────────────────────────────────────
@given(SITES, st.integers(1, 1023))
def test_a_number_is_read_back_however_it_is_typed(site_id: str, issue: int) -> None:
    number = plate_number(site_id, issue)
    for typed in (number, spaced(number), spaced(number).lower(), number[:8] + "-" + number[8:]):
        assert read_number(typed) == (site_id, issue)


@given(SITES, st.integers(1, 1023), st.integers(0, 17), st.sampled_from(ids.ALPHABET))
def test_every_wrong_character_is_noticed(site_id: str, issue: int, at: int, other: str) -> None:
    number = plate_number(site_id, issue)
    if other != number[at]:
        with pytest.raises(BadInput):
            read_number(number[:at] + other + number[at + 1 :])


@given(SITES, st.integers(1, 1023), st.integers(0, 16))
def test_every_swap_of_neighbours_is_noticed(site_id: str, issue: int, at: int) -> None:
    number = plate_number(site_id, issue)
    if number[at] != number[at + 1]:
        with pytest.raises(BadInput):
            read_number(number[:at] + number[at + 1] + number[at] + number[at + 2 :])


@pytest.mark.parametrize("typed", ["", "12350", "U" * 19, "<script>"])
def test_what_is_no_number_is_refused(typed: str) -> None:
    with pytest.raises(BadInput):
        read_number(typed)


def test_a_number_is_no_key_to_the_page() -> None:
    one = plate()
    assert one.number.replace(" ", "")[:18] == one.site_id + "01" and one.number.replace(" ", "") not in one.url


# ── The sheet 打印版 ────────────────────────────────────────────────────────────────────────────────────────────────
def pages(content: bytes, scale: float = 3) -> list[Image.Image]:
    return [page.render(scale=scale).to_pil().convert("L") for page in pypdfium2.PdfDocument(content)]


def text_of(content: bytes) -> str:
    return "\n".join(page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(content))


@pytest.mark.parametrize("per_page", LAYOUTS)
def test_every_code_on_a_printed_page_is_read(per_page: int) -> None:
    plates = [plate(number) for number in range(per_page + 1)]
    made = sheet(plates, LATIN, per_page=per_page)
    printed = pages(made.content)
    assert made.pages == len(printed) == 2
    read = [{found.text for found in zxingcpp.read_barcodes(page)} for page in printed]
    assert read == [{one.url for one in plates[:per_page]}, {plates[-1].url}]
    width, height = (round(side / 72 * 25.4) for side in pypdfium2.PdfDocument(made.content)[0].get_size())
    assert (width, height) == (210, 297)


@pytest.mark.parametrize("per_page", LAYOUTS)
def test_a_plate_says_whose_it_is_its_number_and_whom_to_tell(per_page: int) -> None:
    one = plate(name="Demo Precision Works")
    said = " ".join(text_of(sheet([one], LATIN, per_page=per_page, hotline="12350").content).split())
    for part in ("Demo Precision Works", "Liangzhu", one.number, "12350"):
        assert part in said


def test_what_every_plate_says_is_in_a_file_once_and_seen_on_every_plate() -> None:
    content = sheet([plate(number) for number in range(8)], LATIN, per_page=4, hotline="12350").content
    assert content.count(b"/Subtype /Form") == 1
    assert [page.get_textpage().get_text_range().count("12350") for page in pypdfium2.PdfDocument(content)] == [4, 4]


def test_paper_cannot_change_so_the_colour_is_not_on_it() -> None:
    drawn = pypdfium2.PdfDocument(sheet([plate()], LATIN).content)[0].render(scale=1).to_pil().convert("RGB")
    for colour in ("#C8141B", "#F08C00", "#FFD43B", "#1F62C9"):
        wanted = tuple(int(colour[at : at + 2], 16) for at in (1, 3, 5))
        assert not any(max(abs(a - b) for a, b in zip(pixel, wanted, strict=True)) < 24 for _, pixel in drawn.getcolors(1 << 24))


def test_characters_the_font_lacks_are_named_by_plate_and_marked_on_paper() -> None:
    plates = [plate(1, "示例厂 Works"), plate(2, "Works")]
    assert sheet(plates, LATIN).missing == {plates[0].site_id: "示例厂"}
    assert lacking("AA 甲甲B", {65}) == "甲B"


def test_a_long_name_stays_on_its_plate() -> None:
    one = plate(name="W" * 120)
    (page,) = pages(sheet([one], LATIN).content, scale=1)
    edge = page.crop((0, 60, 20, 400)), page.crop((page.width - 20, 60, page.width, 400))
    assert all(side.getextrema()[0] > 200 for side in edge)


@pytest.mark.parametrize("per_page", LAYOUTS)
def test_the_longest_name_is_still_read_with_all_its_letters(per_page: int) -> None:
    """200 letters, the most that a name may have, are at least 0.9 mm high on the smallest plate; what broke the line in the register is a space."""
    name = "Works\nNo.\t" + "%" * 190
    made = sheet([plate(name=name)], LATIN, per_page=per_page)
    text = pypdfium2.PdfDocument(made.content)[0].get_textpage()
    letters = [at for at in range(text.count_chars()) if pypdfium2.raw.FPDFText_GetUnicode(text.raw, at) == ord("%")]
    heights = [top - bottom for _, bottom, _, top in map(text.get_charbox, letters)]
    assert len(heights) == 190 and min(heights) / 72 * 25.4 > 0.9
    assert "WorksNo.%" in "".join(text.get_text_range().split()) and not made.missing


def test_the_same_plates_give_the_same_bytes() -> None:
    assert sheet([plate(1), plate(2)], LATIN, per_page=4).content == sheet([plate(1), plate(2)], LATIN, per_page=4).content


def test_a_png_is_two_colours_sharp_and_read() -> None:
    drawn = Image.open(io.BytesIO(png_of(rows_of(modules(plate().url)), 8)))
    assert drawn.size == (41 * 8, 41 * 8) and len(drawn.getcolors()) == 2
    assert [found.text for found in zxingcpp.read_barcodes(drawn.convert("L"))] == [plate().url]


def test_an_archive_holds_each_code_as_one_would_be_drawn_and_is_the_same_bytes_again() -> None:
    plates = [plate(1, "示例一厂"), plate(2, "<b>二</b>")]
    with zipfile.ZipFile(io.BytesIO(archive(plates))) as opened:
        drawn = {name: opened.read(name).decode() for name in opened.namelist()}
    assert list(drawn) == [f"{one.file_name}.svg" for one in plates]
    for one, content in zip(plates, drawn.values()):
        assert content == svg(one.url, title=f"安全码 {one.name}", description="扫码查看该场所的安全等级、评定日期和依据")
    assert archive(plates) == archive(plates)


@pytest.mark.parametrize(("kind", "names"), [("pdf", ["1-01.pdf", "1-02.pdf", "3-01.pdf"]), ("svg", ["1.zip", "3.zip"])])
def test_a_district_comes_in_files_of_their_kind_and_a_township_without_sites_in_none(kind: str, names: list[str]) -> None:
    order = order_of({"run": "x", "format": kind, "per_page": 8})
    townships = iter([("1", [plate(number) for number in range(201)]), ("2", []), ("3", [plate(300)])])
    made = list(files(order, read_settings({}), LATIN, townships))
    assert [name for name, _, _ in made] == names
    assert sum(said["plates"] for _, _, said in made) == 202


@pytest.mark.parametrize(
    ("document", "columns"),
    [({}, ["run"]), ({"run": "a/b"}, ["run"]), ({"run": "../x", "per_page": 3, "site": 5, "format": "png"}, ["run", "per_page", "format", "site"])],
)
def test_a_wrong_order_is_refused_with_every_fault(document: dict, columns: list[str]) -> None:
    with pytest.raises(BadInput) as wrong:
        order_of(document)
    assert [problem.column for problem in wrong.value.problems] == columns


def test_the_first_issue_is_printed_where_none_was_recorded() -> None:
    assert replace(plate(), issue=1) == plate_of({"site_id": plate().site_id, "issue": None, "name": "Demo Works"}, "Liangzhu", "https://aq.cn", RING)


def test_a_site_that_is_gone_or_lives_on_in_another_record_gets_no_plate() -> None:
    states = {f"{at}" * 16: state for at, state in enumerate(("operating", "suspended", "closed", "moved_out", "merged"))}

    class Cards:
        def list_township(self, code: str) -> list[dict]:
            graded = {"operating": "blue"}
            return [{"site_id": site, "name": state, "issue": 1, "grade": graded.get(state, "none")} for site, state in states.items()] if code == "330110010" else []

        def load(self, site_ids: list[str]) -> dict:
            return {site: SimpleNamespace(doc=json.dumps({"state": states[site]})) for site in site_ids}

    settings = read_settings({"PLATE_KEYS": "1:00112233445566778899aabbccddeeff", "PUBLIC_BASE_URL": "https://aqm.example.cn"})
    made = dict(plates_by_township(order_of({"run": "r"}), settings, Cards(), date(2020, 7, 1)))
    assert [one.name for one in made["330110010"]] == ["operating", "suspended"] and sum(map(len, made.values())) == 2
