"""The portal and the method page: complete without scripts, linked right, and true to the rule sets they explain."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
WEB = ROOT / "web"
PAGES = sorted(WEB.glob("*.html"))
GRADING = tomllib.loads((ROOT / "chalicelib/grading/rulesets/model-2020.toml").read_text(encoding="utf-8"))
INDEX = tomllib.loads((ROOT / "chalicelib/index/methods/model-2020.toml").read_text(encoding="utf-8"))
DISTRICT = tomllib.loads((ROOT / "chalicelib/districts/demo/district.toml").read_text(encoding="utf-8"))
METHOD = (WEB / "method.html").read_text(encoding="utf-8")
WORD = {"red": "红码", "orange": "橙码", "yellow": "黄码", "blue": "蓝码"}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_a_page_is_chinese_needs_no_script_and_fetches_nothing_from_elsewhere(page: Path) -> None:
    html = page.read_text(encoding="utf-8")
    assert '<html lang="zh-CN">' in html and 'name="viewport"' in html
    assert not re.search(r"<script|\sstyle=|\son\w+=|https?://", html)
    assert html.count("<h1") == 1 and 'href="#main"' in html and 'id="main"' in html


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_leads_to_a_file_a_published_tree_a_place_on_a_page_or_a_telephone(page: Path) -> None:
    html = page.read_text(encoding="utf-8")
    published = {"/", "/map/", "/index/"}
    for target in re.findall(r'href="([^"]+)"', html):
        if target.startswith("#"):
            assert f'id="{target[1:]}"' in html, target
        elif not target.startswith("tel:"):
            assert target in published or (WEB / target.lstrip("/")).is_file(), target


def test_the_portal_shows_the_palette_of_the_demo_district() -> None:
    style = (WEB / "styles.css").read_text(encoding="utf-8")
    for code, swatch in DISTRICT["palette"].items():
        assert f"--{code}:{swatch['fill'].lower()}" in style
        ink = {"#FFFFFF": "#fff"}.get(swatch["ink"], swatch["ink"].lower())
        assert f".{code}{{background:var(--{code});color:{ink}}}" in style


def test_the_method_page_names_the_thresholds_of_the_rule_set() -> None:
    for code, edge in GRADING["thresholds"].items():
        if code in WORD:
            assert re.search(rf"{WORD[code]}</span></td><td>≥ {float(edge):.1f}", METHOD), code
    for edge in INDEX["thresholds"].values():
        assert f"≥ {float(edge):g} " in METHOD


def test_the_method_page_lists_every_veto_cap_and_axis_as_the_rule_set_has_them() -> None:
    for rule in GRADING["caps"]:
        if "grade" in rule:
            row = rf"<tr><td>{rule['code']}</td><td>{re.escape(rule['title'])}</td><td><span class=\"chip {rule['grade']}\">{WORD[rule['grade']]}"
            assert re.search(row, METHOD), rule["code"]
    first = {rule["code"]: rule for rule in reversed(GRADING["vetoes"])}
    for code, rule in first.items():
        assert f"<tr><td>{code}</td><td>{rule['title']}</td><td>{rule['ends']}</td></tr>" in METHOD
    for axis in GRADING["axes"]:
        assert f'<tr><td>{axis["title"]}</td><td class="n">{axis["points"]}</td></tr>' in METHOD
    assert len(GRADING["items"]) == 33 and "33 项、100 分" in METHOD


def test_every_page_says_that_the_method_is_a_model_and_the_data_are_invented() -> None:
    for page in PAGES:
        html = page.read_text(encoding="utf-8")
        assert "示范标准" in html and "虚构" in html


def test_robots_are_kept_away_from_plates_and_the_api() -> None:
    lines = (WEB / "robots.txt").read_text(encoding="utf-8").splitlines()
    assert {"Disallow: /C/", "Disallow: /api/"} <= set(lines)
