"""LeNet-1: the first convolutional network trained by back-propagation to read digits.

Source: Y. LeCun et al., "Handwritten Digit Recognition with a Back-Propagation Network", Advances
in Neural Information Processing Systems 2, 1990, pp. 396-404, the section on the architecture:

    layer    output shape      parameters   connections
    H1       (24, 24, 4)              104        59,904
    H2       (12, 12, 4)                8         2,880
    H3       (8, 8, 12)               512        32,768
    H4       (4, 4, 12)                24           960
    output   (10,)                  1,930         1,930
    total                           2,578        98,442

The paper states both totals and 4,635 units; the layers have 784 + 2,304 + 576 + 768 + 192 + 10 =
4,634, and the unit that holds the constant 1 of all biases makes it even. It says that a squashing
function follows, not which; here it is the one of LeCun et al. 1998 (equation 6, appendix A).
"""

import keras
import numpy as np
from keras import layers, ops

# Table 1: which maps of H2 each map of H3 sees. Maps 0 to 5 and 6 to 11 are two separate halves.
H3_TABLE = ((0,), (0, 1), (0, 1), (1,), (0, 1), (0, 1), (2,), (2, 3), (2, 3), (3,), (2, 3), (2, 3))


def lenet1() -> keras.Model:
    """Build LeNet-1 as the paper describes it: each of the layers H1 to H4 learns, and squashes.

    Returns:
        an uncompiled model, images (N, 28, 28, 1), to scores (N, 10) within +-1.7159; the paper's
        digits are 16x16 pixels in the middle, and its targets -1 and 1. 2,578 parameters.
    """
    return keras.Sequential(
        [
            keras.Input((28, 28, 1)),
            layers.Conv2D(4, 5, activation=scaled_tanh, kernel_initializer=fan_in_uniform(25), name="H1"),
            Subsampling(activation=scaled_tanh, name="H2"),
            TableConv2D(H3_TABLE, 5, activation=scaled_tanh, name="H3"),
            Subsampling(activation=scaled_tanh, name="H4"),
            layers.Flatten(name="flatten"),
            layers.Dense(
                10,
                activation=scaled_tanh,
                kernel_initializer=fan_in_uniform(192),
                dtype="float32",
                name="output",
            ),
        ],
        name="lenet1",
    )


@keras.saving.register_keras_serializable(package="course")
def scaled_tanh(inputs):
    """Squash: 1.7159 tanh(2/3 inputs), which takes 1 to 1 and -1 to -1.

    Source: LeCun et al. 1998, "Gradient-Based Learning Applied to Document Recognition", eq. 6.
    """
    return 1.7159 * ops.tanh(inputs * (2 / 3))


def fan_in_uniform(num_inputs: int) -> keras.initializers.Initializer:
    """Draw weights evenly within 2.4 / num_inputs of 0 (LeCun et al. 1998, appendix A)."""
    return keras.initializers.RandomUniform(-2.4 / num_inputs, 2.4 / num_inputs)


@keras.saving.register_keras_serializable(package="course")
class Subsampling(layers.Layer):
    """Add up each window, times a trainable coefficient, plus a trainable bias, then squash.

    Feature maps (N, H, W, C) to (N, H // pool_size, W // pool_size, C); one coefficient and one
    bias per map. A coefficient of 1 / pool_size**2 without activation is average pooling.

    Source: LeCun et al. 1990, layers H2 and H4; 1998, section II.B, layers S2 and S4.
    """

    padding = "valid"  # what a reader of receptive fields asks for, as of Keras's poolings

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
        sums = self.pool_size**2 * ops.average_pool(feature_maps, self.pool_size, self.pool_size)
        return self.activation(self.coefficient * sums + self.bias)

    def get_config(self):
        return {
            **super().get_config(),
            "pool_size": self.pool_size,
            "activation": keras.activations.serialize(self.activation),
        }


@keras.saving.register_keras_serializable(package="course")
class TableConv2D(layers.Layer):
    """Convolve where each output map sees only the input maps that a table lists for it.

    Feature maps (N, H, W, C) to (N, H - kernel_size + 1, W - kernel_size + 1, len(table)). The
    kernel (kernel_size, kernel_size, connections) holds the listed connections in the table's
    order, and nothing else.

    Args:
        table: for each output map the indices of the input maps that it sees.
        kernel_size: height and width.
        activation: as in `Conv2D`.

    Raises:
        ValueError: when built, if an output map sees nothing, a map twice, or one that is not
            there.

    Source: LeCun et al. 1990, layer H3 and table 1; 1998, section II.B, layer C3 and table I.
    """

    strides, padding, dilation_rate = 1, "valid", 1  # what a reader of receptive fields asks for

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
        return self.activation(ops.conv(feature_maps, self.full_kernel()) + self.bias)

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
