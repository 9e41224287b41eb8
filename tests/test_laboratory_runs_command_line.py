"""The command line of recorded trainings: success means that something was done, and everything was right."""

import os
import re
import shutil
from pathlib import Path

from laboratory import __main__
from laboratory.grids import cell
from laboratory.locks import LOCK_FILE, locked
from utils.data.cifar10_formats import CLASS_NAMES
from utils.records.places import RUNS_FOLDER

import numpy as np
import pytest
from PIL import Image


@pytest.fixture
def runs(tmp_path, monkeypatch) -> Path:
    """A folder of records, in the place of data/runs: a run, a grid and a measurement."""
    folder = tmp_path / "runs"
    for place in ("small_lenet/run.json", "combinations/cells.csv", "transfer/layer_probe/run.json"):
        (folder / place).parent.mkdir(parents=True)
        shutil.copyfile(RUNS_FOLDER / place, folder / place)
    monkeypatch.setattr(__main__, "RUNS_FOLDER", folder)
    return folder


@pytest.fixture
def own_pictures(tmp_path, monkeypatch) -> Path:
    """One picture per class, in CIFAR10_DIR."""
    folder = tmp_path / "own_pictures"
    generator = np.random.default_rng(0)
    for place in [folder / part / name for part in ("train", "test") for name in CLASS_NAMES]:
        place.mkdir(parents=True)
        Image.fromarray(generator.integers(0, 256, (32, 32, 3), np.uint8)).save(place / "1.png")
    monkeypatch.setenv("CIFAR10_DIR", str(folder))
    cell.cifar10.cache_clear()
    yield folder
    cell.cifar10.cache_clear()


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def status(*arguments: str) -> int:
    """Return the exit status, whether the parser gives it or a command."""
    try:
        return __main__.main(list(arguments))
    except SystemExit as stop:
        return int(stop.code or 0)


@pytest.mark.parametrize(
    "arguments",
    [
        ("run", "lecture_cifar10"),
        ("run", "speedrun_94"),
        ("grid", "combinations"),
        ("verify", "lecture_cifar10"),
    ],
    ids=" ".join,
)
def test_own_pictures_are_refused_in_the_place_of_cifar10(own_pictures, arguments, capsys):
    """The records here are the committed ones, and not a byte of them changes."""
    before = contents(RUNS_FOLDER)
    assert status(*arguments) == 2
    assert "CIFAR10_DIR" in capsys.readouterr().err
    assert contents(RUNS_FOLDER) == before


def test_list_shows_the_others_when_one_is_damaged(runs, capsys):
    assert status("list") == 0
    whole = capsys.readouterr().out.splitlines()
    for place in ("small_lenet/run.json", "combinations/cells.csv", "transfer/layer_probe/run.json"):
        content = (runs / place).read_bytes()
        (runs / place).write_bytes(content[: len(content) // 2] + b"\n<<<<<<< HEAD\n")
        assert status("list") == 1
        lines = capsys.readouterr().out.splitlines()
        (runs / place).write_bytes(content)
        changed = [line for line, before in zip(lines, whole, strict=True) if line != before]
        assert len(changed) == 1 and "DAMAGED" in changed[0] and str(runs / place) in changed[0]


def test_list_shows_runs_under_other_names(runs, capsys):
    shutil.copytree(runs / "small_lenet", runs / "my_lenet")
    assert status("list") == 0
    assert "my_lenet " in capsys.readouterr().out


@pytest.mark.parametrize("arguments", [("list",), ("verify",)], ids=" ".join)
def test_an_empty_folder_is_no_success(runs, arguments, capsys):
    shutil.rmtree(runs)
    runs.mkdir()
    assert status(*arguments) == 2
    assert f"in {runs}" in capsys.readouterr().err


@pytest.mark.parametrize(
    "arguments", [("list",), ("verify",), ("run", "small_lenet"), ("grid", "combinations")], ids=" ".join
)
def test_code_that_was_installed_without_its_records_says_so(runs, monkeypatch, arguments, capsys):
    monkeypatch.setattr(__main__, "RUNS_FOLDER", runs / "site-packages" / "data" / "runs")
    assert status(*arguments) == 2
    assert "`pip install -e .`" in capsys.readouterr().err
    assert not (runs / "site-packages").exists()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["verify", "--images", "0"], "a number of images from 1 on, not '0'"),
        (["verify", "--images", "-9500"], "a number of images from 1 on, not '-9500'"),
        (["verify", "--images", "many"], "a number of images from 1 on, not 'many'"),
        (["verify", "--images", "1.5"], "a number of images from 1 on, not '1.5'"),
        (["verify", "street", "--images", "5"], "no record 'street'|--images is for runs"),
        (["verify", "../runs"], r"no record '\.\./runs' to verify; there are: small_lenet"),
        (["verify", "small_lenet", "/etc"], "no record '/etc'"),
        (["verify", "traffic_light_crops"], "TRAFFIC_LIGHTS_DIR"),
        (["run", "traffic_light_crops"], "TRAFFIC_LIGHTS_DIR"),
        (["run", "../lecture_cifar10"], "invalid choice.*lecture_cifar10_large"),
        (["grid", "../combinations"], "invalid choice.*combinations"),
        *[
            (["grid", "combinations", f"--max-minutes={text}"], f"positive number of minutes, not '{text}'")
            for text in ("nan", "inf", "-1", "0", "-inf", "soon", "")
        ],
        (["grid", "combinations", "--scheduler", ""], "no Dask scheduler answers at ''"),
        (["grid", "combinations", "--scheduler", "tcp://127.0.0.1:9"], "no Dask scheduler answers at 'tcp"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_arguments_that_make_no_sense_are_refused(runs, monkeypatch, arguments, message, capsys):
    monkeypatch.delenv("TRAFFIC_LIGHTS_DIR", raising=False)
    before = contents(runs)
    if arguments[0] == "grid":
        arguments = [*arguments, "--folder", str(runs)]
    assert status(*arguments) == 2
    found = capsys.readouterr()
    assert not found.out and re.search(message, " ".join(found.err.split()))
    assert contents(runs) == before


def test_more_images_than_there_are_is_refused(runs, cifar10, capsys):
    assert status("verify", "small_lenet", "--images", "10001") == 2
    assert "at most 10,000" in capsys.readouterr().err


def test_a_damaged_run_makes_verify_fail_and_is_named(runs, cifar10, capsys):
    """Its weights are missing here."""
    assert status("verify", "small_lenet", "--images", "10") == 1
    assert (
        f"small_lenet: DAMAGED: the run 'small_lenet' keeps no weights in {runs}" in capsys.readouterr().out
    )


def test_a_second_process_at_a_measurement_is_refused(runs, capsys):
    with locked(runs / "transfer" / "layer_probe" / LOCK_FILE, "it"):
        assert status("run", "layer_probe") == 2
    assert (
        f"the measurement 'layer_probe' is being worked on by process {os.getpid()}"
        in capsys.readouterr().err
    )


def test_a_damaged_table_is_named_by_its_grid(runs, capsys):
    path = runs / "combinations" / "cells.csv"
    path.write_text(path.read_text() + "=======\n")
    assert status("grid", "combinations", "--folder", str(runs)) == 2
    assert f"{path}, line 12, has 1 fields" in capsys.readouterr().err


@pytest.mark.skipif(os.name == "nt", reason="folders are writable there")
def test_a_folder_that_is_a_file_is_named(runs, capsys):
    (runs / "file").write_text("")
    assert status("grid", "combinations", "--folder", str(runs / "file")) == 2
    assert str(runs / "file") in capsys.readouterr().err
