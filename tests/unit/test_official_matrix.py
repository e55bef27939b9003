"""Risk matrices as configuration: 4×4, 5×5 of DB37/T 2882-2016, 5×5 of coal; every cell, every refusal."""

from __future__ import annotations

import pytest

from chalicelib.errors import BadInput, BadRuleSet
from chalicelib.grading.model import Grade
from chalicelib.grading.official.figures import HERE
from chalicelib.grading.official.matrix import MATRICES, assess, load_matrix
from chalicelib.riskmap.rules import METHODS, load_risk_rules

WORD = {"蓝": Grade.BLUE, "黄": Grade.YELLOW, "橙": Grade.ORANGE, "红": Grade.RED}
CELLS = {
    "4x4": "蓝蓝蓝黄 蓝黄黄橙 蓝黄橙红 黄橙红红",
    "5x5-db37": "蓝蓝蓝蓝蓝 蓝蓝蓝蓝黄 蓝蓝黄黄橙 蓝蓝黄橙红 蓝黄橙红红",
    "5x5-coal": "蓝蓝蓝黄黄 蓝黄黄黄橙 蓝黄黄橙橙 黄黄橙橙红 黄橙橙红红",
}


def band_by_product(name: str, r: int) -> Grade:
    """The bands as the standards write them."""
    bands = {
        "4x4": {(1, 2, 3): Grade.BLUE, (4, 6): Grade.YELLOW, (8, 9): Grade.ORANGE, (12, 16): Grade.RED},
        "5x5-db37": {range(1, 9): Grade.BLUE, range(9, 13): Grade.YELLOW, range(15, 17): Grade.ORANGE, range(20, 26): Grade.RED},
        "5x5-coal": {range(1, 4): Grade.BLUE, range(4, 10): Grade.YELLOW, range(10, 17): Grade.ORANGE, range(20, 26): Grade.RED},
    }
    return next(grade for values, grade in bands[name].items() if r in values)


def test_these_matrices_are_shipped() -> None:
    assert set(MATRICES) == set(CELLS) == {path.stem.removeprefix("matrix-") for path in HERE.glob("matrix-*.toml")}


@pytest.mark.parametrize("name", CELLS)
def test_every_cell(name: str) -> None:
    matrix = load_matrix(name)
    expected = tuple(tuple(WORD[cell] for cell in row) for row in CELLS[name].split())
    assert matrix.rows == expected
    for likelihood, row in enumerate(expected, 1):
        for severity, grade in enumerate(row, 1):
            verdict = assess(likelihood, severity, matrix)
            assert (verdict.grade, verdict.r) == (grade, likelihood * severity)
            assert grade is band_by_product(name, likelihood * severity)
            assert (verdict.likelihood, verdict.severity) == (likelihood, severity)


@pytest.mark.parametrize("name", CELLS)
def test_higher_is_never_better(name: str) -> None:
    rows = load_matrix(name).rows
    for lines in (rows, tuple(zip(*rows))):
        assert all(list(line) == sorted(line, reverse=True) for line in lines)


@pytest.mark.parametrize(("name", "size"), [("4x4", 4), ("5x5-db37", 5), ("5x5-coal", 5)])
@pytest.mark.parametrize("bad", [0, -1, 2.0, "2", "x", True])
def test_a_value_outside_the_matrix_is_refused(name: str, size: int, bad: object) -> None:
    matrix = load_matrix(name)
    for value in (bad, size + 1):
        with pytest.raises(BadInput) as refusal:
            assess(value, value, matrix)
        assert [problem.place for problem in refusal.value.problems] == ["likelihood", "severity"]


def test_an_unknown_factor_leaves_the_level_open_from_below() -> None:
    verdict = assess(None, 4, load_matrix("4x4"))
    assert (verdict.r, verdict.grade, verdict.at_least.grade, verdict.unknown) == (None, None, Grade.YELLOW, ("likelihood",))
    assert "待定" in verdict.reasons[0]


def test_the_same_point_differs_between_provinces_and_keeps_its_raw_values() -> None:
    verdicts = [assess(2, 4, load_matrix(name)).to_document() for name in MATRICES]
    assert [verdict["grade"] for verdict in verdicts] == ["orange", "blue", "yellow"]
    assert {(verdict["likelihood"], verdict["severity"], verdict["r"]) for verdict in verdicts} == {(2, 4, 8)}


@pytest.mark.parametrize("code", ["law_breached", "accident_cause_remains", "major_source", "ten_in_danger"])
def test_direct_major_risk_needs_no_matrix(code: str) -> None:
    matrix = load_matrix("5x5-db37")
    assert (assess(1, 1, matrix, [code]).grade, assess(1, 1, matrix).grade) == (Grade.RED, Grade.BLUE)
    undecided = assess(None, None, matrix, [code])
    assert undecided.grade is Grade.RED and undecided.reasons[0].startswith("直接判定为重大风险")


def test_a_direct_condition_that_the_matrix_does_not_have_is_refused() -> None:
    with pytest.raises(BadInput, match="direct.law_breached"):
        assess(1, 1, load_matrix("4x4"), ["law_breached"])


def test_an_unknown_matrix_is_refused() -> None:
    with pytest.raises(BadInput, match="6x6"):
        load_matrix("6x6")


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("from = 4, to = 6", "from = 5, to = 6", "no band"),
        ("from = 4, to = 6", "from = 3, to = 6", "several"),
        ('grade = "orange"', 'grade = "blue"', "graver"),
        ("size = 4", "size = 5", "no band"),
        ("size = 4", "size = 1", "from 2 to 10"),
        ("size = 4", "size = 4\ncells = 3", "unknown key"),
    ],
)
def test_a_matrix_that_does_not_hold_together_is_refused(old: str, new: str, problem: str) -> None:
    text = (HERE / "matrix-4x4.toml").read_text(encoding="utf-8")
    with pytest.raises(BadRuleSet, match=problem):
        load_matrix(text.replace(old, new, 1).encode())


def test_the_map_combines_risk_and_governance_by_the_same_matrix() -> None:
    assert load_risk_rules(METHODS / "model-2020.toml").coupling.colours == tuple(
        tuple(grade.code for grade in row) for row in load_matrix("4x4").rows
    )


def test_another_province_is_another_file() -> None:
    text = (HERE / "matrix-4x4.toml").read_text(encoding="utf-8")
    stricter = load_matrix(text.replace("from = 1, to = 3", "from = 1, to = 2").replace("from = 4, to = 6", "from = 3, to = 6").encode())
    assert (assess(3, 1, stricter).grade, assess(3, 1, load_matrix("4x4")).grade) == (Grade.YELLOW, Grade.BLUE)
    assert stricter.standard.hash != load_matrix("4x4").standard.hash
