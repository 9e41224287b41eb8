"""What a training stores while it runs: checkpoints that survive a crash, and snapshots of its weights."""

import json
import os
import shutil
import time
from pathlib import Path
from typing import Any

from laboratory.runs.weights import save_weights_float16
from utils.records.places import snapshot_file

import keras


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
    killed, the last complete one remains. A checkpoint of another recipe is deleted, not resumed.

    Args:
        folder: of the checkpoints.
        config: the recipe, as JSON can hold it.
    """

    def __init__(self, folder: Path, config: dict[str, Any]):
        super().__init__()
        self.folder = folder
        self.config = config
        self.history: dict[str, list[float]] = {}

    def restore(self, model: keras.Model) -> int:
        """Load the last complete epoch into a compiled `model`; return how many were done."""
        done = self._complete_epochs()
        if not done:
            return 0
        state = json.loads((done[-1] / "state.json").read_text())
        if state["config"] != json.loads(json.dumps(self.config)):
            self.remove()
            return 0
        model.optimizer.build(model.trainable_variables)
        model.load_weights(done[-1] / "checkpoint.weights.h5")
        self.history = state["history"]
        return state["epoch"]

    def remove(self) -> None:
        """Delete all checkpoints."""
        shutil.rmtree(self.folder, ignore_errors=True)

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
        shutil.rmtree(partial, ignore_errors=True)
        partial.mkdir(parents=True)
        self.model.save_weights(partial / "checkpoint.weights.h5")
        state = {"config": self.config, "epoch": num_epochs, "history": self.history}
        (partial / "state.json").write_text(json.dumps(state))
        complete = self.folder / f"epoch-{num_epochs:04d}"
        shutil.rmtree(complete, ignore_errors=True)
        os.replace(partial, complete)
        for old in self._complete_epochs()[:-1]:
            shutil.rmtree(old, ignore_errors=True)

    def _complete_epochs(self) -> list[Path]:
        return sorted(self.folder.glob("epoch-*"))


class Snapshots(keras.callbacks.Callback):
    """Store the weights after some epochs, counted from 1, in float16 in `folder`."""

    def __init__(self, folder: Path, epochs: tuple[int, ...]):
        super().__init__()
        self.folder = folder
        self.epochs = epochs

    def on_epoch_end(self, epoch, logs=None):
        if epoch + 1 in self.epochs:
            save_weights_float16(self.model, self.folder / snapshot_file(epoch + 1))
