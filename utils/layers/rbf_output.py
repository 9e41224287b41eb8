"""An output layer that measures distances to fixed centers, as LeNet-5 had it."""

import keras
import numpy as np
from keras import layers, ops


@keras.saving.register_keras_serializable(package="utils.layers")
class RBFOutput(layers.Layer):
    """Measure the squared distance of the inputs to each class's fixed center.

    Features (N, F) become distances (N, len(centers)): output i is the sum of (inputs - centers[i])**2.
    The centers are stored with the weights, but training does not change them.

    Source: LeCun et al. 1998, section II.B, equation 7.
    """

    def __init__(self, centers, **kwargs):
        super().__init__(**kwargs)
        self._centers = np.asarray(centers, "float32")

    def build(self, input_shape):
        if input_shape[-1] != self._centers.shape[-1]:
            raise ValueError(
                f"Inputs {tuple(input_shape)} have no distance to centers {self._centers.shape}: "
                "both need the same number of features."
            )
        self.centers = self.add_weight(
            shape=self._centers.shape,
            initializer=lambda shape, dtype: ops.cast(self._centers, dtype),
            trainable=False,
            name="centers",
        )

    def call(self, features):
        return ops.sum(ops.square(features[:, None, :] - self.centers), axis=-1)

    def get_config(self):
        return {**super().get_config(), "centers": self._centers.tolist()}
