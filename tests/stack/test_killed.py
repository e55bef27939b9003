"""Processes killed in the middle of their work, without a word: up again, and the district is the one of an undisturbed up."""

from __future__ import annotations

import signal
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.stack.homes import Home, a_home

ATTEMPTS = 6
PATIENCE_SECONDS = 120
CODES_ALONE = ("--small", "--months", "0")


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    with a_home(tmp_path_factory.mktemp("undisturbed")) as home:
        home.up(*CODES_ALONE)
        yield home


@pytest.fixture(scope="module")
def undisturbed_months(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    with a_home(tmp_path_factory.mktemp("undisturbed-months")) as home:
        home.up()
        yield home


@contextmanager
def cut_off(undisturbed: Home, folder: Path, table: str, *names: str, least: int = 1, up: Sequence[str] = CODES_ALONE) -> Iterator[Home]:
    """A home whose ``up`` was killed while a table held some, but not all, of its items; then the other processes too.

    A fast machine may be through before it is caught: then once more, in a fresh home.
    """
    whole = undisturbed.count(table)
    for attempt in range(ATTEMPTS):
        with a_home(folder / f"attempt-{attempt}", keys_of=undisturbed) as home:
            process = home.begin(*home.up_arguments(*up))
            reached = watch(home, table, least, process)
            process.kill()
            process.wait(10)
            home.kill(*names)
            if least <= reached < whole:
                yield home
                return
    pytest.fail(f"{ATTEMPTS} times the command was through before it could be cut off")


def watch(home: Home, table: str, least: int, process: subprocess.Popen) -> int:
    """How many items there were when the command was stopped, as soon as there were ``least``."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while home.count(table) < least and process.poll() is None:
        assert time.monotonic() < deadline
        time.sleep(0.005)
    process.send_signal(signal.SIGSTOP)
    return home.count(table)


def test_emulator_and_pump_killed_in_the_middle_of_an_import(undisturbed: Home, tmp_path: Path) -> None:
    with cut_off(undisturbed, tmp_path, "events") as home:
        home.up(*CODES_ALONE)
        assert home.content() == undisturbed.content()


@pytest.mark.full
def test_the_pump_alone_killed_while_it_grades(undisturbed: Home, tmp_path: Path) -> None:
    """The emulator lives on with some of the cards: what the pump had read and not settled must be read again."""
    with cut_off(undisturbed, tmp_path, "cards", "serve-process") as home:
        home.up(*CODES_ALONE)
        assert home.content() == undisturbed.content()


@pytest.mark.full
def test_emulator_and_pump_killed_in_the_middle_of_a_months_run(undisturbed_months: Home, tmp_path: Path) -> None:
    """The first month is published, the second under way: files outlive the emulator's tables, and nothing is published twice."""
    with cut_off(undisturbed_months, tmp_path, "runs", least=26, up=()) as home:
        home.up()
        assert home.content() == undisturbed_months.content()
        assert home.releases() == undisturbed_months.releases()


@pytest.mark.full
def test_the_emulator_killed_after_a_clean_end_comes_back_with_what_was_saved(undisturbed_months: Home, tmp_path: Path) -> None:
    with a_home(tmp_path / "home", keys_of=undisturbed_months) as home:
        home.up()
        home.down()
        home.up()
        home.kill()
        told = home.up()
        assert "sites are there" in told
        assert home.content() == undisturbed_months.content()
        assert home.releases() == undisturbed_months.releases()
