"""The scan's own GetItem: signed as botocore signs, tried again only where that can help, never waiting long."""

from __future__ import annotations

import json
import socket
import threading
import time
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.code import wire
from chalicelib.code.wire import Endpoint, Wire, endpoint_of, signed_headers
from chalicelib.errors import Unavailable

NOW = datetime(2020, 7, 1, 1, 2, 3, tzinfo=UTC)
KEYS = {"AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", "AWS_REGION": "cn-north-1"}
KEY = {"site_id": {"S": "3MAPZ0XKQ7WCV5TG"}}


def by_botocore(body: bytes, endpoint: Endpoint, session_token: str | None) -> str:
    """The Authorization header that botocore computes for the same request at the same instant."""
    headers = {"content-type": wire.CONTENT_TYPE, "x-amz-target": wire.TARGET, "host": endpoint.authority, "X-Amz-Date": "20200701T010203Z"}
    if session_token:
        headers["X-Amz-Security-Token"] = session_token
    request = AWSRequest("POST", f"{endpoint.scheme}://{endpoint.authority}/", headers=headers, data=body)
    request.context["timestamp"] = "20200701T010203Z"
    credentials = Credentials(KEYS["AWS_ACCESS_KEY_ID"], KEYS["AWS_SECRET_ACCESS_KEY"], session_token)
    auth = SigV4Auth(credentials, "dynamodb", endpoint.region)
    return (
        f"AWS4-HMAC-SHA256 Credential={auth.scope(request)}, SignedHeaders={auth.signed_headers(auth.headers_to_sign(request))}, Signature="
        + (auth.signature(auth.string_to_sign(request, auth.canonical_request(request)), request))
    )


@given(st.binary(max_size=200), st.one_of(st.none(), st.from_regex(r"[A-Za-z0-9+/=]{1,60}", fullmatch=True)), st.sampled_from([None, 4566]))
def test_a_request_is_signed_as_botocore_signs_it(body: bytes, session_token: str | None, port: int | None) -> None:
    endpoint = Endpoint("https", "dynamodb.cn-north-1.amazonaws.com.cn", port, "cn-north-1")
    environment = {**KEYS, **({"AWS_SESSION_TOKEN": session_token} if session_token else {})}
    assert signed_headers(body, endpoint, environment, NOW)["authorization"] == by_botocore(body, endpoint, session_token)


@pytest.mark.parametrize(
    ("environment", "authority", "scheme"),
    [
        ({"AWS_REGION": "cn-north-1"}, "dynamodb.cn-north-1.amazonaws.com.cn", "https"),
        ({"AWS_DEFAULT_REGION": "eu-west-1"}, "dynamodb.eu-west-1.amazonaws.com", "https"),
        ({"AWS_REGION": "us-east-1", "AWS_ENDPOINT_URL": "http://127.0.0.1:4566"}, "127.0.0.1:4566", "http"),
        ({"AWS_REGION": "us-east-1", "AWS_ENDPOINT_URL": "http://a:1", "AWS_ENDPOINT_URL_DYNAMODB": "https://b:443"}, "b", "https"),
    ],
)
def test_the_endpoint_follows_region_partition_and_override(environment: dict, authority: str, scheme: str) -> None:
    endpoint = endpoint_of(environment)
    assert (endpoint.authority, endpoint.scheme) == (authority, scheme)


@pytest.mark.parametrize("environment", [{}, {"AWS_REGION": "us-east-1"}, {**KEYS, "AWS_SECRET_ACCESS_KEY": ""}])
def test_without_region_or_credentials_nothing_is_sent(environment: dict) -> None:
    with pytest.raises(Unavailable):
        Wire(environment, lambda endpoint: pytest.fail("a connection was opened")).get_item("t", KEY, NOW)


class Service(BaseHTTPRequestHandler):
    """Answers what the test has laid out, one after another, and remembers what it was asked."""

    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        server = self.server
        server.asked.append((self.client_address, self.headers, self.rfile.read(int(self.headers["Content-Length"]))))
        status, body = server.answers.pop(0)
        if status == 0:
            self.connection.shutdown(socket.SHUT_RDWR)
            self.close_connection = True
            return
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments: object) -> None:
        """The test's output stays clean."""


@pytest.fixture
def service():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Service)
    server.asked, server.answers, server.daemon_threads = [], [], True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


def opened(service: ThreadingHTTPServer) -> Wire:
    return Wire({**KEYS, "AWS_ENDPOINT_URL": f"http://127.0.0.1:{service.server_port}"})


FOUND = (200, json.dumps({"Item": {"site_id": {"S": "X"}}}).encode())
THROTTLED = (400, b'{"__type": "com.amazonaws.dynamodb.v20120810#ThrottlingException"}')
NO_TABLE = (400, b'{"__type": "com.amazonaws.dynamodb.v20120810#ResourceNotFoundException"}')
BROKEN = (503, b"<html>")
CUT = (0, b"")


def test_an_item_is_read_and_one_that_is_not_there_is_none(service: ThreadingHTTPServer) -> None:
    service.answers += [FOUND, (200, b"{}")]
    reader = opened(service)
    assert reader.get_item("stack-cards", KEY, NOW) == {"site_id": {"S": "X"}}
    assert reader.get_item("stack-cards", KEY, NOW) is None
    assert json.loads(service.asked[0][2]) == {"TableName": "stack-cards", "Key": KEY}
    assert service.asked[0][1]["X-Amz-Target"] == "DynamoDB_20120810.GetItem"


def test_the_connection_is_kept(service: ThreadingHTTPServer) -> None:
    service.answers += [FOUND, FOUND]
    reader = opened(service)
    reader.get_item("t", KEY, NOW)
    reader.get_item("t", KEY, NOW)
    assert service.asked[0][0] == service.asked[1][0]


@pytest.mark.parametrize("fault", [THROTTLED, BROKEN, CUT])
def test_what_may_pass_is_tried_again_at_most_twice(service: ThreadingHTTPServer, fault: tuple[int, bytes]) -> None:
    service.answers += [fault, fault, FOUND]
    assert opened(service).get_item("t", KEY, NOW)
    service.answers += [fault, fault, fault, FOUND]
    with pytest.raises(Unavailable):
        opened(service).get_item("t", KEY, NOW)
    assert len(service.asked) == 6


def test_what_cannot_pass_is_not_tried_again(service: ThreadingHTTPServer) -> None:
    service.answers += [NO_TABLE, FOUND]
    with pytest.raises(Unavailable) as refused:
        opened(service).get_item("t", KEY, NOW)
    assert refused.value.fields == {"reason": "ResourceNotFoundException"}
    assert len(service.asked) == 1


def test_a_service_that_does_not_answer_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wire, "READ_TIMEOUT_S", 0.05)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        reader = Wire({**KEYS, "AWS_ENDPOINT_URL": f"http://127.0.0.1:{silent.getsockname()[1]}"})
        started = time.monotonic()
        with pytest.raises(Unavailable):
            reader.get_item("t", KEY, NOW)
        assert time.monotonic() - started < 2


def test_a_port_where_nobody_listens_is_unavailable() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    with pytest.raises(Unavailable):
        Wire({**KEYS, "AWS_ENDPOINT_URL": f"http://127.0.0.1:{port}"}).get_item("t", KEY, NOW)


def test_the_secret_is_in_no_header_and_no_error() -> None:
    headers = signed_headers(b"{}", endpoint_of(KEYS), KEYS, NOW)
    assert KEYS["AWS_SECRET_ACCESS_KEY"] not in str(headers)
