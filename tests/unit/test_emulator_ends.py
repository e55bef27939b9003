"""What ``./dev up`` says about the emulator's last run: after a clean end nothing, after any other what is gone and since when."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from infra.local.emulator import RUN, SAVE, lost_with_last_run
from infra.local.home import write_note

BEGAN = 1_600_000_000.0


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home in which nothing runs; the emulator's folder."""
    monkeypatch.setenv("SAFETY_CODE_HOME", str(tmp_path))
    (tmp_path / "emulator/state").mkdir(parents=True)
    return tmp_path / "emulator"


def saved(folder: Path, at: float) -> None:
    (folder / SAVE).write_text("{}")
    os.utime(folder / SAVE, (at, at))


def test_a_first_start_has_lost_nothing(folder: Path) -> None:
    assert lost_with_last_run(folder) == ""


def test_a_run_that_saved_at_its_end_has_lost_nothing(folder: Path) -> None:
    write_note(RUN, {"began": BEGAN}, folder)
    saved(folder, BEGAN + 60)
    assert lost_with_last_run(folder) == ""


def test_a_run_killed_after_an_earlier_save_says_of_when_it_was_and_what_to_do(folder: Path) -> None:
    write_note(RUN, {"began": BEGAN}, folder)
    saved(folder, BEGAN - 3600)
    told = lost_with_last_run(folder)
    assert re.search(r"after its last save of 2020-09-1[23] \d\d:26:40 [+-]\d{4} is gone", told), told
    assert "Repeat those imports, uploads and entries" in told


def test_a_first_run_that_was_killed_never_saved(folder: Path) -> None:
    write_note(RUN, {"began": BEGAN}, folder)
    assert "its last save (it never came to one) is gone" in lost_with_last_run(folder)
