"""A convolution whose output maps see only the input maps that a table lists for them."""

import keras
import numpy as np
from keras import layers, ops


@keras.saving.register_keras_serializable(package="utils.layers")
class TableConv2D(layers.Layer):
    """Convolve so that each output map sees only the input maps that a table lists for it.

    Feature maps (N, H, W, C) become (N, H - kernel_size + 1, W - kernel_size + 1, len(table)). The
    kernel (kernel_size, kernel_size, connections) holds the listed connections in the table's
    order, and nothing else.

    Args:
        table: for each output map the indices of the input maps that it sees.
        kernel_size: height and width.
        activation: as in `Conv2D`.

    Raises:
        ValueError: when it is built, if an output map sees nothing, a map twice, or one that does not
            exist.

    Source: LeCun et al. 1990, layer H3 and table 1; 1998, section II.B, layer C3 and table I.
    """

    strides, padding, dilation_rate = 1, "valid", 1  # receptive fields are computed from these

    def __init__(self, table, kernel_size: int, activation=None, **kwargs):
        super().__init__(**kwargs)
        self.table = tuple(tuple(sources) for sources in table)
        self.kernel_size = kernel_size
        self.activation = keras.activations.get(activation)

    def build(self, input_shape):
        num_inputs, num_outputs = input_shape[-1], len(self.table)
        self._check(num_inputs)
        pairs = [(source, output) for output, row in enumerate(self.table) for source in row]
        limits = [2.4 / (self.kernel_size**2 * len(row)) for row in self.table for _ in row]
        self.kernel = self.add_weight(
            shape=(self.kernel_size, self.kernel_size, len(pairs)),
            initializer=lambda shape, dtype: keras.random.uniform(shape, -1, 1, dtype) * limits,
            name="kernel",
        )
        self.bias = self.add_weight(shape=(num_outputs,), initializer="zeros", name="bias")
        # Row i of this matrix of zeros holds one 1: where connection i stands in a full kernel.
        self._placement = np.zeros((len(pairs), num_inputs * num_outputs), "float32")
        for row, (source, output) in enumerate(pairs):
            self._placement[row, source * num_outputs + output] = 1

    def full_kernel(self):
        """Return the kernel as `Conv2D` would have it, with zeros where nothing is connected."""
        full = ops.matmul(self.kernel, ops.cast(self._placement, self.compute_dtype))
        return ops.reshape(full, (self.kernel_size, self.kernel_size, -1, len(self.table)))

    def call(self, feature_maps):
        maps = ops.conv(feature_maps, self.full_kernel(), data_format="channels_last")
        return self.activation(maps + self.bias)

    def get_config(self):
        return {
            **super().get_config(),
            "table": self.table,
            "kernel_size": self.kernel_size,
            "activation": keras.activations.serialize(self.activation),
        }

    def _check(self, num_inputs: int) -> None:
        for output, row in enumerate(self.table):
            if not row or len(set(row)) < len(row) or not set(row) <= set(range(num_inputs)):
                raise ValueError(
                    f"Row {output} of the table is {row}: list each of the maps that it sees once, "
                    f"from 0 to {num_inputs - 1}."
                )
