"""CIFAR10_DIR with much beside the data, with what is no file, with bombs; and no home folder at all."""

import os
import pwd
import zipfile
from pathlib import Path

from utils.data import cifar10 as data
from utils.data import cifar10_formats, load_cats_and_dogs, load_cifar10
from utils.data.cifar10_formats import (
    FormatError,
    read_archive,
    read_class_folders,
    read_npm_package,
    read_npz,
)
from utils.data.fingerprint import hash_arrays

import numpy as np
import pytest
from cifar10_copies import (
    assert_same,
    npm_members,
    small_arrays,
    write_archive,
    write_batches,
    write_class_folders,
    write_npz,
    write_tar,
)
from PIL import Image

posix = pytest.mark.skipif(os.name == "nt", reason="needs POSIX files and users")


@pytest.fixture
def own(small, tmp_path, monkeypatch) -> Path:
    (tmp_path / "own").mkdir()
    monkeypatch.setenv("CIFAR10_DIR", str(tmp_path / "own"))
    return tmp_path / "own"


# The right one is found.

BESIDE = {
    "another data set": lambda folder: np.savez(folder / "boston_housing.npz", x=np.ones(3), y=np.ones(3)),
    "another order": lambda folder: write_npz(folder / "a.npz", small_arrays(seed=1)),
    "no archive": lambda folder: (folder / "a.npz").write_bytes(b"no archive"),
    "empty": lambda folder: (folder / "a.npz").touch(),
    "a folder": lambda folder: (folder / "a.npz").mkdir(),
    "a dangling link": lambda folder: (folder / "a.npz").symlink_to("nowhere.npz"),
    "a pipe": lambda folder: os.mkfifo(folder / "a.npz"),
}
FORMS = {
    "npz": lambda folder, arrays: write_npz(folder / "cifar10.npz", arrays),
    "batches": lambda folder, arrays: write_batches(folder / "cifar-10-batches-py", arrays),
    "archive": lambda folder, arrays: write_archive(folder / "cifar-10-python.tar.gz", arrays),
    "folders": lambda folder, arrays: write_class_folders(folder, arrays),
}


@posix
@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("beside", BESIDE)
def test_the_data_is_found_whatever_lies_beside_it(beside, form, small, own):
    BESIDE[beside](own)
    FORMS[form](own, small)
    assert_same(load_cifar10(strict=True, verbose=False), small)


def test_every_fault_is_named_when_none_is_right(own):
    np.savez(own / "boston_housing.npz", x=np.ones(3))
    write_npz(own / "cifar10.npz", small_arrays(seed=1))
    (own / "data_batch_1").touch()
    with pytest.raises(
        ValueError, match=r"boston_housing\.npz .*\n.*cifar10\.npz .*SHA-256.*\n.*data_batch_1"
    ):
        load_cifar10()


# Strict means CIFAR-10 itself.

LETTERS = str.maketrans("0123456789", "abcdefghij")


def test_own_images_are_refused_where_cifar10_is_needed(own):
    write_class_folders(own, small_arrays(seed=1))
    assert load_cifar10(verbose=False).name == "Own images in own"
    for load in (lambda: load_cifar10(strict=True), load_cats_and_dogs):
        with pytest.raises(ValueError, match=r"other images than CIFAR-10, .* unset CIFAR10_DIR"):
            load()


def test_cifar10_in_another_order_is_the_same_set_and_not_the_same_data(small, own):
    """Names without numbers give the order of the names."""
    write_class_folders(own, small, lambda index: f"{999 - index}".translate(LETTERS))
    dataset = load_cifar10(verbose=False)
    assert dataset.name == "Own images in own" and dataset.sha256 != hash_arrays(*small)
    rows = [images.reshape(len(images), -1).tolist() for images in (dataset.x_train, small.x_train)]
    assert sorted(rows[0]) == sorted(rows[1])
    with pytest.raises(ValueError, match="another order"):
        load_cifar10(strict=True)


def test_all_wrong_images_of_own_folders_are_named_at_once(small, own):
    write_class_folders(own, small)
    (own / "train" / "cat" / "900.png").touch()
    (own / "train" / "dog" / "901.png").write_text("text")
    Image.new("RGB", (33, 32)).save(own / "train" / "ship" / "902.png")
    with pytest.raises(ValueError, match=r"900\.png .*\n.*901\.png .*\n.*902\.png is 33 x 32"):
        load_cifar10()


# What is no file is refused, and not waited for.


@posix
@pytest.mark.parametrize("name", ["data_batch_3", "cifar-10-python.tar.gz", "x.npz", "test_batch"])
def test_named_pipes_are_refused(name, small, own):
    if "batch" in name:
        (write_batches(own, small) / name).unlink()
    os.mkfifo(own / name)
    with pytest.raises(ValueError, match=rf"{name} .*named pipe"):
        load_cifar10(strict=True)


@posix
def test_a_pipe_among_own_images_is_refused(small, own):
    write_class_folders(own, small)
    os.mkfifo(own / "test" / "frog" / "7777.png")
    with pytest.raises(ValueError, match=r"7777\.png .*named pipe"):
        load_cifar10()


@posix
def test_a_pipe_in_the_cache_is_passed_over(small, cache, npm):
    npm()
    os.mkfifo(cache)
    assert_same(load_cifar10(strict=True, verbose=False), small)
    assert cache.is_file()


# Small files that declare gigabytes are refused before they are read.


def write_bomb(path: Path, num_images: int) -> None:
    """Write an .npz file whose x_train would have so many images, of which it holds none."""
    np.savez(path, **small_arrays()._asdict())
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    old = str(small_arrays().x_train.shape).encode()
    new = str((num_images, 32, 32, 3)).encode()
    header = members["x_train.npy"][:128].replace(old, new)
    members["x_train.npy"] = header.replace(b" " * (len(header) - 128) + b"\n", b"\n") + bytes(1000)
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)


def test_an_npz_bomb_is_refused_by_its_header(tmp_path):
    write_bomb(tmp_path / "x.npz", 1_040_000)
    with pytest.raises(FormatError, match=r"x\.npz: x_train.npy has 3,194,880,000 bytes"):
        read_npz(tmp_path / "x.npz")


def test_a_large_member_of_an_archive_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(cifar10_formats, "MAX_BYTES", 100_000)
    with pytest.raises(FormatError, match=r"x\.tar\.gz: data_batch_1 has .* bytes, more than any part"):
        read_archive(write_archive(tmp_path / "x.tar.gz", small_arrays()))


def test_a_large_sheet_of_images_is_refused_before_it_is_decoded(tmp_path, monkeypatch):
    monkeypatch.setattr(cifar10_formats, "MAX_BYTES", 100_000)
    monkeypatch.setattr(Image.Image, "convert", lambda *arguments: pytest.fail("decoded"))
    with pytest.raises(FormatError, match=r"x\.tgz: a sheet of images has 122,880 bytes"):
        read_npm_package(write_tar(tmp_path / "x.tgz", npm_members(small_arrays())))


def test_a_large_picture_is_refused_before_it_is_decoded(small, own, monkeypatch):
    write_class_folders(own, small)
    Image.new("1", (9000, 9000)).save(own / "train" / "cat" / "7777.png")
    monkeypatch.setattr(Image.Image, "convert", lambda *arguments: pytest.fail("decoded"))
    monkeypatch.setattr(cifar10_formats, "as_rgb", lambda image: np.zeros((32, 32, 3), np.uint8))
    with pytest.raises(FormatError, match=r"7777\.png is 9000 x 9000 pixels"):
        read_class_folders(own)


# No home folder.


@pytest.fixture
def homeless(monkeypatch):
    """HOME is not set, and the system does not know the user, as in many containers."""

    def unknown(uid):
        raise KeyError(f"getpwuid(): uid not found: {uid}")

    monkeypatch.delenv("HOME", raising=False)
    monkeypatch.setattr(pwd, "getpwuid", unknown)
    with pytest.raises(RuntimeError):
        Path.home()


@posix
@pytest.mark.parametrize("form", FORMS)
def test_cifar10_dir_is_enough_without_a_home(form, small, own, homeless):
    FORMS[form](own, small)
    dataset = load_cifar10(strict=True, verbose=False)
    assert_same(dataset, small)
    assert str(own) in dataset.source


@posix
def test_keras_home_is_enough_without_a_home(small, cache, homeless):
    write_npz(cache, small)
    assert load_cifar10(strict=True, verbose=False).source == f"the cache ({cache})"


@posix
def test_without_any_folder_of_ones_own_the_cache_is_a_temporary_one(
    small, npm, homeless, monkeypatch, tmp_path
):
    npm()
    monkeypatch.delenv("KERAS_HOME")
    monkeypatch.setattr(data.tempfile, "tempdir", str(tmp_path))
    assert_same(load_cifar10(strict=True, verbose=False), small)
    assert data.cache_folder() == tmp_path / ".keras" / "datasets"
    assert (data.cache_folder() / data.CACHE_FILE).is_file()


@posix
def test_a_tilde_without_a_home_is_named(homeless, small, monkeypatch):
    monkeypatch.setenv("CIFAR10_DIR", "~/data")
    with pytest.raises(ValueError, match=r"CIFAR10_DIR=~/data: .*No such file"):
        load_cifar10()


# What npm says of itself is not repeated.


def test_the_log_of_npm_is_not_named_as_it_is_gone(small, npm):
    npm(
        "sys.exit('npm error code ENOTFOUND\\nnpm error network request failed\\n'"
        "'npm error A complete log of this run can be found in: /tmp/x/npm-cache/_logs/2026-debug-0.log')"
    )
    with pytest.raises(data.DatasetUnavailable) as caught:
        load_cifar10(strict=True)
    assert "npm error code ENOTFOUND npm error network request failed\n" in str(caught.value)
    assert "_logs" not in str(caught.value)


# The identity of data.


def test_the_fingerprint_is_that_of_the_bytes_in_order(small):
    assert hash_arrays(*small) == data.CIFAR10_SHA256
    others = [small.x_train[::-1], small.x_train[:-1], small.x_train ^ 1]
    assert len({hash_arrays(other, *small[1:]) for other in [small.x_train, *others]}) == 4
    turned = np.asfortranarray(small.x_train)
    assert hash_arrays(turned, *small[1:]) == data.CIFAR10_SHA256
    assert hash_arrays(np.arange(3, dtype=">i4")) == hash_arrays(np.arange(3, dtype="<i4"))
