"""Lighthouse on the scan page of a running stack, as on a phone: the median of five runs."""

from __future__ import annotations

import json
import os
import shutil
import statistics
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from infra.local.browser import ensure_browser
from infra.local.home import ROOT
from tests.stack.homes import Home, a_home

pytestmark = [pytest.mark.full, pytest.mark.alone]
LIGHTHOUSE = "lighthouse@12.8.2"
CATEGORIES = ("performance", "accessibility", "best-practices")
METRICS = {"FCP ms": "first-contentful-paint", "LCP ms": "largest-contentful-paint", "CLS": "cumulative-layout-shift", "TBT ms": "total-blocking-time"}
RUNS = 5
LEAST_SCORE, MOST_PAINT_MS = 95, 1000


@pytest.fixture(scope="module")
def lighthouse() -> Path:
    """The pinned package from the registry that npm is set up for, kept in ``.local/`` for the next time."""
    folder = ROOT / ".local" / "lighthouse"
    program = folder / "node_modules/.bin/lighthouse"
    assert shutil.which("npm"), "npm is needed: install Node.js 18.20 or later"
    if not program.exists():
        folder.mkdir(parents=True, exist_ok=True)
        command = ["npm", "install", "--no-audit", "--no-fund", "--no-save", "--prefix", str(folder), LIGHTHOUSE]
        done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
        assert done.returncode == 0, done.stderr[-2000:]
    return program


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    with a_home(tmp_path_factory.mktemp("lighthouse")) as home:
        home.up()
        yield home


def audit(lighthouse: Path, url: str, folder: Path) -> dict:
    """One run with Lighthouse's own mobile settings (a mid-range phone on slow 4G, simulated)."""
    report = folder / "report.json"
    flags = "--headless=new --disable-gpu" + (" --no-sandbox" if os.geteuid() == 0 else "")
    chosen = f"--only-categories={','.join(CATEGORIES)}"
    command = [str(lighthouse), url, "--quiet", "--output=json", f"--output-path={report}", chosen, f"--chrome-flags={flags}"]
    environment = {**os.environ, "CHROME_PATH": ensure_browser()}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=180, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    return json.loads(report.read_text("utf-8"))


@pytest.mark.parametrize("grade", ["blue", "red"])
def test_the_scan_page_on_a_phone(lighthouse: Path, running: Home, tmp_path: Path, grade: str, capsys: pytest.CaptureFixture) -> None:
    # A function's cold start is told by `bench scan`; here it would stand for the first of five visitors.
    audit(lighthouse, running.plate(grade), tmp_path)
    reports = [audit(lighthouse, running.plate(grade), tmp_path) for _ in range(RUNS)]
    scores = {name: statistics.median(100 * report["categories"][name]["score"] for report in reports) for name in CATEGORIES}
    middle = {name: statistics.median(report["audits"][audited]["numericValue"] for report in reports) for name, audited in METRICS.items()}
    with capsys.disabled():
        print(f"\nlighthouse {grade}: {json.dumps({**scores, **{name: round(value, 3) for name, value in middle.items()}})}", flush=True)
    assert min(scores.values()) >= LEAST_SCORE, scores
    assert middle["CLS"] == 0
    assert middle["FCP ms"] <= MOST_PAINT_MS, middle
