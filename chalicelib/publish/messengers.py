"""Group robots of the common Chinese work messengers: the JSON each one takes, its signature, its way of saying no.

企业微信 (WeCom), 钉钉 (DingTalk), 飞书 (Feishu). A robot's address is a secret: it is never logged, shown or put into an error.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from http.client import HTTPException

import orjson

from chalicelib.errors import BadInput, Problem, Unavailable

TIMEOUT_S = 5
ATTEMPTS = 3
FIRST_PAUSE_S = 0.5
# What the messenger shows at most, in bytes of UTF-8 (WeCom's documented limit is 4096).
LIMIT_BYTES = {"wecom": 4096, "dingtalk": 20_000, "feishu": 20_000}
LOOPBACK = ("127.0.0.1", "localhost")
# An address and a body to the status and body of the answer.
Post = Callable[[str, bytes], tuple[int, bytes]]


@dataclass(frozen=True, slots=True)
class Robot:
    """One group's robot. ``secret`` signs where the messenger has signatures; ``name`` tells robots apart without the address."""

    messenger: str
    url: str
    secret: str = ""

    @property
    def name(self) -> str:
        return f"{self.messenger}:{hashlib.sha256(self.url.encode()).hexdigest()[:12]}"

    def __repr__(self) -> str:
        return f"Robot({self.name})"


def read_robot(row: object, place: str) -> Robot | Problem:
    """A robot of the configuration, or what is wrong with it; the address itself is not repeated."""
    if not isinstance(row, Mapping) or row.get("messenger") not in LIMIT_BYTES:
        return Problem(place, "messenger", "", "one of " + ", ".join(LIMIT_BYTES))
    url = urllib.parse.urlsplit(str(row.get("url", "")))
    if url.scheme != "https" and url.hostname not in LOOPBACK:
        return Problem(place, "url", "", "an https address is required")
    return Robot(str(row["messenger"]), str(row["url"]), str(row.get("secret") or ""))


def request_of(robot: Robot, title: str, text: str, now: datetime) -> tuple[str, bytes]:
    """Address and body of the message; ``text`` is Markdown. Cut at a character, with a mark, where the messenger's limit is."""
    body, url = FORMS[robot.messenger](robot, title, cut(text, LIMIT_BYTES[robot.messenger] - 256), now)
    return url, orjson.dumps(body)


def cut(text: str, limit_bytes: int) -> str:
    encoded = text.encode()
    return text if len(encoded) <= limit_bytes else encoded[: limit_bytes - 3].decode("utf-8", "ignore") + "…"


def _wecom(robot: Robot, title: str, text: str, now: datetime) -> tuple[dict, str]:
    return {"msgtype": "markdown", "markdown": {"content": f"## {title}\n{text}"}}, robot.url


def _dingtalk(robot: Robot, title: str, text: str, now: datetime) -> tuple[dict, str]:
    body = {"msgtype": "markdown", "markdown": {"title": title, "text": f"## {title}\n\n{text}"}}
    if not robot.secret:
        return body, robot.url
    stamp = str(int(now.timestamp() * 1000))
    query = urllib.parse.urlencode({"timestamp": stamp, "sign": _sign(robot.secret.encode(), f"{stamp}\n{robot.secret}".encode())})
    return body, f"{robot.url}{'&' if '?' in robot.url else '?'}{query}"


def _feishu(robot: Robot, title: str, text: str, now: datetime) -> tuple[dict, str]:
    card = {"header": {"title": {"tag": "plain_text", "content": title}}, "elements": [{"tag": "markdown", "content": text}]}
    body: dict[str, object] = {"msg_type": "interactive", "card": card}
    if robot.secret:
        stamp = str(int(now.timestamp()))
        # Feishu signs nothing with a key made of stamp and secret; DingTalk signs both with the secret.
        body |= {"timestamp": stamp, "sign": _sign(f"{stamp}\n{robot.secret}".encode(), b"")}
    return body, robot.url


FORMS = {"wecom": _wecom, "dingtalk": _dingtalk, "feishu": _feishu}


def _sign(key: bytes, message: bytes) -> str:
    return base64.b64encode(hmac.new(key, message, hashlib.sha256).digest()).decode()


def tell(robot: Robot, title: str, text: str, now: datetime, post: Post) -> None:
    """Send the message, several times if need be. Unavailable, without the address, when the messenger does not take it."""
    url, body = request_of(robot, title, text, now)
    for attempt in range(ATTEMPTS):
        status, answer = post(url, body)
        if status == 200 and _accepted(answer):
            return
        if 400 <= status < 500:
            break
        time.sleep(FIRST_PAUSE_S * 2**attempt)
    raise Unavailable("the messenger did not take the message", robot=robot.name, status=status)


def _accepted(answer: bytes) -> bool:
    """All three answer 200 even to a refusal; the code inside decides (Feishu: ``code``, the others: ``errcode``)."""
    try:
        document = orjson.loads(answer)
    except orjson.JSONDecodeError:
        return False
    return isinstance(document, dict) and document.get("errcode", document.get("code", document.get("StatusCode"))) == 0


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """A robot that answers with another address is not followed: the secret would go with it."""

    def redirect_request(self, *arguments: object) -> None:
        return None


def post_json(url: str, body: bytes) -> tuple[int, bytes]:
    """One POST with a time-out; status 0 when nobody answered."""
    request = urllib.request.Request(url, body, {"Content-Type": "application/json; charset=utf-8"})
    try:
        with urllib.request.build_opener(_NoRedirect).open(request, timeout=TIMEOUT_S) as answer:
            return answer.status, answer.read(64 * 1024)
    except urllib.error.HTTPError as error:
        return error.code, b""
    except (OSError, HTTPException):
        return 0, b""


def read_robots(text: str) -> dict[str, tuple[Robot, ...]]:
    """Robots by audience from the configured JSON: ``{"district": [{"messenger", "url", "secret"}], "township:330110001": […]}``.

    BadInput naming every fault at once, addresses left out.
    """
    try:
        document = orjson.loads(text or "{}")
    except orjson.JSONDecodeError:
        raise BadInput("the robots are not JSON") from None
    if not isinstance(document, dict) or not all(isinstance(rows, list) for rows in document.values()):
        raise BadInput("the robots are no object of lists by audience")
    found = {
        audience: [read_robot(row, f"{audience}[{number}]") for number, row in enumerate(rows)] for audience, rows in document.items()
    }
    problems = [entry for entries in found.values() for entry in entries if isinstance(entry, Problem)]
    if problems:
        raise BadInput(problems)
    return {audience: tuple(entry for entry in entries if isinstance(entry, Robot)) for audience, entries in found.items()}
