"""Recorded runs: single trainings, with their recipes, histories, results and weights."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from utils.records.places import (
    NEW_RECORD,
    RECORD_FILE,
    RUNS_FOLDER,
    WEIGHTS_FILE,
    record_folder,
    snapshot_file,
)
from utils.records.reading import (
    NUMBER,
    DamagedFile,
    load_weights,
    make_again,
    read_object,
    require_fields,
    require_kind,
    require_numbers,
)

if TYPE_CHECKING:
    import keras

# What each part of run.json must hold; a run made with `keep_weights=False` may lack "answers".
FIELDS = {"config": dict, "metrics": dict, "history": dict, "data": dict, "seconds": NUMBER}
CONFIG_FIELDS = {"architecture": str, "options": dict, "epochs": int, "keep_weights": bool}
METRIC_FIELDS = {"test_accuracy": NUMBER, "test_loss": NUMBER}
DATA_FIELDS = {"name": str, "sha256": str}


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
            DamagedFile: the weights or the recipe are damaged.
        """
        return self._load(WEIGHTS_FILE)

    @property
    def snapshot_epochs(self) -> tuple[int, ...]:
        """The epochs, counted from 1, whose weights are kept in addition to the final ones."""
        return tuple(self.config.get("snapshot_epochs", ()))

    def model_at(self, epoch: int) -> keras.Model:
        """Build the network as it was after an epoch, counted from 1.

        Raises:
            ValueError: the weights of that epoch were not kept; the message lists the epochs whose were.
            FileNotFoundError, DamagedFile: as for `model`.
        """
        if epoch == self.config["epochs"]:
            return self.model
        if epoch not in self.snapshot_epochs:
            kept = ", ".join(map(str, (*self.snapshot_epochs, self.config["epochs"])))
            raise ValueError(f"the run {self.name!r} keeps the weights of epochs {kept}, not of {epoch}")
        return self._load(snapshot_file(epoch))

    def _load(self, file_name: str) -> keras.Model:
        path, remedy = record_folder(self.folder) / file_name, make_again(self.name)
        if not path.exists():
            raise FileNotFoundError(
                f"the run {self.name!r} keeps no weights in {path}; "
                f"make it again with: python -m laboratory run {self.name}"
            )
        model = self._build(remedy)
        load_weights(model, path, remedy)
        return model

    def _build(self, remedy: str) -> keras.Model:
        from utils.architectures import build  # only here: it takes TensorFlow's seconds to import

        try:
            return build(self.config["architecture"], self.config["options"])
        except (TypeError, ValueError) as error:
            path = record_folder(self.folder) / RECORD_FILE
            raise DamagedFile(path, f"names a network that cannot be built ({error})", remedy) from error


def load_run(name: str, runs_folder: Path = RUNS_FOLDER) -> Run:
    """Load a recorded run by its name.

    Raises:
        ValueError: no run of that name is recorded; the message lists those that are.
        DamagedFile: its run.json is damaged.
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
        DamagedFile: it is damaged.
    """
    path = record_file(name, runs_folder)
    content = read_object(path, make_again(name))
    _check_run(content, path, make_again(name))
    return content


def record_file(name: str, folder: Path) -> Path:
    """Return the path of a record.

    Raises:
        ValueError: nothing is recorded under this name; the message lists the names there are.
    """
    recorded = recorded_names(folder)
    if name not in recorded:
        raise ValueError(f"no run {name!r} in {folder}; recorded are: {', '.join(recorded) or 'none'}")
    return record_folder(Path(folder) / name) / RECORD_FILE


def recorded_names(runs_folder: Path = RUNS_FOLDER) -> list[str]:
    """Return the names of all recorded runs, sorted."""
    folder = Path(runs_folder)
    return sorted(
        path.name
        for path in (folder.iterdir() if folder.is_dir() else ())
        # A link to nothing counts: it is a record, and damaged.
        if os.path.lexists(path / RECORD_FILE) or (path / NEW_RECORD).is_dir()
    )


def _check_run(content: dict[str, Any], path: Path, remedy: str) -> None:
    require_fields(content, FIELDS, path, remedy)
    for name, fields in {"config": CONFIG_FIELDS, "metrics": METRIC_FIELDS, "data": DATA_FIELDS}.items():
        require_fields(content[name], fields, f"{path}, {name!r},", remedy)
    epochs, history = content["config"]["epochs"], content["history"]
    for name, values in history.items():
        require_numbers(values, f"history {name!r}", path, remedy)
        if len(values) != epochs:
            raise DamagedFile(path, f"holds {len(values)} values of {name!r} for {epochs} epochs", remedy)
    snapshots = content["config"].get("snapshot_epochs", [])
    require_kind(snapshots, list, "'snapshot_epochs'", path, remedy)
    for epoch in snapshots:
        require_kind(epoch, int, "an epoch of 'snapshot_epochs'", path, remedy)
    answers = content.get("answers", "")
    require_kind(answers, str, "'answers'", path, remedy)
    if not all(answer in "0123456789" for answer in answers):
        raise DamagedFile(path, "holds 'answers' that are not one digit for each test image", remedy)
