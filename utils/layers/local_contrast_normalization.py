"""Local contrast normalization: what stands out from its surroundings, in units of their variation."""

import keras
import numpy as np
from keras import layers, ops


@keras.saving.register_keras_serializable(package="utils.layers")
class LocalContrastNormalization(layers.Layer):
    """Subtract the mean of each place's surroundings and divide by their standard deviation.

    Feature maps (N, H, W, C) keep their shape. Mean and deviation are taken over all channels in a
    Gaussian window, which is cut off at the borders. The divisor is never less than its own mean over
    the image, so that flat regions are not amplified.

    Source: K. Jarrett et al., "What is the Best Multi-Stage Architecture for Object Recognition?",
        ICCV 2009, section 2, which the paper names.
    """

    def __init__(self, kernel_size: int = 5, epsilon: float = 1e-3, **kwargs):
        super().__init__(**kwargs)
        self.kernel_size = kernel_size
        self.epsilon = epsilon
        offsets = np.arange(kernel_size) - (kernel_size - 1) / 2
        profile = np.exp(-0.5 * (offsets / (kernel_size / 4)) ** 2)
        window = np.outer(profile, profile)
        self._window = (window / window.sum())[:, :, None, None]

    # Receptive fields are computed from these and kernel_size.
    strides, padding = 1, "same"

    def call(self, feature_maps):
        centered = feature_maps - self._local_mean(feature_maps)
        deviation = ops.sqrt(self._local_mean(ops.square(centered)) + self.epsilon**2)
        typical = ops.mean(deviation, axis=(1, 2, 3), keepdims=True)
        return centered / ops.maximum(deviation, typical)

    def _local_mean(self, feature_maps):
        """Average over the window and all channels: (N, H, W, C) to (N, H, W, 1)."""
        means = ops.mean(feature_maps, axis=-1, keepdims=True)
        return self._convolve(means) / self._convolve(ops.ones_like(means))

    def _convolve(self, maps):
        window = ops.cast(self._window, maps.dtype)
        return ops.conv(maps, window, padding="same", data_format="channels_last")

    def get_config(self):
        return {
            **super().get_config(),
            "kernel_size": self.kernel_size,
            "epsilon": self.epsilon,
        }
