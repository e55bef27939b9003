"""The cheapest points to win back and a township's best case: exact, checked by judging again and by trying everything."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from index_builders import JUNE, NO_SHRINKING, RULES, TOWNSHIPS, at_share, no_data, township

from chalicelib.index.best_case import best_case, best_weights
from chalicelib.index.model import Measure, State, TownshipMonth
from chalicelib.index.score import score, score_township
from chalicelib.index.win_back import Ask, fewest_cases, share_after, win_back

ROWS = {item.code: item for item in RULES.sub_items}


def asks(*measures: Measure) -> dict[str, Ask]:
    return {ask.code: ask for ask in win_back(score_township(JUNE, township(*measures), RULES), JUNE, RULES)}


@pytest.mark.parametrize(
    ("measure", "cases", "points"),
    [
        (at_share("ZR3", 1, 4), 3, 225), (Measure("ZR1", State.NOT_REPORTED), 1, 300), (at_share("PX4", 3, 7), 1, Fraction(200, 7)),
        (Measure("ZR6", numerator=1), 1, 50), (Measure("FX6", numerator=3, denominator=3, condition=2), 2, 300),
        (at_share("FX4", 13, 40), 13, 400), (Measure("CX2", level="district"), 1, 20), (at_share("JG3", 2, 6), 4, Fraction(400, 3)),
        (Measure("ZR7", numerator=Fraction(17, 2), denominator=10, case_count=3), 3, 30),
    ],
)  # fmt: skip
def test_what_each_kind_of_sub_item_asks(measure: Measure, cases: int, points: Fraction) -> None:
    ask = asks(measure)[measure.code]
    assert (ask.cases, ask.points) == (cases, points)


@pytest.mark.parametrize(
    "measure",
    [Measure("SG1", numerator=1), Measure("SG2", numerator=1), Measure("SG3", numerator=1), at_share("SG4", 5, 2), Measure("SG5", condition=1)],
)
def test_what_happened_cannot_be_won_back(measure: Measure) -> None:
    assert asks(measure) == {}


def test_nothing_lost_asks_nothing_and_a_carried_share_has_no_cases() -> None:
    assert asks(no_data("CX3", month="2020-05", share="1/2"), at_share("ZX1", 0, 0)) == {}
    assert fewest_cases(()) is None


def test_idle_cases_are_named_because_alone_they_win_nothing() -> None:
    found = asks(at_share("FX4", 13, 40), Measure("ZR6", numerator=4), Measure("FX6", numerator=1, denominator=3, condition=2))
    assert {code: ask.idle for code, ask in found.items()} == {"FX4": 9, "ZR6": 2, "FX6": 1}


def test_points_are_scaled_like_the_ledger() -> None:
    result = score_township(JUNE, township(at_share("ZX1", 0, 0), at_share("ZX4", 1, 5)), RULES)
    (ask,) = win_back(result, JUNE, RULES)
    assert ask.points == Fraction(300) * 4 / 5 * 15 / 12
    assert abs(ask.points - sum(item.lost for item in result.sub_items)) <= Fraction(1, 2)


def gains(ask: Ask) -> Iterator[Fraction]:
    """Case by case, as written."""
    yield from [Fraction(0)] * ask.idle
    for count, gain in ask.runs:
        yield from [gain] * count


@settings(max_examples=60, phases=NO_SHRINKING)
@given(TOWNSHIPS)
def test_every_case_wins_what_the_judge_gives_for_one_more(entry: TownshipMonth) -> None:
    result = score_township(JUNE, entry, RULES)
    items = {item.code: (item, indicator) for indicator in result.indicators for item in indicator.sub_items}
    for ask in win_back(result, JUNE, RULES):
        item, indicator = items[ask.code]
        if item.state is State.VALUE and ROWS[ask.code].formula != "level":
            shares = [share_after(ROWS[ask.code], item.measure, cases, JUNE) for cases in range(ask.cases + 1)]
            scale = Fraction(item.full * indicator.weight, indicator.applicable)
            assert [(b - a) * scale for a, b in zip(shares, shares[1:])] == list(gains(ask))
            assert shares[-1] == 1 and all(gain >= 0 for gain in gains(ask))


@settings(max_examples=60, phases=NO_SHRINKING)
@given(TOWNSHIPS)
def test_the_list_wins_back_all_that_can_be_won_and_the_cheapest_stands_first(entry: TownshipMonth) -> None:
    result = score_township(JUNE, entry, RULES)
    found = win_back(result, JUNE, RULES)
    assert [ask.per_case for ask in found] == sorted((ask.per_case for ask in found), reverse=True)
    items = {item.code: (item, indicator) for indicator in result.indicators for item in indicator.sub_items}
    for ask in found:
        item, indicator = items[ask.code]
        if ROWS[ask.code].formula != "level":
            unscaled = ask.points * indicator.applicable / indicator.weight
            assert abs(unscaled - (item.full - item.points)) <= Fraction(1, 2), "the published points are rounded, the exact loss is won back"


SMALL = st.lists(
    st.builds(
        lambda idle, runs: (idle, tuple(sorted(runs, reverse=True))),
        st.integers(0, 2), st.lists(st.integers(1, 300).map(Fraction), min_size=1, max_size=3),
    ),
    min_size=1, max_size=4,
)  # fmt: skip


def fewest_by_trying(asks_: Sequence[Ask], goal: Fraction) -> int:
    """Every number of cases of every sub-item."""
    wanted = min(goal, sum((ask.points for ask in asks_), Fraction(0)))
    choices = product(*(range(ask.cases + 1) for ask in asks_))
    won = {choice: sum((sum(list(gains(ask))[:n], Fraction(0)) for ask, n in zip(asks_, choice)), Fraction(0)) for choice in choices}
    return min(sum(choice) for choice, points in won.items() if points >= wanted)


@settings(max_examples=60)
@given(SMALL, st.integers(1, 700))
def test_no_fewer_cases_win_as_much(shapes: list, goal: int) -> None:
    made = [Ask(f"A{number}", idle, tuple((1, gain) for gain in runs)) for number, (idle, runs) in enumerate(shapes)]
    plan = fewest_cases(made, goal)
    assert plan is not None and plan.cases == fewest_by_trying(made, Fraction(goal))


def test_a_plan_holds_when_it_is_judged() -> None:
    entry = township(at_share("FX4", 13, 40), Measure("ZR1", State.NOT_REPORTED), at_share("ZR3", 1, 3), Measure("ZR6", numerator=1))
    before = score_township(JUNE, entry, RULES)
    plan = fewest_cases(win_back(before, JUNE, RULES))
    assert plan is not None and plan.steps == {"ZR1": 1, "ZR3": 2} and plan.points == 500
    done = {"ZR1": at_share("ZR1", 1, 1), "ZR3": at_share("ZR3", 3, 3)}
    after = score_township(JUNE, replace(entry, measures=tuple(done.get(m.code, m) for m in entry.measures)), RULES)
    assert after.raw - before.raw == plan.points


# ── Best case ──


def test_the_best_weights_lie_in_their_bounds_and_fill_the_strongest_first() -> None:
    result = score(JUNE, [township(Measure("SG1", numerator=2), at_share("CX1", 0, 3))], RULES)
    best = best_case(result[0], result, RULES)
    # SG 9 of 15 and CX 3 of 5 are weak and go down to their lowest weight; what is left goes to the full ones in turn.
    assert best.weights == {"ZR": 1875, "PX": 1250, "ZX": 1875, "FX": 2000, "JG": 1500, "SG": 1125, "CX": 375}
    assert best.raw == 10000 - 1125 * 40 // 100 - 375 * 40 // 100 and best.rank == 1


def test_every_township_is_ranked_by_the_same_weights() -> None:
    weak = township(Measure("SG1", numerator=2), code="1")
    also = township(at_share("FX4", 5, 10), at_share("FX2", 1, 2), code="2")
    ranked = score(JUNE, [weak, also], RULES)
    assert {entry.code: entry.rank for entry in ranked} == {"2": 1, "1": 2}
    assert {entry.code: best_case(entry, ranked, RULES).rank for entry in ranked} == {"2": 1, "1": 1}


@settings(max_examples=60)
@given(st.lists(st.fractions(0, 1), min_size=7, max_size=7), st.lists(st.integers(0, 100), min_size=7, max_size=7))
def test_no_other_weights_within_the_bounds_are_better(shares: list[Fraction], mix: list[int]) -> None:
    by_code = {indicator.code: share for indicator, share in zip(RULES.indicators, shares, strict=True)}
    best = best_weights(by_code, RULES)
    assert sum(best.values()) == 10000
    assert all(indicator.lowest <= best[indicator.code] <= indicator.highest for indicator in RULES.indicators)
    other = {i.code: i.lowest + (i.highest - i.lowest) * Fraction(part, 100) for i, part in zip(RULES.indicators, mix, strict=True)}
    if sum(other.values()) <= 10000:  # what is left may go anywhere: compare what both have given
        assert sum(best[c] * by_code[c] for c in best) >= sum(other[c] * by_code[c] for c in other)


@settings(max_examples=30, phases=NO_SHRINKING)
@given(st.lists(TOWNSHIPS, min_size=1, max_size=4, unique_by=lambda entry: entry.code))
def test_the_best_case_is_never_worse_than_the_published_one(entries: list[TownshipMonth]) -> None:
    ranked = score(JUNE, entries, RULES)
    for entry in ranked:
        best = best_case(entry, ranked, RULES)
        assert (best is None) == (entry.index is None)
        if best is not None:
            assert best.raw >= entry.raw - 1, "the published raw is rounded on one level more"
