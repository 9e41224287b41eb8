"""Recorded runs: made, cut and resumed, loaded, and measured again."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from utils import recording
from utils.data import Dataset, as_float
from utils.experiments.recipe import Experiment
from utils.hardware import environment
from utils.training import batches_in_order, fastest_dtype_policy, set_seed, shuffled_batches

import keras
import numpy as np

RUNS_FOLDER = Path(__file__).resolve().parents[2] / "data" / "runs"
# A different processor rounds differently; a network that answers less often alike is a different one.
ALIKE = 0.999


@dataclass(frozen=True)
class Run:
    """A recorded run, as `load_run` returns it.

    Attributes:
        name: name of the folder in data/runs.
        config: the recipe, a dict of the fields of `Experiment`.
        history: name of a metric to its values, one per epoch, as `History.history` of `fit`.
        metrics: test_accuracy and test_loss of the stored weights.
        record: all of run.json: versions, hardware, seconds, hash of the data.
    """

    name: str
    config: dict[str, Any]
    history: dict[str, list[float]]
    metrics: dict[str, float]
    record: dict[str, Any]
    folder: Path

    @property
    def model(self) -> keras.Model:
        """The trained network, uncompiled; built anew at each access."""
        path = self.folder / recording.WEIGHTS_FILE
        if not path.exists():
            raise FileNotFoundError(
                f"the run {self.name!r} keeps no weights; "
                f"make it again with: python -m utils.experiments run {self.name}"
            )
        return self._load(path)

    @property
    def snapshot_epochs(self) -> tuple[int, ...]:
        """Numbers of the epochs, from 1, whose weights are kept beside the last ones."""
        return tuple(self.config.get("snapshot_epochs", ()))

    def model_at(self, epoch: int) -> keras.Model:
        """Return the network as it was after an epoch, counted from 1; built anew at each call.

        Raises:
            ValueError: the weights of that epoch were not kept; the message lists those that were.
        """
        if epoch == self.config["epochs"]:
            return self.model
        if epoch not in self.snapshot_epochs:
            kept = ", ".join(map(str, (*self.snapshot_epochs, self.config["epochs"])))
            raise ValueError(f"the run {self.name!r} keeps the weights of epochs {kept}, not of {epoch}")
        return self._load(self.folder / recording.snapshot_file(epoch))

    def _load(self, path: Path) -> keras.Model:
        model = Experiment(**self.config).build()
        model.load_weights(path)
        return model


def load_run(name: str, runs_folder: Path = RUNS_FOLDER) -> Run:
    """Load a recorded run by name.

    Raises:
        ValueError: no run of that name is recorded; the message lists those that are.
    """
    folder = Path(runs_folder) / name
    if not (folder / recording.RECORD_FILE).exists():
        recorded = ", ".join(recorded_names(runs_folder)) or "none"
        raise ValueError(f"no run {name!r} in {runs_folder}; recorded are: {recorded}")
    record = json.loads((folder / recording.RECORD_FILE).read_text())
    fields = {key: record[key] for key in ("config", "history", "metrics")}
    return Run(name=name, record=record, folder=folder, **fields)


def recorded_names(runs_folder: Path = RUNS_FOLDER) -> list[str]:
    """Return the names of all recorded runs, sorted."""
    return sorted(path.parent.name for path in Path(runs_folder).glob(f"*/{recording.RECORD_FILE}"))


def run(
    name: str,
    experiment: Experiment,
    dataset: Dataset,
    runs_folder: Path = RUNS_FOLDER,
    verbose: int | str = "auto",
) -> Run:
    """Train by a recipe, or go on where an earlier call was cut, and record the result.

    Args:
        name: folder of the record; an earlier record there is replaced at the very end.
        experiment: the recipe.
        dataset: training data, and test data for the curve after each epoch and the final result.
        runs_folder: where the folder is.
        verbose: progress, as in `fit`.

    A checkpoint is written after each epoch and renamed into place when it is whole. Order of the
    images and dropout depend on seed and epoch only, so a run that was cut and resumed gives the
    same weights as one that was not.
    """
    folder = Path(runs_folder) / name
    folder.mkdir(parents=True, exist_ok=True)
    policy_before = keras.config.dtype_policy()
    keras.config.set_dtype_policy(fastest_dtype_policy())
    try:
        model, checkpoint = _train(experiment, dataset, folder, verbose)
    finally:
        keras.config.set_dtype_policy(policy_before)
    recording.save_weights_float16(model, folder / recording.WEIGHTS_FILE)
    plain = experiment.build()
    plain.load_weights(folder / recording.WEIGHTS_FILE)
    if not experiment.keep_weights:
        (folder / recording.WEIGHTS_FILE).unlink()
    record = {
        "name": name,
        "config": asdict(experiment),
        "metrics": evaluate(plain, dataset),
        "seconds": round(sum(checkpoint.history["seconds"]), 1),
        # Of all cores together: does not grow when other programs take their share of the machine.
        "processor_seconds": round(sum(checkpoint.history["processor_seconds"]), 1),
        "dtype_policy": fastest_dtype_policy(),
        "num_parameters": model.count_params(),
        "data": {"name": dataset.name, "sha256": dataset.sha256},
        **environment(),
        "history": checkpoint.history,
        "answers": "".join(map(str, answers(plain, dataset.x_test))),
    }
    recording.write_json(folder / recording.RECORD_FILE, record)
    checkpoint.remove()
    return load_run(name, runs_folder)


def _train(experiment: Experiment, dataset: Dataset, folder: Path, verbose):
    set_seed(experiment.seed)
    model = experiment.build()
    steps_per_epoch = -(-len(dataset.x_train) // experiment.batch_size)
    experiment.compile(model, steps_per_epoch)
    checkpoint = recording.Checkpoint(folder / "checkpoint", asdict(experiment))
    first_epoch = checkpoint.restore(model)
    if first_epoch:
        print(f"{folder.name}: going on after epoch {first_epoch}")
    if first_epoch < experiment.epochs:
        batches, _ = shuffled_batches(
            dataset.x_train,
            dataset.y_train,
            batch_size=experiment.batch_size,
            seed=experiment.seed,
            epochs=range(first_epoch, experiment.epochs),
            augmentation=experiment.make_augmentation(),
            label_smoothing=experiment.label_smoothing,
        )
        test_labels = dataset.y_test
        if experiment.label_smoothing:
            test_labels = keras.utils.to_categorical(test_labels, len(dataset.class_names))
        snapshots = recording.Snapshots(folder, experiment.snapshot_epochs)
        model.fit(
            batches,
            epochs=experiment.epochs,
            initial_epoch=first_epoch,
            steps_per_epoch=steps_per_epoch,
            shuffle=False,  # the batches come shuffled
            validation_data=batches_in_order(dataset.x_test, test_labels),
            callbacks=[recording.SeedEachEpoch(experiment.seed), snapshots, checkpoint],
            verbose=verbose,
        )
    return model, checkpoint


def evaluate(model: keras.Model, dataset: Dataset) -> dict[str, float]:
    """Return the loss and the accuracy of a classifier on the test images of `dataset`."""
    model.compile(loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    loss, accuracy = model.evaluate(as_float(dataset.x_test), dataset.y_test, batch_size=500, verbose=0)
    return {"test_accuracy": round(accuracy, 4), "test_loss": round(loss, 4)}


def answers(model: keras.Model, images: np.ndarray) -> np.ndarray:
    """Return the class (N,) that `model` gives each of `images` (N, 32, 32, 3), uint8."""
    # The labels are only there because batches have some.
    batches = batches_in_order(images, np.zeros(len(images)))
    return model.predict(batches, verbose=0).argmax(axis=1)


def verify(
    names: list[str], dataset: Dataset, runs_folder: Path = RUNS_FOLDER, num_images: int | None = None
) -> bool:
    """Let recorded networks answer again, print each, and say whether all agree with their records.

    Args:
        names: of recorded runs.
        dataset: the data that they were trained on.
        runs_folder: where their folders are.
        num_images: how many of the test images are answered again; None for all.
    """
    agreements = [_agrees(load_run(name, runs_folder), dataset, num_images) for name in names]
    return all(agreements)


def _agrees(recorded: Run, dataset: Dataset, num_images: int | None) -> bool:
    accuracy = recorded.metrics["test_accuracy"]
    if not recorded.config["keep_weights"]:
        print(f"{recorded.name}: recorded {accuracy:.2%}; keeps no weights to measure")
        return True
    then = np.array(list(recorded.record["answers"]), dtype=int)
    now = answers(recorded.model, dataset.x_test[:num_images])
    same = now == then[: len(now)]
    agrees = (
        same.mean() >= ALIKE
        and round(float((then == dataset.y_test).mean()), 4) == accuracy
        and dataset.sha256 == recorded.record["data"]["sha256"]
    )
    print(
        f"{recorded.name}: recorded {accuracy:.2%}, answers {same.sum():,} of {len(same):,} images of "
        f"{dataset.name} as then: {'the same' if agrees else 'DIFFERENT'}"
    )
    return bool(agrees)
