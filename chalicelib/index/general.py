"""The handbook's general pipeline (OECD/JRC): impute → normalise → weight → aggregate, on plain matrices of floats.

It serves two purposes beside the official path: to agree with the reference library on a published data set, and to say how much
a rank depends on the method (:mod:`.uncertainty`). Units are rows, indicators columns, NaN is left out; nothing here is published as an index.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

    Matrix = np.ndarray

LOWEST, HIGHEST = 1.0, 100.0
Z_MEAN, Z_DEVIATION = 10.0, 2.0


def impute_column_mean(data: Matrix) -> Matrix:
    """Each gap is filled with the mean of its column."""
    import numpy as np

    return np.where(np.isnan(data), np.nanmean(data, axis=0), data)


def normalise(data: Matrix, directions: Sequence[int], normaliser: str) -> Matrix:
    """Every column on one scale, more is better; a direction of −1 turns a column round. A constant column becomes NaN where
    the scale divides by its range."""
    import numpy as np

    with np.errstate(invalid="ignore", divide="ignore"):
        return NORMALISERS[normaliser](data * np.asarray(directions, dtype=float))


def aggregate(data: Matrix, weights: Matrix, aggregator: str) -> Matrix:
    """The weighted mean of the last axis; ``weights`` has that length, or one row per run: ``(runs, columns)`` gives ``(runs, units)``.

    NaN is left out and the other weights count for more; NaN where nothing is left, or where a mean of another kind than the
    arithmetic meets a value that is not above 0.
    """
    import numpy as np

    forward, back = AGGREGATORS[aggregator]
    present = ~np.isnan(data)
    with np.errstate(invalid="ignore", divide="ignore"):
        values = forward(data)
        total = weights @ np.where(present, values, 0.0).T
        return back(total / (weights @ present.T.astype(float)))


def index_of(data: Matrix, groups: Sequence[Sequence[int]], weights: Matrix, group_weights: Matrix, aggregator: str) -> tuple[Matrix, Matrix]:
    """``(group scores, index)``: columns into groups, groups into the index, by the same mean. ``groups`` lists column numbers."""
    import numpy as np

    scores = np.stack([aggregate(data[:, list(columns)], weights[list(columns)], aggregator) for columns in groups], axis=1)
    return scores, aggregate(scores, group_weights, aggregator)


def rank_min(values: Matrix) -> Matrix:
    """Ranks along the last axis, 1 = largest, ties share the best."""
    return 1 + (values[..., None, :] > values[..., :, None]).sum(axis=-1)


def _minmax(data: Matrix) -> Matrix:
    import numpy as np

    low, high = np.fmin.reduce(data), np.fmax.reduce(data)
    return (data - low) / (high - low) * (HIGHEST - LOWEST) + LOWEST


def _distance_to_best(data: Matrix) -> Matrix:
    import numpy as np

    low, high = np.fmin.reduce(data), np.fmax.reduce(data)
    return 1 - (high - data) / (high - low)


def _standard_score(data: Matrix) -> Matrix:
    import numpy as np

    return (data - np.nanmean(data, axis=0)) / np.nanstd(data, axis=0, ddof=1) * Z_DEVIATION + Z_MEAN


def _places_below(data: Matrix) -> Matrix:
    """Borda points: how many units stand below in a column."""
    import numpy as np

    below = (data[None, :, :] < data[:, None, :]).sum(axis=1).astype(float)
    return np.where(np.isnan(data), np.nan, below)


def _percentile_rank(data: Matrix) -> Matrix:
    import numpy as np

    return _places_below(data) / ((~np.isnan(data)).sum(axis=0) - 1)


def _same(data: Matrix) -> Matrix:
    return data


def _logarithm(data: Matrix) -> Matrix:
    import numpy as np

    return np.where(data > 0, np.log(data), np.where(np.isnan(data), np.nan, -np.inf))


def _exponential(data: Matrix) -> Matrix:
    import numpy as np

    return np.where(np.isinf(data), np.nan, np.exp(data))


def _reciprocal(data: Matrix) -> Matrix:
    import numpy as np

    return np.where(data > 0, 1 / data, np.where(np.isnan(data), np.nan, np.inf))


def _reciprocal_back(data: Matrix) -> Matrix:
    import numpy as np

    return np.where(np.isinf(data), np.nan, 1 / data)


NORMALISERS: dict[str, Callable[[Matrix], Matrix]] = {
    "share": _same,
    "minmax": _minmax,
    "zscore": _standard_score,
    "borda": _places_below,
    "prank": _percentile_rank,
    "dist2max": _distance_to_best,
}
AGGREGATORS: dict[str, tuple[Callable[[Matrix], Matrix], Callable[[Matrix], Matrix]]] = {
    "amean": (_same, _same),
    "gmean": (_logarithm, _exponential),
    "hmean": (_reciprocal, _reciprocal_back),
}
