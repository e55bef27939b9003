"""Processes killed in the middle of their work, without a word: up again, and the district is the one of an undisturbed up.

Emulator and pump killed in the middle of an import: ``test_commands.py``, which has an undisturbed home already.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.stack.homes import Home, a_home, cut_off

pytestmark = pytest.mark.full
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


def test_the_pump_alone_killed_while_it_grades(undisturbed: Home, tmp_path: Path) -> None:
    """The emulator lives on with some of the cards: what the pump had read and not settled must be read again."""
    with cut_off(tmp_path, undisturbed, "cards", undisturbed.count("cards"), CODES_ALONE, "serve-process") as home:
        home.up(*CODES_ALONE)
        assert home.content() == undisturbed.content()


def test_emulator_and_pump_killed_in_the_middle_of_a_months_run(undisturbed_months: Home, tmp_path: Path) -> None:
    """The first month is published, the second under way: files outlive the emulator's tables, and nothing is published twice."""
    with cut_off(tmp_path, undisturbed_months, "runs", undisturbed_months.count("runs"), (), least=26) as home:
        home.up()
        assert home.content() == undisturbed_months.content()
        assert home.releases() == undisturbed_months.releases()


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
