"""Cats and dogs: those of CIFAR-10, or photographs like those of the blog post, from a folder."""

import os
import warnings
from pathlib import Path

from utils.checks import check_labels, require_integer
from utils.data.cifar10 import cache_folder, load_cifar10
from utils.data.class_folders import read_class_folders
from utils.data.dataset import Dataset
from utils.data.folder_survey import describe_copies

import numpy as np

CLASS_NAMES = ("cat", "dog")
FOLDER_VARIABLE = "CATS_AND_DOGS_DIR"
# 2,000 and 1,000 pictures that courses publish; the blog's own came from a contest's site.
ARCHIVE_FOLDER = "cats_and_dogs_filtered"
ARCHIVE_URL = f"https://storage.googleapis.com/mledu-datasets/{ARCHIVE_FOLDER}.zip"
PHOTOGRAPH_SIZE = 224


def load_cats_and_dogs(*, photographs: bool = False) -> Dataset:
    """Return pictures of cats, label 0, and dogs, label 1.

    By default these are the 10,000 training and 2,000 test images of CIFAR-10's two classes, 32 x 32.
    When the environment variable CATS_AND_DOGS_DIR names a folder with train/cats, train/dogs,
    validation/cats and validation/dogs, they are its photographs, the central square of each, at size
    224. A warning names what was passed over there, and copies, above all between the two parts.

    Args:
        photographs: whether to download the published photographs (68 MB) if no folder is named.

    Raises:
        FileNotFoundError: a part of the folder is missing, or the archive cannot be fetched.
        ValueError: photographs cannot be read, all of which the message names.
        DatasetUnavailable: CIFAR-10 can be had from none of its sources.
    """
    folder = os.environ.get(FOLDER_VARIABLE)
    if folder or photographs:
        dataset, notes = _read(Path(os.path.expanduser(folder)) if folder else _fetch())
        if notes:
            warnings.warn("\n".join([f"{dataset.name}, {dataset.source}:", *notes]), stacklevel=2)
        return dataset
    cifar10 = load_cifar10(strict=True, verbose=False)
    cat, dog = (cifar10.class_names.index(name) for name in CLASS_NAMES)
    train = _select(cifar10.x_train, cifar10.y_train, cat, dog)
    test = _select(cifar10.x_test, cifar10.y_test, cat, dog)
    return Dataset("CIFAR-10's cats and dogs", cifar10.source, *train, *test, CLASS_NAMES)


def balanced_subset(labels: np.ndarray, per_class: int, seed: int) -> np.ndarray:
    """Return the indices of `per_class` pictures of each class, in random order.

    Args:
        labels: (N,), integers, or in another form that `check_labels` takes.
        per_class: number of pictures, at least 1.
        seed: of the choice and of the order.

    Raises:
        ValueError: a class has fewer, or the number is not positive.
    """
    require_integer("per_class", per_class, 1)
    labels = check_labels(labels)
    rng = np.random.default_rng(seed)
    chosen = []
    for label in np.unique(labels):
        members = np.flatnonzero(labels == label)
        if len(members) < per_class:
            raise ValueError(f"class {label} has {len(members)} pictures, fewer than {per_class}")
        chosen.append(rng.permutation(members)[:per_class])
    return rng.permutation(np.concatenate(chosen))


def _select(images: np.ndarray, labels: np.ndarray, cat: int, dog: int) -> tuple[np.ndarray, np.ndarray]:
    chosen = (labels == cat) | (labels == dog)
    return images[chosen], (labels[chosen] == dog).astype(np.uint8)


def _read(folder: Path) -> tuple[Dataset, list[str]]:
    (train, _, train_notes), (test, _, test_notes) = (
        read_class_folders(folder / part, PHOTOGRAPH_SIZE, ("cats", "dogs"), "crop", skip_broken=False)
        for part in ("train", "validation")
    )
    dataset = Dataset(
        "photographs of cats and dogs",
        f"the folder {folder.name}",
        train.images,
        train.labels,
        test.images,
        test.labels,
        CLASS_NAMES,
    )
    return dataset, train_notes + test_notes + describe_copies(train.files + test.files, folder)


def _fetch() -> Path:
    import keras  # only here: it takes TensorFlow's seconds to import

    try:
        # If the folder does not exist yet, Keras uses one for temporary files instead.
        cache_folder().mkdir(parents=True, exist_ok=True)
        options = {"extract": True, "cache_dir": str(cache_folder().parent)}
        place = keras.utils.get_file(f"{ARCHIVE_FOLDER}.zip", ARCHIVE_URL, **options)
    except Exception as error:
        raise FileNotFoundError(
            f"the photographs cannot be downloaded ({error}): unpack {ARCHIVE_FOLDER}.zip from another "
            f"machine and set {FOLDER_VARIABLE} to its folder, or continue with CIFAR-10's cats and dogs"
        ) from error
    return next(Path(place).rglob("train")).parent
