"""The month's map as files: everything in words too, names for staff only, small, the same bytes twice."""

from __future__ import annotations

import csv
import gzip
import io
import json
import re
from html.parser import HTMLParser

import pytest
from riskmap_support import DAY, FS, HC, RULES, SP, site

from chalicelib.register.district import load_district
from chalicelib.riskmap.assess import assess_township
from chalicelib.riskmap.draw import Cell, draw_map, outlines
from chalicelib.riskmap.outline import hexagon_sheet
from chalicelib.riskmap.pages import render_release

DISTRICT = load_district("demo")
VOID = {"meta", "link", "br", "img", "input", "hr"}


def documents(shift: int = 0) -> list[dict]:
    """Every township of the demo district, with colours from blue to red and one township without a coded site."""
    made = []
    for number, township in enumerate(DISTRICT.townships_on(DAY)):
        score = None if number == 19 else max(500, 980 - 20 * ((number + shift) % 20))
        sites = [
            site(10 * number, {HC: 4, FS: 2}, score),
            site(10 * number + 1, {SP: 1 + number % 4, FS: 1}, score),
            site(10 * number + 2, {FS: 1}, None),
        ]
        made.append(assess_township(township.code, sites, DAY, RULES).to_document())
    return made


@pytest.fixture(scope="module")
def release() -> dict:
    return render_release("2020-06", documents(), DISTRICT, documents(5), base="/map/2020-06/r3/")


class Balance(HTMLParser):
    """Fails on a tag that is closed out of order, collects links and ids."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.links: list[str] = []
        self.ids: list[str] = []

    def handle_starttag(self, tag: str, attrs: list) -> None:
        found = dict(attrs)
        self.links += [found["href"]] if "href" in found and tag == "a" else []
        self.ids += [found["id"]] if "id" in found else []
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list) -> None:
        pass

    def handle_endtag(self, tag: str) -> None:
        assert self.open and self.open.pop() == tag, tag


def read(page: bytes) -> Balance:
    balance = Balance()
    balance.feed(page.decode())
    assert balance.open == []
    return balance


def overview(page: bytes) -> str:
    """The body of the table over all townships."""
    text = page.decode()
    return text[text.index("<tbody>", text.index('id="table"')) :].split("</tbody>")[0]


def test_the_release_has_a_page_and_both_twins_for_the_month_and_each_township(release: dict) -> None:
    codes = [township.code for township in DISTRICT.townships_on(DAY)]
    assert set(release["public"]) == {"index.html", "map.json", "map.csv", "map.png"} | {f"townships/{code}.{kind}" for code in codes for kind in ("html", "json")}
    assert set(release["staff"]) == {"district", *codes}


def test_pages_are_well_formed_and_their_links_lead_somewhere(release: dict) -> None:
    for path, content in release["public"].items():
        if path.endswith(".html"):
            page = read(content)
            assert len(page.ids) == len(set(page.ids)), path
            for link in page.links:
                inside = link.removeprefix("/map/2020-06/r3/")
                assert inside in release["public"] or link in ("/", "/map/", "/map/now/", "/map/months.html", "/index/", "/method.html", "#main"), link


def test_the_month_page_is_small_and_needs_no_script_and_no_second_request(release: dict) -> None:
    page = release["public"]["index.html"].decode()
    assert len(gzip.compress(page.encode(), 9)) <= 40_000
    assert "<script" not in page
    assert not re.search(r'<(?:img|link[^>]+stylesheet|iframe)|url\((?!#)', page)


def test_every_value_of_the_maps_stands_in_the_table_too(release: dict) -> None:
    table = overview(release["public"]["index.html"])
    for document in json.loads(release["public"]["map.json"])["townships"]:
        name = DISTRICT.township(document["township"], DAY).name
        row = table[table.index(name) :].split("</tr>")[0]
        for layer in ("combined", "inherent", "governance"):
            found = document[layer]
            assert (f"{DISTRICT.palette[found['colour']].word} {found['value']}" if found["value"] else "未评定") in row


def test_public_files_name_no_site_and_no_id(release: dict) -> None:
    for path, content in release["public"].items():
        if path.endswith(".png"):
            continue
        text = content.decode("utf-8-sig")
        assert not re.search(r"S0\d{3}\b", text), path
        assert not re.search(r"示例\d", text), path


def test_staff_pages_name_the_deciding_sites(release: dict) -> None:
    code = DISTRICT.townships_on(DAY)[0].code
    page = release["staff"][code]["index.html"].decode()
    assert "示例0" in page and "S0000" in page and "仅限工作人员" in page
    assert json.loads(release["staff"][code]["map.json"])["townships"][0]["names"]["S0000"] == "示例0"
    assert release["staff"]["district"][f"townships/{code}.html"].decode().count("示例0") == page.count("示例0")


def test_a_township_sees_its_own_names_only(release: dict) -> None:
    first, second = DISTRICT.townships_on(DAY)[:2]
    assert "S0010" not in release["staff"][first.code]["index.html"].decode()
    assert "S0010" in release["staff"][second.code]["index.html"].decode()


def test_the_same_documents_give_the_same_bytes_in_any_order(release: dict) -> None:
    again = render_release("2020-06", documents()[::-1], DISTRICT, documents(5)[::-1], base="/map/2020-06/r3/")
    assert again == release


def test_the_first_month_has_no_comparison() -> None:
    page = render_release("2020-06", documents(), DISTRICT)["public"]["index.html"].decode()
    assert "<small>较上月</small>" not in page
    assert "/map/2020-06/r1/map.json" in page


def test_the_change_since_last_month_is_told(release: dict) -> None:
    page = release["public"]["index.html"].decode()
    assert "<small>较上月</small>" in page and re.search(r"[↑↓] \d+\.\d", page)


def test_the_day_the_coverage_and_the_limits_of_the_colour_are_on_the_page(release: dict) -> None:
    page = release["public"]["index.html"].decode()
    assert "2020-06-30" in page and "38 / 60 家" in page and "63.3%" in page
    assert "不保证" in re.sub("<[^>]+>", "", page) and "示范标准" in page


def test_the_csv_twin_has_a_line_per_township_and_sector(release: dict) -> None:
    rows = list(csv.DictReader(io.StringIO(release["public"]["map.csv"].decode("utf-8-sig"))))
    assert len(rows) == 20 * len(RULES.sectors)
    twin = json.loads(release["public"]["map.json"])["townships"][0]
    for row, sector in zip(rows, twin["sectors"]):
        assert (row["镇街"], row["领域"], row["风险值R"]) == ("临平街道", sector["title"], str(sector["risk"] or ""))
    assert (rows[0]["固有等级I"], rows[0]["风险值R"], rows[0]["状态"], rows[0]["领域颜色"]) == ("4", "4", "已评定", "黄")
    assert {row["状态"] for row in rows} == {"已评定", "未评定", "无此类"}
    assert not any(re.search(r"[a-z]{3}", cell) for row in rows for cell in row.values()), "a spreadsheet is for people"


def test_a_township_without_a_coded_site_is_grey_in_words(release: dict) -> None:
    grey = DISTRICT.townships_on(DAY)[19]
    page = release["public"][f"townships/{grey.code}.html"].decode()
    assert "未评定" in page and "g-none" in page
    assert "无结论" in release["public"]["index.html"].decode(), "no colour of a township is no code of an enterprise"


def test_a_township_without_any_site_is_not_said_to_be_waiting_for_codes() -> None:
    code = DISTRICT.townships_on(DAY)[0].code
    public = render_release("2020-06", [assess_township(code, [], DAY, RULES).to_document()], DISTRICT)["public"]
    page, month = public[f"townships/{code}.html"].decode(), public["index.html"].decode()
    assert "无企业" in page and "<b>未评定</b>" not in page
    row = overview(month.encode())
    assert row.count("无企业") == 3 and "未评定" not in row


def test_a_page_links_within_its_own_month_and_tree(release: dict) -> None:
    code = DISTRICT.townships_on(DAY)[0].code
    assert 'href="/map/2020-06/r3/index.html"' in release["public"][f"townships/{code}.html"].decode()
    staff = release["staff"]["district"]
    links = [link for link in read(staff["index.html"]).links if not link.startswith(("/", "#"))]
    assert {"map.csv", "map.json", f"townships/{code}.html"} <= set(links) and set(links) <= set(staff)
    assert not [link for link in read(staff["index.html"]).links if link.startswith("/map/2020-06/")]


SHEET = hexagon_sheet(DISTRICT.townships)


def cells(count: int = 20) -> list[Cell]:
    colours = ("red", "orange", "yellow", "blue", "none")
    return [
        Cell(township.code, township.short, colours[number % 5], "橙 8.4", f"{township.name} 综合：橙 8.4", f"/{township.code}.html")
        for number, township in enumerate(DISTRICT.townships[:count])
    ]


def drawn(shown: list[Cell]) -> str:
    return draw_map(SHEET, shown, DISTRICT.palette, "m", "图", "说明")


def test_a_cell_has_link_name_word_and_pattern() -> None:
    svg = drawn(cells(1))
    assert svg.count("<a href=") == 1
    assert "临平" in svg and "橙 8.4" in svg and "url(#p-red)" in svg
    assert "<title>临平街道 综合：橙 8.4</title>" in svg
    assert 'aria-labelledby="m-t m-d"' in svg


def test_text_from_data_is_escaped() -> None:
    svg = draw_map(SHEET, [Cell("330110001", "<b>", "blue", "a&b", '"x"', '"/>')], DISTRICT.palette, "m", "<t>", "&")
    assert "<b>" not in svg and "&lt;b&gt;" in svg and "a&amp;b" in svg and '""/>"' not in svg


def test_no_two_hexagons_overlap_and_all_are_in_the_frame() -> None:
    left, top, width, height = SHEET.frame
    rings = [outline.parts[0][0] for outline in SHEET.outlines.values()]
    assert all(left < x < left + width and top < y < top + height for ring in rings for x, y in ring)
    places = [(sum(x for x, _ in ring) / 6, sum(y for _, y in ring) / 6) for ring in rings]
    gaps = [(ax - bx) ** 2 + (ay - by) ** 2 for i, (ax, ay) in enumerate(places) for bx, by in places[:i]]
    assert min(gaps) >= 99.9**2


def test_a_map_is_small() -> None:
    assert len(gzip.compress((outlines(SHEET) + drawn(cells())).encode(), 9)) <= 25_000


def test_a_district_without_townships_still_draws() -> None:
    assert draw_map(hexagon_sheet([]), [], DISTRICT.palette, "m", "图", "说明").startswith("<svg")
