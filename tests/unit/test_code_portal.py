"""The portal and the method page: complete without scripts, linked right, and true to the rule sets they explain."""

from __future__ import annotations

import re
import tomllib
from html import unescape
from pathlib import Path

import pytest

from chalicelib.code.pages import refusal_page
from chalicelib.errors import NotFound
from chalicelib.register.district import load_district
from chalicelib.reports import model, store
from infra.portal import dressed, render_portal, unpublished

ROOT = Path(__file__).resolve().parents[2]
WEB = ROOT / "web"
# A tool, not a page to read: it recomputes a grade in the browser from a file, and needs its script for that.
TOOLS = {"verify.html"}
PAGES = sorted(page for page in WEB.glob("*.html") if page.name not in TOOLS)
ENGLISH = sorted((WEB / "en").glob("*.html"))
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


@pytest.mark.parametrize("page", [*PAGES, *ENGLISH], ids=lambda page: page.relative_to(WEB).as_posix())
def test_every_link_leads_to_a_file_a_published_tree_a_place_on_a_page_or_a_telephone(page: Path) -> None:
    html = page.read_text(encoding="utf-8")
    published = {"/", "/en/", "/map/", "/index/"}
    for target in re.findall(r'href="([^"]+)"', html):
        if target.startswith("#"):
            assert f'id="{target[1:]}"' in html, target
        elif not target.startswith("tel:"):
            path, _, place = target.partition("#")
            assert path in published or (WEB / path.lstrip("/")).is_file(), target
            assert not place or f'id="{place}"' in (WEB / path.lstrip("/")).read_text(encoding="utf-8"), target


def test_the_portal_shows_the_palette_of_the_demo_district() -> None:
    style = (WEB / "styles.css").read_text(encoding="utf-8")
    for code, swatch in DISTRICT["palette"].items():
        assert f"--{code}:{swatch['fill'].lower()}" in style
        ink = {"#FFFFFF": "#fff"}.get(swatch["ink"], swatch["ink"].lower())
        assert f".{code}{{background:var(--{code});color:{ink}}}" in style


def test_another_district_is_given_its_own_words_and_colours() -> None:
    """Green is best there: no page of the portal says that it is blue, and the styles paint it green."""
    shifan = load_district("shifan")
    files = dressed(WEB, shifan)
    written = {path.relative_to(WEB).as_posix() for path in WEB.rglob("*") if path.is_file()}
    assert set(files) == written and {name for name in written if files[name] != (WEB / name).read_bytes()} == {
        "index.html", "method.html", "privacy.html", "en/index.html", "en/method.html", "en/privacy.html", "styles.css",
    }  # fmt: skip
    pages = {name: files[name].decode() for name in files if name.endswith(".html") and not name.startswith("desk/")}
    assert [name for name, text in pages.items() if re.search(r"蓝|\bBlue\b", text)] == []
    assert "绿码" in pages["index.html"] and "Green" in pages["en/index.html"] and "灰色不等于绿色" in pages["index.html"]
    style = files["styles.css"].decode()
    assert f"--blue:{shifan.palette['blue'].fill.lower()}" in style and "--blue:#1f62c9" not in style
    assert dressed(WEB, load_district("demo")) == {name: (WEB / name).read_bytes() for name in written}


def test_a_district_of_another_rule_set_explains_its_own_and_promises_no_map_and_no_index() -> None:
    """Every item, deduction and source of the method page is the district's; nothing that holds for the demo alone is said."""
    dinesafe = load_district("dinesafe")
    rules = tomllib.loads(dinesafe.rule_sets["grading"][0].path.read_text(encoding="utf-8"))
    written = render_portal().keys()
    files = {name: content.decode() for name, content in dressed(WEB, dinesafe).items() if name in written}
    for page in (files["method.html"], files["en/method.html"]):
        text = " ".join(unescape(re.sub(r"<[^>]+>", " ", page)).split())
        assert all(rule["title"] in text for key in ("axes", "items", "adjustments", "vetoes", "caps") for rule in rules[key])
        assert "inspections-2020" in text and "model-2020" not in text and GRADING["items"][0]["title"] not in text
        assert not re.search(r"六个维度|45 个?小项|国务院令|Workplace|Hazards, emergency", text)
    for name, page in files.items():
        assert not re.search(r"企业、事件|invented|余杭|良渚|1234[05]|12350|119 |/map/|/index/|href=\"#(map|index|levels)\"", page), name
        assert "Toronto" in page
    assert "Green" in files["en/index.html"] and not any(re.search(r"\bBlue\b|蓝", page) for page in files.values())
    for room, word in (("map", "不发布风险图"), ("index", "不发布发展指数")):
        page = unpublished(dinesafe, room).decode()
        assert f"<h1>{word}</h1>" in page and "每月" not in page and "each month" not in page
        assert "每月初" in unpublished(load_district("shifan"), room).decode()
    assert "/map/" not in (lost := (ROOT / "infra/cdn/lost.html").read_text("utf-8")) and "/index/" not in lost, "every district has this page"
    assert lost.count("<main>") == lost.count("</main>") == 1, "a landmark to go to"
    refused = {district: refusal_page(NotFound(""), load_district(district)) for district in ("dinesafe", "demo")}
    assert all((f"/{room}/" in refused["demo"], f"/{room}/" in refused["dinesafe"]) == (True, False) for room in ("map", "index"))


def test_the_method_page_names_the_thresholds_of_the_rule_set() -> None:
    for code, edge in GRADING["thresholds"].items():
        if code in WORD:
            assert re.search(rf"{WORD[code]}</span></td><td>≥ {float(edge):.1f}", METHOD), code
    for edge in INDEX["thresholds"].values():
        assert f"≥ {float(edge):g} " in METHOD


def test_what_is_served_is_what_the_templates_and_the_rule_set_say() -> None:
    for name, text in render_portal().items():
        assert (WEB / name).read_text(encoding="utf-8") == text, f"{name}: run ./dev portal"


@pytest.mark.parametrize("page", [WEB / "method.html", WEB / "en" / "method.html"], ids=["zh", "en"])
def test_the_method_page_has_every_item_deduction_window_threshold_and_source(page: Path) -> None:
    text = " ".join(unescape(re.sub(r"<[^>]+>", " ", page.read_text(encoding="utf-8"))).split())
    rows = [*GRADING["axes"], *GRADING["items"], *GRADING["adjustments"], *GRADING["vetoes"], *GRADING["caps"]]
    assert (len(GRADING["items"]), len(rows)) == (33, 73)
    for rule in rows:
        wanted = [rule["title"], rule["source"], rule.get("rule", ""), rule.get("ends", ""), str(rule.get("cap", ""))]
        wanted += [f"{rule['months']} "] if isinstance(rule.get("months"), int) else []
        wanted += [f"{dated['from']}" for dated in rule["months"]] if isinstance(rule.get("months"), list) else []
        missing = [part for part in wanted if " ".join(str(part).split()) not in text]
        assert not missing, (rule["code"], missing)
    for table in ("thresholds", "accident_levels"):
        assert GRADING[table]["source"] in text
    for edge in (GRADING["thresholds"][code] for code in ("blue", "yellow", "orange")):
        assert f"≥ {edge}" in text


def test_what_the_privacy_notice_promises_is_what_the_program_does() -> None:
    text = (WEB / "privacy.html").read_text(encoding="utf-8")
    assert f"每天最多 {model.A_DAY['source']} 次" in text and f"每天最多 {model.A_DAY['site']} 次" in text
    assert f"{model.CONTACT_DAYS} 天后自动删除" in text and f"{model.DUE_DAYS} 日内" in text
    assert store.COUNTER_DAYS == 2 and "两天后删除" in text


@pytest.mark.parametrize("page", ENGLISH, ids=lambda page: page.name)
def test_in_english_chinese_stands_only_where_it_is_marked_as_chinese(page: Path) -> None:
    html = page.read_text(encoding="utf-8")
    assert '<html lang="en">' in html and "model standard" in html and "invented" in html
    bare = re.sub(r'<(\w+)[^>]*lang="zh-CN"[^>]*>.*?</\1>', "", html, flags=re.DOTALL)
    assert re.findall(r"[\u3400-\u9fff]+", bare) == []


def test_every_page_says_that_the_method_is_a_model_and_the_data_are_invented() -> None:
    for page in PAGES:
        html = page.read_text(encoding="utf-8")
        assert "示范标准" in html and "虚构" in html


def test_robots_are_kept_away_from_plates_and_the_api() -> None:
    lines = (WEB / "robots.txt").read_text(encoding="utf-8").splitlines()
    assert {"Disallow: /C/", "Disallow: /api/"} <= set(lines)


def test_head_and_navigation_stand_in_one_template() -> None:
    """Whoever adds a room or changes a mark changes it on every page, also on the one that says that nothing is published yet."""
    templates = {path.name: path.read_text(encoding="utf-8") for path in (ROOT / "infra/portal_pages").glob("*.html")}
    assert [name for name, text in templates.items() if re.search(r"<(head|nav|footer)\b", text)] == ["frame.html"]
    page, front = unpublished(load_district("demo"), "map").decode(), render_portal()["index.html"]
    navigation = re.compile(r"<nav .*?</nav>", re.DOTALL)
    assert navigation.search(page)[0] == navigation.search(front)[0] and 'content="noindex"' in page and "aria-current" not in page
