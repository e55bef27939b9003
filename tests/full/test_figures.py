"""The long benches as tests: what must be exact is asserted, seconds are printed and judged by whoever reads them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SECONDS = ("append 9,000 events", "9,000 events graded", "graded a second")
pytestmark = [pytest.mark.full, pytest.mark.alone]


def figures(bench: str, capsys: pytest.CaptureFixture) -> dict[str, float]:
    """The figures of ``./dev bench NAME``, which runs a stack of its own."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("AWS_") and name != "TABLE_PREFIX"}
    command = [sys.executable, "-m", "infra.cli", "bench", bench, "--no-peers"]
    done = subprocess.run(command, cwd=ROOT, env={**kept, "PYTHONPATH": str(ROOT)}, capture_output=True, text=True, timeout=1500, check=False)
    with capsys.disabled():
        print(f"\n{done.stdout}", end="", flush=True)
    assert done.returncode == 0, done.stderr[-3000:]
    return {told["figure"]: told["value"] for told in map(json.loads, done.stdout.splitlines())}


def test_nine_thousand_events_at_once_are_all_graded_none_lost_none_twice(capsys: pytest.CaptureFixture) -> None:
    told = figures("burst", capsys)
    exact = {name: value for name, value in told.items() if name not in SECONDS}
    assert len(exact) == 6
    assert exact == dict.fromkeys(exact, 0)


def test_the_whole_chain_of_8800_sites_and_a_second_up(capsys: pytest.CaptureFixture) -> None:
    told = figures("chain", capsys)
    assert told["cards"] == 8_800
    assert told["events"] > 70_000
    assert told["quarantine"] == 0
    assert told["portal"] <= told["whole chain, 8,800 sites"]


def test_every_appended_event_changes_its_page(capsys: pytest.CaptureFixture) -> None:
    assert figures("freshness", capsys)["events"] >= 50
