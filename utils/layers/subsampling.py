"""Pooling as LeNet had it: a sum with a trainable coefficient and bias."""

from utils.layers.scaled_tanh import fan_in_uniform

import keras
from keras import layers, ops


@keras.saving.register_keras_serializable(package="utils.layers")
class Subsampling(layers.Layer):
    """Add up each window, times a trainable coefficient, plus a trainable bias, then squash.

    Feature maps (N, H, W, C) become (N, H // pool_size, W // pool_size, C); each map has one coefficient
    and one bias. With coefficients of 1 / pool_size**2 and no activation, this is average pooling.

    Source: LeCun et al. 1990, layers H2 and H4; 1998, section II.B, layers S2 and S4.
    """

    padding = "valid"  # receptive fields are computed from it, as from that of Keras's poolings

    def __init__(self, pool_size: int = 2, activation=None, **kwargs):
        super().__init__(**kwargs)
        self.pool_size = self.strides = pool_size
        self.activation = keras.activations.get(activation)

    def build(self, input_shape):
        self.coefficient = self.add_weight(
            shape=input_shape[-1:],
            initializer=fan_in_uniform(self.pool_size**2),
            name="coefficient",
        )
        self.bias = self.add_weight(shape=input_shape[-1:], initializer="zeros", name="bias")

    def call(self, feature_maps):
        means = ops.average_pool(feature_maps, self.pool_size, self.pool_size, data_format="channels_last")
        sums = self.pool_size**2 * means
        return self.activation(self.coefficient * sums + self.bias)

    def get_config(self):
        return {
            **super().get_config(),
            "pool_size": self.pool_size,
            "activation": keras.activations.serialize(self.activation),
        }
