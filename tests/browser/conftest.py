"""A browser and a small published month, served as files over HTTP like the CDN does."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from desk_person import Open, Person

from chalicelib.register.district import load_district
from chalicelib.riskmap.assess import assess_township
from chalicelib.riskmap.model import Inherent, SiteRisk, Standing
from chalicelib.riskmap.pages import render_release
from chalicelib.riskmap.rules import METHODS, load_risk_rules
from infra.browser import chromium, find_chromium

SCORES = (980, 930, 870, 780, 690, 610, 520, None)


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *args: object) -> None:
        """Tests do not talk."""


@pytest.fixture(scope="session")
def browser() -> Iterator[object]:
    with chromium(find_chromium()) as opened:
        yield opened


@pytest.fixture(scope="session")
def sessions() -> dict[str, str]:
    """Who has signed in during this run, and with what."""
    return {}


@pytest.fixture
def person(browser, front_door: str, stack, sessions: dict[str, str]) -> Iterator[Open]:
    """Opens windows; at the end none of them may have had a script error or a breach of its policy."""
    opened: list[tuple[object, Person]] = []

    def new(role: str, width: int = 1280) -> Person:
        context = browser.new_context(viewport={"width": width, "height": 800}, locale="zh-CN", accept_downloads=True)
        made = Person(context.new_page(), front_door, stack.accounts[role], sessions)
        opened.append((context, made))
        return made

    yield new
    for context, made in opened:
        context.close()
        assert made.faults == []


@pytest.fixture(scope="session")
def published(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a month's map under its real path; all five colours occur."""
    root = tmp_path_factory.mktemp("public")
    files = render_release("2020-06", month(0), load_district("demo"), month(3), base="/map/2020-06/r1/")
    for name, content in files["public"].items():
        write(root / "map" / "2020-06" / "r1" / name, content)
    write(root / "map" / "index.html", files["public"]["index.html"])
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(root)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()


def write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


def month(shift: int) -> list[dict]:
    """Every township of the demo district, judged."""
    from datetime import date

    rules, day = load_risk_rules(METHODS / "model-2020.toml"), date(2020, 6, 30)
    made = []
    for number, township in enumerate(load_district("demo").townships_on(day)):
        score = SCORES[(number + shift) % len(SCORES)]
        standing = Standing("none" if score is None else "blue" if score >= 900 else "yellow" if score >= 750 else "orange" if score >= 600 else "red", score)
        levels = {"HAZARDOUS_CHEMICALS": 1 + number % 4, "FIRE_SAFETY": 2 + number % 3, "SPECIAL_PREMISES": 1 + (number + 1) % 4}
        inherent = {code: Inherent(level, ("TEST",)) for code, level in levels.items()}
        seen = ("2020-06-01", "2020-04-01", "2019-12-01", "2018-01-01")[number % 4]
        axes = {axis: 1000 - 37 * ((number * place) % 9) for place, axis in enumerate("PEWBMH", start=1)}
        standing = replace(standing, axes=axes, evidence_on=seen, coverage_tenths=1000 - 30 * number)
        sites = [SiteRisk(f"S{number:03d}{index}", f"示例{index}", township.code, True, standing, inherent) for index in range(3)]
        made.append(assess_township(township.code, sites, day, rules).to_document())
    return made
