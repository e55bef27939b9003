"""The monthly bulletin: complete, small, the same bytes twice, printed from the public result with a font of its own."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from functools import cache

import pypdfium2
import pytest
from reportlab import rl_config
from index_builders import RULES, random_district
from test_riskmap_boundaries import INVENTED

from chalicelib.index.bulletin import Issue, bulletin
from chalicelib.index.edition import edition_view
from chalicelib.index.pages import Cover, render_release
from chalicelib.index.result import public_document, result_document
from chalicelib.index.score import score
from chalicelib.index.trail import trail_of
from chalicelib.index.typeset import GETA, drawable, shortened, width_of, wrapped
from chalicelib.register.district import DISTRICTS, load_district

DISTRICT = load_district("demo")
CALENDAR = {"freeze_at": "2020-07-03T15:59:59.999Z", "provisional_on": "2020-07-03", "objections_until": "2020-07-08", "final_on": "2020-07-10"}


def month(name: str, seed: int, previous: dict | None, count: int = 20) -> dict:
    """A month of random townships of the demo district, as it is published."""
    codes = [township.code for township in DISTRICT.townships]
    townships = [
        replace(each, code=codes[number % 20], name=DISTRICT.townships[number % 20].name) for number, each in enumerate(random_district(seed, count))
    ]
    document = result_document(name, score(name, townships, RULES), RULES, previous, "demo")
    for row in document["townships"]:
        row["trail"] = trail_of(name, row, previous, 12)
    return {**document, "publication": {"status": "provisional", "on": "2020-07-03", **CALENDAR}, "without_sites": [], "late_facts": 3}


@cache
def may() -> dict:
    return month("2020-05", 7, None)


@cache
def june() -> dict:
    """Reckoned where it is first wanted, not wherever this file is read."""
    return month("2020-06", 8, may())


COVER = Cover("/index/2020-06/r2/", 2, 1, None, "sha256:" + "ab" * 32)


@pytest.fixture(scope="module")
def release() -> dict:
    return render_release(june(), {row["code"]: {} for row in june()["townships"]}, DISTRICT, RULES, COVER)


@pytest.fixture(scope="module")
def pages(release: dict) -> list[str]:
    return pages_of(release["public"]["bulletin.pdf"])


def pages_of(body: bytes) -> list[str]:
    document = pypdfium2.PdfDocument(body)
    return [document[number].get_textpage().get_text_bounded().replace("\r\n", "\n") for number in range(len(document))]


def issue(result: dict, **changed: object) -> Issue:
    return replace(Issue(public_document(result), DISTRICT, RULES, edition_view(result["publication"], 1, None), {"输入摘要": "sha256:00"}), **changed)


def test_it_is_a_few_pages_of_a4_and_small(release: dict) -> None:
    body = release["public"]["bulletin.pdf"]
    document = pypdfium2.PdfDocument(body)
    assert 2 <= len(document) <= 4 and len(body) <= 300_000
    assert [round(side) for side in document.get_page_size(0)] == [595, 842]


def test_the_same_month_is_the_same_bytes_and_tells_no_time_of_printing(release: dict) -> None:
    assert release["public"]["bulletin.pdf"] == render_release(june(), {row["code"]: {} for row in june()["townships"]}, DISTRICT, RULES, COVER)["public"]["bulletin.pdf"]
    assert release["public"]["bulletin.pdf"] == release["staff"]["district"]["bulletin.pdf"]
    assert b"D:20000101000000" in release["public"]["bulletin.pdf"]


@pytest.mark.parametrize("drawn_as_text", [0, 1])
def test_what_else_the_process_has_drawn_changes_no_byte(release: dict, monkeypatch: pytest.MonkeyPatch, drawn_as_text: int) -> None:
    monkeypatch.setattr(rl_config, "useA85", drawn_as_text)
    again = render_release(june(), {row["code"]: {} for row in june()["townships"]}, DISTRICT, RULES, COVER)["public"]["bulletin.pdf"]
    assert again == release["public"]["bulletin.pdf"]


def test_its_font_is_in_it(release: dict) -> None:
    body = release["public"]["bulletin.pdf"]
    assert body.count(b"/FontFile2") >= 1 and b"+NotoSansSC" in body


def test_the_title_says_district_month_state_and_edition(pages: list[str]) -> None:
    assert all(words in pages[0] for words in ("余杭示范区", "2020年6月", "公示稿", "第 2 版", "7月10日发布正式结果", "本版取代第 1 版"))


def test_every_township_has_its_line_with_index_and_colour_in_words(pages: list[str]) -> None:
    lines = pages[0].split("\n")
    for row in june()["townships"]:
        line = next(line for line in lines if row["name"] in line and (row["index"] or "—") in line)
        assert (DISTRICT.palette[row["colour"]].word if row["sufficient"] else "不足") in line


def test_it_says_what_moved_what_is_weak_what_follows_and_the_rules(pages: list[str]) -> None:
    whole = "".join(pages)
    for words in ("变化最大的镇街及原因", "七项指标，从弱到强", "失分最多的小项", "差异化监管", "名次有多稳", "怎样评定", "示范标准", "截止后补录 3 条"):
        assert words in whole, words
    assert all(indicator.title in whole for indicator in RULES.indicators)


def test_its_digests_are_those_of_the_release(release: dict, pages: list[str]) -> None:
    whole = "".join(pages)
    assert hashlib.sha256(release["public"]["index.json"]).hexdigest() in whole
    assert COVER.inputs in whole and RULES.hash in whole


@pytest.mark.parametrize(("status", "word"), [("provisional", "公示稿"), ("final", "正式"), ("revised", "修订")])
def test_each_state_is_named(status: str, word: str) -> None:
    result = {**june(), "publication": {**june()["publication"], "status": status}}
    assert word in pages_of(bulletin(issue(result)))[0]


def test_a_limited_colour_is_marked_and_explained() -> None:
    result = json.loads(json.dumps(june()))
    result["townships"][0]["overrides"] = [{"code": "fatal_accident", "title": "本月发生亡人事故", "sub_item": "SG1", "colour": "orange", "count": 1}]
    whole = "".join(pages_of(bulletin(issue(result))))
    assert f"{result['townships'][0]['name']}*" in whole and "颜色受限" in whole


def test_a_first_month_has_nothing_to_compare_with() -> None:
    whole = "".join(pages_of(bulletin(issue(may()))))
    assert "没有上月可比" in whole and "变化最大" not in whole


def test_many_townships_go_on_with_the_heads_of_the_table() -> None:
    result = {**june(), "townships": june()["townships"] * 4}
    pages = pages_of(bulletin(issue(result)))
    assert sum("原始分 × K" in page for page in pages) >= 2 and len(pages) >= 4


def test_with_borders_it_is_drawn_alike() -> None:
    assert pages_of(bulletin(issue(june(), district=replace(DISTRICT, boundaries=INVENTED))))[0].count("指数图") == 1


@pytest.mark.parametrize("district", sorted(folder.name for folder in DISTRICTS.iterdir() if (folder / "district.toml").exists()))
def test_the_font_has_every_character_of_every_district_and_of_the_method(district: str) -> None:
    found = load_district(district)
    words = found.name + found.notice + "".join(township.name + township.short for township in found.townships)
    words += "".join(item.title for item in RULES.sub_items) + "".join(rule.title + rule.text for rule in RULES.supervision)
    assert GETA not in drawable(words)


def test_a_character_that_the_font_lacks_leaves_no_hole() -> None:
    assert drawable("㙟街道") == f"{GETA}街道"


def test_lines_are_broken_to_the_width_and_keep_numbers_and_marks_together() -> None:
    lines = wrapped("指数取值为 98.76 分，其余各项依次列出，" * 4, 9, 60)
    assert "".join(line.replace(" ", "") for line in lines) == ("指数取值为98.76分，其余各项依次列出，" * 4)
    assert not any(line[0] in "，。" for line in lines) and all(width_of(line, 9) < 66 for line in lines)
    assert any("98.76" in line for line in lines)
    assert shortened("很长很长很长的名字", 9, 12).endswith("…") and shortened("短", 9, 12) == "短"
