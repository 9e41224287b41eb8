"""Cats and dogs: training from scratch, frozen features, and fine-tuning, with more and more pictures."""

from typing import Any

from laboratory.transfer.cats_data import CUT, MAPS, NUM_VARIED, SIZE, Part, load_data, load_parts
from laboratory.transfer.fine_tuning import fine_tune, freeze, mean_scores, with_head
from laboratory.transfer.linear import Linear, fit_linear
from laboratory.transfer.networks import STAGES, split_lite0
from laboratory.transfer.records import Record, identity, interval
from utils.checks import require_integer
from utils.data import Dataset
from utils.data.cats_and_dogs import balanced_subset
from utils.training import Augmentation, batches_in_order, set_seed, share_correct, shuffled_batches

import keras
import numpy as np
from keras import layers

PER_CLASS = 1000  # as in the blog post
SEEDS = (0, 1, 2, 3, 4)
CURVE = {10: (0, 1, 2), 30: (0, 1, 2), 100: (0, 1, 2), 300: (0, 1, 2), 2000: (0,)}  # per class: seeds
PROBE_SEEDS = (0, 1, 2)
PENALTY = 0.3
FINE_TUNING = {"learning_rate": 3e-4, "batch_size": 32, "weight_decay": 0.01}
STEPS = 40, 190  # The fewest and the most batches of fine-tuning, which otherwise takes three epochs.
SCRATCH = {"steps": 2500, "batch_size": 32, "learning_rate": 1e-3}


def small_network(size: int) -> keras.Model:
    """Build the blog's small network: three convolutions, each with pooling, and one hidden layer.

    Args:
        size: height and width of the pictures, at least 8.

    Source: F. Chollet, "Building powerful image classification models using very little data",
        2016, where it is 150; but with "same" padding, as 32 pixels leave none to lose.
    """
    require_integer("size", size, 8)
    return keras.Sequential(
        [
            keras.Input((size, size, 3)),
            *[
                layer
                for filters in (32, 32, 64)
                for layer in (
                    layers.Conv2D(filters, 3, padding="same", activation="relu"),
                    layers.MaxPooling2D(),
                )
            ],
            layers.Flatten(),
            layers.Dense(64, activation="relu"),
            layers.Dropout(0.5),
            layers.Dense(2),
        ]
    )


def train_scratch(images: np.ndarray, labels: np.ndarray, seed: int) -> keras.Model:
    """Train the small network on pictures (N, size, size, 3), uint8, flipped and shifted at random."""
    set_seed(seed)
    model = small_network(images.shape[1])
    per_epoch = -(-len(images) // SCRATCH["batch_size"])
    epochs = -(-SCRATCH["steps"] // per_epoch)
    batches, _ = shuffled_batches(
        images,
        labels,
        batch_size=SCRATCH["batch_size"],
        seed=seed,
        epochs=range(epochs),
        augmentation=Augmentation(flip="random", shift=3),
    )
    schedule = keras.optimizers.schedules.CosineDecay(SCRATCH["learning_rate"], epochs * per_epoch)
    model.compile(
        optimizer=keras.optimizers.RMSprop(
            schedule  # pyright: ignore[reportArgumentType] (not only numbers)
        ),
        loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
    )
    model.fit(batches, verbose=0)  # pyright: ignore[reportArgumentType] (not only "auto")
    return model


def fit_head(part: Part, chosen: np.ndarray, stage: str = "top") -> Linear:
    """Fit a linear head to the features of the chosen pictures, plain and mirrored."""
    features = np.concatenate([part.plain[stage][chosen], part.mirrored[stage][chosen]])
    return fit_linear(features, np.tile(part.labels[chosen], 2), penalty=PENALTY)


def tune(part: Part, chosen: np.ndarray, head: Linear, seed: int, **changes: Any) -> keras.Model:
    """Fine-tune everything above `CUT`, starting from the trained head."""
    _, upper = split_lite0(SIZE, CUT)
    model = with_head(upper, head)
    freeze(model)
    inputs = [maps[chosen] for maps in (part.plain[MAPS], part.mirrored[MAPS], *part.varied)]
    per_epoch = -(-len(chosen) // FINE_TUNING["batch_size"])
    settings = {"epochs": int(np.ceil(np.clip(3 * per_epoch, *STEPS) / per_epoch)), **FINE_TUNING, **changes}
    fine_tune(model, inputs, part.labels[chosen], seed=seed, **settings)
    return model


def run_five_seeds() -> dict[str, Any]:
    """Compare the three ways with 1,000 + 1,000 training pictures, on 2,000 test pictures."""
    dataset = load_data(PER_CLASS)
    record = open_record("cats_and_dogs", dataset, _config(per_class=PER_CLASS, seeds=SEEDS))
    pool, test = load_parts(dataset)
    results = [record.measure(f"seed {seed}", compare_ways, pool, test, PER_CLASS, seed) for seed in SEEDS]
    ways = {way: interval([result[way] for result in results], len(test.labels)) for way in results[0]}
    return record.finish(**ways)


def run_curve() -> dict[str, Any]:
    """Compare the three ways with 10 to 2,000 training pictures per class.

    The result with 1,000 is that of `run_five_seeds`. The pool holds 2,000 pictures of each class, so
    they can be drawn in only one way.
    """
    dataset = load_data(max(CURVE))
    record = open_record("cats_and_dogs_curve", dataset, _config(curve=CURVE))
    pool, test = load_parts(dataset)
    results = {per_class: {} for per_class in CURVE}
    # One seed after the other, so that an interrupted run has complete curves.
    for seed, per_class in sorted((seed, count) for count, seeds in CURVE.items() for seed in seeds):
        part = f"{per_class} per class, seed {seed}"
        results[per_class][seed] = record.measure(part, compare_ways, pool, test, per_class, seed)
    summary = {
        str(per_class): {
            way: interval([result[way] for result in measured.values()], len(test.labels))
            for way in ("scratch", "bottleneck", "fine_tuned")
        }
        for per_class, measured in results.items()
    }
    return record.finish(**summary)


def run_layers() -> dict[str, Any]:
    """Fit a linear classifier to the output of each stage, as Zeiler and Fergus did in their table 7."""
    dataset = load_data(PER_CLASS)
    record = open_record("layer_probe", dataset, _config(per_class=PER_CLASS, seeds=PROBE_SEEDS))
    pool, test = load_parts(dataset)

    def probe(stage: str) -> list[float]:
        chosen = [balanced_subset(pool.labels, PER_CLASS, seed) for seed in PROBE_SEEDS]
        return [
            share_correct(fit_head(pool, c, stage).scores(test.plain[stage]), test.labels) for c in chosen
        ]

    results = {stage: record.measure(stage, probe, stage) for stage in STAGES}
    num_test = len(test.labels)
    return record.finish(**{stage: interval(values, num_test) for stage, values in results.items()})


def compare_ways(pool: Part, test: Part, per_class: int, seed: int) -> dict[str, float]:
    """Return the test accuracy of the three ways, and that of fine-tuning averaged over mirror images."""
    chosen = balanced_subset(pool.labels, per_class, seed)
    scratch = train_scratch(pool.images[chosen], pool.labels[chosen], seed)
    head = fit_head(pool, chosen)
    tuned = tune(pool, chosen, head, seed)
    # In batches, as floats at a photograph's size would take gigabytes.
    pictures = batches_in_order(test.images, test.labels, batch_size=50)
    scores = scratch.predict(pictures, verbose=0)  # pyright: ignore[reportArgumentType] (not only "auto")
    plain, mirrored = (mean_scores(tuned, [part[MAPS]]) for part in (test.plain, test.mirrored))
    return {
        "scratch": share_correct(scores, test.labels),
        "bottleneck": share_correct(head.scores(test.plain["top"]), test.labels),
        "fine_tuned": share_correct(plain, test.labels),
        "fine_tuned_two_views": share_correct(plain + mirrored, test.labels),
    }


def open_record(stage: str, dataset: Dataset, config: dict[str, Any]) -> Record:
    """Open the record of a stage; photographs have one of their own beside that of CIFAR-10."""
    name = stage if dataset.x_train.shape[1] == 32 else f"{stage}_photographs"
    return Record(name, config, identity(dataset.name, dataset.sha256))


def _config(**settings: Any) -> dict[str, Any]:
    shared = {"size": SIZE, "cut": CUT, "num_varied": NUM_VARIED, "penalty": PENALTY, "scratch": SCRATCH}
    shared |= {"fine_tuning": FINE_TUNING, "steps": STEPS}
    return shared | settings
