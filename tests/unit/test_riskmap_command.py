"""./dev assess: the example is judged, every fault of a document is named, the exit code says how it ended."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from chalicelib.riskmap import rules as methods
from infra.cli import main

EXAMPLE = Path(methods.__file__).with_name("input.example.json")


def run(path: Path, *options: str) -> int:
    return main(["assess", str(path), *options])


@pytest.fixture
def document() -> dict:
    return json.loads(EXAMPLE.read_text(encoding="utf-8"))


def write(tmp_path: Path, document: object) -> Path:
    path = tmp_path / "township.json"
    path.write_text(json.dumps(document), encoding="utf-8")
    return path


def test_the_example_is_judged_with_its_reasons(capsys) -> None:
    assert run(EXAMPLE) == 0
    said = capsys.readouterr().out
    assert "综合安全状况 黄 5.5" in said
    assert "I 2、治理 G 3 → R 6 橙" in said and "（S4 S5）" in said


def test_colours_are_called_as_the_district_calls_them(tmp_path, document, capsys) -> None:
    document["sites"] = [{"id": "S1", "grade": "blue", "score": "95.0", "inherent": {"FIRE_SAFETY": 1}}]
    document.pop("statistics", None)
    path = write(tmp_path, document)
    said = {name: (run(path, "--district", name), capsys.readouterr().out)[1] for name in ("demo", "shifan")}
    assert "综合安全状况 蓝" in said["demo"] and said["shifan"] == said["demo"].replace("蓝", "绿")


def test_the_whole_result_as_json(capsys) -> None:
    assert run(EXAMPLE, "--json") == 0
    result = json.loads(capsys.readouterr().out)
    assert result["combined"] == {"value": "5.5", "colour": "yellow", "own_colour": "yellow", "pull_ups": []}
    assert result["rule_set"]["id"] == "riskmap-model-2020"


def test_a_red_township_ends_with_one(document: dict, tmp_path: Path, capsys) -> None:
    document["sites"] = [{"id": "S1", "grade": "red", "score": "40.0", "inherent": {"FIRE_SAFETY": 4}}]
    document["statistics"] = {}
    assert run(write(tmp_path, document)) == 1
    assert "红 16.0" in capsys.readouterr().out


def test_every_fault_that_the_schema_sees_is_named(document: dict, tmp_path: Path, capsys) -> None:
    document["sites"][0]["score"] = 92.0
    document["sites"][1]["grade"] = "green"
    document["on"] = "2020-02-30"
    del document["township"]
    assert run(write(tmp_path, document)) == 2
    said = capsys.readouterr().err
    assert all(word in said for word in ("sites.0.score", "sites.1.grade", "on", "township"))


def test_every_fault_that_only_the_rules_see_is_named(document: dict, tmp_path: Path, capsys) -> None:
    sites = document["sites"]
    sites[0]["score"] = None
    sites[1]["profile"]["wings"] = 2
    sites[2]["profile"]["staff"] = "many"
    sites[3]["id"] = "S1"
    sites[4]["inherent"]["SPACE_TRAVEL"] = 2
    sites[5]["score"] = "88.0"
    document["statistics"] = {"FIRE": {}, "FIRE_SAFETY": {"video_due": 2, "video_online": 3}}
    assert run(write(tmp_path, document)) == 2
    said = capsys.readouterr().err.splitlines()
    assert len(said) == 8
    for word in ("only a veto", "no such field", "a number is required", "the same id twice", "SPACE_TRAVEL", "neither score", "FIRE", "more online"):
        assert any(word in line for line in said), word


@pytest.mark.parametrize("text", ["{", "[]", ""])
def test_what_is_not_a_document_is_refused(text: str, tmp_path: Path, capsys) -> None:
    path = tmp_path / "township.json"
    path.write_text(text, encoding="utf-8")
    assert run(path) == 2
    assert capsys.readouterr().err


def test_a_missing_file_is_bad_input(tmp_path: Path, capsys) -> None:
    assert run(tmp_path / "none.json") == 2
    assert "none.json" in capsys.readouterr().err


@pytest.mark.parametrize("figure", ["-1", "NaN", "Infinity", "1.5", '"3"'])
def test_a_count_that_is_no_count_is_named_and_colours_nothing(document: dict, tmp_path: Path, capsys, figure: str) -> None:
    path = write(tmp_path, document)
    path.write_text(path.read_text().replace('"injuries": 3', f'"injuries": {figure}'), encoding="utf-8")
    assert run(path) == 2
    said = capsys.readouterr()
    assert said.out == "" and said.err


def test_a_township_without_sites_is_grey(document: dict, tmp_path: Path, capsys) -> None:
    document |= {"sites": [], "statistics": {}}
    assert run(write(tmp_path, document)) == 0
    assert "综合安全状况 未评定" in capsys.readouterr().out
