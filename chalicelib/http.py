"""The HTTP face: errors become ``application/problem+json`` (RFC 9457) with Chinese words, every answer carries the
security headers, request bodies are read with a limit, cursors are opaque. Logs are one JSON line: a constant message
and fields, never bodies, names, phones or tokens.
"""

from __future__ import annotations

import base64
import binascii
import functools
import hashlib
import json
import logging
import math
import time
from collections.abc import Callable, Mapping, Sequence

from chalice import Blueprint, Response

from chalicelib import labels
from chalicelib.errors import BadInput, MethodNotAllowed, NotFound, Problem, SafetyCodeError, Unavailable, UnsupportedMediaType
from chalicelib.text import plain

MAX_BODY_BYTES = 64 * 1024
MAX_CURSOR_LENGTH = 1024
# Above it a number no longer stands for one integer with every reader (RFC 8259, section 6); the log keeps 64 bits.
MAX_EXACT = 2**53
PROBLEM_TYPE = "application/problem+json; charset=utf-8"
JSON_TYPE = "application/json; charset=utf-8"
SECURITY_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Cache-Control": "no-store",
}
CONTEXT_FIELDS = ("requestId", "httpMethod", "resourcePath")

# Not a child of the framework's logger, which is silent below errors.
log = logging.getLogger("safety_code")
log.setLevel(logging.INFO)


class BodyTooLarge(BadInput):
    """The request body is over the limit; it was not parsed."""

    status = 413
    code = "body-too-large"


def answers(routes: Blueprint) -> Callable[[Callable[..., object]], Callable[..., Response]]:
    """A decorator for views that return a document or a ``Response``: expected errors become problem answers.

    Anything that is not in the error tree is a fault of ours and is left to the framework: status 500 without details (:func:`own_refusals`).
    """

    def decorate(view: Callable[..., object]) -> Callable[..., Response]:
        @functools.wraps(view)
        def answer(*arguments: object, **named: object) -> Response:
            started = time.perf_counter()
            try:
                result = view(*arguments, **named)
                response = with_security(result) if isinstance(result, Response) else json_answer(result)
            except SafetyCodeError as error:
                response = problem(error)
            milliseconds = round((time.perf_counter() - started) * 1000)
            log_line("request answered", routes.current_request.context, status=response.status_code, milliseconds=milliseconds)
            return response

        return answer

    return decorate


# What the framework answers before a view is asked, or where one fell over.
OF_STATUS: Mapping[int, SafetyCodeError] = {
    400: BadInput([Problem("header", "Accept", "", "须接受此内容的格式")]),
    404: NotFound(),
    405: MethodNotAllowed(),
    415: UnsupportedMediaType(),
}


def own_refusals(event: object, get_response: Callable[[object], Response]) -> Response:
    """Middleware: a refusal of the framework itself, which has a dictionary for its body, is a problem answer like every other."""
    response = get_response(event)
    if response.status_code < 400 or not isinstance(response.body, dict):
        return response
    told = problem(OF_STATUS.get(response.status_code, SafetyCodeError()))
    told.headers = {**response.headers, **told.headers}
    return told


def json_answer(document: object, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """A JSON document as UTF-8 text."""
    text = json.dumps(document, ensure_ascii=False, separators=(",", ":"))
    return with_security(Response(text, {"Content-Type": JSON_TYPE, **(headers or {})}, status))


def problem(error: SafetyCodeError) -> Response:
    """The answer to an expected error."""
    text = json.dumps(problem_document(error), ensure_ascii=False, separators=(",", ":"))
    headers = {"Content-Type": PROBLEM_TYPE}
    if isinstance(error, Unavailable):
        headers["Retry-After"] = "2"
    return with_security(Response(text, headers, error.status))


def problem_document(error: SafetyCodeError) -> dict[str, object]:
    """Title and detail in Chinese by the error's stable code; each problem of an input with its place."""
    title, detail = sentence(error.code)
    document: dict[str, object] = {"type": f"urn:safety-code:{error.code}", "title": title, "status": error.status, "detail": detail}
    if isinstance(error, BadInput):
        document["problems"] = [
            {"place": fault.place, "column": fault.column, "value": fault.value, "reason": fault.reason} for fault in error.problems
        ]
    if error.fields:
        document["fields"] = {name: str(value) for name, value in error.fields.items()}
    return document


def sentence(code: str) -> tuple[str, str]:
    """Title and sentence of an error code; the sentence of its family where the code has none of its own."""
    return labels.ERROR.get(code) or OWN_SENTENCES.get(code) or labels.ERROR["internal-error"]


OWN_SENTENCES = {"body-too-large": ("内容过大", f"提交的内容超过 {MAX_BODY_BYTES // 1024} kB，未作处理。")}


def with_security(response: Response) -> Response:
    """The same answer; headers it has set itself stay as they are."""
    response.headers = {**SECURITY_HEADERS, **response.headers}
    return response


def json_body(raw: bytes | str | None) -> dict[str, object]:
    """The JSON object of a request body, its texts plain. BodyTooLarge over 64 KiB, BadInput naming line and column of what is wrong."""
    body = raw.encode() if isinstance(raw, str) else raw or b""
    if len(body) > MAX_BODY_BYTES:
        raise BodyTooLarge("超过大小上限", limit_bytes=MAX_BODY_BYTES)
    try:
        document = json.loads(body, object_pairs_hook=_no_duplicates, parse_constant=_no_constant, parse_float=_number, parse_int=_integer)
        # Half of a surrogate pair is valid JSON and no text: it could be neither stored nor told back.
        json.dumps(document, ensure_ascii=False).encode()
    except json.JSONDecodeError as error:
        raise BadInput([Problem(f"line {error.lineno}", str(error.colno), "", "不是 JSON")]) from None
    except UnicodeError:
        raise BadInput([Problem("$", "", "", "不是完整的 UTF-8 文字")]) from None
    except RecursionError:
        raise BadInput([Problem("$", "", "", "嵌套过深")]) from None
    except ValueError:
        raise BadInput([Problem("$", "", "", "数字过长")]) from None
    if not isinstance(document, dict):
        raise BadInput([Problem("$", "", type(document).__name__, "须为一个 JSON 对象")])
    return plain(document)  # type: ignore[return-value]


def encode_cursor(after: object, *asked: str | None) -> str | None:
    """Where a list goes on behind ``after`` (None: it ends), opaque; ``asked`` is what the list was asked for. It grants nothing: whoever
    presents it is judged again."""
    if after is None:
        return None
    position = {"after": after, "of": _digest(asked)}
    return base64.urlsafe_b64encode(json.dumps(position, separators=(",", ":"), sort_keys=True).encode()).decode().rstrip("=")


def decode_cursor(text: str | None, *asked: str | None) -> object | None:
    """Behind what the list goes on, None without a cursor. BadInput for what we cannot have issued, and for the cursor of another list: it
    would leave rows out without a word."""
    if not text:
        return None
    try:
        if len(text) > MAX_CURSOR_LENGTH:
            raise ValueError("too long")
        position = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    except (ValueError, binascii.Error, RecursionError):
        position = None
    if not isinstance(position, dict) or position.get("of") != _digest(asked) or position.get("after") is None:
        raise BadInput([Problem("query", "cursor", text[:40], "不是本列表的翻页标记")])
    return position["after"]


def page_limit(text: str | None, most: int, usual: int = 0) -> int:
    """How many rows a page is asked to have: ``usual``, else ``most``, where nothing is asked. BadInput for what is no number from 1 to ``most``."""
    if not text:
        return usual or most
    if not (text.isascii() and text.isdecimal()) or len(text) > 9 or not 1 <= int(text) <= most:
        raise BadInput([Problem("query", "limit", text[:20], f"应为 1 至 {most} 的整数")])
    return int(text)


def _digest(asked: Sequence[str | None]) -> str:
    return hashlib.sha256(json.dumps(asked).encode()).hexdigest()[:12]


def log_line(message: str, context: Mapping[str, object] | None = None, **fields: object) -> None:
    """One structured line. ``context`` is the gateway's request context: only its ids and the route pattern are taken."""
    known = {name: context[name] for name in CONTEXT_FIELDS if context and name in context}
    log.info(json.dumps({"message": message, **known, **fields}, ensure_ascii=False, default=str))


def _no_duplicates(pairs: list[tuple[str, object]]) -> dict[str, object]:
    document = dict(pairs)
    if len(document) < len(pairs):
        raise BadInput([Problem("$", "", "", "同一字段出现两次")])
    return document


def _number(text: str) -> float | int:
    """A number with a point. ``2.0`` is the integer 2, as in JSON Schema: behind the door a count is an ``int``."""
    value = float(text)
    if not math.isfinite(value):
        raise BadInput([Problem("$", "", text[:40], "数字过大")])
    return int(value) if value.is_integer() and abs(value) <= MAX_EXACT else value


def _integer(text: str) -> int:
    """An integer that every reader of JSON reads as the same one, and that the log can keep."""
    value = int(text)
    if abs(value) > MAX_EXACT:
        raise BadInput([Problem("$", "", text[:40], "数字过大")])
    return value


def _no_constant(text: str) -> object:
    raise BadInput([Problem("$", "", text, "不是 JSON 数字")])
