"""What a function does to numbers: is it a ReLU, a softmax, a sigmoid, or does it do nothing?"""

import enum
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import tensorflow as tf

# Numbers on which activations differ, near 0 and far from it, in rows of 8.
_SIZES = np.logspace(-6, 4, 100)
_NEAR = np.concatenate([np.linspace(-8, 8, 400), np.random.default_rng(0).normal(0, 2, 400)])
_NUMBERS = np.concatenate([_NEAR, -_SIZES, _SIZES]).reshape(-1, 8).astype("float32")
# Cut to the digits that bfloat16 can hold, so that a layer in half precision gives them back.
_NUMBERS = (_NUMBERS.view("uint32") & 0xFFFF0000).view("float32")


class Kind(enum.Enum):
    """What an activation does."""

    LINEAR = "linear"
    RELU = "relu"  # capped or not
    SOFTMAX = "softmax"  # or its logarithm
    SIGMOID = "sigmoid"
    OTHER = "other"
    UNKNOWN = "unknown"


def behavior(function: Callable, rank: int = 2) -> Kind | None:
    """Return what a function of one tensor does to many numbers, None if it is none of the four.

    Args:
        rank: number of axes of the tensor.
    """
    shape = (len(_NUMBERS), *[1] * (rank - 2), _NUMBERS.shape[1])
    with tf.init_scope():
        try:
            values = tf.convert_to_tensor(function(tf.reshape(_NUMBERS, shape)))
        except Exception:  # What a function of the user's raises is not known.
            return None
        if values.shape != shape or not values.dtype.is_floating:
            return None
        tolerance = 1e-5 if values.dtype.size >= 4 else 1e-2
        numbers = tf.reshape(tf.cast(values, tf.float32), _NUMBERS.shape).numpy()
        for kind, expected in _expected(numbers):
            if np.allclose(numbers, expected, rtol=tolerance, atol=tolerance):
                return kind
    return None


def _expected(values: np.ndarray) -> Iterator[tuple[Kind, Any]]:
    """Yield what each kind gives for the numbers; of a ReLU with a cap, the largest value is the cap."""
    yield Kind.LINEAR, _NUMBERS
    yield Kind.RELU, _NUMBERS.clip(0)
    yield Kind.RELU, _NUMBERS.clip(0, max(values.max(), 0.1))
    yield Kind.SIGMOID, tf.sigmoid(_NUMBERS)
    yield Kind.SOFTMAX, tf.nn.softmax(_NUMBERS)
    yield Kind.SOFTMAX, tf.nn.log_softmax(_NUMBERS)
