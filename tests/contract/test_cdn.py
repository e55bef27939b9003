"""The CDN's function as the CDN runs it: in a JavaScript engine, with the event CloudFront hands over."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

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
    "/styles/site.css": "/styles/site.css",
    "/C/7K3M9Q2W1X5Z8V4B": "/api/C/7K3M9Q2W1X5Z8V4B",
    "/C/7K3M9Q2W1X5Z8V4B/": "/api/C/7K3M9Q2W1X5Z8V4B/",
    "/C/": "/api/C/",
    "/c/7K3M": "/c/7K3M",
    "/CC/x": "/CC/x",
    "/api/health": "/api/health",
    "/index": "/index",
}


@pytest.fixture(scope="module")
def routed() -> dict[str, dict]:
    """The request that leaves the function, by the address that came in."""
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
        for uri in ROUTES
    ]
    done = subprocess.run(["node", "-e", RUN, str(SOURCE)], input=json.dumps(events), capture_output=True, text=True, check=True)
    return dict(zip(ROUTES, json.loads(done.stdout)))


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
