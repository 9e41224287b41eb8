"""Recorded runs on other data, from several processes, cut at any step, and with damaged files."""

import json
import os
import shutil
from dataclasses import asdict, replace
from pathlib import Path

from laboratory.locks import LOCK_FILE, InUse, locked
from laboratory.runs import Experiment, checkpoints, replacing, run, verify
from laboratory.runs.answers import ask_test_images
from laboratory.runs.checkpoints import Checkpoint
from utils import architectures
from utils.records import Run, load_run
from utils.records.places import RECORD_FILE, WEIGHTS_FILE, record_folder
from utils.records.reading import DamagedFile

import keras
import numpy as np
import pytest
import test_laboratory_runs as plain
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

Kill, dataset, with_tiny_network = plain.Kill, plain.dataset, plain.with_tiny_network
RECIPE = replace(plain.RECIPE, epochs=2, snapshot_epochs=(1,))


@pytest.fixture(scope="module")
def recorded_once(tmp_path_factory, dataset) -> Path:
    """The folder of one recorded run, with a snapshot."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(architectures, "tiny_network", plain.tiny_network, raising=False)
        return run("noise", RECIPE, dataset, tmp_path_factory.mktemp("once"), verbose=0).folder


@pytest.fixture
def recorded(recorded_once, tmp_path) -> Run:
    shutil.copytree(recorded_once, tmp_path / "noise")
    return load_run("noise", tmp_path)


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def cut_in_epoch_2(patch) -> None:
    write = Checkpoint._write

    def cut(checkpoint, num_epochs):
        if num_epochs == 2:
            raise Kill
        write(checkpoint, num_epochs)

    patch.setattr(Checkpoint, "_write", cut)


# Its data


def test_a_record_is_not_replaced_by_a_run_on_other_data(recorded, tmp_path, dataset):
    before = contents(tmp_path)
    other = replace(dataset, name="own pictures", x_train=255 - dataset.x_train)
    with pytest.raises(ValueError, match=r"recorded on noise \(.*not replaced by a run on own pictures"):
        run("noise", RECIPE, other, tmp_path, verbose=0)
    assert contents(tmp_path) == before


def test_a_checkpoint_of_other_data_is_not_resumed(tmp_path):
    write_checkpoint(tmp_path, data="one")
    assert Checkpoint(tmp_path, asdict(RECIPE), "one").restore(compiled()) == 1
    assert Checkpoint(tmp_path, asdict(RECIPE), "other").restore(compiled()) == 0


def test_metrics_are_those_of_the_stored_weights(tmp_path, dataset, monkeypatch):
    """Two classes whose scores differ by less than float16 can tell: rounding changes every answer."""
    scores = np.array([1000.0, 1000.2, *[0.0] * 8])
    start = keras.initializers.Constant(scores)

    def build() -> keras.Model:
        answer = keras.layers.Dense(10, "softmax", kernel_initializer="zeros", bias_initializer=start)
        return keras.Sequential([keras.Input((32, 32, 3)), keras.layers.Flatten(), answer])

    monkeypatch.setattr(architectures, "tiny_network", build)
    still = Experiment(architecture="tiny_network", epochs=1, batch_size=40, learning_rate=0.0)
    result = run("scores", still, dataset, tmp_path, verbose=0)
    unrounded, stored = (ask_test_images(model, dataset) for model in (build(), result.model))
    assert set(unrounded.classes) == {1} and set(stored.classes) == {0}
    assert result.record["answers"] == "0" * len(dataset.y_test)
    assert result.metrics == {"test_accuracy": stored.accuracy, "test_loss": stored.loss}
    assert result.metrics != {"test_accuracy": unrounded.accuracy, "test_loss": unrounded.loss}


# Replaced as a whole


def test_a_run_that_is_cut_leaves_the_record_before_it_whole(recorded, tmp_path, dataset, monkeypatch):
    before = contents(recorded.folder)
    other = replace(RECIPE, seed=6, keep_weights=False, snapshot_epochs=())
    with monkeypatch.context() as patch:
        cut_in_epoch_2(patch)
        with pytest.raises(Kill):
            run("noise", replace(other, snapshot_epochs=(1,)), dataset, tmp_path, verbose=0)
    after = contents(recorded.folder)
    assert {name: after[name] for name in before} == before
    assert all(name.startswith("checkpoint/") for name in after.keys() - before.keys())
    assert verify(["noise"], dataset, tmp_path)
    # The next run is of another recipe, and keeps less; nothing of the two before it remains.
    assert Experiment(**run("noise", other, dataset, tmp_path, verbose=0).config) == other
    assert contents(recorded.folder).keys() == {RECORD_FILE}


def make_records(folder: Path) -> tuple[dict[str, bytes], dict[str, bytes]]:
    """Put an old record into `folder`, and the files of a new one where they are collected."""
    old = {RECORD_FILE: b"old", WEIGHTS_FILE: b"old", "epoch-001.weights.h5": b"old", "notes.txt": b"own"}
    new = {RECORD_FILE: b"new", WEIGHTS_FILE: b"new", "epoch-002.weights.h5": b"new"}
    for place, files in ((folder, old), (replacing.partial_record(folder), new)):
        place.mkdir(parents=True, exist_ok=True)
        for name, content in files.items():
            (place / name).write_bytes(content)
    return old, new


def read(folder: Path) -> dict[str, bytes]:
    """Return the files of a record as a reader finds them."""
    files = contents(record_folder(folder))
    return {name: files[name] for name in files if "/" not in name and name != "notes.txt"}


STEPS = [(os, "replace"), (shutil, "copyfile"), (shutil, "rmtree"), (Path, "unlink"), (os, "rmdir")]


@pytest.mark.parametrize("step", range(16))
def test_a_record_is_whole_wherever_its_replacement_is_cut(tmp_path, monkeypatch, step):
    folder = tmp_path / "run"
    old, new = make_records(folder)
    num_steps = 0

    def counted(function):
        def call(*arguments, **options):
            nonlocal num_steps
            num_steps += 1
            if num_steps > step:
                raise Kill
            return function(*arguments, **options)

        return call

    with monkeypatch.context() as patch:
        for module, name in STEPS:
            patch.setattr(module, name, counted(getattr(module, name)))
        try:
            replacing.replace_record(folder)
        except Kill:
            pass
        else:
            assert num_steps <= step
    expected = old if step == 0 else new
    assert read(folder) == {name: content for name, content in expected.items() if name != "notes.txt"}
    if step:
        replacing.finish_replacing(folder)
        shutil.rmtree(folder / "checkpoint")
        assert contents(folder).items() >= (new | {"notes.txt": b"own"}).items()
        assert not (folder / "epoch-001.weights.h5").exists()


def test_what_a_kill_has_left_among_the_files_is_no_part_of_the_record(tmp_path):
    _, new = make_records(tmp_path)
    unfinished = replacing.partial_record(tmp_path) / "partial-abc" / WEIGHTS_FILE
    unfinished.parent.mkdir()
    unfinished.write_bytes(b"half")
    replacing.replace_record(tmp_path)
    assert read(tmp_path) == new


def test_what_a_killed_run_has_left_is_removed(recorded, tmp_path, dataset):
    (recorded.folder / "partial-abc").mkdir()
    (recorded.folder / "partial-abc" / RECORD_FILE).write_text("{")
    (recorded.folder / LOCK_FILE).write_text("1")
    run("noise", replace(RECIPE, epochs=1), dataset, tmp_path, verbose=0)
    assert contents(recorded.folder).keys() == {RECORD_FILE, WEIGHTS_FILE, "epoch-001.weights.h5"}


def test_a_second_process_at_a_run_is_refused(recorded, tmp_path, dataset):
    before = contents(recorded.folder)
    message = rf"the run 'noise' is being worked on by process {os.getpid()}"
    with locked(recorded.folder / LOCK_FILE, "it"), pytest.raises(InUse, match=message):
        run("noise", RECIPE, dataset, tmp_path, verbose=0)
    assert contents(recorded.folder) == before


@pytest.mark.parametrize("name", ["../noise", "/noise", "", "a/b", "."])
def test_a_run_has_a_plain_name(tmp_path, dataset, name):
    with pytest.raises(ValueError, match="one word"):
        run(name, RECIPE, dataset, tmp_path / "runs", verbose=0)
    assert not list(tmp_path.iterdir())


# Damaged files


def cut_in_half(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def last_byte_missing(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-1])


def empty(path: Path) -> None:
    path.write_bytes(b"")


def garbage(path: Path) -> None:
    path.write_bytes(b"garbage" * 999)


def changed_inside(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 255
    path.write_bytes(content)


def a_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def a_pipe(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


def missing(path: Path) -> None:
    path.unlink()


def another_network(path: Path) -> None:
    path.unlink()
    keras.Sequential([keras.Input((3,)), keras.layers.Dense(2), keras.layers.Dense(2)]).save_weights(path)


DAMAGES = [cut_in_half, last_byte_missing, empty, garbage, a_folder, missing]
DAMAGES += [a_pipe] if hasattr(os, "mkfifo") else []


@pytest.mark.parametrize("damage", [*DAMAGES, another_network], ids=lambda damage: damage.__name__)
@pytest.mark.parametrize("epoch", [1, 2])
def test_damaged_weights_are_named(recorded, damage, epoch):
    path = recorded.folder / (WEIGHTS_FILE if epoch == 2 else "epoch-001.weights.h5")
    damage(path)
    with pytest.raises((DamagedFile, FileNotFoundError), match="python -m laboratory run noise") as refused:
        recorded.model_at(epoch)
    assert str(path) in str(refused.value)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=30)
@given(share=st.floats(0, 1, exclude_max=True))
def test_weights_cut_at_any_byte_are_named(recorded_once, tmp_path, share):
    content = (recorded_once / WEIGHTS_FILE).read_bytes()
    shutil.copytree(recorded_once, tmp_path / "cut", dirs_exist_ok=True)
    (tmp_path / "cut" / WEIGHTS_FILE).write_bytes(content[: int(share * len(content))])
    with pytest.raises(DamagedFile, match=r"cut/model\.weights\.h5"):
        _ = load_run("cut", tmp_path).model


@pytest.mark.parametrize("config", [{"architecture": "nothing"}, {"options": {"width": 3}}], ids=str)
def test_a_recipe_that_cannot_be_built_is_named(recorded, tmp_path, config):
    content = recorded.record | {"config": recorded.config | config}
    (recorded.folder / RECORD_FILE).write_text(json.dumps(content))
    with pytest.raises(DamagedFile, match=r"run\.json names a network that cannot be built"):
        _ = load_run("noise", tmp_path).model


def test_verify_names_the_damaged_and_asks_the_others(recorded, tmp_path, dataset, capsys):
    for name in ("a_record", "b_weights", "c_answers"):
        shutil.copytree(recorded.folder, tmp_path / name)
    (tmp_path / "a_record" / RECORD_FILE).write_text("{")
    (tmp_path / "b_weights" / WEIGHTS_FILE).write_text("")
    content = recorded.record | {"answers": recorded.record["answers"][:-1]}
    (tmp_path / "c_answers" / RECORD_FILE).write_text(json.dumps(content))
    assert not verify(["a_record", "b_weights", "c_answers", "noise"], dataset, tmp_path)
    lines = capsys.readouterr().out.splitlines()
    assert [line.split(":")[0] for line in lines] == ["a_record", "b_weights", "c_answers", "noise"]
    assert [("DAMAGED" in line, "the same" in line) for line in lines] == [(True, False)] * 3 + [
        (False, True)
    ]


@pytest.mark.parametrize(
    ("names", "num_images", "message"),
    [
        ([], None, "nothing to verify"),
        (["noise"], 0, "num_images must be an integer of at least 1, got 0"),
        (["noise"], -3, "at least 1, got -3"),
        (["noise"], 21, "at most 20, the number of test images of noise; got 21"),
        (["noise", "nose"], None, "no run 'nose' in .*; recorded are: noise"),
        (["../noise"], None, "recorded are: noise"),
    ],
)
def test_verify_refuses_what_it_cannot_do(recorded, tmp_path, dataset, names, num_images, message, capsys):
    with pytest.raises(ValueError, match=message):
        verify(names, dataset, tmp_path, num_images)
    assert not capsys.readouterr().out


def test_verify_compares_the_answers_of_a_run_without_weights(recorded, tmp_path, dataset, capsys):
    config = recorded.config | {"keep_weights": False}
    content = recorded.record | {"config": config, "metrics": recorded.metrics | {"test_accuracy": 0.99}}
    (recorded.folder / RECORD_FILE).write_text(json.dumps(content))
    assert not verify(["noise"], dataset, tmp_path)
    assert "DIFFERENT" in capsys.readouterr().out


# Damaged checkpoints


def compiled() -> keras.Model:
    keras.utils.set_random_seed(0)
    model = plain.tiny_network()
    RECIPE.compile(model)
    return model


def write_checkpoint(folder: Path, num_epochs: int = 1, data: str | None = None) -> None:
    """Write the checkpoint of an epoch as a training does, with weights that tell which it is."""
    checkpoint, model = Checkpoint(folder, asdict(RECIPE), data), compiled()
    model.optimizer.build(model.trainable_variables)
    model.set_weights([np.full_like(value, num_epochs) for value in model.get_weights()])
    checkpoint.set_model(model)
    names = ("loss", "seconds", "processor_seconds")
    checkpoint.history = {name: [1.0] * (num_epochs - 1) for name in names}
    checkpoint.on_epoch_begin(num_epochs - 1)
    checkpoint.on_epoch_end(num_epochs - 1, {"loss": 1.0})


@pytest.fixture
def two_epochs(tmp_path) -> Path:
    """Checkpoints of epochs 1 and 2, as a kill leaves them before the first is removed."""
    folder = tmp_path / "checkpoint"
    write_checkpoint(folder, 1)
    (folder / "epoch-0001").rename(tmp_path / "kept")
    write_checkpoint(folder, 2)
    (tmp_path / "kept").rename(folder / "epoch-0001")
    return folder


@pytest.mark.parametrize("file_name", [checkpoints.WEIGHTS, checkpoints.STATE])
@pytest.mark.parametrize("damage", [*DAMAGES, changed_inside], ids=lambda damage: damage.__name__)
def test_a_damaged_checkpoint_is_set_aside(two_epochs, damage, file_name, capsys):
    damage(two_epochs / "epoch-0002" / file_name)
    if damage is changed_inside and file_name == checkpoints.STATE:
        (two_epochs / "epoch-0002" / file_name).write_text('{"config": {}, "epoch": "two"}')
    model = compiled()
    assert Checkpoint(two_epochs, asdict(RECIPE)).restore(model) == 1
    assert all((values == 1).all() for values in model.get_weights())
    printed = capsys.readouterr().out
    assert str(two_epochs / "epoch-0002" / file_name) in printed
    assert "is set aside as partial-damaged-epoch-0002" in printed and "last good checkpoint" in printed
    assert {path.name for path in two_epochs.iterdir()} == {"epoch-0001", "partial-damaged-epoch-0002"}


@pytest.mark.parametrize("thing", [garbage, a_folder, a_pipe], ids=lambda thing: thing.__name__)
@pytest.mark.parametrize("place", ["epoch-0002", "epoch-0003", "."])
def test_anything_in_the_place_of_a_checkpoint_is_set_aside(two_epochs, thing, place, capsys):
    path = two_epochs / place
    shutil.rmtree(path, ignore_errors=True)
    path.write_text("")
    thing(path)
    done = Checkpoint(two_epochs, asdict(RECIPE)).restore(compiled())
    assert done == {"epoch-0002": 1, "epoch-0003": 2, ".": 0}[place]
    if place != "." or thing is not a_folder:
        assert "set aside" in capsys.readouterr().out


def test_a_checkpoint_that_fails_to_load_leaves_the_model_as_it_was(two_epochs, monkeypatch):
    """Weights that were written by other code for the same recipe: half of them load."""

    def half(model, path, remedy):
        model.layers[-1].bias.assign(np.full(10, 9.0))
        model.optimizer.iterations.assign(9)
        raise DamagedFile(path, "is of another network", remedy)

    model = compiled()
    before = model.get_weights()
    monkeypatch.setattr(checkpoints, "load_weights", half)
    assert Checkpoint(two_epochs, asdict(RECIPE)).restore(model) == 0
    for value, was in zip(model.get_weights(), before, strict=True):
        np.testing.assert_array_equal(value, was)
    assert model.optimizer.iterations == 0


def test_a_run_with_a_damaged_checkpoint_ends_like_any_other(
    recorded, tmp_path, dataset, monkeypatch, capsys
):
    with monkeypatch.context() as patch:
        cut_in_epoch_2(patch)
        with pytest.raises(Kill):
            run("cut", RECIPE, dataset, tmp_path, verbose=0)
    cut_in_half(tmp_path / "cut" / "checkpoint" / "epoch-0001" / checkpoints.WEIGHTS)
    result = run("cut", RECIPE, dataset, tmp_path, verbose=0)
    assert "is set aside" in capsys.readouterr().out
    assert result.record["answers"] == recorded.record["answers"]
    assert contents(result.folder).keys() == contents(recorded.folder).keys()


def test_a_damaged_record_is_replaced_by_its_run(recorded, tmp_path, dataset, capsys):
    path = recorded.folder / RECORD_FILE
    path.unlink()
    path.mkdir()
    assert run("noise", RECIPE, dataset, tmp_path, verbose=0).metrics == recorded.metrics
    assert "run.json cannot be read" in capsys.readouterr().out
