"""Long trainings, recorded: how each was made, its history, and its weights.

    python -m utils.experiments list            what is recorded, and with which result
    python -m utils.experiments verify [NAME]   load the weights, measure again on the test set
    python -m utils.experiments run NAME        make a run again; a run that was cut goes on

Everything of a run stands in data/runs/NAME: `run.json` and `model.weights.h5`.
"""

import argparse
import json
import sys
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from utils import architectures, recording
from utils.data import Dataset, as_float, load_cifar10
from utils.hardware import environment
from utils.training import fastest_dtype_policy, inverse_time_decay, set_seed, shuffled_batches

import keras

RUNS_FOLDER = Path(__file__).resolve().parent.parent / "data" / "runs"
# A different processor rounds differently; more than this on 10,000 images is a different model.
ACCURACY_TOLERANCE = 0.001


@dataclass(frozen=True)
class Experiment:
    """The recipe of one run: stochastic gradient descent with momentum on a named network.

    Attributes:
        architecture: name of a function of `utils.architectures`; `options` are its arguments.
        decay: the learning rate at iteration i is learning_rate / (1 + decay * i).
        keep_weights: whether the weights are stored beside the history.
        published: what the source of the recipe reports, as text.
    """

    architecture: str
    options: dict[str, Any] = field(default_factory=dict)
    epochs: int = 25
    batch_size: int = 32
    learning_rate: float = 0.01
    momentum: float = 0.9
    decay: float = 0.0
    seed: int = 7
    keep_weights: bool = True
    published: str = ""

    def build(self) -> keras.Model:
        """Build the network, uncompiled, under Keras's current dtype policy."""
        return getattr(architectures, self.architecture)(**self.options)

    def compile(self, model: keras.Model) -> None:
        """Compile `model` with the optimizer and loss of this recipe."""
        model.compile(
            optimizer=keras.optimizers.SGD(
                inverse_time_decay(self.learning_rate, self.decay), momentum=self.momentum
            ),
            loss="sparse_categorical_crossentropy",
            metrics=["accuracy"],
        )


EXPERIMENTS = {
    "lecture_cifar10": Experiment(
        architecture="lecture_cifar10",
        decay=0.01 / 25,
        published="70.85 % (2017) and 71.82 % (2016), machinelearningmastery.com",
    ),
    "lecture_cifar10_large": Experiment(
        architecture="lecture_cifar10_large",
        batch_size=64,
        decay=0.01 / 25,
        published="80.18 % (2017), machinelearningmastery.com",
    ),
    # What today's Keras makes of the page's code: `decay=` is ignored.
    "lecture_cifar10_without_decay": Experiment(
        architecture="lecture_cifar10", decay=0.0, keep_weights=False
    ),
}


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
        "dtype_policy": fastest_dtype_policy(),
        "num_parameters": model.count_params(),
        "data": {"name": dataset.name, "sha256": dataset.sha256},
        **environment(),
        "history": checkpoint.history,
    }
    recording.write_json(folder / recording.RECORD_FILE, record)
    checkpoint.remove()
    return load_run(name, runs_folder)


def _train(experiment: Experiment, dataset: Dataset, folder: Path, verbose):
    set_seed(experiment.seed)
    model = experiment.build()
    experiment.compile(model)
    checkpoint = recording.Checkpoint(folder / "checkpoint", asdict(experiment))
    first_epoch = checkpoint.restore(model)
    if first_epoch:
        print(f"{folder.name}: going on after epoch {first_epoch}")
    if first_epoch < experiment.epochs:
        batches, steps_per_epoch = shuffled_batches(
            dataset.x_train,
            dataset.y_train,
            batch_size=experiment.batch_size,
            seed=experiment.seed,
            epochs=range(first_epoch, experiment.epochs),
        )
        model.fit(
            batches,
            epochs=experiment.epochs,
            initial_epoch=first_epoch,
            steps_per_epoch=steps_per_epoch,
            shuffle=False,  # the batches come shuffled
            validation_data=(as_float(dataset.x_test), dataset.y_test),
            validation_batch_size=500,
            callbacks=[recording.SeedEachEpoch(experiment.seed), checkpoint],
            verbose=verbose,
        )
    return model, checkpoint


def evaluate(model: keras.Model, dataset: Dataset) -> dict[str, float]:
    """Return the loss and the accuracy of a classifier on the test images of `dataset`."""
    model.compile(loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    loss, accuracy = model.evaluate(as_float(dataset.x_test), dataset.y_test, batch_size=500, verbose=0)
    return {"test_accuracy": round(accuracy, 4), "test_loss": round(loss, 4)}


def verify(names: list[str], dataset: Dataset, runs_folder: Path = RUNS_FOLDER) -> bool:
    """Measure recorded runs again, print each, and say whether all agree with their records."""
    all_agree = True
    for name in names:
        recorded = load_run(name, runs_folder)
        accuracy = recorded.metrics["test_accuracy"]
        if not recorded.config["keep_weights"]:
            print(f"{name}: recorded {accuracy:.2%}; keeps no weights to measure")
            continue
        measured = evaluate(recorded.model, dataset)["test_accuracy"]
        agrees = (
            abs(measured - accuracy) <= ACCURACY_TOLERANCE + 1e-9
            and dataset.sha256 == recorded.record["data"]["sha256"]
        )
        all_agree &= agrees
        print(
            f"{name}: recorded {accuracy:.2%}, measured {measured:.2%} on {dataset.name}: "
            f"{'the same' if agrees else 'DIFFERENT'}"
        )
    return all_agree


def main(arguments: list[str] | None = None) -> int:
    """Run the command line; return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m utils.experiments", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("list", help="show what is recorded")
    verify_parser = commands.add_parser("verify", help="measure recorded runs again")
    verify_parser.add_argument("names", nargs="*", metavar="NAME", help="default: all")
    run_parser = commands.add_parser("run", help="make a run again")
    run_parser.add_argument("name", choices=sorted(EXPERIMENTS))
    options = parser.parse_args(arguments)
    if options.command == "list":
        return _list()
    dataset = load_cifar10(strict=True)
    if options.command == "verify":
        return 0 if verify(options.names or recorded_names(), dataset) else 1
    result = run(options.name, EXPERIMENTS[options.name], dataset)
    print(f"{result.name}: {result.metrics['test_accuracy']:.2%} on the test set")
    return 0


def _list() -> int:
    for name, experiment in EXPERIMENTS.items():
        if name in recorded_names():
            record = load_run(name).record
            result = f"{record['metrics']['test_accuracy']:.2%} in {record['seconds'] / 60:.1f} minutes"
        else:
            result = "not recorded"
        note = f" (published {experiment.published})" if experiment.published else ""
        print(f"{name:32} {result}{note}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
