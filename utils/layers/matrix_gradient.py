"""A convolution that computes the gradient of its kernel by nine matrix products.

For a weight of the kernel at row i and column j, the gradient is the sum over all places of the input
shifted by (i, j) times the gradient of the output: one matrix product (C, places) x (places, filters)
for each of the nine (i, j). TensorFlow's own routine sums along the rows of a map. On maps of 7 x 7
and 3 x 3 the rows are so short that the processor's matrix unit, made for 32 numbers at a time, stays
mostly empty; the products sum over all places at once. `tests/benchmarks/bench_speedrun_parts.py`
measures both.
"""

import itertools

import keras
import tensorflow as tf
from keras import layers

# Largest height and width of a map for which the products are faster, in bfloat16.
LARGEST_SIDE = 7


@keras.saving.register_keras_serializable(package="utils.layers")
class MatrixGradientConv2D(layers.Conv2D):
    """Convolve as `Conv2D` does, with the gradient of the kernel by matrix products on small maps.

    It takes the arguments of `Conv2D` and gives the same results. Where the maps are large, the
    arithmetic is not bfloat16, or the convolution has strides, dilation, groups, channels first, or a
    padding other than "same", it leaves everything to `Conv2D`.
    """

    def convolution_op(self, inputs, kernel):
        plain = self.strides == self.dilation_rate == (1, 1) and self.groups == 1 and self.padding == "same"
        plain = plain and self.data_format == "channels_last"
        small = all(side is not None and side <= LARGEST_SIDE for side in inputs.shape[1:3])
        if plain and small and self.compute_dtype == "bfloat16":
            return convolve(inputs, tf.convert_to_tensor(kernel))
        return super().convolution_op(inputs, kernel)


@tf.custom_gradient
def convolve(maps, kernel):
    """Return maps (N, H, W, C) convolved with a kernel (kH, kW, C, filters), stride 1, padding "same"."""

    def gradient(upstream):
        to_maps = tf.nn.conv2d_transpose(upstream, kernel, tf.shape(maps), 1, "SAME")
        return to_maps, kernel_gradient(maps, upstream, kernel.shape[:2])

    return tf.nn.conv2d(maps, kernel, 1, "SAME"), gradient


def kernel_gradient(maps, upstream, kernel_size: tuple[int, int]):
    """Return the gradient (kH, kW, C, filters) of a kernel, stride 1, padding "same".

    Args:
        maps: (N, H, W, C), what was convolved.
        upstream: (N, H, W, filters), gradient of the loss with respect to the outputs.
        kernel_size: height and width of the kernel.

    Source: V. Dumoulin and F. Visin, "A guide to convolution arithmetic for deep learning", 2016,
        and chapter 02.
    """
    (rows, columns), (height, width, channels) = kernel_size, maps.shape[1:]
    # As "same" pads: what cannot be halved goes to the end.
    borders = [[(size - 1) // 2, size // 2] for size in (rows, columns)]
    padded = tf.pad(maps, [[0, 0], *borders, [0, 0]])
    per_place = tf.reshape(upstream, (-1, upstream.shape[-1]))
    products = []
    for i, j in itertools.product(range(rows), range(columns)):
        shifted = tf.reshape(padded[:, i : i + height, j : j + width], (-1, channels))
        products.append(tf.matmul(shifted, per_place, transpose_a=True))
    return tf.reshape(tf.stack(products), (rows, columns, channels, -1))
