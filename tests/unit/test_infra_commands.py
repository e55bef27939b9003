"""The commands around packaging: parameters from files and pairs, exit codes."""

from __future__ import annotations

import argparse
from datetime import date
from pathlib import Path

import pytest

from chalicelib.register.district import load_district
from infra.archive import required
from infra.commands import deploy as deploy_command
from infra.commands import package as package_command


def test_later_parameters_win(tmp_path: Path) -> None:
    stage, secrets = tmp_path / "stage.toml", tmp_path / "secrets.toml"
    stage.write_text('District = "demo"\nProduction = true\nApiOriginPort = 8080\n')
    secrets.write_text('PlateKeys = "0:00"\nDistrict = "other"\n')
    read = deploy_command.read_parameters([stage, secrets], ["Today=2020-07-05", "PublicBaseUrl=https://x.example/?a=b"])
    assert read == {
        "District": "other",
        "Production": "true",
        "ApiOriginPort": "8080",
        "PlateKeys": "0:00",
        "Today": "2020-07-05",
        "PublicBaseUrl": "https://x.example/?a=b",
    }


@pytest.mark.parametrize("pair", ["Today", "=2020-07-05"])
def test_a_pair_without_its_halves_is_refused(pair: str) -> None:
    with pytest.raises(ValueError, match="NAME=VALUE"):
        deploy_command.read_parameters([], [pair])


def test_a_missing_parameter_file_is_bad_input(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    parser = argparse.ArgumentParser()
    deploy_command.add_arguments(parser)
    assert deploy_command.run(parser.parse_args(["name", "--parameters", str(tmp_path / "absent.toml")])) == 2
    assert "absent.toml" in capsys.readouterr().err


def test_package_writes_archive_and_template_and_the_linter_finds_nothing(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    parser = argparse.ArgumentParser()
    package_command.add_arguments(parser)
    assert package_command.run(parser.parse_args(["--local", "--lint", "--out", str(tmp_path / "out")])) == 0
    assert (tmp_path / "out" / "package.zip").exists()
    assert "code version" in capsys.readouterr().out


def test_pins_are_read_by_normalised_name(tmp_path: Path) -> None:
    pins = tmp_path / "requirements.txt"
    pins.write_text("# why\nPython_Stdnum==2.2  # codes\n\npyyaml==6.0.3; python_version > '3'\n")
    assert required(pins) == {"python-stdnum": "2.2", "pyyaml": "6.0.3"}


@pytest.mark.parametrize(("months", "wanted"), [(0, []), (1, ["2020-01"]), (2, ["2020-01", "2019-12"])])
def test_up_publishes_as_many_closed_months_as_asked_the_newest_first(months: int, wanted: list[str]) -> None:
    from infra.local.demo import closed_months

    assert closed_months(date(2020, 1, 31), months) == wanted


def test_whoever_moves_the_day_back_is_told_that_grades_stay() -> None:
    from infra.commands.clock import warning

    assert "back from 2020-07-05" in warning("2020-07-05", date(2020, 6, 30))
    assert [warning(before, date(2020, 7, 5)) for before in ("", "2020-06-30", "2020-07-05")] == [""] * 3


def test_a_demo_begins_with_the_last_month_whose_calendar_is_known_however_old_the_holidays_installed() -> None:
    from infra.local.demo import demo_day, last_closed_day

    demo = load_district("demo")
    assert last_closed_day(date(2020, 7, 1), demo) == date(2020, 6, 30)
    assert last_closed_day(date(2020, 1, 15), demo) == date(2019, 12, 31)
    latest = last_closed_day(date(2090, 1, 1), demo)
    assert latest < date(2090, 1, 1) and demo_day(latest, demo) > latest
