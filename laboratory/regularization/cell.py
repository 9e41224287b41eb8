"""One cell of the regularization laboratory: train one setting from one seed, and measure it.

The training images are taken from CIFAR-10's training data, by default its first ones. The validation
images are its last 5,000, on which no cell is trained and by which everything is chosen. The test images are
used once, when a cell has finished.
"""

import functools
from typing import Any

from laboratory.grids.cell import (
    NUM_CLASSES,
    ONE_AT_A_TIME,
    Stopwatch,
    cifar10,
    curves,
    measure,
    origin,
    split,
)
from laboratory.regularization.network import AUGMENTATIONS, Setting, jitter_colors, laboratory_network
from utils.architectures.cost import multiply_adds
from utils.data import Dataset
from utils.training import (
    batches_in_order,
    fastest_dtype_policy,
    set_seed,
    shuffled_batches,
    under_dtype_policy,
)

import keras
import numpy as np
import tensorflow as tf

PARTS: tuple[str, ...] = ("train", "val", "test")
# Kernel weights are counted in bins of 0.01; the outer bins hold everything beyond.
WEIGHT_BINS = np.linspace(-0.305, 0.305, 62)


def train_cell(setting: Setting, seed: int, dataset: Dataset | None = None) -> dict[str, Any]:
    """Train one setting from one seed, and return what was measured as one line of a table.

    Args:
        setting: network, method and length of the training.
        seed: of the first weights, the order of the images, dropout and augmentation.
        dataset: CIFAR-10, or another data set of its form; None loads CIFAR-10.

    Returns:
        numbers and texts: accuracies and losses at the end on training, validation and test images;
        seconds and processor seconds (of all cores together) of the training; size and multiply-adds
        of the network; curves, one number per round; counts of its kernel weights in
        `WEIGHT_BINS`; versions.
    """
    with ONE_AT_A_TIME:
        dataset = dataset or cifar10()
        model = _compiled_network(setting)
        reset(model, setting, seed)
        stopwatch = Stopwatch()
        history = fit_setting(model, setting, seed, dataset)
        seconds = stopwatch.columns()
        parts = dict(zip(PARTS, split(dataset, setting.num_images, setting.draw), strict=True))
        return (
            measure(model, parts)
            | seconds
            | _describe(model)
            | _curves(history)
            | {"dtype_policy": fastest_dtype_policy()}
            | origin(dataset)
        )


def compile_setting(model: keras.Model, setting: Setting) -> None:
    """Compile `model` with the optimizer, schedule and loss of `setting`."""
    schedule = keras.optimizers.schedules.CosineDecay(setting.learning_rate, setting.num_steps)
    # The loss that Keras reports includes the penalties; the metric does not.
    if setting.label_smoothing:
        loss = keras.losses.CategoricalCrossentropy()
        metric = keras.metrics.CategoricalCrossentropy(name="cross_entropy")
    else:
        loss = keras.losses.SparseCategoricalCrossentropy()
        metric = keras.metrics.SparseCategoricalCrossentropy(name="cross_entropy")
    model.compile(
        optimizer=keras.optimizers.Adam(schedule),  # pyright: ignore[reportArgumentType] (not only numbers)
        loss=loss,
        metrics=["accuracy", metric],
        steps_per_execution=setting.round_steps,
    )


def fit_setting(model: keras.Model, setting: Setting, seed: int, dataset: Dataset) -> dict[str, list[float]]:
    """Train a compiled network in rounds of `round_steps` batches; return the history of `fit`."""
    train, (val_images, val_labels), _ = split(dataset, setting.num_images, setting.draw)
    variation = AUGMENTATIONS[setting.augmentation]
    num_epochs = -(-setting.num_steps * setting.batch_size // setting.num_images)
    batches, _ = shuffled_batches(
        *train,
        batch_size=setting.batch_size,
        seed=seed,
        epochs=range(num_epochs),
        augmentation=variation.augmentation,
        label_smoothing=setting.label_smoothing,
        num_classes=NUM_CLASSES,
    )
    if variation.colors:
        batches = batches.enumerate().map(
            lambda step, batch: (jitter_colors(batch[0], (tf.cast(seed, tf.int64), step)), batch[1])
        )
    callbacks = []
    if setting.patience is not None:
        options = {"monitor": "val_cross_entropy", "mode": "min", "restore_best_weights": True}
        callbacks = [keras.callbacks.EarlyStopping(patience=setting.patience, **options)]
    targets = np.eye(NUM_CLASSES)[val_labels] if setting.label_smoothing else val_labels
    return model.fit(
        batches,
        epochs=setting.num_steps // setting.round_steps,
        steps_per_epoch=setting.round_steps,
        shuffle=False,  # the batches come shuffled
        validation_data=batches_in_order(val_images, targets),
        callbacks=callbacks,
        verbose=0,  # pyright: ignore[reportArgumentType] (not only "auto")
    ).history


# More than any grid has rows: its cells take turns row by row, and each row is used again for the next seed.
@functools.lru_cache(maxsize=64)
def _compiled_network(setting: Setting) -> keras.Model:
    """Return the compiled network that all cells of one row share, as building it takes seconds."""
    with under_dtype_policy(fastest_dtype_policy()):
        model = laboratory_network(setting)
    compile_setting(model, setting)
    model.optimizer.build(model.trainable_variables)
    return model


def reset(model: keras.Model, setting: Setting, seed: int) -> None:
    """Give a compiled `model` the first weights of `seed`, and optimizer and dropout their first state."""
    set_seed(seed)
    for variable in model.optimizer.variables:
        if "learning_rate" not in variable.path:
            variable.assign(tf.zeros_like(variable.value))
    model.set_weights(laboratory_network(setting, seed).get_weights())
    generators = [v for v in model.non_trainable_variables if v.path.endswith("seed_generator_state")]
    for index, state in enumerate(generators):
        state.assign([seed * 100 + index, 0])


def _describe(model: keras.Model) -> dict[str, Any]:
    """Return size and cost of the network, and the distribution of its kernel weights."""
    with_kernel = (keras.layers.Conv2D, keras.layers.Dense)
    kernels = [
        keras.ops.convert_to_numpy(layer.kernel) for layer in model.layers if isinstance(layer, with_kernel)
    ]
    weights = np.concatenate([kernel.ravel() for kernel in kernels])
    counts, _ = np.histogram(np.clip(weights, -0.3, 0.3), WEIGHT_BINS)
    norms = [np.sqrt((kernel.reshape(-1, kernel.shape[-1]) ** 2).sum(axis=0)).max() for kernel in kernels[:3]]
    return {
        "num_parameters": model.count_params(),
        "multiply_adds": multiply_adds(model),
        "largest_filter_norm": round(float(max(norms)), 3),
        "near_zero_share": round(float((np.abs(weights) < 0.001).mean()), 4),
        "weight_counts": " ".join(map(str, counts)),
    }


def _curves(history: dict[str, list[float]]) -> dict[str, Any]:
    """Return the history as texts of one number per round, and the round with the lowest validation loss."""
    losses = history["val_cross_entropy"]
    rounds = {"num_rounds": len(losses), "best_round": int(np.argmin(losses)) + 1}
    return rounds | curves(history, ("accuracy", "cross_entropy"))
