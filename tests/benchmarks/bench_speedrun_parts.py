"""Where the time of a training step goes: each layer forward and backward, three ways.

    python tests/benchmarks/bench_speedrun_parts.py [--torch REQUIREMENT] [--environment FOLDER]

Every kind of layer of the speedrun's network at its own shapes, in mixed bfloat16 where the processor
multiplies it, else in float32, on random maps: Keras's own layer, the one that the network has in its
place, and PyTorch's. All take turns, and the least of all turns counts. PyTorch is installed as
`bench_speedrun_pytorch.py` does. What is left of a whole step, beside the layers, is optimizer, loss and
the calls themselves.
"""

import argparse
import tempfile
import time
from pathlib import Path

from laboratory.speedrun.grids import RECIPE
from utils.layers import FusedBatchNormalization, fused_gelu
from utils.layers.matrix_gradient import MatrixGradientConv2D

import keras
import numpy as np
import tensorflow as tf
from bench_speedrun_pytorch import DTYPE, PyTorch, make_environment
from keras import layers
from results import keep

# Kind, height and width, maps in, filters; and how often the network has it.
PARTS = {
    ("convolution", 31, 24, 64): 1,
    ("convolution", 15, 64, 64): 1,
    ("convolution", 15, 64, 256): 1,
    ("convolution", 7, 256, 256): 2,
    ("convolution", 3, 256, 256): 1,
    ("normalization", 15, 64, 64): 2,
    ("normalization", 7, 256, 256): 2,
    ("normalization", 3, 256, 256): 2,
    ("activation", 31, 24, 24): 1,
    ("activation", 15, 64, 64): 2,
    ("activation", 7, 256, 256): 2,
    ("activation", 3, 256, 256): 2,
    ("pooling", 31, 64, 64): 1,
    ("pooling", 15, 256, 256): 1,
    ("pooling", 7, 256, 256): 1,
}


# What makes each part: Keras's own layer, and the network's.
CLASSES = {
    "keras": (layers.Conv2D, layers.BatchNormalization, "gelu"),
    "ours": (MatrixGradientConv2D, FusedBatchNormalization, fused_gelu),
}


def make_layer(side: str, kind: str, num_filters: int) -> layers.Layer:
    """Return a layer, Keras's or ours; pooling is Keras's in both."""
    convolution, normalization, activation = CLASSES[side]
    return {
        "convolution": lambda: convolution(num_filters, 3, padding="same", use_bias=False),
        "normalization": lambda: normalization(scale=False),
        "activation": lambda: layers.Activation(activation),
        "pooling": lambda: layers.MaxPooling2D(),
    }[kind]()


def make_part(side: str, kind: str, size: int, num_inputs: int, num_filters: int):
    """Return a function that runs one layer, Keras's or ours, forward and backward."""
    layer = make_layer(side, kind, num_filters)
    layer.build((RECIPE.batch_size, size, size, num_inputs))
    maps = tf.cast(tf.random.normal((RECIPE.batch_size, size, size, num_inputs)), layer.compute_dtype)
    weights = [weight.value for weight in layer.trainable_weights]

    @tf.function
    def step():
        with tf.GradientTape() as tape:
            tape.watch(maps)
            outputs = layer(maps, training=True) if kind == "normalization" else layer(maps)
        return tape.gradient(outputs, [maps, *weights], output_gradients=outputs)

    return step


def seconds(step, num_steps: int) -> tuple[float, float]:
    """Return wall and processor seconds of one call."""
    wall, processor = time.perf_counter(), time.process_time()
    for _ in range(num_steps):
        step()
    return (time.perf_counter() - wall) / num_steps, (time.process_time() - processor) / num_steps


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--torch", default="torch", metavar="REQUIREMENT", help="what pip installs")
    parser.add_argument("--environment", type=Path, metavar="FOLDER", help="keep the environment there")
    parser.add_argument("--rounds", type=int, default=5, help="turns of each side")
    options = parser.parse_args()
    keras.config.set_dtype_policy(RECIPE.dtype_policy)
    with tempfile.TemporaryDirectory() as temporary:
        python = make_environment(options.environment or Path(temporary), options.torch)
        pytorch = PyTorch(python, RECIPE.activation, RECIPE.batch_size)
        try:
            for part, count in PARTS.items():
                report(part, count, pytorch, options.rounds)
        finally:
            pytorch.stop()


def report(part: tuple, count: int, pytorch: PyTorch, num_rounds: int, num_steps: int = 5) -> None:
    """Time a part all three ways, and keep a line."""
    name = " ".join(map(str, part))
    steps = {side: make_part(side, *part) for side in CLASSES}
    for step in steps.values():
        step()
    turns = []
    for _ in range(num_rounds):
        ways = [seconds(step, num_steps) for step in steps.values()] + [pytorch.part(name, num_steps)]
        turns.append([wall for wall, _ in ways])
    keras_ms, ours_ms, pytorch_ms = (round(1e3 * least, 2) for least in np.min(turns, axis=0))
    measured = {
        "dtype": DTYPE,
        "batch_size": RECIPE.batch_size,
        "count": count,
        "keras_ms": keras_ms,
        "ours_ms": ours_ms,
        "pytorch_ms": pytorch_ms,
        "ours_to_keras": round(ours_ms / keras_ms, 2),
        "ours_to_pytorch": round(ours_ms / pytorch_ms, 2),
        "torch": pytorch.about["torch"],
    }
    keep("speedrun_parts", measured, row=name)


if __name__ == "__main__":
    main()
