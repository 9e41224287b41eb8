"""Gradient ascent on the frequencies of a picture: with less noise than ascent on its pixels."""

from collections.abc import Callable
from typing import Any

from utils.checks import require_integer
from utils.explain.maximize_filter import EPSILON

import numpy as np
import tensorflow as tf

# How red, green and blue vary together in photographs: brightness most of all, then two contrasts of
# color. Measured on ImageNet by the library Lucid, and scaled here to a longest column of 1.
_COVARIANCE_ROOT = np.array([[0.26, 0.09, 0.02], [0.27, 0.00, -0.05], [0.27, -0.09, 0.03]])
COLORS = (_COVARIANCE_ROOT / np.linalg.norm(_COVARIANCE_ROOT, axis=0).max()).astype("float32")


def as_waves(spectrum: Any) -> tf.Tensor:
    """Add up waves: make pictures of the strengths of their frequencies.

    Args:
        spectrum: (2, N, 3, size, size // 2 + 1), floats: real and imaginary parts of each wave, for
            brightness and two contrasts of color. A wave of f cycles a picture is divided by f, as in
            photographs fine details are weaker than coarse ones.

    Returns:
        (N, size, size, 3), red, green and blue from -1 to 1.

    Source: C. Olah, A. Mordvintsev and L. Schubert, "Feature Visualization", Distill 2017.
    """
    size = spectrum.shape[3]
    cycles = size * np.hypot(np.fft.fftfreq(size)[:, None], np.fft.rfftfreq(size))
    weights = (size**2 / 8 / np.maximum(cycles, 1)).astype("complex64")
    planes = tf.signal.irfft2d(tf.complex(spectrum[0], spectrum[1]) * weights)
    return tf.tanh(tf.einsum("nchw,kc->nhwk", planes, COLORS))


def maximize_in_frequencies(
    score: Callable[[tf.Tensor], tf.Tensor],
    num_pictures: int,
    *,
    size: int = 128,
    num_steps: int = 128,
    step_size: float = 0.03,
    jitter: int = 8,
    seed: int = 0,
) -> np.ndarray:
    """Climb from nearly gray waves along the gradient of a score of each picture.

    Args:
        score: function from pictures (N, size, size, 3), from -1 to 1, to numbers (N,).
        num_pictures: N.
        step_size: root mean square of a step of each spectrum.
        jitter: before each step all pictures are shifted, around their borders, by up to so many pixels.
        seed: of the start and of the shifts.

    Returns:
        (N, size, size, 3), from -1 to 1.

    Raises:
        ValueError: a number is out of its range.

    Source: as `as_waves`; steps of one length as in `maximize_filter`.
    """
    for name, value, least in (("num_pictures", num_pictures, 1), ("size", size, 2), ("jitter", jitter, 0)):
        require_integer(name, value, least)
    require_integer("num_steps", num_steps, 1)
    if step_size <= 0:
        raise ValueError(f"step_size must be positive, got {step_size!r}.")
    rng = np.random.default_rng(seed)
    noise = rng.standard_normal((2, num_pictures, 3, size, size // 2 + 1))
    spectrum = tf.constant(0.01 * noise, tf.float32)

    def climb(spectrum, shift):
        with tf.GradientTape(watch_accessed_variables=False) as tape:
            tape.watch(spectrum)
            scores = score(tf.roll(as_waves(spectrum), shift, (1, 2)))
        gradients: Any = tape.gradient(scores, spectrum)
        rms = tf.sqrt(tf.reduce_mean(gradients**2, axis=(0, 2, 3, 4), keepdims=True))
        return spectrum + step_size * gradients / (rms + EPSILON)

    signature = [tf.TensorSpec(spectrum.shape, tf.float32), tf.TensorSpec((2,), tf.int64)]
    climb = tf.function(climb, autograph=False).get_concrete_function(*signature)
    for _ in range(num_steps):
        spectrum = climb(spectrum, tf.constant(rng.integers(-jitter, jitter + 1, 2)))
    return as_waves(spectrum).numpy()
