"""The official algorithms over documents, and the command that judges a file: fields, exact decimals, refusals, exit codes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from chalicelib.errors import BadInput
from chalicelib.grading.official.documents import judge_document
from chalicelib.grading.rules import MODEL_2020, load_rule_set
from infra.cli import main

LEVELS = load_rule_set(MODEL_2020).levels
AMMONIA = {"exposed": 50, "units": [{"name": "冷库", "holdings": [{"substance": "氨", "tonnes": 40}]}]}
DOCUMENTS = {
    "chemicals-19": {"coverage": "full", "findings": {"officers_not_passed": 4}},
    "gb18218": AMMONIA,
    "lec": {"likelihood": 6, "exposure": 6, "consequence": 7},
    "matrix": {"matrix": "4x4", "likelihood": 3, "severity": 3},
    "accident": {"deaths": 2, "serious_injuries": 9, "loss_fen": 999_000_000},
}


def judged(algorithm: str, **changes: object) -> dict[str, object]:
    return judge_document(algorithm, {**DOCUMENTS[algorithm], **changes}, LEVELS)


@pytest.mark.parametrize(
    ("algorithm", "field", "value"),
    [
        ("chemicals-19", "score", "85.0"),
        ("gb18218", "level", 3),
        ("lec", "d", "252"),
        ("matrix", "grade", "orange"),
        ("accident", "title", "一般"),
    ],
)
def test_each_algorithm_answers_with_its_result_and_reasons(algorithm: str, field: str, value: object) -> None:
    document = judged(algorithm)
    assert document[field] == value
    assert document["reasons"]
    assert json.loads(json.dumps(document)) == document


@pytest.mark.parametrize("algorithm", DOCUMENTS)
def test_a_missing_and_a_misspelt_field_are_both_named(algorithm: str) -> None:
    first = next(iter(DOCUMENTS[algorithm]))
    document = {name: value for name, value in DOCUMENTS[algorithm].items() if name != first}
    with pytest.raises(BadInput) as refusal:
        judge_document(algorithm, {**document, "extra": 1}, LEVELS)
    assert {problem.place for problem in refusal.value.problems} == {"extra", first}


def test_null_is_unknown() -> None:
    assert judged("gb18218", exposed=None)["level"] is None
    assert judged("lec", exposure=None)["grade"] is None
    assert judged("accident", deaths=None)["title"] == "待定（不低于一般）"


@pytest.mark.parametrize(
    ("units", "place"),
    [
        ({}, "units"),
        (["库"], "units.1"),
        ([{"name": "库"}], "units.1.holdings"),
        ([{"name": "库", "holdings": [{"substance": "氨"}]}], "units.1.holdings.1.tonnes"),
        ([{"name": "库", "holdings": [{"substance": "氨", "tonnes": 1, "q": 1}]}], "units.1.holdings.1.q"),
        ([{"name": "库", "holdings": [{"substance": "氨", "tonnes": 1, "classes": "W2"}]}], "units.1.holdings.1.classes"),
        ([{"name": "", "holdings": []}], "units."),
    ],
)
def test_units_of_another_shape_are_refused_by_place(units: object, place: str) -> None:
    with pytest.raises(BadInput) as refusal:
        judged("gb18218", units=units)
    assert [problem.place for problem in refusal.value.problems] == [place]


def test_wrong_types_are_bad_input_not_a_fault() -> None:
    for algorithm, changes in (
        ("chemicals-19", {"findings": [1]}),
        ("chemicals-19", {"findings": {"explosives": {}}}),
        ("matrix", {"direct": "law_breached"}),
        ("matrix", {"matrix": 4}),
        ("matrix", {"likelihood": []}),
        ("lec", {"exposure": {}}),
        ("accident", {"deaths": []}),
        ("gb18218", {"exposed": "many"}),
    ):
        with pytest.raises(BadInput):
            judged(algorithm, **changes)


def test_an_unknown_algorithm_is_refused() -> None:
    with pytest.raises(BadInput, match="gb18218"):
        judge_document("gb6441", {}, LEVELS)


# ── ./dev official ─────────────────────────────────────────────────────────────────────────────────────────────────


def written(folder: Path, document: object) -> str:
    path = folder / "document.json"
    path.write_text(document if isinstance(document, str) else json.dumps(document), encoding="utf-8")
    return str(path)


@pytest.mark.parametrize(
    ("algorithm", "changes", "code", "first"),
    [
        ("chemicals-19", {}, 0, "yellow 85.0"),
        ("chemicals-19", {"findings": {"unqualified_special_workers": 1}}, 1, "red 100.0"),
        ("chemicals-19", {"coverage": "partial"}, 0, "待定 待定"),
        ("gb18218", {}, 1, "重大危险源 3级"),
        ("gb18218", {"exposed": None}, 1, "重大危险源 待定（不低于4级）"),
        ("gb18218", {"units": [{"name": "库", "holdings": []}]}, 0, "不构成重大危险源"),
        ("gb18218", {"units": [{"name": "库", "holdings": [{"substance": "某助剂", "tonnes": 1}]}]}, 0, "待定"),
        ("lec", {"consequence": 100}, 1, "red"),
        ("lec", {"consequence": None}, 0, "待定"),
        ("matrix", {}, 0, "orange"),
        ("accident", {}, 0, "一般"),
        ("accident", {"deaths": 3}, 1, "较大"),
        ("accident", {"deaths": None}, 0, "待定（不低于一般）"),
    ],
)
def test_the_command_tells_the_verdict_first(tmp_path, capsys, algorithm: str, changes, code: int, first: str) -> None:
    assert main(["official", algorithm, written(tmp_path, {**DOCUMENTS[algorithm], **changes})]) == code
    assert capsys.readouterr().out.splitlines()[0] == first


def test_decimals_of_a_file_stay_exact(tmp_path, capsys) -> None:
    held = '[{"substance": "光气", "tonnes": 0.1}, {"substance": "光气", "tonnes": 0.2}]'
    phosgene = f'{{"exposed": 1, "units": [{{"name": "库", "holdings": {held}}}]}}'
    assert main(["official", "gb18218", "--json", written(tmp_path, phosgene)]) == 1
    assert json.loads(capsys.readouterr().out)["units"][0]["s"] == "1"


@pytest.mark.parametrize("text", ["[1]", "{", '{"likelihood": 4, "exposure": 6, "consequence": 7}'])
def test_a_bad_file_is_bad_input(tmp_path, capsys, text: str) -> None:
    assert main(["official", "lec", written(tmp_path, text)]) == 2
    assert capsys.readouterr().out == ""


def test_a_missing_file_is_bad_input(tmp_path, capsys) -> None:
    assert main(["official", "lec", str(tmp_path / "absent.json")]) == 2
    assert "cannot be read: No such file" in capsys.readouterr().err
