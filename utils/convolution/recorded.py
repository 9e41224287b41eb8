"""The classes of what Keras records for calls of `keras.ops`, found by calling them.

The classes themselves have no public names; the functions have, and each call of one on a symbolic tensor
is a step of a model.
"""

import functools
from collections.abc import Callable

from utils.convolution.steps import walk

import keras
import numpy as np
from keras import ops

# Functions whose result at a place depends on that place alone.
OF_ONE = (
    *(ops.abs, ops.ceil, ops.cos, ops.cosh, ops.cbrt, ops.erf, ops.exp, ops.exp2, ops.expm1, ops.floor),
    *(ops.isfinite, ops.isinf, ops.isnan, ops.log, ops.log10, ops.log1p, ops.log2),
    *(ops.logical_not, ops.nan_to_num, ops.negative, ops.ones_like, ops.reciprocal, ops.round, ops.rsqrt),
    *(ops.sign, ops.sin, ops.sinh, ops.sqrt, ops.square, ops.stop_gradient, ops.tan, ops.trunc),
    *(ops.zeros_like,),
)
ACTIVATIONS = (
    *(ops.celu, ops.elu, ops.gelu, ops.hard_shrink, ops.hard_sigmoid, ops.hard_silu, ops.hard_tanh),
    *(ops.leaky_relu, ops.log_sigmoid, ops.relu, ops.relu6, ops.selu, ops.sigmoid, ops.silu),
    *(ops.soft_shrink, ops.softplus, ops.softsign, ops.sparse_plus, ops.sparse_sigmoid, ops.squareplus),
    *(ops.tanh, ops.tanh_shrink, keras.activations.relu),
)
OF_TWO = (
    *(ops.add, ops.arctan2, ops.divide, ops.divide_no_nan, ops.equal, ops.floor_divide, ops.greater),
    *(ops.greater_equal, ops.less, ops.less_equal, ops.logaddexp, ops.logical_and, ops.logical_or),
    *(ops.logical_xor, ops.maximum, ops.minimum, ops.mod, ops.multiply, ops.not_equal, ops.power),
    *(ops.subtract, ops.true_divide),
)
ARITHMETIC = (ops.add, ops.subtract, ops.multiply, ops.divide, ops.true_divide)
# Functions that choose between numbers, as a ReLU does: with a few of them anyone can write one.
CHOICES = (ops.equal, ops.greater, ops.greater_equal, ops.less, ops.less_equal, ops.not_equal)
CHOICES = (*CHOICES, ops.maximum, ops.minimum, ops.logical_and, ops.logical_or, ops.logical_xor, ops.mod)
REDUCTIONS = (
    *(ops.all, ops.any, ops.logsumexp, ops.max, ops.mean, ops.min, ops.prod, ops.std, ops.sum, ops.var),
)


@functools.cache
def place_by_place() -> frozenset[type]:
    """Return the classes of the operations that work place by place."""

    def record(x):
        found = [function(x) for function in (*OF_ONE, *ACTIVATIONS)]
        found += [function(x, x) for function in OF_TWO]
        return [*found, ops.cast(x, "float16"), ops.clip(x, 0, 1), ops.threshold(x, 0, 0), ops.where(x, x, x)]

    return classes_of(record)


@functools.cache
def softmaxes() -> frozenset[type]:
    """Return the classes of softmax and its logarithm, which look along the last axis."""
    return classes_of(lambda x: [ops.softmax(x), ops.log_softmax(x)])


@functools.cache
def arithmetic() -> frozenset[type]:
    """Return the classes of the operations that add and multiply, and of those that change nothing."""

    def record(x):
        found = [function(x, x) for function in ARITHMETIC]
        return [*found, ops.negative(x), ops.cast(x, "float16"), ops.stop_gradient(x)]

    return classes_of(record)


@functools.cache
def reshapes() -> frozenset[type]:
    """Return the classes of the operations that leave each number what it is."""
    return classes_of(lambda x: [ops.reshape(x, (1, 4)), ops.squeeze(x, 1), ops.cast(x, "float16")])


@functools.cache
def rearrangements() -> frozenset[type]:
    """Return the classes of the operations that move numbers, average them, or choose the largest."""

    def record(x):
        found = [f(x, axis=-1) for f in (ops.expand_dims, ops.flip, ops.normalize, ops.std, ops.var)]
        found += [*ops.split(x, 2, axis=-1), ops.roll(x, 1), ops.repeat(x, 2), ops.tile(x, (1, 1, 1, 2))]
        found += [ops.average_pool(x, 1), ops.max_pool(x, 1), ops.image.resize(x, (1, 1)), x[:, :1]]
        found += [ops.pad(x, ((0, 0), (1, 1), (0, 0), (0, 0))), ops.take(x, 0, axis=1), ops.stack([x, x])]
        found += [ops.transpose(x), ops.swapaxes(x, 1, 2), ops.moveaxis(x, 1, 2), ops.ravel(x)]
        found += [ops.broadcast_to(x, (1, 1, 2, 2)), ops.layer_normalization(x), ops.rms_normalization(x)]
        return found

    return classes_of(record) | reshapes() | joins() | reductions() | weighted_sums()


@functools.cache
def choices() -> frozenset[type]:
    """Return the classes of the operations that choose between numbers, or round them."""

    def record(x):
        found = [function(x, x) for function in CHOICES]
        found += [ops.where(x, x, x), ops.clip(x, 0, 1), ops.threshold(x, 0, 0), ops.logical_not(x)]
        return [*found, *(f(x) for f in (ops.abs, ops.sign, ops.floor, ops.ceil, ops.round, ops.trunc))]

    return classes_of(record)


@functools.cache
def reductions() -> frozenset[type]:
    """Return the classes of the operations that put the numbers along axes together."""
    return classes_of(lambda x: [function(x, axis=-1) for function in REDUCTIONS])


@functools.cache
def joins() -> frozenset[type]:
    """Return the class of `keras.ops.concatenate`."""
    return classes_of(lambda x: [ops.concatenate([x, x])])


@functools.cache
def selections() -> frozenset[type]:
    """Return the class of an index in brackets."""
    return classes_of(lambda x: [x[..., 0]])


@functools.cache
def stacks() -> frozenset[type]:
    """Return the classes of the operations that can put maps (N, H, W) back into channels."""
    return classes_of(lambda x: [ops.stack([x, x]), ops.expand_dims(x, -1)])


@functools.cache
def matrix_products() -> frozenset[type]:
    """Return the class of `keras.ops.matmul`."""
    return classes_of(lambda x: [ops.matmul(x, x)])


@functools.cache
def weighted_sums() -> frozenset[type]:
    """Return the classes of the operations that can apply weights: convolutions and matrix products."""
    kernel, of_one = np.ones((1, 1, 2, 2), "float32"), np.ones((1, 1, 2, 1), "float32")

    def record(x):
        return [
            ops.conv(x, kernel),
            ops.conv_transpose(x, kernel, 1),
            ops.depthwise_conv(x, of_one),
            ops.separable_conv(x, of_one, kernel),
            ops.matmul(x, x),
            ops.dot(x, x),
            ops.tensordot(x, x, 1),
            ops.einsum("abcd,abcd->abcd", x, x),
        ]

    return classes_of(record)


def classes_of(record: Callable) -> frozenset[type]:
    """Return the classes of the operations that a function makes of a symbolic tensor (1, 1, 2, 2)."""
    inputs = keras.Input(batch_shape=(1, 1, 2, 2), name="x")
    model = keras.Model(inputs, record(inputs), name="calls")
    return frozenset(type(step.operation) for step in walk(model).steps)
