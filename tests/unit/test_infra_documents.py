"""Documents on the command line: every judge refuses every kind of bad file by name, with exit code 2 and no traceback."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from chalicelib.errors import BadInput
from infra import cli
from infra.documents import read_object

BAD = {
    "empty": (b"", "not JSON"),
    "a list": (b"[1]", "a JSON object is required"),
    "gb18030": ('{"名": 1}'.encode("gb18030"), "not JSON"),
    "nan": (b'{"a": NaN}', "NaN is no number"),
    "a key twice": (b'{"a": 1, "b": 2, "a": 3}', "given twice: a"),
    "deep": (b'{"a":' + b"[" * 200_000, "nested too deeply"),
    "cut off": (b'{"a": 1', "not JSON"),
}
JUDGES = (
    ["grade", "FILE", "--on", "2020-06-20"],
    ["assess", "FILE"],
    ["score", "FILE"],
    ["official", "lec", "FILE"],
    ["explain", "--verify", "FILE"],
)


@pytest.mark.parametrize("name", BAD)
def test_what_is_no_document_is_refused_by_name(tmp_path: Path, name: str) -> None:
    content, reason = BAD[name]
    path = tmp_path / "file.json"
    path.write_bytes(content)
    with pytest.raises(BadInput) as refused:
        read_object(path)
    [problem] = refused.value.problems
    assert problem.place == str(path) and reason in problem.reason


@pytest.mark.parametrize("judge", JUDGES, ids=lambda words: words[0])
@pytest.mark.parametrize("name", BAD)
def test_every_judge_answers_a_bad_file_with_2(tmp_path: Path, judge: list[str], name: str, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "file.json"
    path.write_bytes(BAD[name][0])
    assert cli.main([str(path) if word == "FILE" else word for word in judge]) == cli.BAD_INPUT
    assert BAD[name][1] in capsys.readouterr().err


@pytest.mark.parametrize("judge", JUDGES, ids=lambda words: words[0])
def test_a_folder_and_a_missing_file_are_bad_input_too(tmp_path: Path, judge: list[str]) -> None:
    for path in (tmp_path, tmp_path / "nothing.json"):
        assert cli.main([str(path) if word == "FILE" else word for word in judge]) == cli.BAD_INPUT


def test_a_mark_at_the_start_of_the_file_is_no_fault_and_decimals_can_stay_exact(tmp_path: Path) -> None:
    path = tmp_path / "file.json"
    path.write_bytes(b"\xef\xbb\xbf" + json.dumps({"tonnes": 0.1}).encode())
    assert read_object(path) == {"tonnes": 0.1}
    assert read_object(path, number=str) == {"tonnes": "0.1"}
