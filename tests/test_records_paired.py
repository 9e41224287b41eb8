"""Paired statistics: against SciPy, and on the seeds that a cut grid leaves."""

from utils.records.paired import by_seed, estimate_mean, mean_over_seeds, paired_differences

import numpy as np
import pytest
from scipy import stats


@pytest.fixture
def table() -> dict[str, np.ndarray]:
    """Seed 2 of "ours" is missing, and the lines are out of order."""
    return {
        "row": np.array(["theirs", "ours", "theirs", "theirs", "ours", "theirs", "ours"]),
        "seed": np.array([1, 3, 0, 3, 0, 2, 1]),
        "accuracy": np.array([0.51, 0.66, 0.50, 0.53, 0.60, 0.52, 0.63]),
    }


def test_differences_are_taken_within_a_seed(table):
    differences = paired_differences(table, "ours", "theirs", "accuracy")
    np.testing.assert_allclose(differences, [0.60 - 0.50, 0.63 - 0.51, 0.66 - 0.53])
    assert by_seed(table, "ours", "accuracy") == {3: 0.66, 0: 0.60, 1: 0.63}


@pytest.mark.parametrize("level", [0.9, 0.95])
def test_the_estimate_equals_the_paired_t_test(level):
    generator = np.random.default_rng(0)
    ours, theirs = generator.normal(0.6, 0.01, 5), generator.normal(0.59, 0.01, 5)
    estimate = estimate_mean(ours - theirs, level)
    test = stats.ttest_rel(ours, theirs)
    interval = test.confidence_interval(level)
    np.testing.assert_allclose(estimate[1:4], [*interval, test.pvalue])
    # And by the formula: mean plus and minus t times the standard error.
    error = np.std(ours - theirs, ddof=1) / np.sqrt(5)
    reach = stats.t.ppf((1 + level) / 2, df=4) * error
    np.testing.assert_allclose([estimate.low, estimate.high], estimate.mean + np.array([-reach, reach]))
    assert estimate.num_seeds == 5


def test_the_interval_contains_the_true_mean_as_often_as_it_says():
    samples = np.random.default_rng(1).normal(0.3, 1.0, (1_000, 3))
    estimates = [estimate_mean(sample) for sample in samples]
    covered = np.mean([estimate.low <= 0.3 <= estimate.high for estimate in estimates])
    assert 0.929 < covered < 0.971  # three standard errors of 1,000 draws


def test_one_seed_has_no_interval():
    estimate = estimate_mean([0.02])
    assert estimate.mean == 0.02 and estimate.num_seeds == 1
    assert np.isnan([estimate.low, estimate.high, estimate.p_value]).all()


def test_values_without_spread_have_an_interval_of_no_length():
    assert estimate_mean([0.5, 0.5])[:4] == (0.5, 0.5, 0.5, 0.0)
    assert estimate_mean([0.0, 0.0]).p_value == 1.0


def test_what_cannot_be_compared_is_refused(table):
    with pytest.raises(ValueError, match="recorded are: theirs, ours"):
        by_seed(table, "nobody's", "accuracy")
    with pytest.raises(ValueError, match="one value per seed"):
        estimate_mean([])
    table["seed"] = np.where(table["row"] == "ours", 10, table["seed"])
    with pytest.raises(ValueError, match="no seed in common"):
        paired_differences(table, "ours", "theirs", "accuracy")


def test_curves_are_averaged_round_by_round(table):
    assert mean_over_seeds(table, "ours", "accuracy") == pytest.approx(0.63)
    table["curve"] = np.array(["1 2", "3 4", "5 6", "7 8", "5 6", "3 4", "4 8"])
    np.testing.assert_allclose(mean_over_seeds(table, "ours", "curve"), [4, 6])
    table["curve"] = np.array(["1 2", "3 4", "5 6", "7 8", "5 6", "3 4", "4"])
    with pytest.raises(ValueError, match="different lengths"):
        mean_over_seeds(table, "ours", "curve")
