"""What tf.data's tuning thread costs: the same training with and without it.

    python tests/benchmarks/bench_autotuning.py [SECONDS ...]

The thread sleeps 10 ms, 20 ms, 40 ms ..., and data that were begun cannot end before it wakes. So a
`fit` on one long pipeline, or with validation images, tends to return after 5.1, 10.2, 20.5 ...
seconds. SECONDS is how long the training is to take; "work" is processor time, which is the same for all.
The longest of four turns is kept.
"""

import sys
import time
from unittest import mock

from utils import training
from utils.training import batches_in_order, set_seed, shuffled_batches

import keras
import numpy as np
from keras import layers
from results import keep

BATCH_SIZE, NUM_IMAGES = 100, 10_000


def main(*seconds: float) -> None:
    rng = np.random.default_rng(0)
    images = rng.integers(0, 256, (NUM_IMAGES, 32, 32, 3), dtype=np.uint8)
    labels = rng.integers(0, 10, NUM_IMAGES)
    model = network()
    per_epoch = [timed(model, images, labels, 1, "none") for _ in range(2)][-1][0]
    for target in seconds:
        epochs = max(1, round(target / per_epoch))
        times = {way: [] for way in ("both", "arrays", "none")}
        for _ in range(4):
            for way, found in times.items():
                found.append(timed(model, images, labels, epochs, way))
        # The longest of each: not every time does the thread sleep when the data end.
        longest = {way: max(found) for way, found in times.items()}
        seconds_of = {f"{way}_seconds": round(wall, 2) for way, (wall, _) in longest.items()}
        work_of = {f"{way}_work": round(work, 2) for way, (_, work) in longest.items()}
        ratio = round(longest["both"][0] / longest["none"][0], 2)
        keep("autotuning", {"epochs": epochs} | seconds_of | work_of | {"wall_ratio": ratio})


def network() -> keras.Model:
    """Build a small convolutional network, compiled."""
    set_seed(0)
    model = keras.Sequential(
        [
            keras.Input((32, 32, 3)),
            layers.Conv2D(32, 3, activation="relu"),
            layers.MaxPooling2D(),
            layers.Flatten(),
            layers.Dense(10, activation="softmax"),
        ]
    )
    model.compile("adam", "sparse_categorical_crossentropy")
    return model


def timed(model: keras.Model, images, labels, epochs: int, way: str) -> tuple[float, float]:
    """Return seconds and processor seconds of one `fit`.

    "both": our batches for training and validation, with autotuning; "arrays": Keras's own
    pipelines, from arrays; "none": our batches as they are.
    """
    start, work = time.perf_counter(), time.process_time()
    if way == "arrays":
        floats = images.astype(np.float32) / 255
        data = {"x": floats, "y": labels, "batch_size": BATCH_SIZE}
        data["validation_data"] = (floats[:1000], labels[:1000])
    else:
        tuned = (lambda dataset: dataset) if way == "both" else training.without_autotuning
        with mock.patch.object(training, "without_autotuning", tuned):
            options = {"batch_size": BATCH_SIZE, "seed": 0, "epochs": range(epochs)}
            batches, steps = shuffled_batches(images, labels, **options)
            data = {"x": batches, "steps_per_epoch": steps, "shuffle": False}
            data["validation_data"] = batches_in_order(images[:1000], labels[:1000])
    model.fit(**data, epochs=epochs, verbose=0)
    return time.perf_counter() - start, time.process_time() - work


if __name__ == "__main__":
    main(*(float(argument) for argument in sys.argv[1:] or (6, 14)))
