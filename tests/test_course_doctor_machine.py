"""Memory, disks and data with each fault made for real where that is possible."""

import os
import shutil
import sys
import tempfile
import tomllib
from pathlib import Path
from types import SimpleNamespace

from course.doctor import machine, results
from course.doctor.results import COURSE, GIB, LACK, NOTE, OK
from utils import hardware
from utils.data import cifar10 as data

import numpy as np
import psutil
import pytest
from doctor_cases import commands_for, python_arguments


@pytest.fixture(autouse=True)
def own_home(tmp_path, monkeypatch):
    """Give every test an empty cache."""
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))
    monkeypatch.delenv("CIFAR10_DIR", raising=False)


@pytest.fixture
def cache():
    """Return the path of the cache file, in a folder that is there."""
    data.cache_folder().mkdir(parents=True)
    return data.cache_folder() / data.CACHE_FILE


@pytest.fixture
def real(monkeypatch):
    """Return two small arrays of images and labels that pass for the real CIFAR-10."""
    images = np.arange(4 * 32 * 32 * 3, dtype=np.uint8).reshape(4, 32, 32, 3)
    labels = np.array([3, 8, 8, 0], dtype=np.uint8)
    arrays = {"x_train": images, "y_train": labels, "x_test": images, "y_test": labels}
    dataset = data.Dataset("", "", *arrays.values(), class_names=data.CLASS_NAMES)
    monkeypatch.setattr(data, "CIFAR10_SHA256", dataset.sha256)
    return arrays


def test_systems_are_those_that_the_lock_is_made_for():
    pyproject = tomllib.loads((COURSE / "pyproject.toml").read_text())
    for system, marker in zip(machine.SYSTEMS, pyproject["tool"]["uv"]["required-environments"], strict=True):
        for word in system.split():
            assert f"'{word}'" in marker


@pytest.mark.parametrize(
    ("system", "processor", "level"),
    [("linux", "x86_64", OK), ("darwin", "arm64", OK), ("darwin", "x86_64", LACK)],
)
def test_system_without_tensorflow(monkeypatch, system, processor, level):
    monkeypatch.setattr(sys, "platform", system)
    monkeypatch.setattr(machine.platform, "machine", lambda: processor)
    result = machine.check_system()
    assert result.level == level
    assert ("webbrowser" in commands_for(result)) == (level == LACK)


@pytest.mark.parametrize(
    ("flags", "num_cores", "level", "text"),
    [
        ({"avx512_bf16", "avx2"}, 2, OK, "avx512_bf16"),
        ({"avx2"}, 2, NOTE, "float32"),
        (set(), 8, NOTE, "float32"),
        ({"amx_bf16"}, 1, NOTE, "twice the minutes"),
    ],
)
def test_processor(monkeypatch, flags, num_cores, level, text):
    monkeypatch.setattr(hardware, "cpu_flags", lambda: frozenset(flags))
    monkeypatch.setattr(os, "cpu_count", lambda: num_cores)
    result = machine.check_processor()
    assert result.level == level and text in result.found


@pytest.mark.parametrize(
    ("free", "limit", "level"),
    [(2.9, "max", LACK), (3.1, "max", OK), (30, str(2 * GIB), LACK), (30, str(8 * GIB), OK)],
)
def test_memory(monkeypatch, tmp_path, free, limit, level):
    memory = SimpleNamespace(total=32 * GIB, available=free * GIB)
    monkeypatch.setattr(psutil, "virtual_memory", lambda: memory)
    monkeypatch.setattr(machine, "CONTAINER_LIMIT", tmp_path / "memory.max")
    (tmp_path / "memory.max").write_text(limit)
    result = machine.check_memory()
    assert result.level == level
    assert ("uv run jupyter lab stop" in commands_for(result)) == (level == LACK)


def test_full_disk(monkeypatch, tmp_path):
    asked = []

    def almost_full(path):
        asked.append(Path(path))
        return SimpleNamespace(free=0.5 * GIB)

    monkeypatch.setattr(shutil, "disk_usage", almost_full)
    course, kept = machine.check_disk(), machine.check_data_disk()
    assert asked == [COURSE, tmp_path]  # the folder of the data is not there yet
    assert course.level == kept.level == LACK
    assert "uv cache clean" in commands_for(course) and "pip cache purge" in commands_for(course)
    assert "KERAS_HOME" in commands_for(kept)


def test_enough_disk(monkeypatch):
    monkeypatch.setattr(shutil, "disk_usage", lambda path: SimpleNamespace(free=2 * GIB))
    assert machine.check_disk().level == machine.check_data_disk().level == OK


# Data


def test_no_data_yet():
    result = machine.check_data()
    assert result.level == NOTE and "139 to 170 MB" in result.found
    assert "load_cifar10()" in commands_for(result)
    assert not data.cache_folder().exists()  # looking changes nothing


def test_download_command_is_python(monkeypatch):
    calls = []
    monkeypatch.setattr("utils.data.load_cifar10", lambda: calls.append(1))
    exec(python_arguments(machine.LOAD)[1], {})
    assert calls == [1]


def test_whole_data(cache, real):
    np.savez(cache, **real)
    result = machine.check_data()
    assert result.level == OK and str(cache) in result.found


def test_damaged_data(cache, real):
    np.savez(cache, **real)
    cache.write_bytes(cache.read_bytes()[:-1000])
    result = machine.check_data()
    assert result.level == LACK and "damaged" in result.found and str(cache) in result.found
    assert "load_cifar10()" in commands_for(result)


def test_data_with_one_wrong_pixel(cache, real):
    real["x_train"][0, 0, 0, 0] += 1
    np.savez(cache, **real)
    result = machine.check_data()
    assert result.level == LACK and "SHA-256" in result.found


def test_file_in_place_of_the_folder(tmp_path):
    (tmp_path / "keras").write_text("in the way")
    result = machine.check_data()
    assert result.level == LACK and "cannot be kept" in result.found
    assert result.fix == results.MOVE_DATA and "KERAS_HOME" in commands_for(result)


def test_folder_that_cannot_be_written(cache, real, monkeypatch):
    def refuse(**arguments):
        raise PermissionError("read-only file system")

    monkeypatch.setattr(tempfile, "TemporaryFile", refuse)
    result = machine.check_data()
    assert result.level == LACK and "read-only file system" in result.found
    np.savez(cache, **real)
    assert machine.check_data().level == OK  # then it need not be written


def test_own_folder(tmp_path, real, monkeypatch):
    monkeypatch.setenv("CIFAR10_DIR", str(tmp_path))
    result = machine.check_data()
    assert result.level == LACK and str(tmp_path) in result.found
    assert result.fix == (results.set_variable("CIFAR10_DIR", ""),)
    np.savez(tmp_path / "any.npz", **real)
    result = machine.check_data()
    assert result.level == OK and str(tmp_path) in result.found


@pytest.mark.parametrize(
    ("system", "command"), [("win32", 'setx NAME "a b"'), ("linux", 'export NAME="a b"')]
)
def test_variables_are_set_as_the_system_does_it(monkeypatch, system, command):
    monkeypatch.setattr(sys, "platform", system)
    assert results.set_variable("NAME", "a b") == command
