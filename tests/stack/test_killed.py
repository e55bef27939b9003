"""Processes killed in the middle of their work, without a word: up again, and the district is the one of an undisturbed up."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.stack.homes import Home, a_home, wait_for


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    with a_home(tmp_path_factory.mktemp("undisturbed")) as home:
        home.up()
        yield home


def cut_off(home: Home, process: subprocess.Popen, *names: str) -> None:
    """The command first, so that nothing is told to an emulator that is gone."""
    process.kill()
    process.wait(10)
    home.kill(*names)


def test_emulator_and_pump_killed_in_the_middle_of_an_import(undisturbed: Home, tmp_path: Path) -> None:
    with a_home(tmp_path / "home", keys_of=undisturbed) as home:
        attempt = home.begin(*home.up_arguments())
        wait_for(lambda: home.count("events") >= 200, attempt)
        reached = home.count("events")
        cut_off(home, attempt)
        assert reached < undisturbed.count("events")
        home.up()
        assert home.content() == undisturbed.content()


@pytest.mark.full
def test_the_pump_alone_killed_while_it_grades(undisturbed: Home, tmp_path: Path) -> None:
    """The emulator lives on with half the cards: what the pump had read and not settled must be read again."""
    with a_home(tmp_path / "home", keys_of=undisturbed) as home:
        attempt = home.begin(*home.up_arguments())
        wait_for(lambda: home.count("cards") > 0, attempt)
        cut_off(home, attempt, "serve-process")
        assert 0 < home.count("cards") < undisturbed.count("cards")
        home.up()
        assert home.content() == undisturbed.content()


@pytest.mark.full
def test_emulator_and_pump_killed_in_the_middle_of_a_months_run(undisturbed: Home, tmp_path: Path) -> None:
    """The first month is published, the second under way: files outlive the emulator's tables, and nothing is published twice."""
    with a_home(tmp_path / "home", keys_of=undisturbed) as home:
        attempt = home.begin(*home.up_arguments())
        wait_for(lambda: home.count("runs") > 25, attempt, patience_seconds=120)
        assert home.count("runs") < undisturbed.count("runs")
        cut_off(home, attempt)
        home.up()
        assert home.content() == undisturbed.content()
        assert home.releases() == undisturbed.releases()


@pytest.mark.full
def test_the_emulator_killed_after_a_clean_end_comes_back_with_what_was_saved(undisturbed: Home, tmp_path: Path) -> None:
    with a_home(tmp_path / "home", keys_of=undisturbed) as home:
        home.up()
        home.down()
        home.up()
        home.kill()
        told = home.up()
        assert "sites are there" in told
        assert home.content() == undisturbed.content()
        assert home.releases() == undisturbed.releases()
