"""The features of cats and dogs, computed once for all experiments of chapter 13."""

from typing import NamedTuple

from laboratory.transfer.features import compute_features
from laboratory.transfer.networks import maps_of, probe_network, split_lite0
from utils.checks import check_bytes
from utils.data import Dataset
from utils.data.cats_and_dogs import balanced_subset, load_cats_and_dogs

import numpy as np
from PIL import Image

SIZE = 224
CUT = "block5c"  # The last stage that no experiment trains; its maps are cached.
POOL_PER_CLASS = 2000
NUM_VARIED = 3  # Copies of each training picture with another frame and other light.
MAPS = maps_of(CUT)


class Part(NamedTuple):
    """Pictures and their features, plain and mirrored; labels 0 cat, 1 dog."""

    images: np.ndarray  # (N, H, W, 3), uint8
    labels: np.ndarray  # (N,), uint8
    plain: dict[str, np.ndarray]  # stage to (N, channels), and `MAPS` to its maps, float16
    mirrored: dict[str, np.ndarray]
    varied: tuple[np.ndarray, ...]  # each (N, height, width, channels), maps of a varied copy


def load_data(num_train: int, num_test: int = 1) -> Dataset:
    """Return cats and dogs, or say at once, and not after hours, that there are too few of them.

    Args:
        num_train: the most pictures of each class that a training of the stage takes.
        num_test: the most pictures of each class that its test takes.

    Raises:
        ValueError: a class has fewer.
    """
    dataset = load_cats_and_dogs()
    for part, labels, needed in (
        ("training", dataset.y_train, num_train),
        ("test", dataset.y_test, num_test),
    ):
        counts = np.bincount(labels, minlength=len(dataset.class_names))
        if counts.min() < needed:
            found = ", ".join(f"{n:,} {name}s" for n, name in zip(counts, dataset.class_names, strict=True))
            raise ValueError(
                f"this stage needs {needed:,} pictures of each class for the {part}, and {dataset.name} "
                f"({dataset.source}) have {found}: add pictures, or unset CATS_AND_DOGS_DIR"
            )
    return dataset


def load_parts(dataset: Dataset, per_class: int = POOL_PER_CLASS) -> tuple[Part, Part]:
    """Return training pool and test pictures with their features; the first call takes minutes.

    Args:
        dataset: as `load_data` returns it.
        per_class: number of cats, and of dogs, in the pool; all of them if there are fewer.
    """
    pool = balanced_subset(dataset.y_train, min(per_class, *np.bincount(dataset.y_train)), seed=0)
    network = probe_network(SIZE, maps=(CUT,))
    lower, _ = split_lite0(SIZE, CUT)
    images, labels = dataset.x_train[pool], dataset.y_train[pool]
    copies = [
        compute_features(lower, vary(images, seed), name=f"training pictures, varied {seed + 1}")[CUT]
        for seed in range(NUM_VARIED)
    ]
    train = _part(network, images, labels, "training pictures")
    test = _part(network, dataset.x_test, dataset.y_test, "test pictures")
    return train._replace(varied=tuple(copies)), test


def vary(images: np.ndarray, seed: int) -> np.ndarray:
    """Crop each picture to 70 to 100 % of its sides, mirror it or not, and change its light, at random.

    Args:
        images: (N, H, H, 3), uint8.
        seed: of all random numbers.

    Returns:
        (N, 2 H, 2 H, 3), uint8, or at most 224 x 224; the larger size keeps the crop sharp.

    Raises:
        ValueError: the images have another form.
    """
    images = check_bytes(images)
    if images.shape[1] != images.shape[2]:
        raise ValueError(f"images must be square, got {images.shape}.")
    rng = np.random.default_rng(seed)
    side = images.shape[1]
    size = max(side, min(2 * side, SIZE))
    varied = np.empty((len(images), size, size, 3), np.uint8)
    for index, image in enumerate(images):
        frame = side * rng.uniform(0.7, 1.0)
        left, top = rng.uniform(0, side - frame, 2)
        box = (left, top, left + frame, top + frame)
        copy = Image.fromarray(image).resize((size, size), Image.Resampling.BICUBIC, box)
        pixels = np.asarray(copy, np.float32)[:, :: rng.choice([-1, 1])]
        contrast, light, tint = rng.uniform(0.8, 1.2), rng.uniform(-20, 20), rng.uniform(-8, 8, 3)
        varied[index] = np.clip((pixels - 127) * contrast + 127 + light + tint, 0, 255)
    return varied


def _part(network, images, labels, name: str) -> Part:
    plain = compute_features(network, images, name=name)
    mirrored = compute_features(network, images[:, :, ::-1], name=f"{name}, mirrored")
    return Part(images, labels, plain, mirrored, ())
