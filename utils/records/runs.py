"""Recorded runs: single trainings, with their recipes, histories, results and weights."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from utils.records.places import RECORD_FILE, RUNS_FOLDER, WEIGHTS_FILE, snapshot_file

if TYPE_CHECKING:
    import keras


@dataclass(frozen=True)
class Run:
    """A recorded run, as `load_run` returns it.

    Attributes:
        name: name of the folder in data/runs.
        config: the recipe, a dict of the fields of `laboratory.runs.Experiment`.
        history: name of a metric to its values, one per epoch, as in `History.history` of `fit`.
        metrics: test_accuracy and test_loss of the stored weights.
        record: all of run.json: versions, hardware, seconds, hash of the data and more.
        folder: where the files are.
    """

    name: str
    config: dict[str, Any]
    history: dict[str, list[float]]
    metrics: dict[str, float]
    record: dict[str, Any]
    folder: Path

    @property
    def model(self) -> keras.Model:
        """The trained network, uncompiled, and built again at each access.

        Raises:
            FileNotFoundError: the run keeps no weights; the message says how to make them.
        """
        path = self.folder / WEIGHTS_FILE
        if not path.exists():
            raise FileNotFoundError(
                f"the run {self.name!r} keeps no weights; "
                f"make it again with: python -m laboratory run {self.name}"
            )
        return self._load(path)

    @property
    def snapshot_epochs(self) -> tuple[int, ...]:
        """The epochs, counted from 1, whose weights are kept in addition to the final ones."""
        return tuple(self.config.get("snapshot_epochs", ()))

    def model_at(self, epoch: int) -> keras.Model:
        """Build the network as it was after an epoch, counted from 1.

        Raises:
            ValueError: the weights of that epoch were not kept; the message lists the epochs whose were.
        """
        if epoch == self.config["epochs"]:
            return self.model
        if epoch not in self.snapshot_epochs:
            kept = ", ".join(map(str, (*self.snapshot_epochs, self.config["epochs"])))
            raise ValueError(f"the run {self.name!r} keeps the weights of epochs {kept}, not of {epoch}")
        return self._load(self.folder / snapshot_file(epoch))

    def _load(self, path: Path) -> keras.Model:
        from utils.architectures import build  # only here: it takes TensorFlow's seconds to import

        model = build(self.config["architecture"], self.config["options"])
        model.load_weights(path)
        return model


def load_run(name: str, runs_folder: Path = RUNS_FOLDER) -> Run:
    """Load a recorded run by its name.

    Raises:
        ValueError: no run of that name is recorded; the message lists those that are.
    """
    record = read_record(name, runs_folder)
    fields = {key: record[key] for key in ("config", "history", "metrics")}
    return Run(name=name, record=record, folder=Path(runs_folder) / name, **fields)


def read_record(name: str, runs_folder: Path = RUNS_FOLDER) -> dict[str, Any]:
    """Read the record of a training: its recipe, versions, seconds, metrics and history.

    Args:
        name: a folder of data/runs, such as "lecture_cifar10".
        runs_folder: where that folder is.

    Returns:
        the content of run.json; "history" maps "loss", "accuracy", "val_loss" and "val_accuracy"
        to one number per epoch.

    Raises:
        ValueError: no run of that name is recorded; the message lists those that are.
    """
    path = Path(runs_folder) / name / RECORD_FILE
    if not path.is_file():
        recorded = ", ".join(recorded_names(runs_folder)) or "none"
        raise ValueError(f"no run {name!r} in {runs_folder}; recorded are: {recorded}")
    return json.loads(path.read_text(encoding="utf-8"))


def recorded_names(runs_folder: Path = RUNS_FOLDER) -> list[str]:
    """Return the names of all recorded runs, sorted."""
    return sorted(path.parent.name for path in Path(runs_folder).glob(f"*/{RECORD_FILE}"))
