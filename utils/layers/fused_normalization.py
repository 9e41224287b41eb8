"""Batch normalization in one pass over memory, where Keras takes several.

Keras computes mean, variance, scale and shift one after the other, and reads the whole batch each time.
TensorFlow has a single kernel for all of them, which also takes bfloat16 directly. In a small network
this decides the speed, as the rest is cheap: `tests/benchmarks/bench_normalization.py` measures it.
"""

import keras
import tensorflow as tf
from keras import layers


@keras.saving.register_keras_serializable(package="utils.layers")
class FusedBatchNormalization(layers.BatchNormalization):
    """Normalize feature maps (N, H, W, C) as `BatchNormalization` does, with TensorFlow's fused kernel.

    It takes the arguments of `BatchNormalization` and gives the same results, but the axis cannot be
    chosen, and masks and synchronized means over several machines are not supported.

    Source: S. Ioffe and C. Szegedy, "Batch Normalization", ICML 2015, algorithm 1.

    Raises:
        ValueError: when it is built, if the inputs are not (N, H, W, C), or its variables not float32.
    """

    def build(self, input_shape):
        if len(input_shape) != 4 or self.axis not in (-1, 3):
            raise ValueError(
                f"{self.name!r} normalizes the channels of (N, H, W, C), not axis {self.axis} of "
                f"{input_shape}: use BatchNormalization."
            )
        if self.variable_dtype != "float32" or self.compute_dtype == "float64":
            raise ValueError(
                f"{self.name!r} keeps its variables in float32 and computes in at most 32 bits, not as "
                f"{self.dtype_policy.name!r} says: set another dtype or keras.config.set_floatx('float32'), "
                "or use BatchNormalization."
            )
        super().build(input_shape)

    def call(self, inputs, training=None, mask=None):
        """Normalize with the batch's own statistics in training, and with the moving ones otherwise."""
        num_channels = inputs.shape[-1]
        scale = self.gamma if self.scale else tf.ones(num_channels)
        shift = self.beta if self.center else tf.zeros(num_channels)
        arguments = {"scale": scale, "offset": shift, "epsilon": self.epsilon}
        if not (training and self.trainable):
            arguments |= {"mean": self.moving_mean, "variance": self.moving_variance}
            return _fused(inputs, is_training=False, **arguments)[0]
        outputs, mean, variance = _fused(inputs, is_training=True, **arguments)
        self._move(mean, variance, num_values=tf.size(inputs) / num_channels)
        return outputs

    def _move(self, mean, variance, num_values) -> None:
        """Move the statistics for inference towards those of this batch."""
        num_values = tf.cast(num_values, variance.dtype)
        # The kernel divides by one less than the number of values, Keras by the number.
        variance *= (num_values - 1) / num_values
        for moving, batch in ((self.moving_mean, mean), (self.moving_variance, variance)):
            # Keras declares them as None, which they are until the layer is built.
            moved = moving * self.momentum + batch * (1 - self.momentum)  # pyright: ignore[reportOptionalOperand]
            moving.assign(moved)  # pyright: ignore[reportOptionalMemberAccess]


def _fused(inputs, **arguments):
    arguments = {
        name: tf.convert_to_tensor(value) if isinstance(value, keras.Variable) else value
        for name, value in arguments.items()
    }
    return tf.compat.v1.nn.fused_batch_norm(inputs, **arguments)
