"""Recorded runs: made again, cut and resumed, verified, and rejected when they are wrong."""

import json
import signal
import subprocess
import sys
import time
from dataclasses import asdict, replace
from pathlib import Path

from laboratory import __main__
from laboratory.runs import EXPERIMENTS, Experiment, checkpoints, recipe, run, training, verify
from laboratory.runs.weights import save_weights_float16
from utils import architectures, files
from utils.data import Dataset
from utils.data.cifar10 import CIFAR10_SHA256
from utils.files import write_json
from utils.records import Run, load_run, recorded_names
from utils.records.places import RECORD_FILE, WEIGHTS_FILE

import h5py
import keras
import numpy as np
import pytest

RECIPE = Experiment(
    architecture="tiny_network", epochs=3, batch_size=8, learning_rate=0.1, decay=0.01, seed=5
)


def tiny_network() -> keras.Model:
    return keras.Sequential(
        [
            keras.Input((32, 32, 3)),
            keras.layers.AveragePooling2D(8),
            keras.layers.Flatten(),
            keras.layers.Dropout(0.5),
            keras.layers.Dense(10, activation="softmax", dtype="float32"),
        ]
    )


@pytest.fixture(autouse=True)
def with_tiny_network(monkeypatch):
    monkeypatch.setattr(architectures, "tiny_network", tiny_network, raising=False)


@pytest.fixture(scope="module")
def dataset() -> Dataset:
    generator = np.random.default_rng(0)
    images = generator.integers(0, 256, size=(60, 32, 32, 3), dtype=np.uint8)
    labels = generator.integers(0, 10, size=60, dtype=np.uint8)
    return Dataset("noise", "here", images[:40], labels[:40], images[40:], labels[40:], tuple("abcdefghij"))


def weights_of(recorded: Run) -> list[np.ndarray]:
    return recorded.model.get_weights()


class Kill(BaseException):
    """Leaves the files as a kill does: nobody catches it on the way."""


def test_a_run_is_recorded_whole(tmp_path, dataset):
    recorded = run("noise", RECIPE, dataset, tmp_path, verbose=0)
    assert Experiment(**recorded.config) == RECIPE
    assert {len(values) for values in recorded.history.values()} == {3}
    assert {"loss", "accuracy", "val_loss", "val_accuracy", "seconds", "processor_seconds"} == set(
        recorded.history
    )
    assert recorded.record["data"] == {"name": "noise", "sha256": dataset.sha256}
    assert recorded.record["num_parameters"] == recorded.model.count_params()
    assert sorted(path.name for path in recorded.folder.iterdir()) == [
        "model.weights.h5",
        "run.json",
    ]
    assert keras.config.dtype_policy().name == "float32"


@pytest.mark.parametrize(("bfloat16", "policy"), [(True, "mixed_bfloat16"), (False, "float32")])
def test_a_run_is_trained_in_the_precision_of_its_recipe(tmp_path, dataset, monkeypatch, bfloat16, policy):
    used = []

    def network() -> keras.Model:
        used.append(keras.config.dtype_policy().name)
        return tiny_network()

    monkeypatch.setattr(architectures, "tiny_network", network, raising=False)
    monkeypatch.setattr(recipe, "fastest_dtype_policy", lambda: "mixed_bfloat16")
    recorded = run("noise", replace(RECIPE, bfloat16=bfloat16), dataset, tmp_path, verbose=0)
    assert used[0] == recorded.record["dtype_policy"] == policy


def test_a_run_repeats_itself(tmp_path, dataset):
    first = run("first", RECIPE, dataset, tmp_path, verbose=0)
    second = run("second", RECIPE, dataset, tmp_path, verbose=0)
    other_seed = run("third", replace(RECIPE, seed=6), dataset, tmp_path, verbose=0)
    np.testing.assert_array_equal(weights_of(first)[0], weights_of(second)[0])
    assert not np.array_equal(weights_of(first)[0], weights_of(other_seed)[0])


@pytest.mark.parametrize("moment", ["before saving", "while saving", "after saving", "at the end"])
def test_a_run_that_was_cut_ends_as_if_it_had_not_been(tmp_path, dataset, monkeypatch, moment):
    whole = run("whole", RECIPE, dataset, tmp_path, verbose=0)
    with monkeypatch.context() as patch:
        cut_at(patch, moment)
        with pytest.raises(Kill):
            run("cut", RECIPE, dataset, tmp_path, verbose=0)
    assert not (tmp_path / "cut" / "run.json").exists()
    resumed = run("cut", RECIPE, dataset, tmp_path, verbose=0)
    np.testing.assert_array_equal(weights_of(resumed)[0], weights_of(whole)[0])
    for metric in ("loss", "val_loss"):
        np.testing.assert_allclose(resumed.history[metric], whole.history[metric], atol=1e-6)
    assert not (tmp_path / "cut" / "checkpoint").exists()


def cut_at(patch, moment: str) -> None:
    """Stop the run in epoch 2 of 3, at a moment that decides what is on the disk."""

    def kill(*arguments, **options):
        raise Kill

    if moment == "at the end":
        patch.setattr(training, "save_weights_float16", kill)
        return
    write, replace_file = checkpoints.Checkpoint._write, checkpoints.os.replace

    def cut_write(checkpoint, num_epochs):
        if num_epochs == 2:
            if moment == "before saving":
                raise Kill
            if moment == "while saving":
                patch.setattr(checkpoints.os, "replace", kill)
            if moment == "after saving":
                patch.setattr(checkpoints, "remove", kill_when_removing_old)
        write(checkpoint, num_epochs)

    def kill_when_removing_old(path, **options):
        if Path(path).name == "epoch-0001":
            raise Kill

    patch.setattr(checkpoints.Checkpoint, "_write", cut_write)
    patch.setattr(checkpoints.os, "replace", replace_file)


def test_a_run_survives_a_real_kill(tmp_path, dataset):
    """SIGKILL from outside, as soon as the first epoch is on the disk."""
    np.savez(tmp_path / "data.npz", **{k: v for k, v in vars(dataset).items() if k[1] == "_"})
    program = f"""
import sys; sys.path.insert(0, {str(Path(__file__).parent)!r})
import numpy as np
from test_laboratory_runs import RECIPE, replace, tiny_network
from utils import architectures
from utils.data import Dataset
from laboratory.runs import run
architectures.tiny_network = tiny_network
arrays = np.load({str(tmp_path / "data.npz")!r})
dataset = Dataset("noise", "here", *[arrays[k] for k in ("x_train", "y_train", "x_test", "y_test")],
                  class_names=tuple("abcdefghij"))
run("killed", replace(RECIPE, epochs=2000), dataset, {str(tmp_path)!r}, verbose=0)
"""
    process = subprocess.Popen([sys.executable, "-c", program], stderr=subprocess.PIPE, text=True)
    folder = tmp_path / "killed" / "checkpoint"
    while process.poll() is None and not list(folder.glob("epoch-*")):
        time.sleep(0.02)
    process.send_signal(signal.SIGKILL)
    _, errors = process.communicate()
    assert process.returncode == -signal.SIGKILL, errors
    checkpoint = checkpoints.Checkpoint(folder, asdict(replace(RECIPE, epochs=2000)))
    model = tiny_network()
    RECIPE.compile(model)
    assert checkpoint.restore(model) >= 1
    assert len(checkpoint.history["loss"]) == model.optimizer.iterations.numpy() / 5


def test_snapshots_are_the_weights_of_a_run_that_ended_there(tmp_path, dataset):
    """A constant learning rate: three epochs begin as a training of one epoch."""
    constant = replace(RECIPE, decay=0.0)
    short = run("short", replace(constant, epochs=1), dataset, tmp_path, verbose=0)
    long = run("long", replace(constant, snapshot_epochs=(1, 2)), dataset, tmp_path, verbose=0)
    for kept, ended in zip(long.model_at(1).get_weights(), short.model.get_weights(), strict=True):
        np.testing.assert_array_equal(kept, ended)
    for kept, last in zip(long.model_at(3).get_weights(), long.model.get_weights(), strict=True):
        np.testing.assert_array_equal(kept, last)
    assert not np.array_equal(long.model_at(2).get_weights()[0], long.model_at(1).get_weights()[0])
    assert long.snapshot_epochs == (1, 2)


def test_an_epoch_that_was_not_kept_is_refused_with_those_that_were(tmp_path, dataset):
    recorded = run("noise", replace(RECIPE, snapshot_epochs=(2,)), dataset, tmp_path, verbose=0)
    with pytest.raises(ValueError, match="keeps the weights of epochs 2, 3, not of 1"):
        recorded.model_at(1)


def test_weight_decay_shrinks_kernels_and_nothing_else():
    model = tiny_network()
    replace(RECIPE, learning_rate=0.5, decay=0.0, weight_decay=0.1).compile(model)
    kernel, bias = model.trainable_weights
    bias.assign(np.ones(10))
    before = keras.ops.convert_to_numpy(kernel)
    model.optimizer.build(model.trainable_variables)
    model.optimizer.apply([keras.ops.zeros_like(kernel), keras.ops.zeros_like(bias)])
    np.testing.assert_allclose(kernel, before * (1 - 0.5 * 0.1), rtol=1e-6)
    np.testing.assert_array_equal(bias, np.ones(10))


def test_an_unknown_schedule_is_refused():
    with pytest.raises(ValueError, match="inverse_time"):
        replace(RECIPE, schedule="linear")


def test_a_checkpoint_of_another_recipe_is_not_resumed(tmp_path, dataset, monkeypatch):
    with monkeypatch.context() as patch:
        cut_at(patch, "after saving")
        with pytest.raises(Kill):
            run("run", RECIPE, dataset, tmp_path, verbose=0)
    other = replace(RECIPE, learning_rate=0.01)
    changed = run("run", other, dataset, tmp_path, verbose=0)
    fresh = run("fresh", other, dataset, tmp_path, verbose=0)
    np.testing.assert_array_equal(weights_of(changed)[0], weights_of(fresh)[0])


def test_verify_agrees_with_an_intact_run(tmp_path, dataset, capsys):
    run("noise", RECIPE, dataset, tmp_path, verbose=0)
    assert verify(["noise"], dataset, tmp_path)
    assert "the same" in capsys.readouterr().out


def test_verify_rejects_changed_weights(tmp_path, dataset, capsys):
    recorded = run("noise", RECIPE, dataset, tmp_path, verbose=0)
    model = recorded.model
    best_class = np.bincount(dataset.y_test).argmax()
    model.layers[-1].bias.assign(100.0 * np.eye(10)[best_class])
    save_weights_float16(model, recorded.folder / WEIGHTS_FILE)
    assert not verify(["noise"], dataset, tmp_path)
    assert "DIFFERENT" in capsys.readouterr().out


def test_verify_rejects_an_accuracy_that_the_answers_do_not_have(tmp_path, dataset):
    recorded = run("noise", RECIPE, dataset, tmp_path, verbose=0)
    better = {**recorded.metrics, "test_accuracy": recorded.metrics["test_accuracy"] + 0.05}
    write_json(recorded.folder / RECORD_FILE, recorded.record | {"metrics": better})
    assert not verify(["noise"], dataset, tmp_path)


def test_verify_asks_for_as_many_answers_as_it_is_told(tmp_path, dataset, capsys):
    run("noise", RECIPE, dataset, tmp_path, verbose=0)
    assert verify(["noise"], dataset, tmp_path, num_images=7)
    assert "answers 7 of 7 images of noise as then" in capsys.readouterr().out


def test_verify_rejects_other_data(tmp_path, dataset):
    run("noise", RECIPE, dataset, tmp_path, verbose=0)
    other = replace(dataset, x_train=255 - dataset.x_train)
    assert not verify(["noise"], other, tmp_path)


def test_a_run_without_weights_says_how_to_get_them(tmp_path, dataset, capsys):
    recorded = run("light", replace(RECIPE, keep_weights=False), dataset, tmp_path, verbose=0)
    with pytest.raises(FileNotFoundError, match="laboratory run light"):
        _ = recorded.model
    assert verify(["light"], dataset, tmp_path)
    assert "keeps no weights" in capsys.readouterr().out


def test_an_unknown_run_is_named_with_those_that_exist(tmp_path, dataset):
    with pytest.raises(ValueError, match="recorded are: none"):
        load_run("noise", tmp_path)
    run("noise", RECIPE, dataset, tmp_path, verbose=0)
    with pytest.raises(ValueError, match="recorded are: noise"):
        load_run("nose", tmp_path)


def test_weights_are_stored_in_half_the_size(tmp_path):
    model = tiny_network()
    RECIPE.compile(model)
    model.optimizer.build(model.trainable_variables)
    path = tmp_path / "model.weights.h5"
    save_weights_float16(model, path)
    with h5py.File(path) as file:
        assert "optimizer" not in file
        dtypes = []
        file.visititems(lambda name, item: dtypes.append(getattr(item, "dtype", None)))
    assert {dtype for dtype in dtypes if dtype is not None} == {np.dtype("float16")}
    loaded = tiny_network()
    loaded.load_weights(path)
    for stored, original in zip(loaded.get_weights(), model.get_weights(), strict=True):
        np.testing.assert_array_equal(stored, original.astype(np.float16).astype(np.float32))


def test_weights_too_large_for_float16_are_refused(tmp_path):
    model = tiny_network()
    model.layers[-1].bias.assign(np.full(10, 1e6))
    with pytest.raises(ValueError, match="do not fit into float16"):
        save_weights_float16(model, tmp_path / "model.weights.h5")


def test_a_record_is_written_whole_or_not_at_all(tmp_path, monkeypatch):
    path = tmp_path / "run.json"
    write_json(path, {"old": True})

    def full_disk(*arguments):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(files.os, "replace", full_disk)
    with pytest.raises(OSError, match="No space"):
        write_json(path, {"new": True})
    assert json.loads(path.read_text()) == {"old": True}
    assert list(tmp_path.iterdir()) == [path]


def test_command_line_lists_every_experiment(capsys):
    assert __main__.main(["list"]) == 0
    printed = capsys.readouterr().out
    assert all(name in printed for name in EXPERIMENTS)


def test_command_line_refuses_an_unknown_run(capsys):
    with pytest.raises(SystemExit) as stop:
        __main__.main(["run", "no_such_run"])
    assert stop.value.code == 2
    assert "lecture_cifar10" in capsys.readouterr().err


@pytest.mark.parametrize("name", recorded_names())
def test_committed_runs_are_complete(name):
    recorded = load_run(name)
    assert Experiment(**recorded.config) == EXPERIMENTS[name], "the recipe changed: make the run again"
    assert recorded.record["data"]["sha256"] == CIFAR10_SHA256
    assert {len(values) for values in recorded.history.values()} == {recorded.config["epochs"]}
    assert recorded.record["seconds"] <= 40 * 60
    assert (recorded.folder / "model.weights.h5").exists() == recorded.config["keep_weights"]


@pytest.mark.parametrize(
    ("name", "published"),
    [
        ("lecture_cifar10", 0.7085),
        ("lecture_cifar10_large", 0.8018),
        ("lecture_cifar10_large_keras_1", 0.8018),
    ],
)
def test_lecture_networks_come_near_their_published_accuracy(name, published):
    """Single runs of one recipe differ by a point or two; a wrong recipe costs more."""
    assert load_run(name).metrics["test_accuracy"] > published - 0.03


def test_committed_weights_give_the_recorded_answers(cifar10):
    """The first thousand; all ten thousand are a command: python -m laboratory verify."""
    assert verify(recorded_names(), cifar10, num_images=1_000)
