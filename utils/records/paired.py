"""Compare settings over seeds: differences within each seed, and how much of them chance could explain.

Two trainings from the same seed start with the same weights and see the same images first, so
their difference varies less than the accuracies do. Everything here works with any number of seeds.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from scipy import stats


class Estimate(NamedTuple):
    """A mean over seeds with its confidence interval; with one seed the interval is unknown, NaN.

    `p_value` is the probability of a mean at least as far from zero if the true mean were zero.
    """

    mean: float
    low: float
    high: float
    p_value: float
    num_seeds: int


def estimate_mean(values: Sequence[float] | np.ndarray, level: float = 0.95) -> Estimate:
    """Estimate a mean from a few measurements, with Student's t distribution.

    Args:
        values: (N,), independent measurements, such as one per seed.
        level: how often such an interval contains the true mean.

    Raises:
        ValueError: there are no values, or they are not in one row.
    """
    numbers = np.asarray(values, dtype=float)
    if numbers.ndim != 1 or not len(numbers):
        raise ValueError(f"expected one value per seed, got an array of shape {numbers.shape}")
    if len(numbers) == 1:
        return Estimate(float(numbers[0]), np.nan, np.nan, np.nan, 1)
    if np.ptp(numbers) == 0:
        # No spread at all: nothing to divide by.
        return Estimate(numbers[0], numbers[0], numbers[0], float(numbers[0] == 0), len(numbers))
    test = stats.ttest_1samp(numbers, 0.0)
    low, high = test.confidence_interval(level)
    p_value = float(test.pvalue)  # pyright: ignore[reportAttributeAccessIssue] (SciPy makes it at run time)
    return Estimate(numbers.mean(), low, high, p_value, len(numbers))


def estimate_share(share: float, num_trials: int, level: float = 0.95) -> Estimate:
    """Estimate a share, such as an accuracy, from a single count, by the normal approximation (Wald).

    Args:
        share: what was measured, from 0 to 1.
        num_trials: how many pictures it was measured on.
        level: how often such an interval contains the true share.
    """
    half = float(stats.norm.ppf((1 + level) / 2) * np.sqrt(share * (1 - share) / num_trials))
    return Estimate(share, share - half, share + half, np.nan, 1)


def by_seed(table: Mapping[str, np.ndarray], row: str, metric: str) -> dict[int, float]:
    """Return the measurements of one row of a grid's table, by seed.

    Raises:
        ValueError: the table has no such row; the message lists those it has.
    """
    chosen = table["row"] == row
    if not chosen.any():
        raise ValueError(f"no row {row!r}; recorded are: {', '.join(dict.fromkeys(table['row']))}")
    return dict(zip(table["seed"][chosen].tolist(), table[metric][chosen].tolist(), strict=True))


def paired_differences(table: Mapping[str, np.ndarray], row: str, baseline: str, metric: str) -> np.ndarray:
    """Return row minus baseline for every seed that both have, in the order of the seeds.

    Args:
        table: column to values, as `utils.records.load_grid` returns it.
        row, baseline: names in the column `row`.
        metric: name of a column of numbers.

    Raises:
        ValueError: a row is missing, or the two have no seed in common.
    """
    ours, theirs = by_seed(table, row, metric), by_seed(table, baseline, metric)
    common = sorted(set(ours) & set(theirs))
    if not common:
        raise ValueError(f"{row!r} and {baseline!r} have no seed in common")
    return np.array([ours[seed] - theirs[seed] for seed in common])


def mean_over_seeds(table: Mapping[str, np.ndarray], row: str, column: str) -> np.ndarray:
    """Return the mean of a column over the seeds of a row: a number, or (N,) where texts hold N numbers.

    Raises:
        ValueError: the table has no such row, or its curves have different lengths, as after early
            stopping.
    """
    values = list(by_seed(table, row, column).values())
    if isinstance(values[0], str):
        values = [[float(number) for number in text.split()] for text in values]
        if len(set(map(len, values))) > 1:
            raise ValueError(f"the curves {column!r} of {row!r} have different lengths")
    return np.mean(values, axis=0)
