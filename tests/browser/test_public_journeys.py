"""The passer-by's journeys in a real browser: scan, read, switch language and size, print, report, look up, erase; and axe-core on each page.

The handlers answer as they do behind the gateway; reports go into real tables. Journeys run without JavaScript.
"""

from __future__ import annotations

import io
import threading
from collections.abc import Iterator
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pypdfium2
import pytest
import zxingcpp
from accessibility import violations
from PIL import Image

from chalicelib import clock
from chalicelib.code import qr, scan
from chalicelib.code.token import parse_keys, plate_url, sign
from chalicelib.config import read_settings
from chalicelib.grading.regrade import Regrader
from chalicelib.publish.files import content_type
from chalicelib.register.district import load_district
from chalicelib.reports.views import handle
from chalicelib.supervision.store import EventLog
from tests.event_builders import SITE, busy_site, fact
from tests.faces.test_scan import CARD, FULL

KEYS = "1:00112233445566778899aabbccddeeff"
TOKEN = sign(SITE, 1, parse_keys(KEYS))
WEB = Path(__file__).resolve().parents[2] / "web"
DAY = date(2020, 7, 1)
PHONE, DESK = {"width": 360, "height": 740}, {"width": 1280, "height": 900}
# What a card may look like at its most and its least; every colour, old evidence, contested, vetoed.
FACES = {
    "blue": {"grade": "blue", "caps": 0, "flags": []},
    "yellow": {},
    "orange-contested": {**FULL, "grade": "orange", "review_on": "2020-08-01", "reply": {"on": "2020-06-25", "text": "已整改。"}},
    "red-vetoed": {"grade": "red", "vetoes": 2},
    "old": {"evidence_on": "2019-01-01", "review_on": "2020-06-01"},
    "none": {"grade": "none", "coverage": None, "evidence_on": None, "state": "suspended"},
}
# What stands on a page without a break must not push it out of its window.
SHOWN = {**FACES, "long-name": {"name": "<img onerror=alert(1)>" + "W" * 150 + "长" * 28, "reply": {"on": "2020-06-25", "text": "x" * 500}}}
AXE_RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"]


@pytest.fixture(scope="module")
def door(tables) -> Iterator[str]:
    """Pages, forms and plates under one address, as the CDN shows them. ``/<face>/C/…`` shows a made-up card."""
    tables.clear()
    EventLog(tables.prefix).append([*busy_site(), fact("appeal", "2020-06-24", source="self", text="异议")], clock.utc_now())
    Regrader(tables.prefix, load_district("demo")).regrade([SITE], DAY)
    settings = read_settings({"TABLE_PREFIX": tables.prefix, "PLATE_KEYS": KEYS, "TODAY": DAY.isoformat()})

    class Door(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            face, _, rest = self.path.lstrip("/").partition("/")
            event = {"httpMethod": "GET", "path": "/" + rest if face in SHOWN else self.path, "headers": dict(self.headers)}
            if face in SHOWN:
                self.tell(scan.respond(event, settings, lambda site_id: scan.CardItem(1, {**CARD, "trend": FULL["trend"], **SHOWN[face]})))
            elif face == "C":
                self.tell(scan.handle(event, settings))
            else:
                file = WEB / (self.path.lstrip("/") + ("index.html" if self.path.endswith("/") else ""))
                known = file.is_file()
                self.tell({"statusCode": 200 if known else 404, "headers": {"Content-Type": content_type(file.name)}, "body": file.read_text("utf-8") if known else ""})

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            self.tell(handle({"httpMethod": "POST", "path": self.path, "headers": dict(self.headers), "body": body}, settings))

        def tell(self, answer: dict) -> None:
            self.send_response(answer["statusCode"])
            for name, value in answer["headers"].items():
                if name != "Strict-Transport-Security":
                    self.send_header(name, value)
            self.end_headers()
            self.wfile.write(answer["body"].encode())

        def log_message(self, *_: object) -> None:
            """Tests do not talk."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Door)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()


@pytest.fixture
def phone(browser) -> Iterator[object]:
    context = browser.new_context(viewport=PHONE, java_script_enabled=False, locale="zh-CN")
    yield context.new_page()
    context.close()


# ── Journeys without JavaScript 无脚本走通 ──────────────────────────────────────────────────────────────────────────
def test_scan_switch_language_and_size_and_come_back(phone, door: str) -> None:
    requests = []
    phone.on("request", lambda request: requests.append(request.url))
    phone.goto(f"{door}/C/{TOKEN}")
    assert [url for url in requests if not url.startswith("data:")] == [f"{door}/C/{TOKEN}"], "one request"
    assert "蓝码" in phone.title() and phone.get_by_text("对评定有异议").first.is_visible()
    small = phone.locator(".big").bounding_box()["height"]
    phone.get_by_role("link", name="大字版").click()
    assert phone.locator(".big").bounding_box()["height"] > 1.3 * small
    phone.get_by_role("link", name="English").click()
    assert phone.url.endswith(".en.large") and phone.get_by_text("Working day").first.is_visible()
    phone.get_by_role("link", name="Normal type").click()
    phone.get_by_role("link", name="中文").click()
    assert phone.url == f"{door}/C/{TOKEN}"


def test_report_a_hazard_keep_the_receipt_look_it_up_and_erase_the_contact(phone, door: str) -> None:
    phone.goto(f"{door}/C/{TOKEN}")
    phone.get_by_text("在线反映隐患").click()
    phone.get_by_label("请写明地点和情况").fill("三号车间西门安全出口上锁")
    phone.get_by_label("联系方式").fill("13800000000")
    phone.get_by_role("button", name="提交").click()
    number = phone.locator(".number").inner_text()
    assert len(number) == 19 and phone.get_by_text("已收到").is_visible()
    phone.emulate_media(media="print")
    assert phone.locator(".number").is_visible() and not phone.get_by_role("button", name="再查一次").is_visible()
    phone.emulate_media(media="screen")
    phone.get_by_role("link", name="返回该场所的页面").click()
    phone.get_by_text("查询办理情况").click()
    phone.get_by_label("回执编号").fill(number.lower())
    phone.get_by_role("button", name="查询").click()
    phone.get_by_role("button", name="立即删除我的联系方式").click()
    assert phone.get_by_text("联系方式已删除").is_visible() and phone.locator(".number").inner_text() == number


def test_what_is_too_short_is_said_and_the_way_back_is_there(phone, door: str) -> None:
    phone.goto(f"{door}/C/{TOKEN}.en")
    phone.get_by_text("Report a hazard, or an error").click()
    phone.get_by_label("Where is it").fill("     a     ")
    phone.get_by_role("button", name="Send").click()
    assert phone.get_by_text("Nothing was kept").is_visible()
    phone.go_back()
    assert phone.url.endswith(".en")


def test_from_the_home_page_to_method_privacy_and_english(phone, door: str) -> None:
    phone.goto(f"{door}/")
    phone.get_by_role("navigation").get_by_role("link", name="隐私").click()
    phone.get_by_role("link", name="纠错与申诉").click()
    assert phone.url.endswith("/method.html#right")
    phone.get_by_role("link", name="English").click()
    assert phone.url.endswith("/en/method.html") and phone.get_by_role("heading", name="Vetoes: red at once").is_visible()


def test_a_forged_plate_shows_no_site(phone, door: str) -> None:
    answer = phone.goto(f"{door}/C/{TOKEN[:-1]}{'1' if TOKEN[-1] == '0' else '0'}")
    assert answer.status == 404 and phone.get_by_role("heading", name="不是有效的安全码").is_visible()


# ── Every page 每一页 ───────────────────────────────────────────────────────────────────────────────────────────────
PAGES = [
    *(f"{face}/C/{TOKEN}{form}" for face in FACES for form in ("", ".en")),
    f"long-name/C/{TOKEN}.large", f"orange-contested/C/{TOKEN}.large", f"orange-contested/C/{TOKEN}.en.large", "C/FORGED",
    "", "method.html", "privacy.html", "en/", "en/method.html", "en/privacy.html",
]  # fmt: skip


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.replace(TOKEN, "T") or "home")
def test_a_page_fits_both_widths_and_has_no_violation_of_axe(browser, door: str, path: str) -> None:
    page = browser.new_page(viewport=PHONE, bypass_csp=True, locale="zh-CN")
    page.goto(f"{door}/{path}")
    for window in (PHONE, DESK):
        page.set_viewport_size(window)
        assert page.evaluate("document.documentElement.scrollWidth") <= window["width"]
    page.evaluate("for (const fold of document.querySelectorAll('details')) fold.open = true")
    for window in (PHONE, DESK):
        page.set_viewport_size(window)
        faults = violations(page, runOnly=AXE_RULES)
        assert not faults, [(window["width"], found["id"], [node["html"][:160] for node in found["nodes"]][:3]) for found in faults]
    page.close()


@pytest.mark.parametrize("wide", ["p {color: #bbb}", "main {background: #666}", "i {left: 0}"], ids=["its own colour", "what is behind it", "what comes to lie behind it"])
def test_text_that_cannot_be_read_at_the_second_width_alone_is_found(browser, wide: str) -> None:
    page = browser.new_page(viewport=PHONE)
    style = f"p {{position: relative; z-index: 1}} i {{position: absolute; left: 3000px; top: 0; width: 900px; height: 600px; background: #666}} @media (min-width: 1000px) {{{wide}}}"
    page.set_content(f"<!doctype html><html lang=zh><title>t</title><style>{style}</style><main><h1>h</h1><i></i><p>text</p></main>")
    assert violations(page, runOnly=AXE_RULES) == []
    page.set_viewport_size(DESK)
    assert [fault["id"] for fault in violations(page, runOnly=AXE_RULES)] == ["color-contrast"]
    page.close()


@pytest.mark.parametrize("face", FACES)
def test_a_page_is_read_aloud_in_the_order_that_matters(browser, door: str, face: str) -> None:
    page = browser.new_page(locale="zh-CN")
    page.goto(f"{door}/{face}/C/{TOKEN}")
    spoken = page.locator("body").aria_snapshot()
    page.close()
    order = [spoken.index(part) for part in (CARD["name"], "安全等级", "评定依据", "评定日期", "未销号隐患", "颜色不代表什么", "12350")]
    assert order == sorted(order)


@pytest.mark.parametrize(("face", "form"), [("red-vetoed", ""), ("orange-contested", ""), ("orange-contested", ".large"), ("old", ".en.large")])
def test_a_printed_page_has_the_grade_its_day_and_address_and_no_form(browser, door: str, face: str, form: str) -> None:
    page = browser.new_page(locale="zh-CN")
    page.goto(f"{door}/{face}/C/{TOKEN}{form}")
    assert not page.locator(".on-paper").is_visible()
    page.emulate_media(media="print")
    sizes = {page.evaluate(f"getComputedStyle(document.querySelector('{part}')).fontSize") for part in (".means li", ".facts dd.num")}
    assert sizes == {"20px" if form.endswith(".large") else "14px"}, "big type is big on paper, all of it"
    printed = pypdfium2.PdfDocument(page.pdf(format="A4", prefer_css_page_size=True))
    page.close()
    text = "".join(sheet.get_textpage().get_text_range() for sheet in printed)
    assert CARD["name"] in text and "/C/" + TOKEN in text.replace("\r\n", "") and DAY.isoformat() in text.replace("\r\n", "")
    assert "提交" not in text and "Send" not in text and len(printed) <= 3
    assert all(sheet.get_textpage().get_text_bounded(bottom=sheet.get_height() - 28).strip() == "" for sheet in printed), "a margin for the printer"


def test_a_plate_photographed_from_the_screen_leads_to_the_page(browser, door: str) -> None:
    page = browser.new_page(viewport=PHONE)
    page.set_content(qr.svg(plate_url(door, TOKEN), title="安全码", description="码牌"))
    photo = Image.open(io.BytesIO(page.screenshot())).convert("L")
    (found,) = zxingcpp.read_barcodes(photo)
    answer = page.goto(found.text.replace(door.upper(), door))
    assert answer.status == 200
    page.close()


def test_a_badge_is_shown_on_somebody_else_s_page(browser, door: str) -> None:
    page = browser.new_page()
    page.set_content(f'<img id="b" src="{door}/C/{TOKEN}.svg" alt="">')
    page.wait_for_function("document.getElementById('b').naturalWidth === 232")
    page.close()
