"""The identity of a data set: a hash that other data cannot have."""

import hashlib
from typing import Protocol

import numpy as np


class SplitData(Protocol):
    """What `utils.data.Dataset` has: images and labels for training and for the test."""

    @property
    def x_train(self) -> np.ndarray: ...
    @property
    def y_train(self) -> np.ndarray: ...
    @property
    def x_test(self) -> np.ndarray: ...
    @property
    def y_test(self) -> np.ndarray: ...


def fingerprint(dataset: SplitData) -> str:
    """Return the SHA-256 of x_train, y_train, x_test and y_test, in this order, in hexadecimal.

    It is the same in every process and on every machine, and for CIFAR-10 the one in data/README.md.
    """
    return hash_arrays(dataset.x_train, dataset.y_train, dataset.x_test, dataset.y_test)


def hash_arrays(*arrays: np.ndarray) -> str:
    """Return the SHA-256 over the bytes of the arrays, one after the other, in hexadecimal.

    Bytes are taken in the order of the rows and in little-endian form, whatever the memory holds.
    """
    digest = hashlib.sha256()
    for array in arrays:
        little = array.dtype.newbyteorder("<")
        digest.update(np.ascontiguousarray(array, little).data)
    return digest.hexdigest()
