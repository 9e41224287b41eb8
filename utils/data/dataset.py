"""The form in which all data sets come: labelled images, split into training and test."""

from dataclasses import dataclass

from utils.data.fingerprint import hash_arrays

import numpy as np


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
        """SHA-256 over the bytes of x_train, y_train, x_test and y_test, in hexadecimal.

        It is the same in every process and on every machine, and for CIFAR-10 the one in data/README.md.
        """
        return hash_arrays(self.x_train, self.y_train, self.x_test, self.y_test)


def as_float(images: np.ndarray) -> np.ndarray:
    """Return uint8 images as float32 in [0, 1], the scale that the course's networks expect.

    Args:
        images: one or many, of any shape.

    Raises:
        ValueError: the images are not uint8.
    """
    images = np.asarray(images)
    if images.dtype != np.uint8:
        raise ValueError(
            f"expected uint8 images in 0 to 255, got {images.dtype} {images.shape}: floats may be divided by "
            "255 already. Pass the images as they were read."
        )
    return np.divide(images, 255, dtype=np.float32)
