"""One training of the speedrun as one line of a table: its results, and how long it took."""

import shutil
import tempfile
from pathlib import Path
from typing import Any

from laboratory.grids.cell import ONE_AT_A_TIME, cifar10, origin
from laboratory.runs.weights import save_weights_float16
from laboratory.speedrun.setting import Setting
from laboratory.speedrun.training import train
from laboratory.speedrun.views import FLIP_AND_SHIFT_VIEWS, FLIP_VIEWS, log_probabilities, weighted_sum
from utils.architectures.cost import multiply_adds
from utils.data import Dataset, as_float
from utils.records.grids import read_lines
from utils.records.places import RUNS_FOLDER, TABLE_FILE, WEIGHTS_FILE
from utils.records.reading import load_weights, make_again
from utils.training import share_correct

import keras
import numpy as np

RECORDED_NAME = "speedrun_94"


def train_cell(setting: Setting, seed: int, dataset: Dataset | None = None) -> dict[str, Any]:
    """Train one setting from one seed, and return what was measured as one line of a table.

    Args:
        setting: the recipe.
        seed: of weights, order and augmentation.
        dataset: CIFAR-10, or another data set of its form; None loads CIFAR-10.

    Returns:
        numbers and texts: accuracy on the test images, each seen once, with its mirror image, and with
        shifts as well; test loss; seconds of the epochs, compilation included, and processor seconds of
        all cores; training images per second; size and multiply-adds of the network; curves of one
        number per epoch; versions.
    """
    with tempfile.TemporaryDirectory() as folder:
        return _train_and_measure(setting, seed, dataset or cifar10(), Path(folder), False)[1]


def train_recorded(
    setting: Setting, seed: int, dataset: Dataset | None = None, folder: Path = RUNS_FOLDER / RECORDED_NAME
) -> dict[str, Any]:
    """Train like `train_cell`, but keep a checkpoint per epoch, and the weights of seed 0, in `folder`.

    An interrupted training continues after its last complete epoch. A checkpoint is removed only when the
    table beside it has its line, so that nothing is lost between the end of a training and its record.
    """
    checkpoints = Path(folder) / "checkpoint"
    for recorded in read_lines(Path(folder) / TABLE_FILE):
        shutil.rmtree(checkpoints / f"seed-{recorded['seed']}", ignore_errors=True)
    checkpoint = checkpoints / f"seed-{seed}"
    model, line = _train_and_measure(setting, seed, dataset or cifar10(), checkpoint, True)
    if seed == 0:
        save_weights_float16(model, Path(folder) / WEIGHTS_FILE)
    return line


def recorded_model(setting: Setting, folder: Path = RUNS_FOLDER / RECORDED_NAME) -> keras.Model:
    """Return the trained network of seed 0, uncompiled.

    Raises:
        FileNotFoundError: it is not recorded; the message says how to record it.
        DamagedFile: its weights are damaged.
    """
    path = Path(folder) / WEIGHTS_FILE
    if not path.exists():
        raise FileNotFoundError(
            f"no weights in {path}; make them with: python -m laboratory run {RECORDED_NAME}"
        )
    model = setting.build()
    load_weights(model, path, make_again(RECORDED_NAME))
    return model


def accuracies(model: keras.Model, dataset: Dataset) -> dict[str, float]:
    """Return loss and accuracy on the test images, and accuracy with several views of each."""
    images, labels = as_float(dataset.x_test), dataset.y_test
    # The larger set of views contains the smaller one, so the network runs once for each view.
    scores = {seen: log_probabilities(model, images, *seen) for seen in FLIP_AND_SHIFT_VIEWS}
    once = scores[False, 0]
    loss = -float(once[np.arange(len(labels)), labels].mean())
    result = {"test_loss": round(loss, 4), "test_accuracy": share_correct(once, labels)}
    for name, views in {"flip": FLIP_VIEWS, "views": FLIP_AND_SHIFT_VIEWS}.items():
        result[f"{name}_accuracy"] = share_correct(weighted_sum(scores, views), labels)
    return result


def _train_and_measure(setting: Setting, seed: int, dataset: Dataset, folder: Path, progress: bool):
    with ONE_AT_A_TIME:
        model, history = train(setting, seed, dataset, folder, progress)
        seconds = sum(history["seconds"])
        line = accuracies(model, dataset) | {
            "seconds": round(seconds, 2),
            "processor_seconds": round(sum(history["processor_seconds"]), 2),
            "images_per_second": round(setting.epochs * setting.num_images / seconds, 1),
            "num_parameters": model.count_params(),
            "multiply_adds": multiply_adds(model),
        }
        for name in ("accuracy", "loss", "seconds"):
            line[f"{name}_curve"] = " ".join(f"{value:.4f}" for value in history[name])
        return model, line | {"dtype_policy": setting.dtype_policy} | origin(dataset)
