"""The front door shows the distribution and nothing else, with correct lengths, kept connections, and TLS for phones."""

from __future__ import annotations

import gzip
import http.client
import json
import socket
import ssl
import struct
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar

import pytest

from infra.local.front_door import Upstream, distribution_host, serve, start
from infra.local.lan import lan_tls


# More than what waits between two sockets.
LARGE = 20_000_000


class Distribution(BaseHTTPRequestHandler):
    """Tells what reached it."""

    protocol_version = "HTTP/1.1"
    connections: ClassVar[set[tuple[str, int]]] = set()

    def answer(self) -> None:
        self.connections.add(self.client_address)
        body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
        seen = {"method": self.command, "path": self.path, "body": body, "headers": {k.lower(): v for k, v in self.headers.items()}}
        content = b"" if self.path == "/unchanged" else b"x" * LARGE if self.path == "/large" else json.dumps(seen).encode()
        refuses = self.path.endswith("/xml")
        self.send_response(304 if self.path == "/unchanged" else 403 if refuses else 200)
        self.send_header("ETag", '"1"')
        self.send_header("Content-Type", "image/png" if self.path.endswith(".png") else "application/xml" if refuses else "application/json")
        self.send_header("Set-Cookie", "a=1")
        self.send_header("Set-Cookie", "b=2")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)
        if self.path == "/closing":
            self.close_connection = True

    do_GET = do_HEAD = do_POST = do_PUT = do_OPTIONS = answer

    def log_message(self, *arguments: object) -> None:
        """Quiet."""


@pytest.fixture(scope="module")
def door() -> Iterator[ThreadingHTTPServer]:
    upstream = ThreadingHTTPServer(("127.0.0.1", 0), Distribution)
    upstream.daemon_threads = True
    threading.Thread(target=upstream.serve_forever, daemon=True).start()
    made = serve(Upstream("127.0.0.1", upstream.server_port, "d123.cloudfront.localhost"), "127.0.0.1", 0)
    start(made)
    yield made
    made.shutdown()
    upstream.shutdown()


@pytest.fixture
def browser(door: ThreadingHTTPServer) -> Iterator[http.client.HTTPConnection]:
    connection = http.client.HTTPConnection("127.0.0.1", door.server_port, timeout=5)
    yield connection
    connection.close()


def seen(browser: http.client.HTTPConnection, method: str, path: str, body: bytes | None = None, headers: dict | None = None) -> dict:
    browser.request(method, path, body, headers or {})
    return json.loads(browser.getresponse().read())


@pytest.mark.parametrize(("path", "is_ours"), [("/index/2020-06/r9/xml", True), ("/desk/xml", True), ("/api/xml", False), ("/C/xml", False)])
def test_what_the_bucket_does_not_have_is_our_page_and_what_the_api_refuses_is_its_own(browser: http.client.HTTPConnection, path: str, is_ours: bool) -> None:
    for method in ("GET", "HEAD"):
        browser.request(method, path)
        answer = browser.getresponse()
        content = answer.read().decode()
        assert (answer.status, answer.getheader("Content-Type")) == ((404, "text/html; charset=utf-8") if is_ours else (403, "application/xml"))
        assert method == "HEAD" or ("没有找到这个页面" in content) == is_ours
        assert answer.getheader("ETag") == '"1"', "the policy's headers stay"


def test_the_label_of_the_distribution_is_its_name_here() -> None:
    assert distribution_host("d1x2y3.cloudfront.net") == "d1x2y3.cloudfront.localhost"


@pytest.mark.parametrize("host", ["localhost:8000", "s3.localhost", "lambda.us-east-1.amazonaws.com"])
def test_whatever_host_is_asked_for_the_distribution_answers(browser: http.client.HTTPConnection, door, host: str) -> None:
    told = seen(browser, "GET", "/C/ABC?x=1", headers={"Host": host})
    assert told["path"] == "/C/ABC?x=1"
    assert told["headers"]["host"].startswith("d123.cloudfront.localhost:")


def test_a_browser_that_leaves_early_is_no_accident(door: ThreadingHTTPServer, monkeypatch, capfd) -> None:
    """It resets the connection while a large answer is on its way: nothing is said of it, and the next visitor is served."""
    handled = threading.Event()
    told = door.handle_error
    monkeypatch.setattr(door, "handle_error", lambda *given: (told(*given), handled.set()))
    with socket.create_connection(("127.0.0.1", door.server_port), timeout=5) as leaving:
        leaving.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        leaving.sendall(b"GET /large HTTP/1.1\r\nHost: x\r\n\r\n")
        assert leaving.recv(1)
    assert handled.wait(10) and capfd.readouterr().err == ""


def test_any_other_fault_is_told(door: ThreadingHTTPServer, capfd) -> None:
    try:
        raise RuntimeError("a fault of ours")
    except RuntimeError:
        door.handle_error(None, ("127.0.0.1", 1))
    assert "a fault of ours" in capfd.readouterr().err


def test_an_absolute_request_line_cannot_choose_another_host(door: ThreadingHTTPServer) -> None:
    with socket.create_connection(("127.0.0.1", door.server_port), timeout=5) as plain:
        plain.sendall(b"GET http://s3.localhost/bucket/key HTTP/1.1\r\nHost: s3.localhost\r\nConnection: close\r\n\r\n")
        answer = b"".join(iter(lambda: plain.recv(4096), b""))
    told = json.loads(answer.partition(b"\r\n\r\n")[2])
    assert told["path"] == "/bucket/key"
    assert told["headers"]["host"].startswith("d123.cloudfront.localhost:")


@pytest.mark.parametrize(
    "path", ["/_ministack/health", "/%5Fministack/reset", "//_aws/execute-api/x", "/./_localstack/health", "/a/../_ministack/reset", "/%255f_x", "/health"]
)
def test_the_emulators_own_paths_are_not_here(browser: http.client.HTTPConnection, path: str) -> None:
    browser.request("POST" if path.endswith("reset") else "GET", path)
    assert browser.getresponse().status == 404


def test_aws_calls_do_not_get_through_as_such(browser: http.client.HTTPConnection) -> None:
    signed = {"X-Amz-Target": "DynamoDB_20120810.ListTables", "Authorization": "AWS4-HMAC-SHA256 Credential=x", "X-Amz-Date": "x"}
    told = seen(browser, "POST", "/", b"{}", signed)
    assert not {"x-amz-target", "authorization", "x-amz-date"} & told["headers"].keys()


def test_a_sign_in_and_the_body_are_passed_on(browser: http.client.HTTPConnection) -> None:
    told = seen(browser, "POST", "/api/events", "内容".encode(), {"Authorization": "Bearer t", "Content-Type": "application/json"})
    assert (told["body"], told["headers"]["authorization"]) == ("内容", "Bearer t")


def test_who_asks_is_told_once_and_cannot_be_made_up(browser: http.client.HTTPConnection) -> None:
    told = seen(browser, "GET", "/", headers={"X-Forwarded-For": "1.2.3.4", "X-Forwarded-Proto": "https"})
    assert (told["headers"]["x-forwarded-for"], told["headers"]["x-forwarded-proto"]) == ("127.0.0.1", "http")


def test_one_connection_serves_many_requests_over_one_kept_connection(browser: http.client.HTTPConnection) -> None:
    Distribution.connections.clear()
    for number in range(5):
        assert seen(browser, "GET", f"/{number}")["path"] == f"/{number}"
    assert len(Distribution.connections) == 1


def test_a_connection_the_emulator_closed_is_opened_again(browser: http.client.HTTPConnection) -> None:
    assert seen(browser, "GET", "/closing")["path"] == "/closing"
    assert seen(browser, "GET", "/next")["path"] == "/next"


def test_repeated_headers_stay_repeated(browser: http.client.HTTPConnection) -> None:
    browser.request("GET", "/")
    answer = browser.getresponse()
    answer.read()
    assert answer.headers.get_all("Set-Cookie") == ["a=1", "b=2"]


@pytest.mark.parametrize(
    ("path", "accepted", "encoding"),
    [("/" + "long" * 300, "br, gzip;q=0.8", "gzip"), ("/" + "long" * 300, "identity", None), ("/short", "gzip", None), ("/" + "long" * 300 + ".png", "gzip", None)],
)
def test_text_is_compressed_as_the_cdn_does(browser: http.client.HTTPConnection, path: str, accepted: str, encoding: str | None) -> None:
    browser.request("GET", path, headers={"Accept-Encoding": accepted})
    answer = browser.getresponse()
    content = answer.read()
    assert answer.getheader("Content-Encoding") == encoding
    assert json.loads(gzip.decompress(content) if encoding else content)["path"] == path
    assert (len(content) < 1_000) is (encoding is not None or path == "/short")


@pytest.mark.parametrize(("method", "path"), [("HEAD", "/"), ("GET", "/unchanged")])
def test_answers_without_a_body_leave_the_connection_usable(browser: http.client.HTTPConnection, method: str, path: str) -> None:
    browser.request(method, path)
    answer = browser.getresponse()
    assert (answer.read(), answer.headers["ETag"]) == (b"", '"1"')
    assert seen(browser, "GET", "/after")["path"] == "/after"


@pytest.mark.parametrize(
    ("header", "value", "status"), [("Content-Length", "many", 400), ("Content-Length", str(11 * 1024 * 1024), 413), ("Transfer-Encoding", "chunked", 411)]
)
def test_bodies_without_a_sane_length_are_refused(browser: http.client.HTTPConnection, header: str, value: str, status: int) -> None:
    browser.putrequest("POST", "/api/events")
    browser.putheader(header, value)
    browser.endheaders()
    assert browser.getresponse().status == status


def test_a_stack_that_is_down_answers_502_in_words() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        made = serve(Upstream("127.0.0.1", taken.getsockname()[1], "d.cloudfront.localhost"), "127.0.0.1", 0)
        start(made)
        connection = http.client.HTTPConnection("127.0.0.1", made.server_port, timeout=5)
        connection.request("GET", "/")
        answer = connection.getresponse()
        assert (answer.status, b"./dev status" in answer.read()) == (502, True)
        connection.close()
        made.shutdown()


def test_a_phone_that_trusts_the_ca_gets_https_and_the_ca_is_kept(door: ThreadingHTTPServer, tmp_path: Path) -> None:
    context, ca_file = lan_tls(tmp_path / "lan", ["192.0.2.7"])
    first = ca_file.read_bytes()
    lan_tls(tmp_path / "lan", ["192.0.2.8"])
    assert ca_file.read_bytes() == first
    upstream = door.RequestHandlerClass.upstream
    secure = serve(upstream, "127.0.0.1", 0, context)
    start(secure)
    phone = http.client.HTTPSConnection("127.0.0.1", secure.server_port, timeout=5, context=ssl.create_default_context(cafile=str(ca_file)))
    assert seen(phone, "GET", "/")["headers"]["x-forwarded-proto"] == "https"
    phone.close()
    stranger = http.client.HTTPSConnection("127.0.0.1", secure.server_port, timeout=5)
    with pytest.raises(ssl.SSLCertVerificationError):
        stranger.request("GET", "/")
    secure.shutdown()
