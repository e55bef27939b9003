"""The map as a reader meets it in a browser: on a phone and a desk, without JavaScript, by keyboard, on grey paper."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from accessibility import violations

CELLS_OUTSIDE = """() => [...document.querySelectorAll('.geomap a')].filter(cell => {
  const hex = cell.querySelector('.o').getBoundingClientRect();
  return [...cell.querySelectorAll('text')].some(text => {
    const box = text.getBoundingClientRect();
    return box.left < hex.left || box.right > hex.right || box.top < hex.top || box.bottom > hex.bottom;
  });
}).map(cell => cell.textContent)"""
PAPER = """(colour) => {
  const cell = document.querySelector('.geomap .h-' + colour);
  return [...cell.querySelectorAll('use')].map(use => getComputedStyle(use).fill);
}"""


@pytest.fixture(params=[360, 1280])
def page(browser, request: pytest.FixtureRequest) -> Iterator[object]:
    context = browser.new_context(viewport={"width": request.param, "height": 800}, java_script_enabled=False)
    opened = context.new_page()
    yield opened
    context.close()


@pytest.fixture
def scripted(browser) -> Iterator[object]:
    """With JavaScript, for measuring only: the pages bring none."""
    context = browser.new_context(viewport={"width": 360, "height": 800})
    opened = context.new_page()
    yield opened
    context.close()


def test_the_month_page_reads_without_javascript(page, published: str) -> None:
    page.goto(f"{published}/map/")
    assert page.locator("h1").inner_text() == "2020年6月区域安全状况图"
    assert page.locator(".geomap").count() == 7
    assert page.locator(".geomap >> nth=0").locator("a").count() == 20
    assert page.locator("#table tbody tr").count() == 20


def test_one_request_is_the_whole_page(page, published: str) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"{published}/map/", wait_until="networkidle")
    assert [address for address in asked if not address.startswith("data:")] == [f"{published}/map/"]


@pytest.mark.parametrize("width", [320, 360, 768, 1280])
@pytest.mark.parametrize("path", ["/map/", "/map/2020-06/r1/townships/330110110.html"])
def test_nothing_runs_out_of_the_window(scripted, published: str, path: str, width: int) -> None:
    scripted.set_viewport_size({"width": width, "height": 800})
    scripted.goto(published + path)
    assert scripted.evaluate("document.documentElement.scrollWidth") <= width


def test_names_and_values_stay_inside_their_cells(scripted, published: str) -> None:
    scripted.goto(f"{published}/map/")
    assert scripted.evaluate(CELLS_OUTSIDE) == []


def test_a_click_on_a_cell_opens_the_township(page, published: str) -> None:
    page.goto(f"{published}/map/")
    page.locator(".geomap >> nth=0").locator("a", has_text="瓶窑").click()
    assert page.url == f"{published}/map/2020-06/r1/townships/330110110.html"
    assert page.locator("h1").inner_text() == "瓶窑镇"


def test_the_keyboard_goes_through_the_map_in_reading_order(scripted, published: str) -> None:
    scripted.goto(f"{published}/map/")
    scripted.locator(".geomap a >> nth=0").focus()
    names = []
    for _ in range(3):
        names.append(scripted.evaluate("document.activeElement.querySelector('text').textContent"))
        scripted.keyboard.press("Tab")
    assert names == ["百丈", "鸬鸟", "黄湖"]


def test_each_colour_has_a_word_and_all_but_one_a_pattern(scripted, published: str) -> None:
    scripted.goto(f"{published}/map/")
    fills = {colour: scripted.evaluate(PAPER, colour) for colour in ("red", "orange", "yellow", "blue", "none")}
    patterns = {colour: [fill for fill in found if "url" in fill] for colour, found in fills.items()}
    assert patterns["blue"] in ([], ['url("#p-blue")'])
    assert len({str(found) for found in patterns.values()}) == 5
    assert len({found[0] for found in fills.values()}) == 5


def test_the_map_has_a_name_and_a_description_for_those_who_hear_it(scripted, published: str) -> None:
    scripted.goto(f"{published}/map/")
    heard = scripted.locator(".geomap >> nth=0").evaluate("svg => svg.getAttribute('aria-labelledby').split(' ').map(id => document.getElementById(id).textContent)")
    assert heard[0] == "综合安全状况图"
    assert heard[1].startswith("20个镇街：")


@pytest.mark.parametrize("path", ["/map/", "/map/2020-06/r1/townships/330110110.html"])
def test_axe_finds_nothing(scripted, published: str, path: str) -> None:
    scripted.goto(published + path)
    found = violations(scripted)
    assert [(fault["id"], [node["target"] for node in fault["nodes"][:3]]) for fault in found] == []


@pytest.mark.parametrize("width", [360, 1200])
@pytest.mark.parametrize("borders", [False, True], ids=["hexagons", "borders"])
def test_labels_as_the_browser_sets_them_stand_alone_and_on_the_sheet(browser, tmp_path, borders: bool, width: int) -> None:
    from dataclasses import replace
    from pathlib import Path

    from conftest import month

    from chalicelib.register.district import load_district
    from chalicelib.riskmap.pages import render_release

    district = load_district("demo")
    if borders:
        district = replace(district, boundaries=Path(__file__).parents[1] / "fixtures" / "invented_borders.geojson")
    (tmp_path / "map.html").write_bytes(render_release("2020-06", month(0), district, month(3))["public"]["index.html"])
    page = browser.new_page(viewport={"width": width, "height": 900})
    page.goto((tmp_path / "map.html").as_uri())
    assert page.evaluate(LABELS_IN_TROUBLE) == []
    page.close()


LABELS_IN_TROUBLE = """() => {
  const trouble = [];
  for (const svg of document.querySelectorAll('.geomap')) {
    const shown = [...svg.querySelectorAll('a')].map(cell => ({
      name: cell.textContent, edge: cell.querySelector('.o').getBoundingClientRect(),
      boxes: [...cell.querySelectorAll('text')].map(text => text.getBoundingClientRect()).filter(box => box.width) }));
    for (const cell of shown)
      for (const box of cell.boxes)
        if (box.left < cell.edge.left - 1 || box.right > cell.edge.right + 1 || box.top < cell.edge.top - 2 || box.bottom > cell.edge.bottom + 2)
          trouble.push('outside: ' + cell.name);
    const all = shown.flatMap(cell => cell.boxes.map(box => [cell.name, box]));
    for (const [one, a] of all) for (const [other, b] of all)
      if (one < other && Math.min(a.right, b.right) - Math.max(a.left, b.left) > 1 && Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > a.height / 4)
        trouble.push('overlap: ' + one + ' / ' + other);
  }
  return trouble;
}"""
