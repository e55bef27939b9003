"""Notices: once per channel whatever is repeated, in the words each messenger takes, and no address in any log or error."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import logging
import threading
import urllib.parse
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.errors import BadInput, Unavailable
from chalicelib.publish import messengers
from chalicelib.publish.messengers import Robot, cut, post_json, read_robots, request_of, tell
from chalicelib.publish.notice import LEASE, MemoryNotices, Notice, deliver, post, read_notice

NOW = datetime(2020, 7, 3, 10, 30, tzinfo=UTC)
NOTICE = Notice(
    "index-2020-06-r1-330110001", "township", "330110001", "2020年6月指数（公示稿）", ("**临平街道** 88.2 分，第 3 名",), "https://example.test/index/"
)
SECRET_URL = "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=do-not-show"
YES = (200, b'{"errcode":0,"errmsg":"ok"}')


@pytest.fixture(autouse=True)
def _no_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(messengers, "FIRST_PAUSE_S", 0)


class Line:
    """A wire that answers as told and keeps what was sent."""

    def __init__(self, *answers: tuple[int, bytes]) -> None:
        self.answers, self.sent = list(answers), []

    def __call__(self, url: str, body: bytes) -> tuple[int, bytes]:
        self.sent.append((url, json.loads(body)))
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


def test_a_notice_survives_the_queue() -> None:
    sent: list = []
    post([NOTICE], sent.extend)
    assert read_notice(json.dumps(sent[0])) == NOTICE


def test_wecom_takes_markdown() -> None:
    url, body = request_of(Robot("wecom", SECRET_URL), NOTICE.title, NOTICE.text, NOW)
    assert url == SECRET_URL
    content = json.loads(body)["markdown"]["content"]
    assert json.loads(body)["msgtype"] == "markdown"
    assert content.splitlines() == ["## 2020年6月指数（公示稿）", "**临平街道** 88.2 分，第 3 名", "[查看详情](https://example.test/index/)"]


def test_dingtalk_is_signed_in_the_address() -> None:
    url, body = request_of(Robot("dingtalk", "https://oapi.dingtalk.com/robot/send?access_token=t", "SEC1"), "题", "文", NOW)
    query = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(url).query))
    stamp = str(int(NOW.timestamp() * 1000))
    expected = base64.b64encode(hmac.new(b"SEC1", f"{stamp}\nSEC1".encode(), hashlib.sha256).digest()).decode()
    assert query == {"access_token": "t", "timestamp": stamp, "sign": expected}
    assert json.loads(body) == {"msgtype": "markdown", "markdown": {"title": "题", "text": "## 题\n\n文"}}


def test_feishu_is_signed_in_the_body() -> None:
    _, body = request_of(Robot("feishu", "https://open.feishu.cn/open-apis/bot/v2/hook/x", "SEC2"), "题", "文", NOW)
    document = json.loads(body)
    stamp = str(int(NOW.timestamp()))
    assert document["timestamp"] == stamp
    assert document["sign"] == base64.b64encode(hmac.new(f"{stamp}\nSEC2".encode(), b"", hashlib.sha256).digest()).decode()
    assert document["msg_type"] == "interactive" and document["card"]["elements"] == [{"tag": "markdown", "content": "文"}]


@pytest.mark.parametrize("messenger", ["dingtalk", "feishu"])
def test_without_a_secret_nothing_is_signed(messenger: str) -> None:
    url, body = request_of(Robot(messenger, "https://h/x"), "题", "文", NOW)
    assert url == "https://h/x" and b"sign" not in body


@given(st.text(max_size=3000))
def test_a_long_text_is_cut_between_characters(text: str) -> None:
    shown = cut(text, 1000)
    assert len(shown.encode()) <= 1000
    assert shown == text or (shown.endswith("…") and text.startswith(shown[:-1]))


@pytest.mark.parametrize("answer", [YES, (200, b'{"code":0,"msg":"success"}'), (200, b'{"StatusCode":0}')])
def test_every_messengers_yes_is_understood(answer: tuple[int, bytes]) -> None:
    line = Line(answer)
    tell(Robot("wecom", SECRET_URL), "题", "文", NOW, line)
    assert len(line.sent) == 1


@pytest.mark.parametrize(
    ("answer", "tries"),
    [((200, b'{"errcode":93000,"errmsg":"invalid webhook url"}'), 3), ((200, b"<html>"), 3), ((503, b""), 3), ((0, b""), 3), ((404, b""), 1)],
)
def test_a_refusal_is_tried_again_where_that_may_help_and_never_shows_the_address(answer: tuple[int, bytes], tries: int) -> None:
    line = Line(answer)
    with pytest.raises(Unavailable) as refused:
        tell(Robot("wecom", SECRET_URL), "题", "文", NOW, line)
    assert len(line.sent) == tries
    assert "do-not-show" not in f"{refused.value} {refused.value.fields} {Robot('wecom', SECRET_URL)!r}"


def test_a_robot_that_was_busy_is_told_in_the_end() -> None:
    line = Line((500, b""), YES)
    tell(Robot("wecom", SECRET_URL), "题", "文", NOW, line)
    assert len(line.sent) == 2


class Channels:
    """Two channels; the second one is out of order until it is mended."""

    def __init__(self) -> None:
        self.got, self.broken = [], True

    def by_name(self) -> dict:
        return {"sns": lambda notice: self.got.append("sns"), "wecom:1": self.robot}

    def robot(self, notice: Notice) -> None:
        if self.broken:
            raise Unavailable("the messenger did not take the message")
        self.got.append("wecom:1")


def test_a_notice_goes_once_to_each_channel_and_again_only_where_it_failed(caplog: pytest.LogCaptureFixture) -> None:
    book, channels = MemoryNotices(), Channels()
    with caplog.at_level(logging.WARNING):
        assert deliver(NOTICE, channels.by_name(), book, NOW) == ["wecom:1"]
    assert "example" not in caplog.text
    channels.broken = False
    assert deliver(NOTICE, channels.by_name(), book, NOW + LEASE) == []
    assert deliver(NOTICE, channels.by_name(), book, NOW + 10 * LEASE) == []
    assert channels.got == ["sns", "wecom:1"]


def test_a_delivery_under_way_is_left_alone_until_its_lease_is_over() -> None:
    book = MemoryNotices()
    assert book.claim("n", "sns", NOW)
    assert not book.claim("n", "sns", NOW + LEASE - timedelta(seconds=1))
    assert book.claim("n", "sns", NOW + LEASE), "whoever took it on died"


def test_the_robots_of_a_configuration() -> None:
    robots = read_robots(json.dumps({"township:330110001": [{"messenger": "feishu", "url": "https://h/x", "secret": "s"}], "district": []}))
    assert robots == {"township:330110001": (Robot("feishu", "https://h/x", "s"),), "district": ()}
    assert read_robots("") == read_robots("{}") == {}


def test_every_fault_of_a_configuration_is_named_and_no_address_shown() -> None:
    rows = [{"messenger": "icq", "url": "https://h/x"}, {"messenger": "wecom", "url": "http://elsewhere/do-not-show"}, 7]
    with pytest.raises(BadInput) as refused:
        read_robots(json.dumps({"district": rows}))
    assert [(p.place, p.column) for p in refused.value.problems] == [("district[0]", "messenger"), ("district[1]", "url"), ("district[2]", "messenger")]
    assert "do-not-show" not in str(refused.value)
    for wrong in ("[", "[]", '{"district": {}}'):
        with pytest.raises(BadInput):
            read_robots(wrong)


class Messenger(BaseHTTPRequestHandler):
    """A messenger on this machine."""

    got: list[bytes] = []

    def do_POST(self) -> None:
        if self.path == "/moved":
            self.send_response(307)
            self.send_header("Location", "/send")
            self.end_headers()
            return
        self.got.append(self.rfile.read(int(self.headers["Content-Length"])))
        self.send_response(200)
        self.end_headers()
        self.wfile.write(YES[1])

    def log_message(self, *arguments: object) -> None:
        pass


@pytest.fixture
def address() -> Iterator[str]:
    Messenger.got.clear()
    server = ThreadingHTTPServer(("127.0.0.1", 0), Messenger)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()


def test_over_the_wire(address: str) -> None:
    tell(Robot("wecom", f"{address}/send"), NOTICE.title, NOTICE.text, NOW, post_json)
    assert json.loads(Messenger.got[0])["msgtype"] == "markdown"


def test_a_redirect_is_not_followed_and_silence_is_no_answer(address: str) -> None:
    assert post_json(f"{address}/moved", b"{}")[0] == 307 and Messenger.got == []
    assert post_json("http://127.0.0.1:9/", b"{}") == (0, b"")
