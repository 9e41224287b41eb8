"""Images per second of the data pipeline: ours against Keras's augmentation layers.

    python tests/benchmarks/bench_data.py [IMAGES [ROUNDS]]

`shuffled_batches` keeps the images as bytes and makes a batch with one look-up; the layers turn
floats, image by image. The images are noise: nothing depends on what they show. All take turns; compare
the ratios within one run.
"""

import sys
import time

from utils.training import Augmentation, shuffled_batches

import keras
import numpy as np
import tensorflow as tf
from keras import layers
from results import keep

BATCH_SIZE = 250
OURS = {
    "bytes to floats": {},
    "flip and shift": {"augmentation": Augmentation("alternating", 2), "label_smoothing": 0.2},
    "flip, shift, cutout": {"augmentation": Augmentation("alternating", 2, 12), "label_smoothing": 0.2},
}


def ours(images, labels, options):
    """Return a function that makes one epoch of our batches."""
    batches, num_batches = shuffled_batches(
        images, labels, batch_size=BATCH_SIZE, seed=0, epochs=range(1_000_000), **options
    )
    iterator = iter(batches)
    return lambda: [next(iterator) for _ in range(num_batches)]


def by_layers(images, labels):
    """Return a function that makes one epoch with Keras's layers, flip and shift by up to 2 pixels."""
    shift = 2 / images.shape[1]
    augment = keras.Sequential(
        [layers.Rescaling(1 / 255), layers.RandomFlip("horizontal"), layers.RandomTranslation(shift, shift)]
    )
    dataset = tf.data.Dataset.from_tensor_slices((images, labels)).shuffle(len(images)).batch(BATCH_SIZE)
    dataset = dataset.map(lambda batch, label: (augment(batch, training=True), label)).prefetch(4)
    iterator = iter(dataset.repeat())
    return lambda: [next(iterator) for _ in range(len(images) // BATCH_SIZE)]


def main(num_images: int = 10_000, num_rounds: int = 5) -> None:
    generator = np.random.default_rng(0)
    images = generator.integers(0, 256, (num_images, 32, 32, 3), np.uint8)
    labels = generator.integers(0, 10, num_images, np.uint8)
    epochs = {name: ours(images, labels, options) for name, options in OURS.items()}
    epochs["Keras's layers"] = by_layers(images, labels)
    times = {name: [] for name in epochs}
    for round_number in range(num_rounds + 1):
        for name, epoch in epochs.items():
            wall, processor = time.perf_counter(), time.process_time()
            epoch()
            if round_number:  # the first one also traces
                times[name].append((time.perf_counter() - wall, time.process_time() - processor))
    least = {name: np.min(measured, axis=0) for name, measured in times.items()}
    for name, (wall, processor) in least.items():
        print(
            f"{name:20} {num_images / wall:9,.0f} images/s, {1e6 * processor / num_images:6.1f} µs per image"
        )
    columns = {f"{name}: images/s": round(num_images / wall) for name, (wall, _) in least.items()}
    ratio = least["Keras's layers"] / least["flip and shift"]
    keep("data", columns | {"wall_ratio": round(ratio[0], 2), "processor_ratio": round(ratio[1], 2)})


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
