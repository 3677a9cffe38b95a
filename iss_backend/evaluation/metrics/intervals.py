"""Means with intervals around them, by drawing the texts anew."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass

import numpy as np

RESAMPLES = 2000
BOOTSTRAP_SEED = 0


@dataclass(frozen=True)
class Score:
    """A mean over `count` values and the bounds of its 95 % interval, drawn anew by groups (texts, or shapes)."""

    mean: float
    low: float
    high: float
    count: int


def mean_score(values: Sequence[float], groups: Sequence[Hashable]) -> Score:
    """Return the mean of values [N], which belong to groups [N], with its interval."""
    numbers = {group: number for number, group in enumerate(dict.fromkeys(groups))}
    array, index = np.array(values, np.float64), np.array([numbers[group] for group in groups])
    low, high = bootstrap_interval(array, index, np.random.default_rng(BOOTSTRAP_SEED))
    return Score(float(array.mean()), low, high, len(array))


def resampled_score(
    groups: Sequence[np.ndarray], statistic: Callable[[np.ndarray], float], resamples: int = 200
) -> Score:
    """Return a statistic of the rows of all groups (arrays [n, ...]) together, with its interval, drawn anew by groups.

    For statistics that are no means. They grow or shrink with the number of different rows, so that the interval, whose
    draws repeat groups, may lie beside the value.
    """
    rng = np.random.default_rng(BOOTSTRAP_SEED)
    drawn = rng.integers(0, len(groups), (resamples, len(groups)))
    values = [statistic(np.concatenate([groups[number] for number in row])) for row in drawn]
    low, high = np.quantile(values, [0.025, 0.975])
    whole = np.concatenate(groups)
    return Score(statistic(whole), float(low), float(high), len(whole))


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
