"""What the cells of all grids share: the data and their parts, a lock, what is measured, and its origin."""

import functools
import threading
import time
from collections.abc import Mapping, Sequence

from laboratory.machine import environment
from laboratory.runs.answers import ask
from utils.data import Dataset, load_cifar10
from utils.data.cifar10_formats import CLASS_NAMES

import keras
import numpy as np

# Held while a cell is trained: seeds and precision belong to the process, and the worker of a cluster may
# have several threads.
ONE_AT_A_TIME = threading.Lock()
NUM_CLASSES = len(CLASS_NAMES)
NUM_VALIDATION = 5_000


@functools.cache
def cifar10() -> Dataset:
    """Load CIFAR-10 once per process.

    Raises:
        ValueError: CIFAR10_DIR holds other data.
    """
    return load_cifar10(strict=True, verbose=False)


def split(dataset: Dataset, num_images: int, draw: int = 0) -> tuple[tuple[np.ndarray, np.ndarray], ...]:
    """Return (images, labels) for training, validation and test, the images as uint8.

    Args:
        dataset: its last training images are those of the validation.
        num_images: of the training.
        draw: 0 takes the first ones; any other number draws them, without repetition.

    Raises:
        ValueError: there are not so many training images besides the validation images.
    """
    available = len(dataset.x_train) - NUM_VALIDATION
    if not 0 < num_images <= available:
        raise ValueError(f"num_images is 1 to {available:,}, the rest is for validation; not {num_images:,}.")
    chosen = slice(num_images)
    if draw:
        chosen = np.random.default_rng(draw).choice(available, num_images, replace=False)
    return (
        (dataset.x_train[chosen], dataset.y_train[chosen]),
        (dataset.x_train[available:], dataset.y_train[available:]),
        (dataset.x_test, dataset.y_test),
    )


class Stopwatch:
    """Counts seconds, and processor seconds of all cores together, from its making on."""

    def __init__(self):
        self._start, self._processor_start = time.perf_counter(), time.process_time()

    def columns(self) -> dict[str, float]:
        """Return both as columns of a grid's table."""
        return {
            "seconds": round(time.perf_counter() - self._start, 2),
            "processor_seconds": round(time.process_time() - self._processor_start, 2),
        }


def measure(model: keras.Model, parts: Mapping[str, tuple[np.ndarray, np.ndarray]]) -> dict[str, float]:
    """Return accuracy and cross-entropy on each part, without smoothing, dropout, augmentation or penalty."""
    result = {}
    for name, (images, labels) in parts.items():
        if name == "train":
            # So many of the training images are enough to measure the accuracy on them.
            images, labels = images[:NUM_VALIDATION], labels[:NUM_VALIDATION]
        answers = ask(model, images, labels)
        result |= {f"{name}_accuracy": answers.accuracy, f"{name}_loss": answers.loss}
    return result


def curves(history: Mapping[str, Sequence[float]], names: Sequence[str]) -> dict[str, str]:
    """Return parts of the history of `fit` as texts of one number per epoch, for training and validation."""
    chosen = [*names, *(f"val_{name}" for name in names)]
    return {f"{name}_curve": " ".join(f"{value:.4f}" for value in history[name]) for name in chosen}


@functools.lru_cache(maxsize=1)
def origin(dataset: Dataset) -> dict[str, str]:
    """Return versions, processor and data as columns of a grid's table."""
    found = environment()
    return {
        "versions": ", ".join(f"{name} {version}" for name, version in found["versions"].items()),
        "processor": f"{found['hardware']['processor']}, {found['hardware']['num_cores']} cores",
        "data": f"{dataset.name} {dataset.sha256[:12]}",
    }
