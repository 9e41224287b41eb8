"""Make recorded runs, or continue them where they were interrupted."""

from dataclasses import asdict
from pathlib import Path
from typing import Any

from laboratory.locks import LOCK_FILE, locked
from laboratory.machine import environment
from laboratory.runs.answers import ask_test_images
from laboratory.runs.checkpoints import Checkpoint, SeedEachEpoch, Snapshots
from laboratory.runs.recipe import Experiment
from laboratory.runs.replacing import finish_replacing, partial_record, remove, replace_record
from laboratory.runs.weights import save_weights_float16
from utils.data import Dataset
from utils.files import write_json
from utils.records import Run, load_run, read_record, recorded_names
from utils.records.places import RECORD_FILE, RUNS_FOLDER, WEIGHTS_FILE, require_name
from utils.records.reading import DamagedFile
from utils.training import (
    batches_in_order,
    set_seed,
    shuffled_batches,
    under_dtype_policy,
)

import keras
import numpy as np


def run(
    name: str,
    experiment: Experiment,
    dataset: Dataset,
    runs_folder: Path = RUNS_FOLDER,
    verbose: int | str = "auto",
) -> Run:
    """Train by a recipe, or continue an interrupted call, and record the result.

    Args:
        name: folder of the record; an earlier record there is replaced as a whole, at the very end.
        experiment: the recipe.
        dataset: training data, and test data for the curve after each epoch and the final result.
        runs_folder: where the folder is.
        verbose: how to show progress, as in `fit`.

    Raises:
        ValueError: the name is not that of one folder, or its record was made on other data.
        InUse: another process is making this run.

    A checkpoint is written after each epoch and renamed when it is complete. The order of the images
    and dropout depend only on seed and epoch, so a run that was interrupted and resumed gives the same
    weights as one that was not.
    """
    require_name(name)
    folder = Path(runs_folder) / name
    with locked(folder / LOCK_FILE, f"the run {name!r}"):
        for left_by_a_kill in folder.glob("partial-*"):
            remove(left_by_a_kill)
        finish_replacing(folder)
        _refuse_other_data(name, dataset, Path(runs_folder))
        with under_dtype_policy(experiment.dtype_policy):
            model, checkpoint = _train(experiment, dataset, folder, verbose)
        _write_record(name, experiment, dataset, folder, model, checkpoint.history)
        checkpoint.remove()
    return load_run(name, runs_folder)


def _refuse_other_data(name: str, dataset: Dataset, runs_folder: Path) -> None:
    if name not in recorded_names(runs_folder):
        return
    try:
        before = read_record(name, runs_folder)["data"]
    except DamagedFile as error:
        print(f"{error}\nThis run will replace it.")
        return
    if before["sha256"] != dataset.sha256:
        raise ValueError(
            f"{Path(runs_folder) / name} was recorded on {before['name']} ({before['sha256'][:12]}), and is "
            f"not replaced by a run on {dataset.name} ({dataset.sha256[:12]}): unset CIFAR10_DIR, or give "
            "the new run a name of its own."
        )


def _write_record(
    name: str,
    experiment: Experiment,
    dataset: Dataset,
    folder: Path,
    model: keras.Model,
    history: dict[str, list[float]],
) -> None:
    """Complete the new record with the weights and run.json, and replace the old one by it."""
    files = partial_record(folder)
    save_weights_float16(model, files / WEIGHTS_FILE)
    write_json(files / RECORD_FILE, _record(name, experiment, dataset, files, history))
    if not experiment.keep_weights:
        (files / WEIGHTS_FILE).unlink()
    replace_record(folder)


def _record(
    name: str, experiment: Experiment, dataset: Dataset, files: Path, history: dict[str, list[float]]
) -> dict[str, Any]:
    """Return the record of a run, with the results of the weights as they are stored, rounded."""
    stored = experiment.build()
    stored.load_weights(files / WEIGHTS_FILE)
    answers = ask_test_images(stored, dataset)
    return {
        "name": name,
        "config": asdict(experiment),
        "metrics": {"test_accuracy": answers.accuracy, "test_loss": answers.loss},
        "seconds": round(sum(history["seconds"]), 1),
        # Of all cores together; unlike `seconds`, it does not grow when other programs are running.
        "processor_seconds": round(sum(history["processor_seconds"]), 1),
        "dtype_policy": experiment.dtype_policy,
        "num_parameters": stored.count_params(),
        "data": {"name": dataset.name, "sha256": dataset.sha256},
        **environment(),
        "history": history,
        "answers": "".join(map(str, answers.classes)),
    }


def _train(
    experiment: Experiment, dataset: Dataset, folder: Path, verbose: int | str
) -> tuple[keras.Model, Checkpoint]:
    set_seed(experiment.seed)
    model = experiment.build()
    steps_per_epoch = -(-len(dataset.x_train) // experiment.batch_size)
    experiment.compile(model, steps_per_epoch)
    checkpoint = Checkpoint(folder / "checkpoint", asdict(experiment), dataset.sha256)
    first_epoch = checkpoint.restore(model)
    if not first_epoch:
        remove(partial_record(folder))
    else:
        print(f"{folder.name}: going on after epoch {first_epoch}")
    if first_epoch == experiment.epochs:
        return model, checkpoint
    num_classes = len(dataset.class_names)
    batches, _ = shuffled_batches(
        dataset.x_train,
        dataset.y_train,
        batch_size=experiment.batch_size,
        seed=experiment.seed,
        epochs=range(first_epoch, experiment.epochs),
        augmentation=experiment.make_augmentation(),
        label_smoothing=experiment.label_smoothing,
        num_classes=num_classes,
    )
    test_labels = np.eye(num_classes)[dataset.y_test] if experiment.label_smoothing else dataset.y_test
    model.fit(
        batches,
        epochs=experiment.epochs,
        initial_epoch=first_epoch,
        steps_per_epoch=steps_per_epoch,
        shuffle=False,  # the batches come shuffled
        validation_data=batches_in_order(dataset.x_test, test_labels),
        callbacks=[
            SeedEachEpoch(experiment.seed),
            Snapshots(partial_record(folder), experiment.snapshot_epochs),
            checkpoint,
        ],
        verbose=verbose,  # pyright: ignore[reportArgumentType] (not only texts)
    )
    return model, checkpoint
