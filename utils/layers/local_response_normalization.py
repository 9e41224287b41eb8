"""Local response normalization: divide each number by the strength of its neighbors in other maps."""

import keras
import numpy as np
from keras import layers, ops


@keras.saving.register_keras_serializable(package="utils.layers")
class LocalResponseNormalization(layers.Layer):
    """Divide each unit by a measure of its neighbors' activity in the adjacent maps.

    Feature maps (N, H, W, C) keep their shape: a becomes a / (k + alpha * s)**beta, where s is the sum
    of the squares at the same place in the `n` nearest maps, its own included; the first and last maps
    have fewer neighbors.

    Source: Krizhevsky et al. 2012, section 3.3, with its k, n, alpha and beta. Caffe's layer of
    the same name divides alpha by n.

    Raises:
        ValueError: n is even or not positive.
    """

    def __init__(self, k: float = 2, n: int = 5, alpha: float = 1e-4, beta: float = 0.75, **kwargs):
        super().__init__(**kwargs)
        if n < 1 or n % 2 == 0:
            raise ValueError(f"n must be odd, so that as many maps lie on either side, not {n}.")
        self.k, self.n, self.alpha, self.beta = k, n, alpha, beta

    def call(self, feature_maps):
        index = np.arange(feature_maps.shape[-1])
        is_near = np.abs(index[:, None] - index) <= self.n // 2
        # One product with a band of ones adds up the neighbors: faster than n shifted copies.
        sums = ops.matmul(ops.square(feature_maps), ops.cast(is_near, feature_maps.dtype))
        log_divisor = self.beta * ops.log(self.k + self.alpha * ops.cast(sums, "float32"))
        return feature_maps * ops.cast(ops.exp(-log_divisor), feature_maps.dtype)

    def get_config(self):
        own = {"k": self.k, "n": self.n, "alpha": self.alpha, "beta": self.beta}
        return {**super().get_config(), **own}
