"""GELU in one pass over memory, forward and backward, where TensorFlow takes many.

TensorFlow computes x * Phi(x) operation by operation, and each reads and writes all numbers. Its
compiler XLA turns the formula into a single loop. Only these two loops are compiled: convolutions are
faster without XLA. `tests/benchmarks/bench_speedrun_parts.py` measures both.
"""

import functools
import math

import keras
import tensorflow as tf


@keras.saving.register_keras_serializable(package="utils.layers")
def fused_gelu(x):
    """Return x times the probability that a standard normal number lies below x, in the dtype of x.

    The formula is computed in float32 whatever the dtype, so that bfloat16 is rounded once, at the end.
    Where TensorFlow has no compiler for the processor, Keras's own GELU is used.

    Source: D. Hendrycks and K. Gimpel, "Gaussian Error Linear Units", 2016, section 2.
    """
    return _gelu(tf.convert_to_tensor(x)) if _compiles() else keras.activations.gelu(x)


@tf.custom_gradient
def _gelu(x):
    # Only x is kept for the backward pass: computing Phi again is cheaper than reading it from memory.
    return _forward(x), lambda upstream: _backward(x, upstream)


@tf.function(jit_compile=True, autograph=False)
def _forward(x):
    values = tf.cast(x, tf.float32)
    return tf.cast(values * _below(values), x.dtype)


@tf.function(jit_compile=True, autograph=False)
def _backward(x, upstream):
    values = tf.cast(x, tf.float32)
    density = tf.exp(-(values**2) / 2) / math.sqrt(2 * math.pi)
    slope = _below(values) + values * density
    return tf.cast(slope * tf.cast(upstream, tf.float32), x.dtype)


def _below(values):
    return (1 + tf.math.erf(values / math.sqrt(2))) / 2


@functools.cache
def _compiles() -> bool:
    """Return whether TensorFlow compiles for this processor, as not every system's package can."""
    try:
        with tf.init_scope():
            _forward(tf.zeros(1))
    except tf.errors.OpError:
        return False
    return True
