"""The general pipeline against COINr 1.1.14 on a synthetic data set: nine cases of normaliser × mean, to 1e-9."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from chalicelib.index.general import aggregate, impute_column_mean, index_of, normalise, rank_min

GOLDEN = json.loads((Path(__file__).parents[1] / "fixtures/coinr_golden_20x45.json").read_text(encoding="utf-8"))
RAW = np.array([GOLDEN["raw_by_indicator"][code] for code in GOLDEN["indicators"]], dtype=float).T
NUMBERS = sorted(set(GOLDEN["group"]))
GROUPS = [[column for column, group in enumerate(GOLDEN["group"]) if group == number] for number in NUMBERS]
WEIGHTS, GROUP_WEIGHTS = np.array(GOLDEN["weight"], dtype=float), np.array(GOLDEN["group_weight"], dtype=float)
NAMES = {"minmax_1_100": "minmax", "zscore_10_2": "zscore"}
NEAR = {"rtol": 0, "atol": 1e-9}


def normalised(name: str) -> np.ndarray:
    return normalise(impute_column_mean(RAW), GOLDEN["direction"], NAMES.get(name, name))


def test_the_reference_has_nine_cases_with_gaps_and_negative_directions() -> None:
    assert len(GOLDEN["cases"]) == 9 and RAW.shape == (20, 45)
    assert np.isnan(RAW).any() and -1 in GOLDEN["direction"]


@pytest.mark.parametrize("case", GOLDEN["cases"], ids=lambda case: f"{case['normalise']}-{case['aggregate']}")
def test_every_case_of_the_reference(case: dict) -> None:
    scores, index = index_of(normalised(case["normalise"]), GROUPS, WEIGHTS, GROUP_WEIGHTS, case["aggregate"].removeprefix("a_"))
    np.testing.assert_allclose(index, case["index"], **NEAR)
    for number, column in zip(NUMBERS, scores.T, strict=True):
        np.testing.assert_allclose(column, case["groups"][f"G{number}"], **NEAR)
    assert rank_min(index).tolist() == case["rank_min_ties"]


def test_how_much_each_group_moves_the_ranks() -> None:
    data = normalised("minmax_1_100")
    ranks = rank_min(index_of(data, GROUPS, WEIGHTS, GROUP_WEIGHTS, "amean")[1])
    for number in NUMBERS:
        kept = [position for position, each in enumerate(NUMBERS) if each != number]
        without = index_of(data, [GROUPS[position] for position in kept], WEIGHTS, GROUP_WEIGHTS[kept], "amean")[1]
        moved = np.abs(rank_min(without) - ranks).mean()
        assert moved == pytest.approx(GOLDEN["remove_group_mean_abs_rank_diff"][f"G{number}"], abs=1e-9)


def test_gaps_are_left_out_and_the_other_weights_count_for_more() -> None:
    data = np.array([[10.0, np.nan, 40.0], [np.nan, np.nan, np.nan]])
    found = aggregate(data, np.array([1.0, 5.0, 3.0]), "amean")
    assert found[0] == pytest.approx(32.5) and np.isnan(found[1])


@pytest.mark.parametrize("mean", ["gmean", "hmean"])
def test_a_mean_that_needs_positive_values_says_so_instead_of_guessing(mean: str) -> None:
    found = aggregate(np.array([[0.0, 4.0], [4.0, 4.0]]), np.array([1.0, 1.0]), mean)
    assert np.isnan(found[0]) and found[1] == pytest.approx(4.0)


def test_a_column_in_which_all_are_equal_says_nothing_by_its_range() -> None:
    assert np.isnan(normalise(np.array([[1.0, 1.0], [1.0, 2.0]]), [1, 1], "minmax")[:, 0]).all()


def test_runs_of_weights_give_one_row_each() -> None:
    data, runs = np.array([[1.0, 3.0], [2.0, 2.0]]), np.array([[1.0, 1.0], [3.0, 1.0]])
    np.testing.assert_allclose(aggregate(data, runs, "amean"), [[2.0, 2.0], [1.5, 2.0]])
