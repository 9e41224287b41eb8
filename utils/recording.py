"""Files of a recorded run: checkpoints that survive a kill, small weights, and the record."""

import contextlib
import json
import os
import shutil
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import h5py
import keras
import numpy as np

RECORD_FILE = "run.json"
WEIGHTS_FILE = "model.weights.h5"


def snapshot_file(epoch: int) -> str:
    """Return the name of the file with the weights after an epoch, counted from 1."""
    return f"epoch-{epoch:03d}.weights.h5"


class SeedEachEpoch(keras.callbacks.Callback):
    """Set the state of dropout's random numbers from seed and epoch alone.

    A checkpoint of Keras does not hold that state, so a resumed run would draw other numbers.
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

    Each epoch goes into a folder of its own that is renamed when it is complete; a kill at any
    moment leaves the last complete one. A checkpoint of another recipe is not resumed.
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
            **logs,
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
    """Keep the weights after some epochs, counted from 1, in float16 in `folder`."""

    def __init__(self, folder: Path, epochs: tuple[int, ...]):
        super().__init__()
        self.folder = folder
        self.epochs = epochs

    def on_epoch_end(self, epoch, logs=None):
        if epoch + 1 in self.epochs:
            save_weights_float16(self.model, self.folder / snapshot_file(epoch + 1))


def save_weights_float16(model: keras.Model, path: Path) -> None:
    """Save the weights of `model` in half the size, without the optimizer.

    float16 keeps 11 significant bits, which costs less than 0.1 point of accuracy on this
    course's networks (`python -m utils.experiments verify` measures the stored weights).

    Raises:
        ValueError: a weight is too large for float16 (above 65,504).
    """
    temporary = path.with_name(f"partial-{path.name}")
    model.save_weights(temporary, overwrite=True)
    halved = path.with_name(f"float16-{path.name}")
    with h5py.File(temporary) as source, h5py.File(halved, "w") as target:
        source.visititems(lambda name, item: _copy_float16(name, item, target))
    temporary.unlink()
    os.replace(halved, path)


def _copy_float16(name: str, item: h5py.Group | h5py.Dataset, target: h5py.File) -> None:
    if name.split("/")[0] == "optimizer":
        return
    if isinstance(item, h5py.Group):
        copy = target.require_group(name)
    else:
        values = item[()]
        if values.dtype == np.float32:
            if np.abs(values).max(initial=0) > np.finfo(np.float16).max:
                raise ValueError(f"the weights {name} do not fit into float16")
            values = values.astype(np.float16)
        options = {"compression": "gzip", "shuffle": True} if values.ndim else {}
        copy = target.create_dataset(name, data=values, **options)
    copy.attrs.update(item.attrs)


def write_arrays(path: Path, arrays: Mapping[str, np.ndarray]) -> None:
    """Write an .npz file beside `path` and rename it, so that it is whole or not there; make its folder."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, partial = tempfile.mkstemp(prefix=f"{path.stem}-", suffix=".part", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            np.savez(file, **arrays)
        os.replace(partial, path)
    except OSError:
        Path(partial).unlink(missing_ok=True)
        raise


def write_json(path: Path, content: dict[str, Any]) -> None:
    """Write `content` beside `path` and rename it, so that the file is whole or unchanged."""
    temporary = path.with_name(f"{path.name}.{os.getpid()}.part")
    try:
        temporary.write_text(json.dumps(content, indent=1) + "\n")
        os.replace(temporary, path)
    except OSError:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)
        raise
