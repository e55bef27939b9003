"""The judge for a province says exactly what the judge of one township says, formula by formula and township by township."""

from __future__ import annotations

from random import Random

import numpy as np
import pytest
from index_builders import ITEMS, JUNE, RULES, at_share

from chalicelib.errors import BadInput
from chalicelib.index.model import Measure, TownshipMonth
from chalicelib.index.score import score
from chalicelib.index.wide import CONDITION, DENOMINATOR, LEFT_OUT, NUMERATOR, score_totals, totals


def counts_of(measures: list[tuple[Measure, ...]]) -> dict:
    """The counts of townships as sums, as :func:`totals` gives them."""
    sums: dict = {}
    for column, item in enumerate(RULES.sub_items):
        levels = [level for level, _ in item.levels]
        rows = [row[column] for row in measures]
        sums[item.code, NUMERATOR] = np.array([1 + levels.index(m.level) if m.level else m.numerator for m in rows], dtype=np.int64)
        sums[item.code, DENOMINATOR] = np.array([m.denominator for m in rows], dtype=np.int64)
        sums[item.code, CONDITION] = np.array([m.condition for m in rows], dtype=np.int64)
    return sums


def random_measures(random: Random) -> tuple[Measure, ...]:
    found = []
    for code, item in ITEMS.items():
        first, second = (random.choice([0, 0, 1, 2, 3, 7, 30, 441]) for _ in range(2))
        if item.formula == "level":
            found.append(Measure(code, level=random.choice([None, *(level for level, _ in item.levels)])))
        elif item.formula in ("ratio", "ratio_unless", "inverse"):
            measure = at_share(code, min(first, second), max(first, second))
            found.append(Measure(code, numerator=measure.numerator, denominator=measure.denominator, condition=int(bool(item.condition) and first == 1)))
        else:
            found.append(Measure(code, numerator=first, denominator=second if item.denominator else 0, condition=int(bool(item.condition) and second == 1)))
    return tuple(found)


@pytest.mark.parametrize("month", ["2020-01", "2020-06", "2020-08", "2020-12"])
def test_it_agrees_with_the_judge_of_one_township_to_the_last_hundredth(month: str) -> None:
    random = Random(month)
    measures = [random_measures(random) for _ in range(120)]
    sites = [random.choice([0, 99, 100, 299, 300, 500, 800]) for _ in measures]
    board = score_totals(month, counts_of(measures), np.array(sites), RULES)
    townships = [TownshipMonth(str(number), "某街道", sites[number], row) for number, row in enumerate(measures)]
    for entry in score(month, townships, RULES):
        row = int(entry.code)
        assert board.points[row].tolist() == [LEFT_OUT if item.points is None else item.points for item in entry.sub_items]
        assert board.indicators[row].tolist() == [LEFT_OUT if i.points is None else i.points for i in entry.indicators]
        assert (board.raw[row], board.coefficient[row], board.index[row], board.rank[row]) == (entry.raw, entry.coefficient, entry.index, entry.rank)


def test_a_township_with_nothing_applicable_has_no_index() -> None:
    from dataclasses import replace

    only = replace(RULES, indicators=tuple(replace(i, sub_items=tuple(x for x in i.sub_items if x.formula == "ratio")) for i in RULES.indicators))
    sums = {(item.code, which): np.zeros(2, dtype=np.int64) for item in only.sub_items for which in (NUMERATOR, DENOMINATOR)}
    board = score_totals(JUNE, sums, np.array([1, 1]), only)
    assert (board.raw == LEFT_OUT).all() and (board.index == LEFT_OUT).all() and board.rank.tolist() == [1, 1]


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.int32])
def test_sums_never_overflow_however_narrow_the_column(dtype: type) -> None:
    township = np.repeat(np.array([3, 5, 9]), [1000, 1, 70_000])
    column = np.full(len(township), 255, dtype=dtype)
    codes, sums = totals(township, {("ZR3", NUMERATOR): column})
    assert codes.tolist() == [3, 5, 9] and sums["ZR3", NUMERATOR].tolist() == [255_000, 255, 17_850_000]


def test_rows_out_of_order_and_negative_counts_are_refused() -> None:
    with pytest.raises(BadInput, match="sorted by township"):
        totals(np.array([1, 2, 1]), {("ZR3", NUMERATOR): np.array([1, 1, 1])})
    with pytest.raises(BadInput, match="ZR3 · numerator · '-1' · below 0"):
        totals(np.array([1, 1]), {("ZR3", NUMERATOR): np.array([1, -1])})
