"""Trainings of the speedrun on a few images: resumed, measured, recorded; and what is recorded."""

import dataclasses
import itertools
import json
import math

from laboratory import __main__
from laboratory.runs.checkpoints import Checkpoint
from laboratory.speedrun import Setting, build_and_compile, train, training
from laboratory.speedrun.cells import accuracies, recorded_model, train_cell, train_recorded
from laboratory.speedrun.grids import ABLATION, GRIDS, RECIPE, SMALL, SPEEDRUN_94, STEPS
from laboratory.speedrun.views import log_probabilities
from utils.data import Dataset, as_float
from utils.records.grids import read_lines
from utils.records.reading import DamagedFile
from utils.training import fastest_dtype_policy, share_correct

import keras
import numpy as np
import pytest

TINY = Setting(activation="relu", num_images=40, batch_size=10, average_images=20, epochs=4)


@pytest.fixture(scope="module")
def dataset() -> Dataset:
    """Noise whose brightness tells the class."""
    draw = np.random.default_rng(5)
    labels = draw.integers(0, 10, 60).astype(np.uint8)
    images = draw.integers(0, 30, (60, 32, 32, 3)).astype(np.uint8)
    images += 22 * labels[:, np.newaxis, np.newaxis, np.newaxis]
    parts = (images[:40], labels[:40], images[40:], labels[40:])
    return Dataset("noise", "here", *parts, tuple("abcdefghij"))


class Kill(BaseException):
    """Leaves the files as a kill does: nobody catches it on the way."""


@pytest.fixture(scope="module")
def whole(dataset, tmp_path_factory):
    return train(TINY, 1, dataset, tmp_path_factory.mktemp("whole"), progress=False)


@pytest.mark.parametrize("num_complete", [1, 2])
def test_a_training_that_was_cut_ends_as_one_that_was_not(
    dataset, whole, tmp_path, monkeypatch, num_complete
):
    """Cut while the bias of the first layer learns, and while it rests and weights are averaged."""
    write = Checkpoint._write

    def cut_write(checkpoint, num_epochs):
        if num_epochs > num_complete:
            raise Kill
        write(checkpoint, num_epochs)

    with monkeypatch.context() as patch:
        patch.setattr(Checkpoint, "_write", cut_write)
        with pytest.raises(Kill):
            train(TINY, 1, dataset, tmp_path, progress=False)
    model, history = train(TINY, 1, dataset, tmp_path, progress=False)
    for ours, theirs in zip(model.get_weights(), whole[0].get_weights(), strict=True):
        np.testing.assert_array_equal(ours, theirs)
    np.testing.assert_array_equal(history["loss"], whole[1]["loss"])


def test_the_bias_of_the_first_layer_learns_early_and_then_rests(dataset, whole, tmp_path, monkeypatch):
    assert TINY.early_epochs == 1
    start = build_and_compile(TINY, 1, dataset.x_train).get_layer("whitening")
    end = whole[0].get_layer("whitening")
    np.testing.assert_array_equal(end.kernel, start.kernel)
    assert (np.asarray(start.bias) == 0).all() and (np.asarray(end.bias) != 0).any()
    # It rests from epoch 1 on, where the checkpoint of the first phase ended.
    monkeypatch.setattr(training, "_phases", lambda setting: (setting.early_epochs,))
    early, _ = train(TINY, 1, dataset, tmp_path, progress=False)
    np.testing.assert_array_equal(end.bias, early.get_layer("whitening").bias)


def test_a_setting_takes_the_numbers_of_the_source():
    assert RECIPE.num_steps == 500 and RECIPE.early_epochs == 3
    kilostep = 1024 * (1 + 1 / (1 - 0.85))
    assert RECIPE.peak_learning_rate() == pytest.approx(11.5 / kilostep * RECIPE.batch_size)
    optimizer = RECIPE.make_optimizer()
    shrinkage = optimizer.weight_decay * RECIPE.peak_learning_rate()
    assert shrinkage == pytest.approx(0.0153 * RECIPE.batch_size / 1024)
    assert optimizer.nesterov and optimizer.shift_factor == 64
    # Muon's rate is for batches of 2,000; ours are half as large.
    peak = optimizer.muon_factor * RECIPE.peak_learning_rate()
    assert peak == pytest.approx(0.24 / np.sqrt(2)) and optimizer.muon_momentum == 0.6


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"network": "resnet"}, "network is one of"),
        ({"schedule": "cosine"}, "schedule is one of"),
        ({"batch_size": 256}, "must divide 50,000 images, and be divided by the batch of 256"),
        ({"num_images": 7_000}, "must divide 7,000 images"),
    ],
)
def test_impossible_settings_are_refused(options, message):
    with pytest.raises(ValueError, match=message):
        Setting(**options)


@pytest.fixture(scope="module")
def tiny_lines(dataset) -> dict[str, dict]:
    """Each kind of training once, on 40 images for one epoch."""
    size = {"num_images": 40, "batch_size": 20, "average_images": 20, "epochs": 1}
    rows = ("lecture's network", "this chapter's network", "schedule", "Muon", "float32")
    return {row: train_cell(ABLATION.settings[row].replace(**size), 0, dataset) for row in rows}


def test_all_rows_give_the_same_columns(tiny_lines):
    assert len({tuple(line) for line in tiny_lines.values()}) == 1
    for line in tiny_lines.values():
        assert {"test_accuracy", "flip_accuracy", "views_accuracy", "seconds", "images_per_second"} <= set(
            line
        )
        assert math.isfinite(float(line["loss_curve"])) and 0 <= line["test_accuracy"] <= 1
        assert line["images_per_second"] == pytest.approx(40 / line["seconds"], rel=0.05)
    assert tiny_lines["float32"]["dtype_policy"] == "float32"
    assert tiny_lines["Muon"]["dtype_policy"] == fastest_dtype_policy()
    json.dumps(tiny_lines)


def test_a_recorded_training_keeps_weights_and_loses_nothing(dataset, tmp_path, monkeypatch):
    setting = TINY.replace(epochs=1)
    line = train_recorded(setting, 0, dataset, tmp_path)
    model = recorded_model(setting, tmp_path)
    assert accuracies(model, dataset)["flip_accuracy"] == pytest.approx(line["flip_accuracy"], abs=0.051)
    # The table was not reached: the same call finds all epochs done.
    monkeypatch.setattr(keras.Model, "fit", lambda *arguments, **options: pytest.fail("trained again"))
    assert train_recorded(setting, 0, dataset, tmp_path) == line
    # It was: the next call begins without the old checkpoint, and so would train.
    grid = dataclasses.replace(SPEEDRUN_94, settings={"recipe": setting}, name=tmp_path.name)
    grid.record(grid.cells[0], line, tmp_path.parent)
    with pytest.raises(pytest.fail.Exception, match="trained again"):
        train_recorded(setting, 1, dataset, tmp_path)
    assert not list(tmp_path.glob("checkpoint/seed-0/*"))
    (tmp_path / "model.weights.h5").write_bytes(b"garbage")
    with pytest.raises(DamagedFile, match=r"model\.weights\.h5 .*laboratory run speedrun_94"):
        recorded_model(setting, tmp_path)
    (tmp_path / "model.weights.h5").unlink()
    with pytest.raises(FileNotFoundError, match="laboratory run speedrun_94"):
        recorded_model(setting, tmp_path)


def test_rows_differ_by_one_step_from_the_row_above():
    names = list(STEPS)
    for above, name in itertools.pairwise(names):
        before, after = (dataclasses.asdict(ABLATION.settings[row]) for row in (above, name))
        assert {key for key in after if after[key] != before[key]} == set(STEPS[name])
    assert ABLATION.settings[names[-1]] == SMALL
    small_only = ("width", "num_images", "epochs", "batch_size")
    assert SMALL.replace(**{name: getattr(RECIPE, name) for name in small_only}) == RECIPE


def test_settings_can_be_written_and_read():
    for grid in GRIDS.values():
        for setting in grid.settings.values():
            assert Setting(**json.loads(json.dumps(dataclasses.asdict(setting)))) == setting


def test_the_command_line_knows_them(capsys, tmp_path, monkeypatch):
    assert __main__.main(["list"]) == 0
    printed = capsys.readouterr().out
    assert all(name in printed for name in GRIDS)
    calls = []
    monkeypatch.setattr(__main__, "run_grid", lambda grid, *arguments: calls.append(grid) or 0)
    for arguments in (["grid", "speedrun"], ["run", "speedrun_94"]):
        assert (
            __main__.main([*arguments, "--folder", str(tmp_path)] if "grid" in arguments else arguments) == 0
        )
    assert calls == [ABLATION, SPEEDRUN_94]


# --- what is recorded ----------------------------------------------------------------------------


@pytest.mark.parametrize("grid", GRIDS.values(), ids=GRIDS)
def test_recorded_cells_belong_to_their_grid(grid):
    assert set(grid.remaining()) <= set(grid.cells)
    for line in read_lines(grid.table_path()):
        assert Setting(**json.loads(line["setting"])) == grid.settings[line["row"]]
        assert line["data"].startswith("CIFAR-10 80387ddb9a0e")
        assert 0.1 < float(line["test_accuracy"]) < 1 and float(line["processor_seconds"]) > 0


def test_the_recorded_weights_give_the_recorded_accuracy(cifar10):
    lines = [line for line in read_lines(SPEEDRUN_94.table_path()) if line["seed"] == "0"]
    if not lines:
        pytest.skip("speedrun_94 is not recorded yet")
    model, images = recorded_model(RECIPE), as_float(cifar10.x_test)
    once, mirrored = (log_probabilities(model, images, flip, 0) for flip in (False, True))
    for name, scores in {"test_accuracy": once, "flip_accuracy": (once + mirrored) / 2}.items():
        found = share_correct(scores, cifar10.y_test)
        assert found == pytest.approx(float(lines[0][name]), abs=0.0015)
