"""How sure a rank is: seeded runs over weights and methods, failed runs counted, the same figures everywhere."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from index_builders import JUNE, NO_SHRINKING, RULES, TOWNSHIPS, at_share, no_data, township

from chalicelib.index.model import Measure, TownshipScore
from chalicelib.index.score import score
from chalicelib.index.structure import IndexRules
from chalicelib.index.uncertainty import Draws, compare, experiment, interval_of, official_values, seed_of, tie_groups

RUNS = 400
FEW = replace(RULES, uncertainty=replace(RULES.uncertainty, runs=RUNS))
STILL = replace(RULES, uncertainty=replace(RULES.uncertainty, runs=RUNS, spread=Fraction(0)))


def ladder(count: int = 5) -> tuple[TownshipScore, ...]:
    """Townships one of which is better than the next in every way that they differ."""
    steps = ("ZR3", "PX1", "ZX4", "FX2", "JG5", "CX1")
    return score(JUNE, [township(*(at_share(code, 9 - n, 10) for code in steps), code=str(n)) for n in range(count)], RULES)


def test_the_seed_is_of_district_and_month_and_draws_the_same_numbers_everywhere() -> None:
    assert seed_of("demo", JUNE) == hashlib.sha256(b"demo 2020-06").hexdigest()
    draws = Draws.of(seed_of("demo", JUNE), RULES)
    assert draws.items.shape == (10_000, 45) and draws.indicators.shape == (10_000, 7)
    assert [f"{weight:.6f}" for weight in draws.items[0, :3]] == FIRST_WEIGHTS and draws.path[:8].tolist() == FIRST_PATHS
    nominal = np.array([item.points for item in RULES.sub_items])
    assert (draws.items >= nominal * 0.75).all() and (draws.items <= nominal * 1.25).all()
    np.testing.assert_allclose(draws.items.mean(axis=0), nominal, rtol=0.01)


FIRST_WEIGHTS, FIRST_PATHS = ["370.922295", "217.612870", "245.978302"], [3, 0, 3, 1, 2, 0, 3, 4]


def test_without_spread_the_official_path_is_the_published_index() -> None:
    scores = ladder()
    values = official_values(scores, STILL, Draws.of(seed_of("demo", JUNE), STILL))
    assert (values == [entry.index for entry in scores]).all()
    found = experiment("demo", JUNE, scores, STILL)
    assert [found.townships[entry.code].weights_only for entry in scores] == [(entry.rank, entry.rank) for entry in scores]


def test_who_is_better_in_everything_is_first_whatever_the_weights_and_the_method() -> None:
    scores = ladder()
    found = experiment("demo", JUNE, scores, FEW)
    assert [found.townships[entry.code].interval for entry in scores] == [(n, n) for n in range(1, 6)]
    assert [found.townships[entry.code].top for entry in scores] == [RUNS, RUNS, RUNS, 0, 0]
    assert [found.townships[entry.code].group for entry in scores] == [1, 2, 3, 4, 5]
    assert found.failed == 0 and sum(path.runs for path in found.paths) == RUNS


def test_strengths_in_different_places_are_a_tie_group() -> None:
    equal = [township(at_share("ZR3", 0, 10), code="1"), township(at_share("ZX4", 0, 10), code="2")]
    worse = township(Measure("SG1", numerator=2), at_share("FX4", 5, 10), code="3")
    found = experiment("demo", JUNE, score(JUNE, [*equal, worse], RULES), FEW).townships
    assert [found[code].group for code in "123"] == [1, 1, 2]
    assert found["1"].weights_only == (1, 2) and found["3"].weights_only == (3, 3)


def test_red_is_certain_by_an_override_and_counted_by_the_index() -> None:
    poor = [code for code in ("ZR3", "ZR4", "PX1", "ZX4", "FX1", "FX2", "FX3", "JG4", "JG5", "JG6", "CX1", "JG7", "FX4", "ZR2", "PX2")]
    weak = township(*(at_share(code, 10 if code == "FX4" else 0, 10) for code in poor), Measure("SG1", numerator=1), code="2")
    concealed = township(Measure("SG5", numerator=1, condition=1), code="1")
    scores = score(JUNE, [concealed, weak], RULES)
    found = experiment("demo", JUNE, scores, FEW).townships
    assert found["1"].red == RUNS
    index = next(entry.index for entry in scores if entry.code == "2")
    assert 0 < found["2"].red < RUNS, index


def test_runs_that_give_no_result_are_counted_and_in_no_figure() -> None:
    twins = score(JUNE, [township(at_share("ZR3", 1, 2), code=code) for code in "12"], RULES)
    found = experiment("demo", JUNE, twins, FEW)
    failed = {(path.normaliser, path.aggregator): (path.runs, path.failed) for path in found.paths}
    assert all(runs == lost for (normaliser, _), (runs, lost) in failed.items() if normaliser == "minmax"), "no column differs"
    assert all(lost == 0 for (normaliser, _), (_, lost) in failed.items() if normaliser != "minmax")
    assert found.failed == sum(lost for _, lost in failed.values()) > 0 and found.valid_official == RUNS
    assert found.townships["1"].top == found.valid and found.townships["1"].interval == (1, 1)


def test_without_anybody_to_rank_there_is_no_experiment() -> None:
    blind = township(*(no_data(item.code) for item in RULES.sub_items))
    found = experiment("demo", JUNE, score(JUNE, [blind], RULES), FEW)
    assert (found.runs, found.townships) == (0, {}) and found.seed == seed_of("demo", JUNE)


@settings(max_examples=15, phases=NO_SHRINKING)
@given(st.lists(TOWNSHIPS, min_size=2, max_size=5, unique_by=lambda entry: entry.code), st.randoms(use_true_random=False))
def test_the_order_of_townships_changes_nothing(entries: list, random) -> None:
    expected = experiment("demo", JUNE, score(JUNE, entries, RULES), FEW)
    random.shuffle(entries)
    assert experiment("demo", JUNE, score(JUNE, entries, RULES), FEW) == expected


@settings(max_examples=15, phases=NO_SHRINKING)
@given(st.lists(TOWNSHIPS, min_size=1, max_size=5, unique_by=lambda entry: entry.code))
def test_figures_hold_together(entries: list) -> None:
    scores = score(JUNE, entries, RULES)
    found = experiment("demo", JUNE, scores, FEW)
    count = sum(entry.sufficient for entry in scores)
    for entry in scores:
        rank = found.townships.get(entry.code)
        assert (rank is None) == (not entry.sufficient)
        if rank is not None:
            assert rank.top <= found.valid <= RUNS and rank.red <= found.valid_official
            assert found.valid == 0 or 1 <= rank.interval[0] <= rank.interval[1] <= count
    groups = [found.townships[entry.code].group for entry in scores if entry.code in found.townships]
    assert groups == sorted(groups) and set(groups) == set(range(1, len(set(groups)) + 1))


def test_places_share_ties_and_wins_count_them_half() -> None:
    places, wins = compare(np.array([[3.0, 3.0, 1.0], [1.0, 2.0, 3.0]]))
    assert places.tolist() == [[1, 1, 3], [3, 2, 1]]
    assert wins[0, 1] == 1 and wins[1, 0] == 3 and wins[2, 0] == 2 and wins[0, 0] == 2


@pytest.mark.parametrize(("places", "expected"), [(range(1, 101), (5, 95)), ([1] * 19 + [9], (1, 1)), ([4], (4, 4)), ([], (0, 0))])
def test_the_interval_is_where_five_and_ninety_five_percent_are_reached(places, expected: tuple[int, int]) -> None:
    assert interval_of(np.array(list(places), dtype=int), RULES.uncertainty) == expected


def test_a_group_begins_where_its_first_is_surely_above() -> None:
    wins = np.array([[20, 37, 38], [3, 20, 20], [2, 20, 20]])
    assert tie_groups(wins, 20, RULES.uncertainty) == [1, 1, 2]


def test_blocks_of_memory_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    values = np.random.default_rng(1).integers(0, 5, (50, 4)).astype(float)
    whole = compare(values)
    monkeypatch.setattr("chalicelib.index.uncertainty.PAIRS_AT_ONCE", 7 * 16)
    assert all((a == b).all() for a, b in zip(whole, compare(values)))


def rules_with(**fields: object) -> IndexRules:
    return replace(RULES, uncertainty=replace(RULES.uncertainty, **fields))


def test_one_method_only_is_the_official_one() -> None:
    alone = rules_with(runs=RUNS, normalisers=("share",), aggregators=("amean",))
    for rank in experiment("demo", JUNE, ladder(), alone).townships.values():
        assert rank.interval == rank.weights_only
