"""Batch normalization in one kernel against Keras's own layer: forward and backward.

    python tests/benchmarks/bench_normalization.py [ROUNDS]

One training step of the layer alone, on the feature maps of a small network, then of `small_vgg`
with either layer. Both take turns, so that whatever else the machine does meets both; compare the
minima of one run. The first figure is wall time, the second processor time of all cores.
"""

import sys
import time
from unittest import mock

from utils.architectures import small
from utils.layers import FusedBatchNormalization
from utils.training import fastest_dtype_policy

import keras
import tensorflow as tf
from results import keep

SHAPES = ((128, 32, 32, 48), (128, 16, 16, 96), (128, 8, 8, 192))
LAYERS = {"Keras": keras.layers.BatchNormalization, "fused": FusedBatchNormalization}


def main(num_rounds: int = 20) -> None:
    for policy in dict.fromkeys(("float32", fastest_dtype_policy())):
        keras.config.set_dtype_policy(policy)
        for shape in SHAPES:
            compare(
                f"{policy}, layer, {shape}",
                [layer_step(make(), shape) for make in LAYERS.values()],
                num_rounds,
            )
        compare(
            f"{policy}, small_vgg, batch 128",
            [network_step(make) for make in LAYERS.values()],
            num_rounds // 2,
        )


def layer_step(layer, shape):
    """Return a function that makes one step forward and backward through `layer`."""
    layer.build(shape)
    inputs = tf.cast(tf.random.normal(shape), layer.compute_dtype)

    @tf.function
    def step():
        with tf.GradientTape() as tape:
            tape.watch(inputs)
            outputs = layer(inputs, training=True)
        return tape.gradient(outputs, inputs, output_gradients=inputs)

    return step


def network_step(make):
    """Return a function that trains `small_vgg` with this normalization for one batch."""
    with mock.patch.object(small, "FusedBatchNormalization", make):
        model = small.small_vgg()
    model.compile(optimizer=keras.optimizers.SGD(0.01, momentum=0.9), loss="sparse_categorical_crossentropy")
    images, labels = tf.random.uniform((128, 32, 32, 3)), tf.zeros(128, tf.int32)
    return lambda: model.train_on_batch(images, labels)


def compare(name: str, steps, num_rounds: int) -> None:
    times = [[], []]
    for round_number in range(num_rounds + 2):
        for step, measured in zip(steps, times, strict=True):
            wall, processor = time.perf_counter(), time.process_time()
            step()
            if round_number > 1:  # the first ones also compile
                measured.append((time.perf_counter() - wall, time.process_time() - processor))
    (slow, slow_all), (fast, fast_all) = (map(min, zip(*measured, strict=True)) for measured in times)
    milliseconds = {"keras": slow, "keras_processor": slow_all, "fused": fast, "fused_processor": fast_all}
    measured = {f"{way}_ms": round(1e3 * seconds, 1) for way, seconds in milliseconds.items()}
    ratios = {"wall_ratio": round(slow / fast, 2), "processor_ratio": round(slow_all / fast_all, 2)}
    keep("normalization", measured | ratios, row=name)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
