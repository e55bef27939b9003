"""The HTTP face: the error tree in Chinese, opaque cursors, logs without secrets or names."""

from __future__ import annotations

import json
import logging

import pytest
from chalice import Blueprint, Chalice, Response
from chalice.test import Client
from hypothesis import given
from hypothesis import strategies as st

from chalicelib import errors, http, labels
from chalicelib.errors import BadInput, Problem, SafetyCodeError, Unavailable


def tree(root: type[SafetyCodeError]) -> list[type[SafetyCodeError]]:
    return [root, *(each for child in root.__subclasses__() for each in tree(child))]


# Errors of jobs and stores that no view lets through have the sentence of a fault of ours.
PUBLIC = [kind for kind in tree(SafetyCodeError) if kind.__module__ in (errors.__name__, http.__name__)]


@pytest.mark.parametrize("kind", PUBLIC, ids=lambda kind: kind.code)
def test_every_error_has_its_own_chinese_words_and_status(kind: type[SafetyCodeError]) -> None:
    document = http.problem_document(kind("internal detail"))
    assert document["type"] == f"urn:safety-code:{kind.code}" and document["status"] == kind.status
    assert document["title"] and document["detail"].endswith("。")
    assert kind.code in labels.ERROR or kind.code in http.OWN_SENTENCES
    assert "internal detail" not in (document["title"], document["detail"])


def test_an_error_without_words_of_its_own_is_a_fault_of_ours() -> None:
    assert http.sentence("no-such-code") == labels.ERROR["internal-error"]


def test_every_problem_of_an_input_is_named_with_place_value_and_reason() -> None:
    document = http.problem_document(BadInput([Problem("row 2", "uscc", "X", "校验位不符"), Problem("row 9", "name", "", "必填")]))
    assert document["problems"] == [
        {"place": "row 2", "column": "uscc", "value": "X", "reason": "校验位不符"},
        {"place": "row 9", "column": "name", "value": "", "reason": "必填"},
    ]


@given(st.text(max_size=40) | st.lists(st.text(max_size=8) | st.integers(), max_size=4), st.lists(st.text(max_size=8) | st.none(), max_size=3))
def test_a_cursor_comes_back_as_it_was_given_to_the_same_list_and_to_no_other(after: object, asked: list) -> None:
    text = http.encode_cursor(after, *asked)
    assert http.decode_cursor(text, *asked) == after
    assert "=" not in text and "{" not in text
    with pytest.raises(BadInput):
        http.decode_cursor(text, *asked, "another")
    assert http.encode_cursor(None, *asked) is None


@pytest.mark.parametrize("text", ["!", "e30x", "bnVsbA", "W10", "é", "A" * 2000, "eyJh"])
def test_a_cursor_we_cannot_have_issued_is_bad_input(text: str) -> None:
    with pytest.raises(BadInput):
        http.decode_cursor(text)


@pytest.mark.parametrize(("text", "value"), [("2.0", 2), ("2e1", 20), ("-0.0", 0), ("2.5", 2.5), ("1e300", 1e300), ("7", 7)])
def test_a_whole_number_is_an_integer_however_it_is_written(text: str, value: float) -> None:
    found = http.json_body(f'{{"n": [{text}]}}'.encode())["n"][0]
    assert (found, type(found)) == (value, type(value))


@pytest.mark.parametrize("number", ["1e999", "-1e999", "9" * 5000, str(2**53 + 1), str(-(2**64)), "NaN", "Infinity"])
def test_a_number_that_is_none_is_refused(number: str) -> None:
    with pytest.raises(BadInput):
        http.json_body(f'{{"n": {number}}}')


def test_a_text_shows_all_that_it_holds_and_joiners_and_line_ends_stay() -> None:
    sent = {"a": "图\u202eGPJ.exe\u202c\u2067x\u2069\u200f\u200b\ufeff\x07", "b": [{"c": "👷\u200d♀️ 𠮷\r\n\t完"}], "d": 7, "e": None}
    assert http.json_body(json.dumps(sent)) == {"a": "图GPJ.exex", "b": [{"c": "👷\u200d♀️ 𠮷\r\n\t完"}], "d": 7, "e": None}


@pytest.mark.parametrize("text", [None, ""])
def test_without_a_cursor_a_list_begins_at_its_start(text: str | None) -> None:
    assert http.decode_cursor(text) is None


def answered(view) -> Client:
    app = Chalice(app_name="http-test")
    routes = Blueprint("http_test")
    routes.route("/x", methods=["GET"])(http.answers(routes)(view))
    app.register_blueprint(routes)
    return Client(app)


def test_an_expected_error_is_answered_and_a_transient_one_says_when_to_come_again() -> None:
    def view():
        raise Unavailable("table is busy")

    with answered(view) as client:
        answer = client.http.get("/x")
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "2")
    assert "table is busy" not in answer.body.decode()


def test_a_fault_of_ours_tells_nothing_of_itself() -> None:
    def view():
        return {}["password is hunter2"]

    with answered(view) as client:
        answer = client.http.get("/x")
    assert answer.status_code == 500 and b"hunter2" not in answer.body


def test_a_view_s_own_headers_stay_and_the_security_headers_join_them() -> None:
    def view():
        return Response("x", {"Content-Type": "text/plain", "Cache-Control": "max-age=5"})

    with answered(view) as client:
        headers = client.http.get("/x").headers
    assert headers["Cache-Control"] == "max-age=5"
    assert headers["X-Content-Type-Options"] == "nosniff" and headers["Referrer-Policy"] == "no-referrer"


def test_a_log_line_has_the_request_id_and_the_route_and_neither_names_nor_tokens(caplog: pytest.LogCaptureFixture) -> None:
    context = {
        "requestId": "r-1",
        "httpMethod": "GET",
        "resourcePath": "/sites/{site_id}",
        "path": "/api/C/SECRETTOKEN",
        "authorizer": {"claims": {"name": "张三", "phone_number": "13800000000"}},
        "identity": {"sourceIp": "10.0.0.1"},
    }
    with caplog.at_level(logging.INFO, logger="safety_code"):
        http.log_line("request answered", context, status=200)
    line = json.loads(caplog.records[-1].getMessage())
    assert line == {
        "message": "request answered",
        "requestId": "r-1",
        "httpMethod": "GET",
        "resourcePath": "/sites/{site_id}",
        "status": 200,
    }


def refusing() -> Client:
    """An application of one route, with a middleware as ours has it; the route falls over."""
    app, routes = Chalice("refusing"), Blueprint(__name__)

    @routes.route("/things", methods=["POST"])
    def things() -> None:
        raise RuntimeError("a secret of ours")

    app.register_blueprint(routes)
    app.register_middleware(http.own_refusals, "http")
    return Client(app)


@pytest.mark.parametrize(
    ("method", "content_type", "status", "code"),
    [("POST", "text/xml", 415, "unsupported-media-type"), ("POST", "application/json", 500, "internal-error"), ("PUT", "application/json", 405, "method-not-allowed")],
)
def test_what_the_framework_refuses_by_itself_is_a_problem_too(method: str, content_type: str, status: int, code: str) -> None:
    with refusing() as client:
        answer = client.http.request(method, "/things", headers={"Content-Type": content_type}, body=b"{}")
    document = json.loads(answer.body)
    assert (answer.status_code, document["status"], document["type"]) == (status, status, f"urn:safety-code:{code}")
    assert answer.headers["Content-Type"] == http.PROBLEM_TYPE and answer.headers["Cache-Control"] == "no-store"
    assert "secret" not in answer.body.decode() and document["title"]


def test_the_application_has_it() -> None:
    import app as application

    with Client(application.app) as client:
        answer = client.http.post("/acts/AAAAAAAAAAAAAAAA/sign", headers={"Content-Type": "text/plain"}, body=b"{}")
    assert (answer.status_code, json.loads(answer.body)["type"]) == (415, "urn:safety-code:unsupported-media-type")
