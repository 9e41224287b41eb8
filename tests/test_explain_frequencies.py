"""Ascent on waves: pictures against sums of cosines, steps against a loop of our own."""

from utils.explain import as_waves, maximize_in_frequencies
from utils.explain.frequencies import COLORS

import numpy as np
import pytest
import tensorflow as tf

SIZE = 16


def spectrum_of(row, column, strength=1.0, color=0):
    spectrum = np.zeros((2, 1, 3, SIZE, SIZE // 2 + 1), "float32")
    spectrum[0, 0, color, row, column] = strength
    return spectrum


@pytest.mark.parametrize("row,column", [(0, 3), (2, 1), (5, 4)])
def test_one_number_is_one_wave_divided_by_its_frequency(row, column):
    picture = np.arctanh(as_waves(spectrum_of(row, column))[0, ..., 0]) / COLORS[0, 0]
    y, x = np.mgrid[:SIZE, :SIZE] / SIZE
    cycles = np.hypot(row, column)
    # The real transform holds half of the waves: each stands for itself and its mirror image.
    expected = 2 * np.cos(2 * np.pi * (row * y + column * x)) / 8 / cycles
    np.testing.assert_allclose(picture, expected, atol=1e-5)


def test_colors_are_brightness_and_two_contrasts():
    gray, first, second = (np.arctanh(as_waves(spectrum_of(0, 1, 0.1, color))[0]) for color in range(3))
    assert np.ptp(gray, axis=-1).max() < 0.1 * np.abs(gray).max()  # red, green and blue together
    for contrast in (first, second):  # what one color gains, the others lose
        assert np.abs(contrast.sum(axis=-1)).max() < 1e-3 * np.abs(contrast).max()
    assert first[0, 0, 0] > 0 > first[0, 0, 2] and second[0, 0, 0] > 0 > second[0, 0, 1]
    assert np.linalg.norm(COLORS, axis=0).max() == pytest.approx(1)


def test_pictures_stay_in_range():
    pictures = as_waves(1000 * np.ones((2, 2, 3, SIZE, SIZE // 2 + 1), "float32")).numpy()
    assert pictures.shape == (2, SIZE, SIZE, 3) and np.abs(pictures).max() <= 1


def brightness(pictures):
    return tf.reduce_mean(pictures, axis=(1, 2, 3))


def test_steps_equal_a_loop_of_our_own():
    weights = np.random.default_rng(1).normal(size=(SIZE, SIZE, 3)).astype("float32")

    def score(pictures):
        return tf.reduce_sum(pictures * weights, axis=(1, 2, 3))

    found = maximize_in_frequencies(score, 2, size=SIZE, num_steps=3, step_size=0.1, jitter=2, seed=5)
    rng = np.random.default_rng(5)
    starts = 0.01 * rng.standard_normal((2, 2, 3, SIZE, SIZE // 2 + 1))
    shifts = [rng.integers(-2, 3, 2) for _ in range(3)]
    for number in range(2):
        spectrum = tf.Variable(starts[:, number : number + 1], dtype=tf.float32)
        for shift in shifts:
            with tf.GradientTape() as tape:
                value = score(tf.roll(as_waves(spectrum), shift, (1, 2)))
            gradient = tape.gradient(value, spectrum).numpy()
            spectrum.assign_add(0.1 * gradient / (np.sqrt(np.mean(gradient**2)) + 1e-5))
        np.testing.assert_allclose(found[number], as_waves(spectrum)[0], atol=1e-4)


def test_ascent_climbs_and_repeats_with_its_seed():
    options = {"size": SIZE, "num_steps": 10, "step_size": 0.2}
    first, again, other = (maximize_in_frequencies(brightness, 1, **options, seed=s) for s in (0, 0, 1))
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, other)
    few = maximize_in_frequencies(brightness, 1, **(options | {"num_steps": 1}))
    assert first.mean() > few.mean() + 0.01


def test_bad_input_is_refused():
    for wrong in ({"num_pictures": 0}, {"size": 1}, {"jitter": -1}, {"num_steps": 0}):
        arguments = {"num_pictures": 1, "size": SIZE} | wrong
        with pytest.raises(ValueError, match=f"{next(iter(wrong))} must be an integer of at least"):
            maximize_in_frequencies(brightness, **arguments)
    with pytest.raises(ValueError, match="step_size must be positive"):
        maximize_in_frequencies(brightness, 1, step_size=0)
