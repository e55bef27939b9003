"""How sure a rank is: thousands of runs with other weights and other methods (Monte-Carlo, domain §13.12). numpy inside only.

Every run draws its own weights (sub-items within their indicator, indicators within the index: × U(1 ± spread), renormalised) and a
path. Ranks over all paths give the interval and P(top); the same weights on the official path alone give the narrower interval, P(red)
and the groups of townships that cannot be told apart. The generator is PCG64 seeded by SHA-256 of district and month, read as raw integers, which numpy never changes.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from chalicelib.exact import HUNDREDTHS, TENTHS
from chalicelib.index import general
from chalicelib.index.model import TownshipScore
from chalicelib.index.structure import IndexRules, Uncertainty

if TYPE_CHECKING:
    from chalicelib.index.general import Matrix

OFFICIAL = ("share", "amean")
GENERATOR = "PCG64"
PAIRS_AT_ONCE = 4_000_000  # comparisons of two townships in one block of memory
DECIMALS = 6  # values of other methods closer than this are a tie
EDGE = 1e-9  # a float this near below a rounding edge is on it


@dataclass(frozen=True, slots=True)
class HonestRank:
    """What the runs say of one township. Intervals are (lowest, highest place); ``top`` and ``red`` count runs."""

    interval: tuple[int, int]
    weights_only: tuple[int, int]
    top: int
    red: int
    group: int


@dataclass(frozen=True, slots=True)
class PathRuns:
    """One method: how many runs took it, how many of them gave no result (they are in no figure)."""

    normaliser: str
    aggregator: str
    runs: int
    failed: int


@dataclass(frozen=True)
class Experiment:
    """The whole experiment. ``valid`` runs over all paths and ``valid_official`` ones stand behind the figures."""

    seed: str
    runs: int
    valid: int
    valid_official: int
    paths: tuple[PathRuns, ...]
    townships: dict[str, HonestRank]

    @property
    def failed(self) -> int:
        return self.runs - self.valid


def experiment(district: str, month: str, scores: Sequence[TownshipScore], rules: IndexRules) -> Experiment:
    """The experiment over the ranked townships of a month, in their order; the others have no rank to be sure of."""
    ranked = [score for score in scores if score.sufficient]
    plan, seed = rules.uncertainty, seed_of(district, month)
    if not ranked:
        return Experiment(seed, 0, 0, 0, (), {})
    draws = Draws.of(seed, rules)
    official = official_values(ranked, rules, draws)
    every, paths = path_values(ranked, rules, draws, official)
    valid, valid_official = every[is_whole(every)], official[is_whole(official)]
    places, _ = compare(valid)
    weights_only, wins = compare(valid_official)
    groups = tie_groups(wins, len(valid_official), plan)
    return Experiment(seed, plan.runs, len(valid), len(valid_official), paths, {
        score.code: HonestRank(
            interval_of(places[:, column], plan), interval_of(weights_only[:, column], plan), int((places[:, column] <= plan.top).sum()),
            red_runs(score, valid_official[:, column], rules), groups[column],
        )
        for column, score in enumerate(ranked)
    })  # fmt: skip


def seed_of(district: str, month: str) -> str:
    """SHA-256 of district and month, hexadecimal: the seed of the generator."""
    return hashlib.sha256(f"{district} {month}".encode()).hexdigest()


@dataclass(frozen=True)
class Draws:
    """Weights of every run and its path (a number in the list of paths)."""

    items: Matrix
    indicators: Matrix
    path: Matrix

    @classmethod
    def of(cls, seed: str, rules: IndexRules) -> Draws:
        import numpy as np

        plan, items, indicators = rules.uncertainty, rules.sub_items, rules.indicators
        columns = len(items) + len(indicators) + 1
        raw = np.random.PCG64(int(seed, 16)).random_raw(plan.runs * columns).reshape(plan.runs, columns)
        uniform = (raw >> np.uint64(11)) * 2.0**-53
        factors = 1 + float(plan.spread) * (2 * uniform[:, :-1] - 1)
        weights = factors * np.array([entry.points for entry in (*items, *indicators)], dtype=float)
        path = (uniform[:, -1] * len(plan.paths)).astype(int)
        return cls(weights[:, : len(items)], weights[:, len(items) :], path)


def official_values(scores: Sequence[TownshipScore], rules: IndexRules, draws: Draws) -> Matrix:
    """The published index (tenths) of every run on the official path: runs × townships, NaN where nothing is applicable."""
    import numpy as np

    raw = raw_values(shares_of(scores) * HUNDREDTHS, rules, draws.items, draws.indicators, "amean")
    return np.floor(with_coefficient(raw, scores) * TENTHS + 0.5 + EDGE)


def path_values(
    scores: Sequence[TownshipScore], rules: IndexRules, draws: Draws, official: Matrix
) -> tuple[Matrix, tuple[PathRuns, ...]]:
    """The value of every run on its own path (comparable within a run only), and how the runs of each path went."""
    import numpy as np

    values, paths = np.array(official), []
    for number, path in enumerate(rules.uncertainty.paths):
        rows = draws.path == number
        if path != OFFICIAL:
            data = on_common_scale(shares_of(scores), path[0])
            raw = raw_values(data, rules, draws.items[rows], draws.indicators[rows], path[1])
            values[rows] = np.round(with_coefficient(raw, scores), DECIMALS)
        paths.append(PathRuns(*path, int(rows.sum()), int((~is_whole(values[rows])).sum())))
    return values, tuple(paths)


def shares_of(scores: Sequence[TownshipScore]) -> Matrix:
    """Townships × sub-items, NaN where a sub-item is left out."""
    import numpy as np

    return np.array([[np.nan if item.share is None else float(item.share) for item in score.sub_items] for score in scores])


def on_common_scale(shares: Matrix, normaliser: str) -> Matrix:
    """A normalised matrix from 1 to 100, so that every mean is defined."""
    data = general.normalise(shares, [1] * shares.shape[1], normaliser)
    return data if normaliser == "minmax" else data * (general.HIGHEST - general.LOWEST) + general.LOWEST


def raw_values(data: Matrix, rules: IndexRules, items: Matrix, indicators: Matrix, aggregator: str) -> Matrix:
    """Runs × townships: sub-items into indicators into raw, each with the weights of its run."""
    import numpy as np

    scores = []
    for columns in columns_of(rules):
        scores.append(general.aggregate(data[:, columns], items[:, columns], aggregator))
    forward, back = general.AGGREGATORS[aggregator]
    by_run = np.stack(scores, axis=2)  # runs × townships × indicators
    present = ~np.isnan(by_run)
    with np.errstate(invalid="ignore", divide="ignore"):
        total = (np.where(present, forward(by_run), 0.0) * indicators[:, None, :]).sum(axis=2)
        return back(total / (present * indicators[:, None, :]).sum(axis=2))


def columns_of(rules: IndexRules) -> Iterator[slice]:
    """The columns of each indicator; its sub-items stand together, because scores list them by indicator."""
    start = 0
    for indicator in rules.indicators:
        yield slice(start, start + len(indicator.sub_items))
        start += len(indicator.sub_items)


def with_coefficient(raw: Matrix, scores: Sequence[TownshipScore]) -> Matrix:
    import numpy as np

    return np.minimum(100.0, raw * np.array([score.coefficient / HUNDREDTHS for score in scores]))


def is_whole(values: Matrix) -> Matrix:
    """Runs that gave every township a value; the others have failed and are counted as such."""
    import numpy as np

    return ~np.isnan(values).any(axis=1)


def compare(values: Matrix) -> tuple[Matrix, Matrix]:
    """``(places, wins)``: the place of every township in every run (ties share the best), and in how many halves of a run the row's
    township stood above the column's (2 for above, 1 for a tie)."""
    import numpy as np

    runs, count = values.shape
    places, wins = np.empty((runs, count), dtype=np.int32), np.zeros((count, count), dtype=np.int64)
    step = max(1, PAIRS_AT_ONCE // (count * count))
    for start in range(0, runs, step):
        block = values[start : start + step]
        above = block[:, :, None] > block[:, None, :]
        places[start : start + step] = 1 + above.sum(axis=1)
        wins += above.sum(axis=0) - above.sum(axis=0).T + len(block)
    return places, wins


def interval_of(places: Matrix, plan: Uncertainty) -> tuple[int, int]:
    """The places at the lower and the upper share of the runs (0, 0 without a run)."""
    import numpy as np

    ordered = np.sort(places)
    if not len(ordered):
        return 0, 0
    return int(ordered[_position(plan.lower, len(ordered))]), int(ordered[_position(plan.upper, len(ordered))])


def _position(share: Fraction, count: int) -> int:
    """Where in an ordered list the first ``share`` of it is full."""
    exact = share * count
    return max(0, -(-exact.numerator // exact.denominator) - 1)


def red_runs(score: TownshipScore, values: Matrix, rules: IndexRules) -> int:
    """Runs on the official path in which the township is red: by its index, or always by an override."""
    if any(override.colour == "red" for override in score.overrides):
        return len(values)
    return int((values < dict(rules.thresholds)["orange"]).sum())


def tie_groups(wins: Matrix, runs: int, plan: Uncertainty) -> list[int]:
    """Groups in leaderboard order: a new one begins where the first of the last one is above in at least the upper share of runs."""
    groups, leader, group = [], 0, 1
    for column in range(len(wins)):
        if runs and Fraction(int(wins[leader, column]), 2 * runs) >= plan.upper:
            leader, group = column, group + 1
        groups.append(group)
    return groups
