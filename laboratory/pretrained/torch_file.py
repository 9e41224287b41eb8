"""Read the arrays of a PyTorch state dict without PyTorch, and without running code of the file.

Before version 1.6, `torch.save` wrote a chain of pickles and then the raw numbers. A pickle is a
small program that may call any function it names, so `pickle.load` must never read an unknown one.
The reader here knows four names, and refuses a file that asks for any other.
"""

import math
import pickle
from collections import OrderedDict
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

import numpy as np

MAGIC_NUMBER = 0x1950A86A20F9469CFC6C  # The first object of every such file.
PROTOCOL_VERSION = 1001


class UnsafeFile(ValueError):
    """The file is no plain state dict: it names something that this reader does not allow."""


class _Storage(NamedTuple):
    """A sequence of numbers that one or several tensors share."""

    key: str
    dtype: np.dtype
    size: int


class _Tensor(NamedTuple):
    storage: _Storage
    offset: int
    shape: tuple[int, ...]
    strides: tuple[int, ...]


def _rebuild_tensor(storage, offset, shape, strides, requires_grad=False, hooks=None) -> _Tensor:
    if not isinstance(storage, _Storage):
        raise UnsafeFile("a tensor without a storage")
    return _Tensor(storage, int(offset), tuple(map(int, shape)), tuple(map(int, strides)))


# All that a state dict needs. Storage classes are never called; they only name a type of number.
ALLOWED_NAMES: dict[tuple[str, str], Any] = {
    ("collections", "OrderedDict"): OrderedDict,
    ("torch._utils", "_rebuild_tensor_v2"): _rebuild_tensor,
    ("torch", "FloatStorage"): np.dtype("<f4"),
    ("torch", "LongStorage"): np.dtype("<i8"),
}


class _Unpickler(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> Any:
        try:
            return ALLOWED_NAMES[module, name]
        except KeyError:
            raise UnsafeFile(f"the file asks for {module}.{name}, which no state dict needs") from None

    def persistent_load(self, identifier: Any) -> _Storage:
        kind, dtype, key, _device, size, view = identifier
        if kind != "storage" or not isinstance(dtype, np.dtype) or view is not None:
            raise UnsafeFile(f"the file refers to an unknown kind of object, {kind!r}")
        return _Storage(str(key), dtype, int(size))


def read_state_dict(path: str | Path) -> dict[str, np.ndarray]:
    """Read a state dict that `torch.save` wrote in its format before version 1.6.

    Returns:
        name to array, float32 or int64, in PyTorch's own layout.

    Raises:
        UnsafeFile: the file names anything but the tensors of a state dict.
        ValueError: the file is damaged, or of another format.
    """
    with open(path, "rb") as file:
        try:
            return _read(file)
        except UnsafeFile:
            raise
        except Exception as error:  # A damaged pickle can raise anything.
            raise ValueError(f"{path} is not a complete state dict of PyTorch before 1.6: {error}") from error


def _read(file: BinaryIO) -> dict[str, np.ndarray]:
    if _Unpickler(file).load() != MAGIC_NUMBER or _Unpickler(file).load() != PROTOCOL_VERSION:
        raise ValueError("the magic number is missing")
    system = _Unpickler(file).load()
    if not system["little_endian"]:
        raise ValueError("the numbers are stored in the wrong byte order")
    tensors = _Unpickler(file).load()
    if not isinstance(tensors, dict) or not all(isinstance(t, _Tensor) for t in tensors.values()):
        raise UnsafeFile("the file holds something else than tensors by name")
    stored = {tensor.storage.key: tensor.storage for tensor in tensors.values()}
    numbers = {}
    for key in _Unpickler(file).load():
        storage = stored[key]
        size = int.from_bytes(file.read(8), "little")
        data = file.read(size * storage.dtype.itemsize) if size == storage.size else b""
        if len(data) != size * storage.dtype.itemsize or size != storage.size:
            raise ValueError(f"the numbers of storage {key} are cut short")
        numbers[key] = np.frombuffer(data, storage.dtype)
    return {name: _as_array(tensor, numbers[tensor.storage.key]) for name, tensor in tensors.items()}


def _as_array(tensor: _Tensor, numbers: np.ndarray) -> np.ndarray:
    """Read the storage with the tensor's strides, which must stay inside it."""
    steps = [(size - 1) * stride for size, stride in zip(tensor.shape, tensor.strides, strict=True)]
    beyond = tensor.offset + sum(steps) >= len(numbers) or math.prod(tensor.shape) > len(numbers)
    if beyond or min(tensor.offset, *tensor.shape, *tensor.strides, 0) < 0:
        raise ValueError(f"a tensor of shape {tensor.shape} reaches beyond its storage")
    strides = [stride * numbers.itemsize for stride in tensor.strides]
    return np.lib.stride_tricks.as_strided(numbers[tensor.offset :], tensor.shape, strides).copy()
