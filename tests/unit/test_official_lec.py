"""LEC: the three tables of values, the product, the levels; what an unknown factor leaves open."""

from __future__ import annotations

from fractions import Fraction
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.errors import BadInput, BadRuleSet
from chalicelib.grading.model import Grade
from chalicelib.grading.official.lec import MODEL, assess, load_scale

SCALE = load_scale()
L = ("10", "6", "3", "1", "0.5", "0.2", "0.1")
E = ("10", "6", "3", "2", "1", "0.5")
C = ("100", "40", "15", "7", "3", "1")
ALL = list(product(L, E, C))


def expected(d: Fraction) -> Grade:
    if d >= 320:
        return Grade.RED
    if d >= 160:
        return Grade.ORANGE
    return Grade.YELLOW if d >= 70 else Grade.BLUE


def test_the_tables_are_these() -> None:
    assert SCALE.likelihood == tuple(map(Fraction, L))
    assert SCALE.exposure == tuple(map(Fraction, E))
    assert tuple(SCALE.consequence) == tuple(map(Fraction, C))
    assert all(SCALE.consequence.values())


def test_every_combination() -> None:
    for likelihood, exposure, consequence in ALL:
        verdict = assess(likelihood, exposure, consequence, SCALE)
        d = Fraction(likelihood) * Fraction(exposure) * Fraction(consequence)
        assert (verdict.d, verdict.grade, verdict.unknown) == (d, expected(d), ())


@pytest.mark.parametrize(
    ("factors", "d", "grade", "title"),
    [
        ((6, 6, 7), 252, Grade.ORANGE, "较大"),
        ((3, 6, 40), 720, Grade.RED, "重大"),
        ((1, 10, 7), 70, Grade.YELLOW, "一般"),
        ((1, 6, 3), 18, Grade.BLUE, "低"),
    ],
)
def test_worked_examples(factors, d: int, grade: Grade, title: str) -> None:
    verdict = assess(*factors, SCALE)
    assert (verdict.d, verdict.grade) == (d, grade)
    assert title in verdict.reasons[0]


def test_the_disputed_edges_cannot_occur_and_seventy_can() -> None:
    products = {Fraction(likelihood) * Fraction(exposure) * Fraction(consequence) for likelihood, exposure, consequence in ALL}
    assert not products & {320, 160}
    assert 70 in products
    assert SCALE.level_of(Fraction(70)).grade is Grade.YELLOW
    assert SCALE.level_of(Fraction("69.999")).grade is Grade.BLUE


@pytest.mark.parametrize("bad", [4, 0, -1, "0.30", "six", 0.5, True, "10 ", "１０", "1e1", Fraction(1, 3)])
def test_a_value_outside_the_tables_is_refused(bad: object) -> None:
    with pytest.raises(BadInput) as refusal:
        assess(bad, bad, bad, SCALE)
    assert [problem.place for problem in refusal.value.problems] == ["likelihood", "exposure", "consequence"]


def test_only_the_wrong_factor_is_named() -> None:
    with pytest.raises(BadInput) as refusal:
        assess(10, 5, 100, SCALE)
    assert [(problem.place, problem.value) for problem in refusal.value.problems] == [("exposure", "5")]


def test_an_unknown_factor_leaves_the_level_open_from_below() -> None:
    verdict = assess(None, 10, 100, SCALE)
    assert (verdict.d, verdict.grade, verdict.at_least.grade, verdict.unknown) == (None, None, Grade.YELLOW, ("likelihood",))
    assert "待定" in verdict.reasons[0]
    assert verdict.to_document()["likelihood"] is None


@settings(max_examples=100, deadline=None)
@given(factors=st.sampled_from(ALL), hidden=st.sets(st.integers(0, 2), min_size=1))
def test_the_true_level_is_never_lighter_than_the_bound(factors, hidden) -> None:
    veiled = assess(*(None if place in hidden else factor for place, factor in enumerate(factors)), SCALE)
    assert assess(*factors, SCALE).grade <= veiled.at_least.grade


@settings(max_examples=100, deadline=None)
@given(factors=st.sampled_from(ALL), worse=st.sampled_from(ALL))
def test_a_higher_factor_never_improves(factors, worse) -> None:
    raised = [max(pair, key=Fraction) for pair in zip(factors, worse)]
    assert assess(*raised, SCALE).grade <= assess(*factors, SCALE).grade


def test_the_result_is_text_and_names_its_table() -> None:
    document = assess("0.5", 6, 15, SCALE).to_document()
    assert (document["likelihood"], document["d"], document["grade"]) == ("0.5", "45", "blue")
    assert document["standard"]["hash"] == SCALE.standard.hash


@pytest.mark.parametrize(("old", "new"), [('at_least = "160"', 'at_least = "400"'), ('"0.1"]', "0.1]"), ('source = "LEC', 'sauce = "LEC')])
def test_a_bad_table_is_refused(old: str, new: str) -> None:
    text = MODEL.read_text(encoding="utf-8")
    assert old in text
    with pytest.raises(BadRuleSet):
        load_scale(text.replace(old, new, 1).encode())
