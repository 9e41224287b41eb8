"""One seed for all random numbers."""

import keras


def set_seed(seed: int) -> None:
    """Seed Python, NumPy and Keras, so that a training repeats on the same machine."""
    keras.utils.set_random_seed(seed)
