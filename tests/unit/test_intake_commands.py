"""The commands around the import: exit 0 in order, 1 judged bad, 2 bad input; every problem on its own line."""

from __future__ import annotations

import pytest

from chalicelib.config import settings
from infra.cli import main

VALID, INVALID = "91330110MA0000015C", "91330110MA0000015D"


@pytest.fixture(autouse=True)
def _settings_of_a_machine_without_a_stack(monkeypatch):
    monkeypatch.setenv("TODAY", "2020-06-10")
    monkeypatch.setenv("DISTRICT", "demo")
    monkeypatch.setenv("ID_KEY", "")
    monkeypatch.setenv("TABLE_PREFIX", "nowhere")
    settings.cache_clear()
    yield
    settings.cache_clear()


def test_valid_codes_are_told_and_pass(capsys):
    assert main(["uscc", VALID.lower(), "914403001922038216"]) == 0
    assert capsys.readouterr().out.splitlines()[0] == f"{VALID}\t有效"


def test_one_invalid_code_fails_with_its_reason(capsys):
    assert main(["uscc", VALID, INVALID]) == 1
    assert "应为“C”" in capsys.readouterr().out


def test_no_code_at_all_is_bad_input():
    with pytest.raises(SystemExit) as left:
        main(["uscc"])
    assert left.value.code == 2


def test_the_demo_district_is_written_as_of_the_last_closed_month(tmp_path, capsys):
    assert main(["synth", str(tmp_path), "--sites", "small"]) == 0
    assert capsys.readouterr().out.splitlines()[-1].endswith("as of 2020-05-31")
    assert main(["import", str(tmp_path / "01_sites.csv"), "--mapping", "sites", "--check"]) == 0


def test_a_size_that_is_none_is_bad_input(tmp_path, capsys):
    assert main(["synth", str(tmp_path), "--sites", "huge"]) == 2
    assert "--sites" in capsys.readouterr().err


def test_a_faulty_file_is_told_line_by_line(tmp_path, capsys):
    path = tmp_path / "plans.csv"
    path.write_text("镇街,计划编号,下达日期,年度,领域,检查数\n火星街道,1,2020-01-01,2020,,5\n临平街道,2,2020-13-01,2020,,五\n", "utf-8")
    assert main(["import", str(path), "--mapping", "township_plans", "--check"]) == 2
    told = capsys.readouterr().err.splitlines()
    assert [line.split(" · ")[1] for line in told] == ["镇街", "下达日期", "检查数"]


def test_importing_without_the_key_of_ids_is_refused(tmp_path, capsys):
    assert main(["import", str(tmp_path / "a.csv"), "--mapping", "sites"]) == 2
    assert "ID_KEY" in capsys.readouterr().err


def test_a_file_that_is_not_there_is_bad_input(tmp_path):
    assert main(["import", str(tmp_path / "a.csv"), "--mapping", "sites", "--check"]) == 2
