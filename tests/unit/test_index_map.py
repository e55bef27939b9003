"""The index map: every township of the month once, by the colour of its index, with word, value and pattern; the table says the same."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from test_riskmap_boundaries import INVENTED

from chalicelib.index.maps import INSUFFICIENT, NO_SITES, NOT_RANKED, index_cells, index_map
from chalicelib.register.district import load_district

DISTRICT = load_district("demo")
CODES = [township.code for township in DISTRICT.townships]


def row(code: str, index: str, colour: str, *, sufficient: bool = True) -> dict:
    return {"code": code, "name": f"第{code}", "index": index, "colour": colour, "sufficient": sufficient, "rank": 1 if sufficient else None}


def result(*rows: dict, without: tuple[str, ...] = ()) -> dict:
    return {"month": "2020-06", "townships": list(rows), "without_sites": [{"code": code, "name": code} for code in without]}


def test_a_cell_says_colour_and_value_in_words_and_leads_to_its_page() -> None:
    cell = {cell.code: cell for cell in index_cells(result(row(CODES[3], "72.2", "orange")), DISTRICT, "townships/")}[CODES[3]]
    assert (cell.colour, cell.mark, cell.href) == ("orange", "橙 72.2", f"townships/{CODES[3]}.html")
    assert cell.title.endswith("橙 72.2，第1名")


def test_no_township_of_the_month_is_left_out_and_grey_says_why() -> None:
    found = result(row(CODES[0], "95.0", "blue"), row(CODES[1], "50.0", "none", sufficient=False), without=(CODES[2],))
    cells = {cell.code: cell for cell in index_cells(found, DISTRICT, "")}
    assert list(cells) == CODES
    assert [cells[code].mark for code in CODES[:4]] == ["蓝 95.0", INSUFFICIENT, NO_SITES, NOT_RANKED]
    assert {cells[code].colour for code in CODES[1:]} == {"none"}


@pytest.mark.parametrize(("colour", "pattern"), [("red", True), ("orange", True), ("yellow", True), ("blue", False)])
def test_the_drawing_tells_colours_apart_by_pattern_too(colour: str, pattern: bool) -> None:
    drawing = index_map(result(row(CODES[0], "61.0", colour)), DISTRICT, "")["drawing"]
    assert (f'url(#p-{colour})' in drawing) is pattern
    assert f'class="h-{colour}"' in drawing and "<title" in drawing and "<desc" in drawing


def test_what_is_read_out_counts_the_colours_worst_first() -> None:
    drawing = index_map(result(row(CODES[0], "95.0", "blue"), row(CODES[1], "55.0", "red")), DISTRICT, "")["drawing"]
    assert re.search(r"<desc[^>]*>20个镇街：红1个，蓝1个，不定颜色18个。", drawing)


def test_with_borders_numbers_stand_in_the_table_where_a_name_has_no_room() -> None:
    bordered = replace(DISTRICT, boundaries=INVENTED)
    drawn = index_map(result(row(CODES[0], "95.0", "blue")), bordered, "")
    assert "geomap lines" in drawn["drawing"]
    assert set(drawn["numbers"]) in (set(), set(CODES))
