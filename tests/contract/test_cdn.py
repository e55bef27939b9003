"""The CDN's function as the CDN runs it: in a JavaScript engine, with the event CloudFront hands over."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import subprocess
from collections.abc import Iterable
from pathlib import Path

import pytest
import yaml

SOURCE = Path(__file__).resolve().parents[2] / "infra/cdn/router.js"
LIMIT_BYTES = 10_240
RUN = """
const events = JSON.parse(require('fs').readFileSync(0, 'utf8'));
const handler = new Function(require('fs').readFileSync(process.argv[1], 'utf8') + '; return handler;')();
process.stdout.write(JSON.stringify(events.map(handler)));
"""
ROUTES = {
    "/": "/index.html",
    "/index/": "/index/index.html",
    "/map/2020-06/r1/": "/map/2020-06/r1/index.html",
    "/index/current.json": "/index/current.json",
    "/changes/feed.atom": "/changes/feed.atom",
    "/changes/000008.json": "/changes/000008.json",
    "/styles.css": "/styles.css",
    "/privacy.html": "/privacy.html",
    "/en/": "/en/index.html",
    "/en/method.html": "/en/method.html",
    "/verify.html": "/verify.html",
    "/C/7K3M9Q2W1X5Z8V4B.en.large": "/api/C/7K3M9Q2W1X5Z8V4B.en.large",
    "/C/7K3M9Q2W1X5Z8V4B": "/api/C/7K3M9Q2W1X5Z8V4B",
    "/C/7K3M9Q2W1X5Z8V4B/": "/api/C/7K3M9Q2W1X5Z8V4B/",
    "/C/": "/api/C/-",  # no genuine token: the refusal page of the scan function
    "/api/health": "/api/health",
    "/desk/": "/desk/index.html",
    "/desk/views/home.js": "/desk/views/home.js",
}
LOST = ("/nope", "/c/7K3M", "/CC/x", "/.env", "/wp-login.php", "/styles/site.css", "/C", "//index/")
WEB = Path(__file__).resolve().parents[2] / "web"


def ask(addresses: Iterable[str]) -> list[dict]:
    """What the function makes of a request for each address."""
    events = [
        {
            "version": "1.0",
            "context": {"eventType": "viewer-request"},
            "viewer": {"ip": "192.0.2.1"},
            "request": {
                "method": "GET",
                "uri": uri,
                "querystring": {"month": {"value": "2020-06"}},
                "headers": {"accept": {"value": "application/json"}},
                "cookies": {},
            },
        }
        for uri in addresses
    ]
    done = subprocess.run(["node", "-e", RUN, str(SOURCE)], input=json.dumps(events), capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def routed() -> dict[str, dict]:
    """The request that leaves the function, by the address that came in."""
    return dict(zip(ROUTES, ask(ROUTES)))


@pytest.mark.parametrize(("asked", "served"), ROUTES.items())
def test_addresses(routed: dict[str, dict], asked: str, served: str) -> None:
    assert routed[asked]["uri"] == served


def test_everything_else_of_a_request_stays(routed: dict[str, dict]) -> None:
    for request in routed.values():
        assert request["querystring"] == {"month": {"value": "2020-06"}}
        assert request["headers"] == {"accept": {"value": "application/json"}}
        assert request["method"] == "GET"


def test_it_fits_the_limit_of_the_service() -> None:
    assert len(SOURCE.read_bytes()) < LIMIT_BYTES


def test_the_rooms_are_found_without_their_last_stroke() -> None:
    rooms = ["/index", "/map", "/desk", "/en", "/changes", "/map/now", "/index/2020-06/r1", "/map/2020-06/r1/townships"]
    for answer, room in zip(ask(rooms), rooms):
        assert (answer["statusCode"], answer["headers"]["location"]["value"]) == (301, room + "/")


def test_the_feed_of_changes_stands_for_its_room() -> None:
    (answer,) = ask(["/changes/"])
    assert (answer["statusCode"], answer["headers"]["location"]["value"]) == (301, "/changes/index.json")


def test_a_lost_visitor_is_told_so_in_words() -> None:
    for answer in ask(LOST):
        assert answer["statusCode"] == 404
        assert "没有找到这个页面" in answer["body"]["data"] and 'href="/"' in answer["body"]["data"]


def test_what_the_function_answers_itself_is_as_guarded_as_a_page_of_the_bucket() -> None:
    (answer,) = ask(["/nope"])
    told = {name: header["value"] for name, header in answer["headers"].items()}
    assert (told["x-content-type-options"], told["x-frame-options"], told["referrer-policy"]) == ("nosniff", "DENY", "no-referrer")
    assert told["content-security-policy"].startswith("default-src 'none'; ") and "permissions-policy" in told


def test_a_file_that_is_not_there_is_told_in_the_same_words() -> None:
    (answer,) = ask(["/nope"])
    assert answer["body"]["data"] == (SOURCE.parent / "lost.html").read_text("utf-8").rstrip("\n")


def test_every_file_of_the_portal_can_be_reached() -> None:
    names = [f"/{path.relative_to(WEB).as_posix()}" for path in WEB.rglob("*") if path.is_file()]
    assert names and [request["uri"] for request in ask(names)] == names


def test_every_page_that_is_let_in_stands_in_the_portal() -> None:
    pages = re.search(r"var PAGES = \[(.*?)\];", SOURCE.read_text()).group(1)
    named = [name for name in re.findall(r"'([^']*)'", pages) if name]
    assert "favicon.ico" in named and [name for name in named if not (WEB / name).is_file()] == []


def test_the_proof_page_asks_no_network_and_the_distribution_allows_exactly_its_script() -> None:
    source = (WEB / "verify.html").read_text("utf-8")
    assert not re.search(r"https?://(?!www\.w3\.org/2000/svg)|<link(?! rel=.icon. href=.data:)|src=|fetch\(|XMLHttpRequest|import\(", source)
    (script,) = re.findall(r"<script>(.*?)</script>", source, flags=re.S)
    allowed = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    template = yaml.safe_load((WEB.parent / "infra/template/cdn.yml").read_text("utf-8"))
    assert f"'sha256-{allowed}'" in json.dumps(template), "web/verify.html changed: put this hash into the policy of infra/template/cdn.yml"
