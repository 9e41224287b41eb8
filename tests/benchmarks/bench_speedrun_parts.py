"""Where the time of a training step goes, in Keras and in PyTorch: each layer forward and backward.

    python tests/benchmarks/bench_speedrun_parts.py [--torch REQUIREMENT] [--environment FOLDER]

Every kind of layer of the speedrun's network at its own shapes, in mixed bfloat16 where the processor
multiplies it, else in float32, on random maps; both sides take turns, and the least of all turns counts.
PyTorch is installed as `bench_speedrun_pytorch.py` does. What is left of a whole step, beside the layers,
is optimizer, loss and the calls themselves.
"""

import argparse
import tempfile
import time
from pathlib import Path

from utils.architectures.speedrun import quick_gelu
from utils.fused_normalization import FusedBatchNormalization
from utils.speedrun.grids import RECIPE

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


def keras_part(kind: str, side: int, num_inputs: int, num_filters: int):
    """Return a function that runs one layer of the network forward and backward."""
    function = quick_gelu if RECIPE.activation == "quick_gelu" else RECIPE.activation
    layer = {
        "convolution": lambda: layers.Conv2D(num_filters, 3, padding="same", use_bias=False),
        "normalization": lambda: FusedBatchNormalization(scale=False),
        "activation": lambda: layers.Activation(function),
        "pooling": lambda: layers.MaxPooling2D(),
    }[kind]()
    layer.build((RECIPE.batch_size, side, side, num_inputs))
    maps = tf.cast(tf.random.normal((RECIPE.batch_size, side, side, num_inputs)), layer.compute_dtype)
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
    """Time a part on both sides, and keep a line."""
    step, name = keras_part(*part), " ".join(map(str, part))
    step()
    turns = [(seconds(step, num_steps), pytorch.part(name, num_steps)) for _ in range(num_rounds)]
    ours, theirs = np.min(turns, axis=0)
    measured = {
        "dtype": DTYPE,
        "count": count,
        "keras_ms": round(1e3 * ours[0], 2),
        "pytorch_ms": round(1e3 * theirs[0], 2),
        "ratio": round(ours[0] / theirs[0], 2),
        "torch": pytorch.about["torch"],
    }
    keep("speedrun_parts", measured, row=name)


if __name__ == "__main__":
    main()
