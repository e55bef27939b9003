"""./dev month: what it refuses before it touches a stack, and how it waits."""

from __future__ import annotations

import time

import pytest

from chalicelib.errors import BadInput, Unavailable
from chalicelib.index.runs import FINISH, MemoryRuns
from infra.cli import main
from infra.commands.month import parse_instant, wait_for_finish


def test_a_finish_that_stands_is_returned_at_once() -> None:
    runs = MemoryRuns()
    runs.add("r", FINISH, {"month": "2020-06"})
    assert wait_for_finish(runs, "r", time.monotonic()) == {"month": "2020-06"}


def test_a_finish_that_does_not_come_says_how_to_take_the_run_up_again() -> None:
    with pytest.raises(Unavailable, match="--run 2020-06#x"):
        wait_for_finish(MemoryRuns(), "2020-06#x", time.monotonic() - 1)


@pytest.mark.parametrize("text", ["2020-07-20", "2020-07-20T08:00:00", "yesterday"])
def test_an_instant_needs_its_offset(text: str) -> None:
    with pytest.raises(BadInput):
        parse_instant(text)
    assert parse_instant("2020-07-20T08:00:00+08:00").utcoffset() is not None


@pytest.mark.parametrize("arguments", [["2020-13"], ["June"], ["2020-06", "--known-at", "2020-07-20"]])
def test_bad_arguments_end_with_two(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["month", *arguments]) == 2
    assert "required" in capsys.readouterr().err
