"""The training loop of the speedrun: Keras's `fit`, which returns to Python only rarely."""

from dataclasses import asdict
from pathlib import Path

from laboratory.grids.cell import NUM_CLASSES
from laboratory.runs.checkpoints import Checkpoint, SeedEachEpoch
from laboratory.speedrun.lookahead import Lookahead
from laboratory.speedrun.setting import RECIPE_BATCH, Setting
from laboratory.speedrun.whitening import whitening_kernel
from utils.architectures.speedrun import set_whitening
from utils.data import Dataset
from utils.training import set_seed, shuffled_batches

import keras
import numpy as np
from tqdm import tqdm

NUM_WHITENING_IMAGES = 5_000
# Decay of the averages per batch of the source.
AVERAGE_DECAY = 0.95


class Progress(keras.callbacks.Callback):
    """Show the number of images, loss and accuracy on a bar."""

    def __init__(self, bar: tqdm, images_per_call: int):
        super().__init__()
        self.bar, self.images_per_call = bar, images_per_call

    def on_train_batch_end(self, batch, logs=None):
        self.bar.set_postfix({name: f"{value:.3f}" for name, value in (logs or {}).items()}, refresh=False)
        self.bar.update(self.images_per_call)


def build_and_compile(setting: Setting, seed: int, images: np.ndarray) -> keras.Model:
    """Build the network of a setting, whiten its first layer, and compile it.

    Args:
        setting: network and optimizer.
        seed: of its first weights.
        images: (N, 32, 32, 3), uint8; the whitening is computed from the first 5,000.
    """
    set_seed(seed)
    model = setting.build()
    if setting.has_whitening_layer:
        set_whitening(model, whitening_kernel(images[:NUM_WHITENING_IMAGES]))
    _compile(model, setting, setting.make_optimizer())
    model.optimizer.build(model.trainable_variables)
    return model


def train(
    setting: Setting, seed: int, dataset: Dataset, folder: Path, progress: bool = True
) -> tuple[keras.Model, dict[str, list[float]]]:
    """Train one setting from one seed, or continue an interrupted call with the same folder.

    Args:
        setting: the recipe.
        seed: of weights, order and augmentation; an interrupted training ends like any other.
        dataset: its first `setting.num_images` training images are used.
        folder: of the checkpoint, which each epoch replaces.
        progress: whether to show a bar.

    Returns:
        the model, and name of a metric to its values, one per epoch, seconds among them.
    """
    model = build_and_compile(setting, seed, dataset.x_train)
    checkpoint = Checkpoint(Path(folder), asdict(setting) | {"seed": seed}, dataset.sha256)
    first_epoch = checkpoint.restore(model)
    images = (setting.epochs * setting.num_images, first_epoch * setting.num_images)
    options = {"total": images[0], "initial": images[1], "unit": " images", "unit_scale": True}
    with tqdm(desc=f"seed {seed}", disable=not progress, **options) as bar:
        callbacks = [SeedEachEpoch(seed), *_averaging(setting), Progress(bar, setting.average_images)]
        for end in _phases(setting):
            if first_epoch < end:
                if end > setting.early_epochs:
                    freeze_whitening_bias(model, setting)
                _fit(model, setting, seed, dataset, range(first_epoch, end), [*callbacks, checkpoint])
                first_epoch = end
    return model, checkpoint.history


def _compile(model: keras.Model, setting: Setting, optimizer: keras.optimizers.Optimizer) -> None:
    model.compile(
        optimizer=optimizer,
        loss="categorical_crossentropy" if setting.label_smoothing else "sparse_categorical_crossentropy",
        metrics=["accuracy"],
        # Nothing needs Python between two averages.
        steps_per_execution=setting.average_images // setting.batch_size,
        jit_compile=False,  # pyright: ignore[reportArgumentType] (not only "auto")
    )


def _phases(setting: Setting) -> tuple[int, ...]:
    """Return the epochs before which a phase ends; with the bias frozen, fewer gradients are needed."""
    if setting.has_whitening_layer and 0 < setting.early_epochs < setting.epochs:
        return setting.early_epochs, setting.epochs
    return (setting.epochs,)


def freeze_whitening_bias(model: keras.Model, setting: Setting) -> None:
    """Freeze the bias of the whitening layer, if there is one, and compile the model again."""
    if setting.has_whitening_layer:
        model.get_layer("whitening").trainable = False
        # The same optimizer, with its momenta.
        _compile(model, setting, model.optimizer)


def _averaging(setting: Setting) -> list[Lookahead]:
    if not setting.averaging:
        return []
    return [
        Lookahead(
            setting.num_steps,
            every=setting.average_images // setting.batch_size,
            first_epoch=setting.early_epochs,
            largest_decay=AVERAGE_DECAY ** (setting.average_images / RECIPE_BATCH),
        )
    ]


def _fit(model, setting: Setting, seed: int, dataset: Dataset, epochs: range, callbacks: list) -> None:
    batches, steps_per_epoch = shuffled_batches(
        dataset.x_train[: setting.num_images],
        dataset.y_train[: setting.num_images],
        batch_size=setting.batch_size,
        seed=seed,
        epochs=epochs,
        augmentation=setting.augmentation,
        label_smoothing=setting.label_smoothing,
        num_classes=NUM_CLASSES,
    )
    model.fit(
        batches,
        initial_epoch=epochs.start,
        epochs=epochs.stop,
        steps_per_epoch=steps_per_epoch,
        shuffle=False,  # the batches come shuffled
        callbacks=callbacks,
        verbose=0,
    )
