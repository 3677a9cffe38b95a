"""Intervals around means, by drawing the texts anew."""

from __future__ import annotations

import numpy as np

RESAMPLES = 2000


def bootstrap_interval(
    values: np.ndarray, groups: np.ndarray, rng: np.random.Generator, level: float = 0.95
) -> tuple[float, float]:
    """Return the bounds between which the mean of values [N] lies at a level of confidence.

    Whole groups [N] are drawn: the seeds of one text are no independent trials.
    """
    _, index = np.unique(groups, return_inverse=True)
    sums, counts = np.bincount(index, values), np.bincount(index)
    drawn = rng.integers(0, len(sums), (RESAMPLES, len(sums)))
    means = sums[drawn].sum(axis=1) / counts[drawn].sum(axis=1)
    low, high = np.quantile(means, [(1.0 - level) / 2.0, (1.0 + level) / 2.0])
    return float(low), float(high)
