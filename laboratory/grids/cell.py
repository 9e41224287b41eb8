"""What the cells of all grids share: the data, one training at a time, and where a line came from."""

import functools
import threading

from laboratory.machine import environment
from utils.data import Dataset, load_cifar10

# Seeds and precision are one per process; the worker of a cluster may have several threads.
ONE_AT_A_TIME = threading.Lock()


@functools.cache
def cifar10() -> Dataset:
    """Load CIFAR-10 once per process."""
    return load_cifar10(strict=True, verbose=False)


@functools.lru_cache(maxsize=1)
def origin(dataset: Dataset) -> dict[str, str]:
    """Return versions, processor and data as columns of a grid's table."""
    found = environment()
    return {
        "versions": ", ".join(f"{name} {version}" for name, version in found["versions"].items()),
        "processor": f"{found['hardware']['processor']}, {found['hardware']['num_cores']} cores",
        "data": f"{dataset.name} {dataset.sha256[:12]}",
    }
