"""The index pages as people get them: words beside colours, reasons beside points, no name in public, light and complete."""

from __future__ import annotations

import copy
import csv
import gzip
import io
import json
import re
from fractions import Fraction
from html.parser import HTMLParser
from pathlib import Path

import orjson
import pytest

from chalicelib.index import rules as methods
from chalicelib.index.document import read_input
from chalicelib.index.difference import difference
from chalicelib.index.draw import middle_of, radar
from chalicelib.index.edition import changes_view
from chalicelib.index.firm import percent_words, places_change, places_words, signed_fraction, signed_points
from chalicelib.index.pages import Cover, render_release
from chalicelib.index.present import change_words, counted_words, month_words
from chalicelib.index.result import result_document
from chalicelib.index.score import score
from chalicelib.publish.release import MANIFEST
from chalicelib.publish.seal import SEAL
from chalicelib.register.district import load_district

FOLDER = Path(methods.__file__).parent
RULES = methods.load_rules(methods.MODEL_2020)
DISTRICT = load_district("demo")
BASE = "/index/2020-06/r1/"
EXAMPLE = json.loads((FOLDER / "input.example.json").read_text(encoding="utf-8"))
CASE = "7G3K2M9QX4ZT8WAB"
LABELS = {"330110001": {CASE: "杭州示例机械厂"}, "330110002": {}}
PLACES = {"330110001": {"KJ3M2P-7G3K2M9QX4ZT8WABCD": CASE}}


def month(document: dict, previous: dict | None = None) -> dict:
    name, townships = read_input(document, RULES)
    return result_document(name, score(name, townships, RULES), RULES, previous)


def district_document() -> dict:
    """Twenty townships from the two of the example."""
    document = copy.deepcopy(EXAMPLE)
    document["townships"] = [
        {**copy.deepcopy(EXAMPLE["townships"][number % 2]), "code": township.code, "name": township.name, "sites": 40 * number}
        for number, township in enumerate(DISTRICT.townships)
    ]
    document["townships"][1]["sub_items"]["FX4"] = {"numerator": 1, "denominator": 9, "cases": ["OTHER"], "case_count": 1}
    document["townships"][5]["sub_items"]["SG2"] = {"numerator": 1}
    for code in list(document["townships"][7]["sub_items"])[:30]:
        document["townships"][7]["sub_items"][code] = {"no_value": "no_data"}
    return document


@pytest.fixture(scope="module")
def release() -> dict:
    may = copy.deepcopy(district_document())
    may["month"] = "2020-05"
    for row in may["townships"]:
        row["sub_items"]["CX3"] = {"numerator": 1, "denominator": 2}
    result = month(district_document(), month(may))
    return render_release(result, LABELS, DISTRICT, RULES, Cover(BASE), PLACES)


def text(body: bytes) -> str:
    return re.sub(r"<[^>]+>", "", body.decode("utf-8"))


VOID = frozenset(("meta", "link", "br", "wbr", "img", "input", "hr", "path", "rect", "circle", "line"))


class Tags(HTMLParser):
    """Balanced tags, and every link."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.links: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.links += [value or "" for name, value in attrs if name in ("href", "src")]
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            assert self.open and self.open.pop() == tag, f"</{tag}> closes nothing"


def pages(release: dict) -> dict[str, bytes]:
    return {path: body for path, body in release["public"].items() if path.endswith(".html")}


def test_every_township_has_its_page_and_twin(release: dict) -> None:
    for township in DISTRICT.townships:
        assert {f"townships/{township.code}.html", f"townships/{township.code}.json"} <= set(release["public"])
        assert set(release["staff"][township.code]) == {"index.html", "index.json"}
    assert {"index.html", "index.json", "index.csv", "method.html"} <= set(release["public"])


def test_the_page_of_differences_speaks_the_words_of_the_method() -> None:
    older = district_document()
    older["townships"][0]["sub_items"] |= {"ZR7": {"numerator": "189/20", "denominator": 10}, "ZR1": {"no_value": "not_reported"}, "CX2": {"level": "provincial"}}
    newer = copy.deepcopy(older)
    newer["townships"][0]["sub_items"] |= {"ZR7": {"numerator": "39/4", "denominator": 10}, "ZR1": {"numerator": 2, "denominator": 1}, "CX2": {"level": "national"}}
    view = changes_view(difference(month(older), month(newer)), 1, DISTRICT, RULES)
    row = next(each for each in view["rows"] if each["name"] == older["townships"][0]["name"])
    assert {code: (before, after) for code, _, before, after in row["items"]} == {
        "ZR1": ("未按期报送或未复核，计 0 分，得 0.00 分", "本月研究次数 2 / 应开次数 1 次，超额，按满分计，得 3.00 分"),
        "ZR7": ("信息完整率 平均 94.5%（10 家），得 1.89 分", "信息完整率 平均 97.5%（10 家），得 1.95 分"),
        "CX2": ("省级，得 0.60 分", "国家级，得 1.00 分"),
    }


def test_the_legend_explains_every_column_of_the_table(release: dict) -> None:
    named, shown = (list(csv.reader(io.StringIO(release["public"][name].decode("utf-8-sig")))) for name in ("legend.csv", "index.csv"))
    items = [item for indicator in RULES.indicators for item in (indicator, *indicator.sub_items)]
    assert shown[0][:18] == [row[1] for row in named[1:19]]
    assert sorted(shown[0][18:]) == sorted(f"{item.code} {item.title}" for item in items)
    assert [(row[0], row[1]) for row in named[19:]] == [(item.code, item.title) for item in items]
    assert not [row for row in named if "（）" in row[3] or not row[3]]


def test_staff_learn_at_which_site_a_case_happened_and_the_public_does_not(release: dict) -> None:
    own, all_of_them = (orjson.loads(release["staff"][scope]["index.json"]) for scope in ("330110001", "district"))
    assert own["places"] == PLACES and all_of_them["places"]["330110001"] == PLACES["330110001"]
    assert not [path for path, body in release["public"].items() if CASE.encode() in body]


def test_pages_are_well_formed_light_and_need_no_script(release: dict) -> None:
    for path, body in pages(release).items():
        parser = Tags()
        parser.feed(body.decode("utf-8"))
        assert parser.open == [], path
        assert len(gzip.compress(body)) <= 40_000, path
        assert b"<script" not in body and b'lang="zh-CN"' in body
        assert all(link.startswith(("/", "#", "data:")) for link in parser.links), path


def test_public_links_into_the_release_exist(release: dict) -> None:
    for path, body in pages(release).items():
        parser = Tags()
        parser.feed(body.decode("utf-8"))
        there = {*release["public"], MANIFEST, *SEAL}
        missing = [link for link in parser.links if link.startswith(BASE) and link.removeprefix(BASE) not in there]
        assert missing == [], path


def test_a_colour_is_never_alone(release: dict) -> None:
    front = release["public"]["index.html"].decode("utf-8")
    badges = re.findall(r'<span class="grade g-(\w+)">(.*?)</span>', front, re.DOTALL)
    published = json.loads(release["public"]["index.json"])["townships"]
    assert {code for code, _ in badges} == {row["colour"] for row in published} == {"red", "orange", "blue", "none"}
    assert all("<svg" in inner and re.sub(r"<[^>]+>", "", inner).strip() for _, inner in badges)


def test_the_front_page_says_what_limits_a_colour_and_what_is_not_ranked(release: dict) -> None:
    words = text(release["public"]["index.html"])
    assert "本月发生较大及以上事故，指数颜色为红色" in words and "数据不足" in words
    assert "不是对任何一家企业的评价" in words and "示范标准" in words


def test_a_township_page_shows_every_lost_point_with_its_counts(release: dict) -> None:
    document = orjson.loads(release["public"]["townships/330110001.json"])
    words = text(release["public"]["townships/330110001.html"])
    row = document["townships"][0]
    assert row["index"] in words and row["raw"] in words and row["coefficient"] in words
    for entry in row["lost"]:
        assert f"−{entry['lost']}" in words
    assert "红码和橙码 18 / 已赋码企业 590 家" in words and "具体情形 18 件" in words


def test_the_kinds_of_no_value_are_told_apart(release: dict) -> None:
    words = text(release["public"]["townships/330110002.html"])
    assert "未按期报送或未复核，计 0 分" in words and "没有应计对象" in words and "沿用2020年5月得分率" in words


def test_names_and_case_ids_stand_in_the_staff_tree_only(release: dict) -> None:
    for path, body in release["public"].items():
        assert CASE.encode() not in body and "杭州示例机械厂".encode() not in body, path
    staff = release["staff"]["district"]["townships/330110001.html"].decode("utf-8")
    assert CASE in staff and "杭州示例机械厂" in staff
    own = release["staff"]["330110002"]
    assert CASE.encode() not in own["index.html"] and CASE.encode() not in own["index.json"], "another township's cases"


def test_each_rounding_line_of_a_township_says_what_was_rounded(release: dict) -> None:
    twin = {row["code"]: row for row in orjson.loads(release["public"]["index.json"])["townships"]}
    titles = {indicator.code: indicator.title for indicator in RULES.indicators}
    rounded = [(code, line["code"]) for code, row in twin.items() for line in row["ledger"] if line["kind"] == "rounding" and line["code"]]
    assert rounded
    for township, indicator in rounded:
        assert f"取整（{titles[indicator]}）" in text(release["public"][f"townships/{township}.html"])


def test_the_table_twin_has_a_line_per_township_and_all_45_sub_items(release: dict) -> None:
    rows = list(csv.DictReader(io.StringIO(release["public"]["index.csv"].decode("utf-8-sig"))))
    assert len(rows) == 20 and {f"{item.code} {item.title}" for item in RULES.sub_items} <= set(rows[0])
    twin = {row["code"]: row for row in orjson.loads(release["public"]["index.json"])["townships"]}
    assert [(row["指数"], row["名次"]) for row in rows] == [
        (twin[row["镇街代码"]]["index"] or "", str(twin[row["镇街代码"]]["rank"] or "")) for row in rows
    ]
    assert {row["颜色"] for row in rows} <= {"红", "橙", "黄", "蓝", "数据不足"}


def test_the_same_result_renders_the_same_bytes(release: dict) -> None:
    result = month(district_document())
    assert render_release(result, LABELS, DISTRICT, RULES, Cover(BASE)) == render_release(
        month(district_document()), LABELS, DISTRICT, RULES, Cover(BASE)
    )


def test_the_front_page_shows_how_firm_places_are_and_what_k_does(release: dict) -> None:
    page, result = release["public"]["index.html"].decode(), json.loads(release["public"]["index.json"])
    ranked = [row for row in result["townships"] if row["honest_rank"]]
    assert page.count('<td class="d"><svg class="iv"') == len(ranked) == 19
    groups = {row["honest_rank"]["group"] for row in ranked}
    assert page.count('scope="rowgroup"') == len(groups) > 1
    assert f"重排 {result['uncertainty']['runs']} 次" in text(release["public"]["index.html"])
    assert f"失败 {result['uncertainty']['failed']} 次" in page and result["uncertainty"]["seed"] in page
    moved = [row for row in ranked if row["without_coefficient"]["places_by_coefficient"]]
    assert f"{len(moved)} 个镇街的名次因系数 K 而不同" in page and moved


def test_a_township_page_says_why_it_moved_and_the_table_sums(release: dict) -> None:
    row = json.loads(release["public"]["townships/330110001.json"])["townships"][0]
    page = text(release["public"]["townships/330110001.html"])
    for part in row["change"]["parts"]:
        assert signed_points(part["index"]) in page and signed_fraction(part["rank"]) in page
    assert sum(Fraction(part["index"]) for part in row["change"]["parts"]) == Fraction(row["change"]["index"])
    assert "自身数据" in page and "其他镇街的变化" in page and "计算方法" in page
    assert "科技应用" in page.partition("得失最多的小项")[2], "CX3 moved"


def test_a_township_page_lists_the_cheapest_points_with_what_to_do(release: dict) -> None:
    row = json.loads(release["public"]["townships/330110001.json"])["townships"][0]
    page = text(release["public"]["townships/330110001.html"])
    items = {item.code: item for item in RULES.sub_items}
    assert f"最少办 {row['win_back_plan']['case_count']} 件事可以追回 {row['win_back_plan']['points']} 分" in page
    assert all(items[step["code"]].remedy in page and f"+{step['points']}" in page for step in row["win_back_plan"]["steps"])
    best = row["best_case"]
    assert all(weight in page for weight in best["weights"].values()) and f"指数 {best['index']}" in page


def test_what_cannot_be_won_back_is_named_apart(release: dict) -> None:
    assert "已经发生、无法追回：SG1" in text(release["public"]["townships/330110002.html"])


def test_a_township_without_a_rank_has_no_interval_but_its_points(release: dict) -> None:
    code = DISTRICT.townships[7].code
    page = release["public"][f"townships/{code}.html"].decode()
    assert "名次有多稳</h2>" not in page and "最省力的 5 分" in page


def test_exact_fractions_are_written_for_people() -> None:
    assert [signed_fraction(text) for text in ("0", "2", "-1/2", "-7/6")] == ["0", "+2", "−1/2", "−1 1/6"]
    assert [signed_points(text) for text in ("0", "111/20", "-1/20")] == ["0.00", "+5.55", "−0.05"]
    assert [places_words(pair) for pair in ([3, 3], [2, 5])] == ["3", "2–5"]
    assert [places_change(count) for count in (None, 0, 2, -1)] == ["—", "不变", "提前 2 名", "后移 1 名"]
    assert [percent_words(share) for share in ("0.973", "1.000", None)] == ["97.3%", "100.0%", "—"]


def test_the_method_page_lists_every_sub_item_with_its_basis(release: dict) -> None:
    words = text(release["public"]["method.html"])
    for item in RULES.sub_items:
        assert item.code in words and item.title in words
    assert RULES.hash in words and "800 及以上" in words and "500–799" in words


def test_a_wholly_inapplicable_indicator_is_a_gap() -> None:
    document = copy.deepcopy(EXAMPLE)
    for item in RULES.sub_items:
        if item.parent == "CX":
            document["townships"][0]["sub_items"][item.code] = {"no_value": "no_data"}
    result = month(document)
    row = next(row for row in result["townships"] if row["code"] == "330110001")
    assert row["indicators"][6]["points"] is None
    assert radar(row, middle_of(result["townships"])).count("<circle") == 6
    words = text(render_release(result, LABELS, DISTRICT, RULES, Cover(BASE))["public"]["townships/330110001.html"])
    assert "不适用" in words and "空项折算" in words


@pytest.mark.parametrize(
    ("given", "mark", "kind"), [("+0.3", "▲", "up"), ("-1.0", "▼", "down"), ("0.0", "", "same"), ("+0", "", "same"), (None, "", "none")]
)
def test_changes_have_a_mark_and_a_word(given: str | None, mark: str, kind: str) -> None:
    words = change_words(given)
    assert (words["mark"], words["kind"]) == (mark, kind) and words["word"]


def test_plan_words_show_what_was_due_by_this_month() -> None:
    items = {item.code: item for item in RULES.sub_items}
    entry = {"state": "value", "numerator": 4, "denominator": 9}
    assert counted_words(entry, items["ZX1"], "2020-06") == "本年已查 4 / 年度计划 9 次 × 6/12"
    assert counted_words(entry, items["JG3"], "2020-05") == "本季已查 4 / 上季末橙码 9 家 × 2/3"
    assert counted_words(entry, items["ZX1"], "2020-05") == "本年已查 4 / 年度计划 9 次 × 5/12，超额，按满分计"
    assert counted_words(entry, items["ZX1"], "2020-12").endswith("× 12/12") and counted_words(entry, items["JG4"], "2020-05") == "合格 4 / 抽查 9 份"


def test_words_of_months_and_counts() -> None:
    items = {item.code: item for item in RULES.sub_items}
    assert month_words("2020-06") == "2020年6月"
    assert (
        counted_words({"state": "value", "numerator": "17/2", "denominator": 10}, items["ZR7"], "2020-06")
        == "信息完整率 平均 85.0%（10 家）"
    )
    assert (
        counted_words({"state": "value", "numerator": 3, "denominator": 4, "condition": 2}, items["FX6"], "2020-06")
        == "按期销号 3 / 本月到期 4 条，月末逾期 2"
    )
    assert counted_words({"state": "value", "numerator": 1, "denominator": None}, items["SG1"], "2020-06") == "死亡人数 1 人"
    assert counted_words({"state": "value", "level": "provincial", "numerator": 0, "denominator": None}, items["CX2"], "2020-06") == "省级"
