"""What a training stores while it runs: checkpoints that survive a crash, and snapshots of its weights."""

import hashlib
import json
import os
import time
from pathlib import Path
from typing import Any

from laboratory.runs.replacing import remove
from laboratory.runs.weights import save_weights_float16
from utils.records.places import snapshot_file
from utils.records.reading import (
    DamagedFile,
    load_weights,
    read_object,
    require_fields,
    require_file,
    require_numbers,
)

import keras
import numpy as np

WEIGHTS, STATE = "checkpoint.weights.h5", "state.json"
STATE_FIELDS = {"config": dict, "epoch": int, "history": dict, "weights_sha256": str}
REMEDY = "The training goes on from the last good checkpoint, or from its start"


class SeedEachEpoch(keras.callbacks.Callback):
    """Make dropout's random numbers depend only on seed and epoch.

    Keras's checkpoints do not contain the state of these numbers, so a resumed run would draw others.
    """

    def __init__(self, seed: int):
        super().__init__()
        self.seed = seed

    def on_epoch_begin(self, epoch, logs=None):
        states = [
            variable
            for variable in self.model.non_trainable_variables
            if variable.path.endswith("seed_generator_state")
        ]
        for index, state in enumerate(states):
            # The second number counts the draws; no epoch has a million of them.
            state.assign([self.seed + index, epoch * 1_000_000])


class Checkpoint(keras.callbacks.Callback):
    """Keep weights, optimizer state and history after each epoch, whole or not at all.

    Each epoch is written to a folder of its own, which is renamed when it is complete; if the process is
    killed, the last complete one remains. A checkpoint of another recipe, or of other data, is deleted,
    not resumed. A damaged one is set aside.

    Args:
        folder: of the checkpoints.
        config: the recipe, as JSON can hold it.
        data: SHA-256 of the data; None resumes whatever the data were.
    """

    def __init__(self, folder: Path, config: dict[str, Any], data: str | None = None):
        super().__init__()
        self.folder = folder
        self.config = json.loads(json.dumps(config))
        self.data = data
        self.history: dict[str, list[float]] = {}

    def restore(self, model: keras.Model) -> int:
        """Load the last complete epoch into a compiled `model`; return how many were done."""
        if self.folder.exists() and not self.folder.is_dir():
            self._set_aside(self.folder)
        for done in reversed(self._complete_epochs()):
            try:
                state = _read_state(done)
                if state["config"] != self.config or self.data not in (None, state.get("data")):
                    self.remove()
                    return 0
                _load_whole(model, done / WEIGHTS)
                self.history = state["history"]
                return state["epoch"]
            except DamagedFile as error:
                print(error)
            except FileNotFoundError as error:
                print(DamagedFile(done, f"is not whole ({error})", REMEDY))
            self._set_aside(done)
        return 0

    def remove(self) -> None:
        """Delete all checkpoints, at one moment for whoever looks."""
        gone = self.folder.with_name(f"partial-{self.folder.name}")
        remove(gone)
        if self.folder.exists():
            os.replace(self.folder, gone)
        remove(gone)

    def _set_aside(self, path: Path) -> None:
        aside = path.with_name(f"partial-damaged-{path.name}")
        remove(aside)
        os.replace(path, aside)
        print(f"{path} is set aside as {aside.name}.")

    def on_epoch_begin(self, epoch, logs=None):
        self._start, self._processor_start = time.perf_counter(), time.process_time()

    def on_epoch_end(self, epoch, logs=None):
        values = {
            **(logs or {}),
            "seconds": time.perf_counter() - self._start,
            "processor_seconds": time.process_time() - self._processor_start,
        }
        for name, value in values.items():
            self.history.setdefault(name, []).append(round(float(value), 6))
        self._write(epoch + 1)

    def _write(self, num_epochs: int) -> None:
        partial = self.folder / f"partial-{num_epochs:04d}"
        remove(partial)
        partial.mkdir(parents=True)
        self.model.save_weights(partial / WEIGHTS)
        state = {"config": self.config, "data": self.data, "epoch": num_epochs, "history": self.history}
        state["weights_sha256"] = _sha256(partial / WEIGHTS)
        (partial / STATE).write_text(json.dumps(state))
        complete = self.folder / f"epoch-{num_epochs:04d}"
        remove(complete)
        os.replace(partial, complete)
        for old in self._complete_epochs()[:-1]:
            remove(old)

    def _complete_epochs(self) -> list[Path]:
        return sorted(self.folder.glob("epoch-*"))


def _read_state(done: Path) -> dict[str, Any]:
    """Return what a checkpoint says about itself, once its weights are known to be those it was made with."""
    state = read_object(done / STATE, REMEDY)
    require_fields(state, STATE_FIELDS, done / STATE, REMEDY)
    for name, values in state["history"].items():
        require_numbers(values, f"history {name!r}", done / STATE, REMEDY)
    lengths = {len(values) for values in state["history"].values()}
    if done.name != f"epoch-{state['epoch']:04d}" or lengths != {state["epoch"]}:
        raise DamagedFile(done / STATE, "belongs to another epoch", REMEDY)
    require_file(done / WEIGHTS, REMEDY)
    if _sha256(done / WEIGHTS) != state["weights_sha256"]:
        raise DamagedFile(done / WEIGHTS, "is not as it was written (wrong SHA-256)", REMEDY)
    return state


def _load_whole(model: keras.Model, path: Path) -> None:
    """Load weights and optimizer state, or raise an error and leave both as they were."""
    model.optimizer.build(model.trainable_variables)
    variables = [*model.variables, *model.optimizer.variables]
    before = [np.copy(keras.ops.convert_to_numpy(variable)) for variable in variables]
    try:
        load_weights(model, path, REMEDY)
    except DamagedFile:
        for variable, value in zip(variables, before, strict=True):
            variable.assign(value)
        raise


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


class Snapshots(keras.callbacks.Callback):
    """Store the weights after some epochs, counted from 1, in float16 in `folder`."""

    def __init__(self, folder: Path, epochs: tuple[int, ...]):
        super().__init__()
        self.folder = folder
        self.epochs = epochs

    def on_epoch_end(self, epoch, logs=None):
        if epoch + 1 in self.epochs:
            save_weights_float16(self.model, self.folder / snapshot_file(epoch + 1))
