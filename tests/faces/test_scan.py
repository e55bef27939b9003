"""GET /C/{token}: a genuine plate shows its card, anything else is refused before a read; and what the page says."""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import re
import subprocess
import sys
from datetime import date
from html.parser import HTMLParser
from xml.etree import ElementTree

import pytest

from chalicelib import labels
from chalicelib.code import page, scan
from chalicelib.code.token import parse_keys, sign
from chalicelib.config import read_settings
from chalicelib.errors import Unavailable

SECRET = "00112233445566778899aabbccddeeff"
SETTINGS = read_settings({"PLATE_KEYS": f"1:{SECRET}", "TODAY": "2020-07-01"})
RING = parse_keys(SETTINGS.plate_keys)
SITE = "3MAPZ0XKQ7WCV5TG"
CARD = {
    "schema": 1,
    "site_id": SITE,
    "name": "示例杭州良渚精密机械有限公司",
    "uscc": "91330110MA0000015C",
    "township": "330110010",
    "state": "operating",
    "grade": "yellow",
    "on": "2020-06-30",
    "review_on": "2020-08-14",
    "rule_set": {"id": "model-2020", "version": "1", "title": "示范标准", "hash": "sha256:ab"},
    "axes": {"P": "96.0", "E": "91.5", "W": None, "B": "93.2", "M": "97.6", "H": "90.0"},
    "flags": ["appeal", "self_assessed"],
    "vetoes": 0,
    "caps": 2,
    "open_hazards": 3,
    "last_inspection_on": "2020-05-12",
    "last_self_check_on": "2020-06-20",
    "evidence_on": "2020-05-12",
    "coverage": "96.5",
    "plate": {"issue": 2, "revoked": []},
}


def reader(card: dict | None = CARD, issue: int = 2):
    return lambda site_id: scan.CardItem(issue, card) if card and site_id == SITE else None


def no_read(site_id: str):
    raise AssertionError("a refused token must not cause a read")


def get(token: str, read=None, *, ending: str = "", headers: dict | None = None, method: str = "GET") -> dict:
    event = {"httpMethod": method, "path": f"/api/C/{token}{ending}", "headers": headers, "requestContext": {"requestId": "r-1"}}
    return scan.respond(event, SETTINGS, read or reader())


def shown(**changes: object) -> str:
    answer = get(sign(SITE, 2, RING), reader({**CARD, **changes}))
    assert answer["statusCode"] == 200
    return answer["body"]


class Text(HTMLParser):
    """The page as it is read aloud: text without markup, style and drawings."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.parts: list[str] = []
        self.silent = 0
        self.feed(html)
        self.text = " ".join(" ".join(self.parts).split())

    def handle_starttag(self, tag: str, attrs: list) -> None:
        self.silent += tag in ("style", "svg", "script")

    def handle_endtag(self, tag: str) -> None:
        self.silent -= tag in ("style", "svg", "script")

    def handle_data(self, data: str) -> None:
        if not self.silent:
            self.parts.append(data)


# ── Genuine, forged, replaced 真伪与换发 ──────────────────────────────────────────────────────────────────────────────
def test_a_genuine_plate_shows_its_site() -> None:
    text = Text(shown()).text
    for part in ("示例杭州良渚精密机械有限公司", "91330110MA0000015C", "良渚街道", "黄码", "2020-06-30", "2020-08-14", "96.5%"):
        assert part in text


def test_staff_go_on_to_the_desk_where_the_scan_is_written_down() -> None:
    """The page itself is the same for everybody and knows nobody."""
    token = sign(SITE, 2, RING)
    assert f'href="/desk/#/scan/{token}"' in get(token)["body"]
    assert "工作人员入口" in Text(shown()).text


@pytest.mark.parametrize(
    "token",
    [
        "",
        "x",
        SITE,
        sign(SITE, 2, RING)[:-1],
        sign(SITE, 2, parse_keys("1:" + "ab" * 16)),
        sign(SITE, 2, parse_keys(f"T:{SECRET}")),
        "../cards",
    ],
)
@pytest.mark.parametrize("ending", ["", ".json"])
def test_a_mistyped_or_forged_plate_is_refused_without_a_read(token: str, ending: str) -> None:
    answer = get(token, no_read, ending=ending)
    assert answer["statusCode"] == 404
    assert "不是有效的安全码" in answer["body"]
    assert ("拨打 12350 或 12345" in answer["body"]) == (not ending), "whom to call is said to people, by their district's page"


def test_every_single_changed_character_is_refused_without_a_read() -> None:
    token = sign(SITE, 2, RING)
    for at, character in enumerate(token):
        other = "A" if character != "A" else "B"
        assert get(token[:at] + other + token[at + 1 :], no_read)["statusCode"] == 404


def test_a_token_typed_in_lower_case_is_the_same_token() -> None:
    assert get(sign(SITE, 2, RING).lower())["statusCode"] == 200


def test_what_looks_like_a_character_of_the_token_is_read_as_meant() -> None:
    token = sign(SITE, 2, RING)
    assert {"0", "1"} & set(token)
    assert get(token.lower().replace("0", "o").replace("1", "l"))["statusCode"] == 200


def test_a_genuine_plate_of_a_site_without_a_card_is_not_found() -> None:
    answer = get(sign("0000000000000000", 1, RING))
    assert answer["statusCode"] == 404
    assert "没有找到" in answer["body"]


@pytest.mark.parametrize(("issue", "status"), [(1, 410), (2, 200)])
def test_an_issue_older_than_the_card_s_is_withdrawn(issue: int, status: int) -> None:
    answer = get(sign(SITE, issue, RING), reader(issue=2))
    assert answer["statusCode"] == status
    assert ("码牌已作废" in answer["body"]) is (status == 410)
    assert (CARD["name"] in answer["body"]) is (status == 200)


def test_a_revoked_issue_is_withdrawn_though_it_is_the_newest() -> None:
    revoked = {**CARD, "plate": {"issue": 2, "revoked": [2]}}
    assert get(sign(SITE, 2, RING), reader(revoked))["statusCode"] == 410


def test_while_the_table_cannot_be_read_the_visitor_is_asked_to_try_again() -> None:
    def broken(site_id: str):
        raise Unavailable("down")

    answer = get(sign(SITE, 2, RING), broken)
    assert answer["statusCode"] == 503
    assert "请稍后再试" in answer["body"]


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS"])
def test_a_plate_is_only_read(method: str) -> None:
    answer = get(sign(SITE, 2, RING), no_read, method=method)
    assert (answer["statusCode"], answer["headers"]["Allow"]) == (405, "GET, HEAD")


# ── Headers 响应头 ──────────────────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("token", [sign(SITE, 2, RING), sign(SITE, 1, RING), "x"])
@pytest.mark.parametrize("ending", ["", ".json"])
def test_every_answer_carries_the_security_headers(token: str, ending: str) -> None:
    answer = get(token, ending=ending)
    headers = answer["headers"]
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert "noindex" in headers["X-Robots-Tag"]
    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy and "frame-ancestors 'none'" in policy and "unsafe" not in policy
    longest = re.search(r"max-age=(\d+)", headers["Cache-Control"])
    assert int(longest.group(1)) <= 60 if answer["statusCode"] == 200 else headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("token", [sign(SITE, 2, RING), "x"])
def test_the_policy_admits_the_page_s_one_style_by_its_hash_and_nothing_else_is_inline(token: str) -> None:
    answer = get(token)
    styles = re.findall(r"<style>(.*?)</style>", answer["body"], re.DOTALL)
    assert len(styles) == 1
    digest = base64.b64encode(hashlib.sha256(styles[0].encode()).digest()).decode()
    assert f"style-src 'sha256-{digest}'" in answer["headers"]["Content-Security-Policy"]
    assert not re.search(r"<script|\sstyle=|\son\w+=|javascript:", answer["body"])


def test_the_same_page_is_answered_304_and_another_is_not() -> None:
    token = sign(SITE, 2, RING)
    first = get(token)
    tag = first["headers"]["ETag"]
    again = get(token, headers={"if-none-match": f'"other", W/{tag}'})
    assert (again["statusCode"], again["body"], again["headers"]["ETag"]) == (304, "", tag)
    changed = get(token, reader({**CARD, "grade": "red"}), headers={"If-None-Match": tag})
    assert changed["statusCode"] == 200 and changed["headers"]["ETag"] != tag


def test_head_has_the_headers_of_get_and_no_body() -> None:
    token = sign(SITE, 2, RING)
    head = get(token, method="HEAD")
    assert head["body"] == "" and head["headers"] == get(token)["headers"]


# ── The page 页面 ───────────────────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("grade", ["red", "orange", "yellow", "blue", "none"])
def test_a_grade_is_shown_by_word_shape_colour_and_pattern(grade: str) -> None:
    html = shown(grade=grade)
    panel = re.search(r'<section class="plate.*?</section>', html, re.DOTALL).group()
    assert f"g-{grade}" in panel and f'aria-label="安全等级：{labels.GRADE[grade]}"' in panel
    assert f'<p class="big">{labels.GRADE[grade]}</p>' in panel
    assert "<path d=" in panel or "<rect" in panel or "<circle" in panel
    assert '<pattern id="k"' in panel


def test_the_five_grades_have_five_shapes() -> None:
    shapes = {re.search(r'<div class="word"><svg.*?</svg>', shown(grade=grade), re.DOTALL).group() for grade in labels.GRADE}
    assert len(shapes) == 5


@pytest.mark.parametrize(
    ("evidence_on", "freshness", "says"),
    [
        ("2020-01-03", "fresh", "180"),
        ("2020-01-02", "old", "超过 180 天"),
        ("2019-07-02", "old", "365"),
        ("2019-07-01", "very-old", "超过一年"),
        (None, "unknown", "尚无检查人员或专家"),
    ],
)
def test_evidence_is_hatched_after_180_days_and_doubly_after_365(evidence_on: str | None, freshness: str, says: str) -> None:
    html = shown(evidence_on=evidence_on)
    assert f'class="age {freshness}"' in html
    assert says in Text(html).text


@pytest.mark.parametrize(("review_on", "stale"), [("2020-07-02", False), ("2020-07-01", True), ("2020-06-15", True), (None, False)])
def test_a_card_whose_review_day_has_come_is_marked(review_on: str | None, stale: bool) -> None:
    html = shown(review_on=review_on)
    assert ("待更新" in Text(html).text) is stale
    assert page.Scan({**CARD, "review_on": review_on}, date(2020, 7, 1)).out_of_date is stale


@pytest.mark.parametrize(
    ("state", "says"), [("closed", "已注销"), ("suspended", "已停产"), ("moved_out", "已迁出"), ("operating", "尚未完成评定")]
)
def test_without_a_colour_the_page_says_why(state: str, says: str) -> None:
    text = Text(shown(grade="none", state=state, coverage=None)).text
    assert "未赋码" in text and says in text
    assert "六维安全画像" not in text
    assert "自评" not in text and "申诉中" in text


@pytest.mark.parametrize(
    ("grade", "state", "review_on", "says"),
    [
        ("yellow", "operating", "2020-08-14", "下次评定不晚于 2020-08-14"),
        ("yellow", "operating", None, "下次评定不晚于 随事件更新"),
        ("none", "operating", "2020-08-14", "下次评定不晚于 待完成评定"),
        ("none", "suspended", "2020-08-14", "下次评定不晚于 复产后评定"),
        ("none", "closed", "2020-08-14", "下次评定不晚于 不再评定"),
    ],
)
def test_no_assessment_is_announced_that_will_not_come(grade: str, state: str, review_on: str | None, says: str) -> None:
    assert says in Text(shown(grade=grade, state=state, review_on=review_on)).text


@pytest.mark.parametrize(("grade", "vetoes", "says"), [("red", 1, True), ("red", 0, False), ("orange", 0, False)])
def test_a_veto_that_made_the_colour_red_is_said_beside_it(grade: str, vetoes: int, says: bool) -> None:
    assert ("1 项一票否决情形，不论得分直接评为红码" in Text(shown(grade=grade, vetoes=vetoes)).text) is says


def test_words_that_only_the_trade_knows_are_explained_where_they_stand() -> None:
    text = Text(shown()).text
    assert "依据覆盖率：应评分值中" in text and "限级情形使颜色不优于" in text
    assert "限级情形使" not in Text(shown(caps=0)).text


def test_flags_are_shown_with_their_meaning_and_an_unknown_one_is_not_dropped() -> None:
    text = Text(shown(flags=["appeal", "assessment_expired", "self_assessed", "novel_flag"])).text
    for part in ("申诉中", "评定已过期", "自评", "novel_flag"):
        assert part in text


def test_the_page_says_what_the_colour_does_not_mean_and_where_to_report() -> None:
    html = shown()
    text = Text(html).text
    for part in ("颜色不代表什么", "不是许可", "示范标准", "安全生产举报"):
        assert part in text
    assert 'href="tel:12350"' in html and 'href="tel:12345"' in html


def test_the_radar_is_drawn_and_its_numbers_stand_in_a_table_with_the_gap_named() -> None:
    html = shown()
    rows = dict(re.findall(r'<th scope="row">(.*?)</th><td class="n">(.*?)</td>', html))
    assert rows == {
        "生产工艺": "96.0",
        "设备设施": "91.5",
        "作业环境": "不适用",
        "人员行为": "93.2",
        "管理体系": "97.6",
        "隐患治理与应急": "90.0",
    }
    assert re.search(r'<div class="radar"><svg', html)


def test_a_card_that_knows_no_axes_is_shown_without_them() -> None:
    bare = {name: value for name, value in CARD.items() if name != "axes"}
    page = get(sign(SITE, 2, RING), reader(bare))
    assert page["statusCode"] == 200 and "<svg" in page["body"] and "六维安全画像" not in page["body"]


def test_what_an_enterprise_calls_itself_cannot_become_markup() -> None:
    html = shown(name='<script>alert("x")</script>&')
    assert "<script" not in html and "&lt;script&gt;" in html


def test_the_page_is_one_request_of_at_most_14_kilobytes() -> None:
    reply = {"on": "2020-06-25", "text": "".join(chr(0x4E00 + 37 * at % 20000) for at in range(500))}
    html = shown(**FULL, reply=reply)
    assert len(gzip.compress(html.encode())) <= 14 * 1024
    assert not re.search(r'<(img|script|iframe|link rel="stylesheet")|@import|url\(h|src="', html)
    assert '<html lang="zh-CN">' in html and "@media print" in html


TREND = [
    {"on": f"20{19 + (month > 12)}-{(month - 1) % 12 + 1:02d}-28", "grade": grade}
    for month, grade in zip(range(7, 19), [None, None, "none", "red", "red", "orange", "orange", "yellow", "yellow", "blue", "yellow", "blue"], strict=True)
]
APPEAL = {
    "filed_on": "2020-06-24", "stage": "township", "days": [
        "2020-06-28", "2020-06-29", "2020-06-30", "2020-07-01", "2020-07-02", "2020-07-03", "2020-07-06", "2020-07-07"
    ],
}  # fmt: skip


def test_the_trend_names_every_month_end_and_today_and_its_bars_are_told_apart_without_colour() -> None:
    html = shown(trend=TREND)
    bars = re.findall(r'<li class="t-(\w+)"><span class="bar[^"]*"><b aria-hidden="true">(.*?)</b></span><span class="vh">(.*?)</span>', html)
    assert [bar[0] for bar in bars] == [*(point["grade"] or "gone" for point in TREND), "yellow"]
    assert bars[0] == ("gone", "", "2019-07-28 未入库") and bars[2] == ("none", "灰", "2019-09-28 未赋码")
    assert bars[-2:] == [("blue", "蓝", "2020-06-28 蓝码"), ("yellow", "黄", "2020-06-30 黄码")]


def test_a_site_that_was_not_registered_for_a_month_end_has_no_trend() -> None:
    assert 'class="trend"' not in shown(trend=[{**point, "grade": None} for point in TREND])


@pytest.mark.parametrize(
    ("days", "says"),
    [
        (APPEAL["days"], "第 4/8 个工作日"),
        (["2020-07-02", *APPEAL["days"][5:]], "自下一个工作日起算"),
        (["2020-06-01", "2020-06-30"], "已超过 2 个工作日的期限"),
        (["2020-06-30", "2020-07-01"], "第 2/2 个工作日"),
        ([], "期限待节假日安排公布"),
    ],
)
def test_a_contested_grade_shows_its_clock_on_the_panel_and_with_its_reasons(days: list, says: str) -> None:
    html = shown(appeal={**APPEAL, "days": days}, flags=["appeal"])
    panel = re.search(r'<section class="plate.*?</section>', html, re.DOTALL).group()
    assert says in panel and "对评定有异议" in panel
    text = Text(html).text
    assert "2020-06-24 提出申诉，待镇街提出意见" in text and "颜色不变" in text
    assert "申诉中" not in text, "said once, by its clock"


def test_the_enterprise_s_reply_stands_beside_the_grade_as_its_own_words_and_as_text() -> None:
    html = shown(reply={"on": "2020-06-25", "text": "<b>已整改</b>"})
    assert "企业自己的说法" in Text(html).text and "&lt;b&gt;已整改" in html and "<b>已整改" not in html


# ── English, large type, badge 英文、大字、徽标 ───────────────────────────────────────────────────────────────────────
CHINESE = re.compile(r"[\u3400-\u9fff]+")
FULL = {"trend": TREND, "appeal": APPEAL, "evidence_on": "2019-01-01", "review_on": "2020-06-01", "flags": list(page.FLAG)}


@pytest.mark.parametrize("grade", list(labels.GRADE))
@pytest.mark.parametrize("state", list(labels.STATE))
def test_in_english_only_registered_names_and_the_way_to_chinese_are_chinese(grade: str, state: str) -> None:
    answer = get(sign(SITE, 2, RING), reader({**CARD, **FULL, "grade": grade, "state": state, "vetoes": 1}), ending=".en")
    html = answer["body"]
    assert answer["statusCode"] == 200 and '<html lang="en"' in html
    named = html.replace(CARD["name"], "").replace("(良渚街道)", "").replace(">中文</a>", "></a>")
    body = re.sub(r"<style>.*?</style>", "", named, flags=re.DOTALL)
    assert CHINESE.findall(body) == []


def test_every_form_of_the_page_leads_to_the_others_and_to_its_twin_and_badge() -> None:
    token = sign(SITE, 2, RING)
    links = {ending: set(re.findall(r'href="(/C/[^"]+)"', get(token, ending=ending)["body"])) for ending in ("", ".en", ".large", ".en.large")}
    assert links == {
        "": {f"/C/{token}{way}" for way in (".en", ".large", ".json", ".svg")},
        ".en": {f"/C/{token}{way}" for way in ("", ".en.large", ".json", ".en.svg")},
        ".large": {f"/C/{token}{way}" for way in (".en.large", "", ".json", ".svg")},
        ".en.large": {f"/C/{token}{way}" for way in (".large", ".en", ".json", ".en.svg")},
    }
    for way in {way for ways in links.values() for way in ways}:
        assert get(token, ending=way.removeprefix(f"/C/{token}"))["statusCode"] == 200, way


def test_large_type_is_half_as_large_again() -> None:
    html = get(sign(SITE, 2, RING), ending=".large")["body"]
    assert '<html lang="zh-CN" class="large">' in html and "html.large{font-size:150%}" in html


@pytest.mark.parametrize("grade", list(labels.GRADE))
def test_the_badge_is_a_picture_with_word_shape_and_day_that_lives_as_long_as_the_page(grade: str) -> None:
    answer = get(sign(SITE, 2, RING), reader({**CARD, "grade": grade, "name": '<&">'}), ending=".svg")
    assert answer["headers"]["Content-Type"].startswith("image/svg+xml") and "max-age=60" in answer["headers"]["Cache-Control"]
    drawn = ElementTree.fromstring(answer["body"])
    assert {labels.GRADE[grade], "2020-06-30"} <= set(drawn.itertext()) and "style" not in answer["body"]
    assert f"<&\"> {labels.GRADE[grade]}" in next(drawn.itertext(), "") + "".join(drawn.itertext())


def test_a_badge_of_an_old_card_or_of_a_replaced_plate_shows_no_colour() -> None:
    due = get(sign(SITE, 2, RING), reader({**CARD, "review_on": "2020-06-01"}), ending=".svg")
    assert "待更新" in due["body"] and "黄码" not in due["body"] and "#FFD43B" not in due["body"]
    gone = get(sign(SITE, 1, RING), ending=".svg")
    assert gone["statusCode"] == 410 and "码牌已作废" in gone["body"] and "#FFD43B" not in gone["body"]
    assert gone["headers"]["Content-Type"].startswith("image/svg+xml")


# ── Report 反映 ─────────────────────────────────────────────────────────────────────────────────────────────────────
def test_a_report_is_posted_without_a_script_and_the_policy_admits_that_one_form() -> None:
    token = sign(SITE, 2, RING)
    answer = get(token)
    assert re.findall(r'<form method="post" action="([^"]+)"', answer["body"]) == ["/api/reports", "/api/receipts"]
    assert f'name="plate" value="{token}"' in answer["body"] and "form-action 'self'" in answer["headers"]["Content-Security-Policy"]
    assert "form-action 'none'" in get("x")["headers"]["Content-Security-Policy"]
    assert "凭回执编号可随时删除" in Text(answer["body"]).text


def contrast(one: str, other: str) -> float:
    """WCAG 2.1 contrast ratio of two ``#RRGGBB`` colours."""

    def luminance(colour: str) -> float:
        parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
        red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def test_text_on_every_panel_and_on_the_flags_has_a_contrast_of_4_5() -> None:
    style = re.search(r"<style>(.*?)</style>", shown(), re.DOTALL).group(1)
    colours = dict(re.findall(r"--([a-z-]+):(#[0-9A-Fa-f]{6})", style))
    for grade in labels.GRADE:
        assert contrast(colours[grade], colours[f"{grade}-ink"]) >= 4.5
    for ground in ("#ffffff", "#f3f5f7", "#dfe5ea"):
        assert contrast(colours["soft"], ground) >= 4.5
    assert contrast(colours["ink"], "#fff6dc") >= 4.5


# ── JSON twin, storage, cold start ──────────────────────────────────────────────────────────────────────────────────
def test_the_json_twin_says_the_same_as_the_page() -> None:
    answer = get(sign(SITE, 2, RING), ending=".json")
    twin = json.loads(answer["body"])
    assert answer["headers"]["Content-Type"].startswith("application/json")
    assert {name: twin[name] for name in CARD} == CARD
    assert (twin["grade_word"], twin["shown_on"], twin["out_of_date"]) == ("黄码", "2020-07-01", False)
    assert (twin["evidence_age_days"], twin["freshness"]) == (50, "fresh")


def test_a_refusal_of_the_twin_is_a_problem_document() -> None:
    answer = get("x", no_read, ending=".json")
    problem = json.loads(answer["body"])
    assert answer["headers"]["Content-Type"].startswith("application/problem+json")
    assert (problem["type"], problem["status"]) == ("urn:safety-code:plate-not-genuine", 404)


def test_an_item_is_read_in_the_table_s_own_notation_with_or_without_an_issue() -> None:
    doc = {"S": json.dumps(CARD)}
    assert scan.card_item({"doc": doc, "issue": {"N": "7"}}) == scan.CardItem(7, CARD)
    assert scan.card_item({"doc": doc}) == scan.CardItem(0, CARD)


def test_a_plate_that_was_never_recorded_as_issued_is_genuine_until_another_is() -> None:
    assert get(sign(SITE, 1, RING), reader({**CARD, "plate": {"issue": None, "revoked": []}}, issue=0))["statusCode"] == 200


COLD = """
import sys, os
os.environ["PLATE_KEYS"] = "1:{secret}"
import app
from chalicelib.code import scan
from chalicelib.config import settings
answer = scan.respond({{"httpMethod": "GET", "path": "/C/{token}"}}, settings(), lambda site: scan.CardItem(1, {card!r}))
assert answer["statusCode"] == 200, answer
heavy = ("numpy", "PIL", "qrcode", "pynamodb", "openpyxl", "scipy", "cryptography", "boto3", "botocore", "fastjsonschema")
print(",".join(name for name in heavy if name in sys.modules))
"""


def test_a_scan_loads_nothing_heavy_in_a_fresh_interpreter() -> None:
    program = COLD.format(secret=SECRET, token=sign(SITE, 2, RING), card=CARD)
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""
