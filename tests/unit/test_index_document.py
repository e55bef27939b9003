"""The JSON faces of the index: its input refused whole, its result complete, the command line on top."""

from __future__ import annotations

import copy
import json
from fractions import Fraction
from pathlib import Path

import pytest
from jsonschema import Draft7Validator

from chalicelib.canonical import canonical_json
from chalicelib.errors import BadInput
from chalicelib.index import rules as methods
from chalicelib.index.document import measure_document, read_input
from chalicelib.index.model import State
from chalicelib.index.result import public_document, result_document
from chalicelib.index.score import score
from infra.cli import main

FOLDER = Path(methods.__file__).parent
RULES = methods.load_rules(methods.MODEL_2020)
EXAMPLE = json.loads((FOLDER / "input.example.json").read_text(encoding="utf-8"))
SCHEMA = Draft7Validator(json.loads((FOLDER / "input.schema.json").read_text(encoding="utf-8")))
RESULT_SCHEMA = Draft7Validator(json.loads((FOLDER / "result.schema.json").read_text(encoding="utf-8")))


def example(**sub_items: object) -> dict:
    document = copy.deepcopy(EXAMPLE)
    document["townships"][0]["sub_items"].update(sub_items)
    return document


def may() -> dict:
    """The month before: fewer cameras, another coefficient."""
    document = copy.deepcopy(EXAMPLE)
    document["month"] = "2020-05"
    for row in document["townships"]:
        row["sub_items"]["CX3"] = {"numerator": 1, "denominator": 2}
        row["sites"] = 400
    return document


def result(document: dict = EXAMPLE, previous: dict | None = None) -> dict:
    month, townships = read_input(document, RULES)
    return result_document(month, score(month, townships, RULES), RULES, previous)


def test_the_example_is_valid_and_full() -> None:
    assert list(SCHEMA.iter_errors(EXAMPLE)) == []
    month, townships = read_input(EXAMPLE, RULES)
    assert month == "2020-06" and [len(township.measures) for township in townships] == [45, 45]
    states = {measure.state for township in townships for measure in township.measures}
    assert states == set(State), "all four kinds of no value are shown"


def test_a_measure_survives_its_document() -> None:
    _, townships = read_input(EXAMPLE, RULES)
    again = copy.deepcopy(EXAMPLE)
    for row, township in zip(again["townships"], townships, strict=True):
        row["sub_items"] = {measure.code: measure_document(measure) for measure in township.measures}
    assert list(SCHEMA.iter_errors(again)) == []
    assert read_input(again, RULES)[1] == townships


@pytest.mark.parametrize(
    ("code", "row", "reason"),
    [
        ("PX1", {"numerator": 11, "denominator": 10}, "numerator above denominator"),
        ("FX4", {"numerator": 3, "denominator": 2}, "numerator above denominator"),
        ("JG3", {"numerator": 3, "denominator": 2}, "numerator above denominator"),
        ("FX6", {"numerator": 1, "denominator": 0}, "numerator above denominator"),
        ("SG1", {"numerator": -1}, "not below 0"),
        ("SG1", {"numerator": True}, "not below 0"),
        ("SG1", {"numerator": 0.5}, "not below 0"),
        ("PX1", {"numerator": 1}, "not below 0"),
        ("SG2", {"no_value": "not_applicable"}, "never not applicable"),
        ("ZR1", {"no_value": "forgotten"}, "one of not_applicable"),
        ("ZR1", {"no_value": "not_reported", "numerator": 1}, "has no counts"),
        ("ZR1", {"no_value": "not_reported", "last": {"month": "2020-05", "share": "1"}}, "only a failed feed"),
        ("SG4", {"no_value": "no_data", "last": {"month": "2020-06", "share": "1"}}, "before the month"),
        ("SG4", {"no_value": "no_data", "last": {"month": "2020-13", "share": "1"}}, "a month YYYY-MM"),
        ("SG4", {"no_value": "no_data", "last": {"month": "2020-05", "share": "3/2"}}, "share from 0 to 1"),
        ("CX2", {"level": "galactic"}, "no such level"),
        ("PX1", {"numerator": 1, "denominator": 1, "condition": 1}, "no second count"),
        ("PX1", {"numerator": 1, "denominator": 1, "ratio": "1"}, "no such field"),
        ("ZR3", {"numerator": "1/2", "denominator": 1}, "not below 0"),
        ("ZX5", {"numerator": 0, "denominator": 2, "cases": ["a", "b"], "case_count": 1}, "fewer than the cases"),
        ("ZX5", {"numerator": 0, "denominator": 2, "cases": [1]}, "a list of ids"),
    ],
)
def test_what_cannot_be_true_is_refused_never_clipped(code: str, row: dict, reason: str) -> None:
    with pytest.raises(BadInput, match=reason):
        read_input(example(**{code: row}), RULES)


def test_every_fault_of_a_document_is_named_at_once() -> None:
    document = example(PX1={"numerator": 11, "denominator": 10}, QQ9={"numerator": 1})
    del document["townships"][1]["sub_items"]["ZR1"]
    document["townships"][1]["code"] = document["townships"][0]["code"]
    document["townships"][1]["sites"] = None
    with pytest.raises(BadInput) as caught:
        read_input(document, RULES)
    found = str(caught.value)
    assert all(words in found for words in ("numerator above", "no such sub-item", "missing: give counts", "used twice", "sites"))


@pytest.mark.parametrize("document", [[], {"month": "2020-6", "townships": []}, {"townships": "x"}, {"month": "2020-06", "townships": [1]}])
def test_shapes_that_are_no_input(document: object) -> None:
    with pytest.raises(BadInput):
        read_input(document, RULES)


def test_points_are_text_with_their_decimals_and_everything_has_a_reason() -> None:
    document = result()
    first, second = document["townships"]
    assert (first["rank"], second["rank"]) == (1, 2)
    assert (second["colour"], [o["code"] for o in second["overrides"]]) == ("orange", ["fatal_accident"])
    for row in document["townships"]:
        assert row["index"].count(".") == 1 and len(row["raw"].split(".")[1]) == 2
        assert sum(Fraction(line["points"]) for line in row["ledger"]) == 100 - Fraction(row["index"])
        lost = [Fraction(entry["lost"]) for entry in row["lost"]]
        assert lost == sorted(lost, reverse=True) and all(lost)
    unreported = next(i for i in second["indicators"][0]["sub_items"] if i["code"] == "ZR1")
    assert (unreported["state"], unreported["points"], "numerator" in unreported) == ("not_reported", "0.00", False)
    carried = next(i for i in second["indicators"][6]["sub_items"] if i["code"] == "CX3")
    assert (carried["carried_from"], carried["share"]) == ("2020-05", "11/12")


def test_the_change_against_last_month_is_explained_to_the_last_digit() -> None:
    document = result(previous=result(may()))
    assert document["compared_with"] == "2020-05"
    for row in document["townships"]:
        parts = row["change"]["parts"]
        assert [part["kind"] for part in parts] == ["rules", "own", "others", "coefficient"]
        assert sum(Fraction(part["index"]) for part in parts) == Fraction(row["change"]["index"])
        assert sum(Fraction(part["rank"]) for part in parts) == row["change"]["rank"]
    assert document["townships"][0]["change"]["indicators"]["CX"].startswith("+")


def test_the_result_fits_its_schema_for_staff_and_for_the_public() -> None:
    document = result(previous=result(may()))
    blind = example(**{code: {"no_value": "no_data"} for code in EXAMPLE["townships"][0]["sub_items"]})
    for each in (document, public_document(document), result(), result(blind)):
        assert [error.message for error in RESULT_SCHEMA.iter_errors(each)] == []
    assert list(RESULT_SCHEMA.iter_errors({**document, "uncertainty": {}}))


def test_a_later_version_says_the_same_of_the_same_month() -> None:
    """The shipped result is documentation, and what any later version of the code must still say (a parameter more gives the method
    another hash)."""
    shipped = json.loads((FOLDER / "result.example.json").read_text(encoding="utf-8"))
    now = result()
    assert canonical_json({**now, "rule_set": None}) == canonical_json({**shipped, "rule_set": None})
    assert [now["rule_set"][key] == shipped["rule_set"][key] for key in ("id", "version", "title")] == [True] * 3


def test_a_first_month_has_no_change() -> None:
    assert [row["change"] for row in result()["townships"]] == [None, None]


def test_the_public_result_has_counts_but_no_case() -> None:
    assert '"cases"' in json.dumps(result())
    public = json.dumps(public_document(result()))
    assert '"cases"' not in public and '"case_count": 18' in public


def test_the_command_judges_the_example(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert main(["score", str(FOLDER / "input.example.json")]) == 0
    told = capsys.readouterr().out
    assert "第 1 名 临平街道" in told and "颜色受限：本月发生亡人事故" in told and "（未报）" in told
    assert main(["score", str(FOLDER / "input.example.json"), "--json"]) == 0
    document = capsys.readouterr().out
    assert json.loads(document) == result()
    (tmp_path / "may.json").write_text(document, encoding="utf-8")
    assert main(["score", str(FOLDER / "input.example.json"), "--previous", str(tmp_path / "may.json")]) == 0
    assert "较上月 0.0" in capsys.readouterr().out


def test_the_command_says_bad_and_wrong(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    red, wrong, broken = tmp_path / "red.json", tmp_path / "wrong.json", tmp_path / "broken.json"
    red.write_text(json.dumps(example(SG2={"numerator": 1})), encoding="utf-8")
    wrong.write_text(json.dumps(example(PX1={"numerator": 11, "denominator": 10})), encoding="utf-8")
    broken.write_text("{", encoding="utf-8")
    assert [main(["score", str(path)]) for path in (red, wrong, broken, tmp_path / "none.json")] == [1, 2, 2, 2]
    assert "numerator above denominator" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("before", "after", "named"),
    [
        ('"ZR1": {', '"QQ1": {"numerator": 1}, "ZR1": {', "QQ1"),
        ('"numerator": 570,', '"numerator": 571000,', "numerator above denominator"),
        ('"numerator": 570,', '"numerator": -1,', "'-1' · a whole number not below 0 is required"),
        ('"numerator": 570,', '"numerator": "570",', "'570' · a whole number not below 0 is required"),
        ('"ZR1": {', '"ZR1": {"numerator": 1, "denominator": 1}, "ZR1": {', "given twice: ZR1"),
        ('"month": "2020-06"', '"month": "2999-01"', "this month has not begun"),
        ('"month": "2020-06"', '"month": "2020-06", "moth": 1', "document · moth · '1' · no such field"),
        ('"schema": 1', '"schema": 2', "schema · '2' · 1 is required"),
        ('"sites": 620', '"sites": 620, "site": 9', "townships[0] · site · '9' · no such field"),
        ('"numerator": 570,', '"level": [], "numerator": 570,', "level · '[]' · no such level"),
        ('"numerator": 570,', '"no_value": [], "numerator": 570,', "no_value · '[]' · one of"),
        ('"share": "', '"part": 1, "share": "', "last · part · '1' · no such field"),
    ],
    ids=[
        "unknown item", "numerator above denominator", "negative", "text in a number", "duplicate", "future month",
        "unknown field", "other schema", "unknown field of a township", "level of another kind", "no value of another kind", "unknown field of a last share",
    ],  # fmt: skip
)
def test_the_command_refuses_bad_input_by_name_and_changes_nothing(
    before: str, after: str, named: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    body = (FOLDER / "input.example.json").read_text(encoding="utf-8")
    assert before in body
    (tmp_path / "in.json").write_text(body.replace(before, after, 1), encoding="utf-8")
    assert main(["score", str(tmp_path / "in.json"), "--json"]) == 2
    told = capsys.readouterr()
    assert named in told.err and told.out == "" and [path.name for path in tmp_path.iterdir()] == ["in.json"]


@pytest.mark.parametrize(
    ("option", "content", "named"),
    [
        ("--previous", "{}", "previous · 'townships' is a required property"),
        ("--previous", json.dumps(EXAMPLE), "previous · 'rule_set' is a required property"),
        ("--rules", "{}", "not TOML"),
        ("--rules", b"\xff", "not TOML"),
    ],
)
def test_the_command_refuses_what_is_no_result_and_no_method(
    option: str, content: str | bytes, named: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "given").write_bytes(content.encode() if isinstance(content, str) else content)
    assert main(["score", str(FOLDER / "input.example.json"), option, str(tmp_path / "given")]) == 2
    told = capsys.readouterr()
    assert named in told.err and told.out == ""


def test_the_command_says_how_firm_a_place_is_and_where_points_are_cheapest(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    (tmp_path / "may.json").write_text(json.dumps(result(may())), encoding="utf-8")
    assert main(["score", str(FOLDER / "input.example.json"), "--previous", str(tmp_path / "may.json")]) == 0
    told = capsys.readouterr().out
    assert "名次区间 1–1（第 1 组）" in told and "变化 方法 0 · 自身数据" in told and "件追回 5.00 分：" in told
