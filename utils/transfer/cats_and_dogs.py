"""Cats and dogs: those of CIFAR-10, or the photographs of the blog post, from a folder."""

import os
from pathlib import Path

from utils.data import Dataset, cache_folder, load_cifar10
from utils.transfer.folders import load_class_folders

import keras
import numpy as np

CLASS_NAMES = ("cat", "dog")
FOLDER_VARIABLE = "CATS_AND_DOGS_DIR"
# The 2,000 and 1,000 pictures of the published courses; the blog's own came from a contest's site.
ARCHIVE_URL = "https://storage.googleapis.com/mledu-datasets/cats_and_dogs_filtered.zip"
ARCHIVE_FOLDER = "cats_and_dogs_filtered"
PHOTOGRAPH_SIZE = 224


def load_cats_and_dogs(*, photographs: bool = False) -> Dataset:
    """Return pictures of cats, label 0, and dogs, label 1.

    By default the 10,000 training and 2,000 test images of CIFAR-10's two classes, 32 x 32. When
    the environment variable CATS_AND_DOGS_DIR names a folder with train/cats, train/dogs,
    validation/cats and validation/dogs, its photographs instead, at 224 x 224.

    Args:
        photographs: fetch the published archive of photographs (68 MB) if no folder is named.

    Raises:
        FileNotFoundError: a part of the folder is missing, or the archive cannot be fetched.
        DatasetUnavailable: CIFAR-10 can be had from none of its sources.
    """
    folder = os.environ.get(FOLDER_VARIABLE)
    if folder:
        return _read(Path(folder).expanduser())
    if photographs:
        return _read(_fetch())
    cifar10 = load_cifar10(strict=True, verbose=False)
    train, test = (_select(cifar10, part) for part in ("train", "test"))
    return Dataset("CIFAR-10's cats and dogs", cifar10.source, *train, *test, CLASS_NAMES)


def balanced_subset(labels: np.ndarray, per_class: int, seed: int) -> np.ndarray:
    """Return the indices of `per_class` pictures of each class, in random order.

    Raises:
        ValueError: a class has fewer.
    """
    rng = np.random.default_rng(seed)
    chosen = []
    for label in np.unique(labels):
        members = np.flatnonzero(labels == label)
        if len(members) < per_class:
            raise ValueError(f"class {label} has {len(members)} pictures, fewer than {per_class}")
        chosen.append(rng.permutation(members)[:per_class])
    return rng.permutation(np.concatenate(chosen))


def _select(cifar10: Dataset, part: str) -> tuple[np.ndarray, np.ndarray]:
    images, labels = getattr(cifar10, f"x_{part}"), getattr(cifar10, f"y_{part}")
    cat, dog = (cifar10.class_names.index(name) for name in CLASS_NAMES)
    chosen = (labels == cat) | (labels == dog)
    return images[chosen], (labels[chosen] == dog).astype(np.uint8)


def _read(folder: Path) -> Dataset:
    parts = [
        load_class_folders(folder / part, PHOTOGRAPH_SIZE, ("cats", "dogs"))
        for part in ("train", "validation")
    ]
    arrays = [array for part in parts for array in (part.images, part.labels)]
    return Dataset("photographs of cats and dogs", f"the folder {folder.name}", *arrays, CLASS_NAMES)


def _fetch() -> Path:
    try:
        # Keras takes a folder for temporary files instead of one that does not exist yet.
        cache_folder().mkdir(parents=True, exist_ok=True)
        options = {"extract": True, "cache_dir": str(cache_folder().parent)}
        place = keras.utils.get_file(f"{ARCHIVE_FOLDER}.zip", ARCHIVE_URL, **options)
    except Exception as error:
        raise FileNotFoundError(
            f"the photographs cannot be fetched ({error}): unpack {ARCHIVE_FOLDER}.zip from another machine "
            f"and set {FOLDER_VARIABLE} to its folder, or go on with CIFAR-10's cats and dogs"
        ) from error
    return next(Path(place).rglob("train")).parent
