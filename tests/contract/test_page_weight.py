"""Every page of a monthly release weighs at most 40 kB gzipped, its bulletin 300 kB: rendered for all townships of the demo district, for the
public and for staff, with every sub-item lost somewhere and fifty cases by name."""

from __future__ import annotations

import gzip
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "unit"))
from riskmap_support import DAY, FS, site  # noqa: E402
from riskmap_support import RULES as RISK_RULES  # noqa: E402
from test_index_bulletin import COVER, DISTRICT, RULES, june  # noqa: E402

from chalicelib.index.pages import months_page, render_release  # noqa: E402
from chalicelib.riskmap.assess import assess_township  # noqa: E402
from chalicelib.riskmap.pages import render_release as render_map  # noqa: E402

PAGE_BYTES, BULLETIN_BYTES = 40_000, 300_000
CASES = [f"S{number:024d}" for number in range(50)]


def trees(released: dict) -> dict[str, bytes]:
    """Every file by its tree and path."""
    files = {f"public/{path}": body for path, body in released["public"].items()}
    return files | {f"staff/{scope}/{path}": body for scope, tree in released["staff"].items() for path, body in tree.items()}


@pytest.fixture(scope="module")
def index_files() -> dict[str, bytes]:
    full = [{**row, "indicators": [{**i, "sub_items": [with_cases(item) for item in i["sub_items"]]} for i in row["indicators"]]} for row in june()["townships"]]
    labels = {row["code"]: {case: f"杭州示例第{number}号精密机械制造有限公司" for number, case in enumerate(CASES)} for row in full}
    return trees(render_release({**june(), "townships": full}, labels, DISTRICT, RULES, COVER))


def with_cases(item: dict) -> dict:
    return {**item, "case_count": len(CASES), "cases": CASES} if item["lost"] != "0.00" else item


@pytest.fixture(scope="module")
def map_files() -> dict[str, bytes]:
    documents = [
        assess_township(township.code, [site(number, {FS: 2}, score) for score in (950, 800, 650, 500, None)], DAY, RISK_RULES).to_document()
        for number, township in enumerate(DISTRICT.townships_on(DAY))
    ]
    return trees(render_map("2020-06", documents, DISTRICT, documents))


@pytest.mark.parametrize("files", ["index_files", "map_files"])
def test_no_page_of_a_month_is_heavier_than_40_kb(files: str, request: pytest.FixtureRequest) -> None:
    pages = {path: len(gzip.compress(body, 9)) for path, body in request.getfixturevalue(files).items() if path.endswith(".html")}
    assert len(pages) >= 60
    assert {path: size for path, size in pages.items() if size > PAGE_BYTES} == {}


def test_the_bulletin_is_small_enough_to_be_sent(index_files: dict[str, bytes]) -> None:
    assert 50_000 < len(index_files["public/bulletin.pdf"]) <= BULLETIN_BYTES


def test_the_list_of_ten_years_of_months_is_no_heavier() -> None:
    months = [{"month": f"{year}-{month:02d}", "revision": 3, "status": "revised"} for year in range(2018, 2028) for month in range(1, 13)]
    addresses = {f"/index/{each['month']}/r3/{name}" for each in months for name in ("district.html", "changes.html", "bulletin.pdf")}
    assert len(gzip.compress(months_page("index", months, DISTRICT, addresses), 9)) <= PAGE_BYTES


def test_pages_ask_for_nothing_else(index_files: dict[str, bytes]) -> None:
    """One request a page: no script, no style sheet, no picture, no font from anywhere."""
    for path, body in index_files.items():
        if path.endswith(".html"):
            assert not any(mark in body for mark in (b"<script", b'rel="stylesheet"', b"<img", b"@import", b"url(http")), path
