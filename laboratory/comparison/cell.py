"""One cell of the comparison: train one network by one recipe from one seed, and measure it.

The training images are the first ones of CIFAR-10's training data; the validation images are its last 5,000.
Rates are chosen on these. The test images are used once, when a cell of the final grids has finished.
"""

from dataclasses import dataclass, replace
from typing import Any

from laboratory.grids.cell import ONE_AT_A_TIME, Stopwatch, cifar10, curves, measure, origin, split
from laboratory.runs.recipe import Experiment
from utils.architectures.cost import multiply_adds
from utils.data import Dataset
from utils.training import (
    ProgressBar,
    batches_in_order,
    set_seed,
    shuffled_batches,
    under_dtype_policy,
)

import keras


@dataclass(frozen=True)
class Setting(Experiment):
    """A recipe on the first `num_images` training images; whether the test images are asked at its end."""

    num_images: int = 45_000
    ask_test: bool = True


def train_cell(setting: Setting, seed: int, dataset: Dataset | None = None) -> dict[str, Any]:
    """Train one network from one seed, and return what was measured as one line of a table.

    Args:
        setting: network, recipe and number of images; its own seed is not used.
        seed: of the first weights, the order of the images, dropout and augmentation.
        dataset: CIFAR-10, or another data set of its form; None loads CIFAR-10.

    Returns:
        numbers and texts: accuracies and losses on training, validation and test images, without dropout and
        augmentation (test: NaN where it is not asked); size and multiply-adds; seconds, and processor
        seconds of all cores together; one number per epoch for training and validation; versions.
    """
    setting = replace(setting, seed=seed)
    with ONE_AT_A_TIME, under_dtype_policy(setting.dtype_policy):
        dataset = dataset or cifar10()
        stopwatch = Stopwatch()
        model, history = _train(setting, dataset)
        seconds = stopwatch.columns()
        size = {"num_parameters": model.count_params(), "multiply_adds": multiply_adds(model)}
        used = {"dtype_policy": setting.dtype_policy}
        lines = curves(history, ("accuracy", "loss"))
        return _measure(model, setting, dataset) | size | seconds | lines | used | origin(dataset)


def _train(setting: Setting, dataset: Dataset) -> tuple[keras.Model, dict[str, list[float]]]:
    (images, labels), validation, _ = split(dataset, setting.num_images)
    set_seed(setting.seed)
    model = setting.build()
    steps_per_epoch = -(-len(images) // setting.batch_size)
    setting.compile(model, steps_per_epoch)
    batches, _ = shuffled_batches(
        images,
        labels,
        batch_size=setting.batch_size,
        seed=setting.seed,
        epochs=range(setting.epochs),
        augmentation=setting.make_augmentation(),
    )
    history = model.fit(
        batches,
        epochs=setting.epochs,
        steps_per_epoch=steps_per_epoch,
        shuffle=False,  # the batches come shuffled
        validation_data=batches_in_order(*validation),
        callbacks=[ProgressBar()],
        verbose=0,  # pyright: ignore[reportArgumentType] (not only "auto")
    ).history
    return model, history


def _measure(model: keras.Model, setting: Setting, dataset: Dataset) -> dict[str, float]:
    train, validation, test = split(dataset, setting.num_images)
    parts = {"train": train, "val": validation} | ({"test": test} if setting.ask_test else {})
    return {"test_accuracy": float("nan"), "test_loss": float("nan")} | measure(model, parts)
