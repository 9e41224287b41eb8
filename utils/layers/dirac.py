"""Two initializers: the identity, and PyTorch's default."""

import keras


def default_uniform() -> keras.initializers.Initializer:
    """Return PyTorch's default for kernels: uniform within 1 / sqrt(number of inputs of a unit)."""
    return keras.initializers.VarianceScaling(1 / 3, mode="fan_in", distribution="uniform")


@keras.saving.register_keras_serializable(package="utils.layers")
def dirac(shape, dtype=None):
    """Return a kernel (H, W, C, filters) whose first C filters each pass on one input map.

    The other filters are random. A deep stack of such convolutions starts out like a shallow one.

    Raises:
        ValueError: there are fewer filters than input maps, so that not all could be passed on.

    Source: K. Jordan, "94 % on CIFAR-10 in 3.29 Seconds on a Single GPU", 2024, section 3.3; S. Zagoruyko
        and N. Komodakis, "DiracNets", 2017.
    """
    height, width, channels, filters = shape
    if filters < channels:
        raise ValueError(f"{filters} filters cannot pass {channels} maps on: use at least as many.")
    center = keras.ops.one_hot(height // 2 * width + width // 2, height * width, dtype=dtype)
    identity = keras.ops.reshape(center, (height, width, 1, 1)) * keras.ops.eye(channels, dtype=dtype)
    others = default_uniform()(shape, dtype=dtype)[..., channels:]
    return keras.ops.concatenate([identity, others], axis=-1)
