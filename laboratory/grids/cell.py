"""What the cells of all grids share: the data and their parts, a lock, and the origin of a line."""

import functools
import threading

from laboratory.machine import environment
from utils.data import Dataset, load_cifar10
from utils.data.cifar10_formats import CLASS_NAMES

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


def split(dataset: Dataset, num_images: int) -> tuple[tuple[np.ndarray, np.ndarray], ...]:
    """Return (images, labels) for training, validation and test, the images as uint8.

    Raises:
        ValueError: there are not so many training images besides the validation images.
    """
    available = len(dataset.x_train) - NUM_VALIDATION
    if not 0 < num_images <= available:
        raise ValueError(f"num_images is 1 to {available:,}, the rest is for validation; not {num_images:,}.")
    return (
        (dataset.x_train[:num_images], dataset.y_train[:num_images]),
        (dataset.x_train[available:], dataset.y_train[available:]),
        (dataset.x_test, dataset.y_test),
    )


@functools.lru_cache(maxsize=1)
def origin(dataset: Dataset) -> dict[str, str]:
    """Return versions, processor and data as columns of a grid's table."""
    found = environment()
    return {
        "versions": ", ".join(f"{name} {version}" for name, version in found["versions"].items()),
        "processor": f"{found['hardware']['processor']}, {found['hardware']['num_cores']} cores",
        "data": f"{dataset.name} {dataset.sha256[:12]}",
    }
