"""Traps of transfer learning, and what each costs."""

from typing import Any

from laboratory.transfer.cats_data import CUT, MAPS, SIZE, Part, load_data, load_parts
from laboratory.transfer.cats_stages import fit_head, open_record
from laboratory.transfer.features import compute_features
from laboratory.transfer.fine_tuning import fine_tune, freeze, mean_scores, with_head
from laboratory.transfer.linear import fit_linear
from laboratory.transfer.networks import split_lite0
from utils.data.cats_and_dogs import balanced_subset
from utils.pretrained import efficientnet_lite0
from utils.pretrained.lite0 import PIXEL_MEAN, PIXEL_SCALE
from utils.training import share_correct

import keras
from keras import layers

SMALL_SIZE = 128  # The wrong scales need features of their own, which at this size cost a third.
PER_CLASS = 500
SCALES = {
    "(x - 127) / 128, right": (1 / PIXEL_SCALE, -PIXEL_MEAN / PIXEL_SCALE),
    "x / 255": (1 / 255, 0.0),
    "x, from 0 to 255": (1.0, 0.0),
}
NORMALIZATION_PER_CLASS = 100
NORMALIZATION_SEEDS = (0, 1, 2)
RECIPE = {"epochs": 8, "learning_rate": 3e-4, "batch_size": 16}


def run_traps() -> dict[str, Any]:
    """Measure what wrong preprocessing and normalization by batch cost."""
    settings = {"size": SMALL_SIZE, "per_class": PER_CLASS, "scales": SCALES, "fine_tuning": RECIPE}
    settings |= {"normalization": {"per_class": NORMALIZATION_PER_CLASS, "seeds": NORMALIZATION_SEEDS}}
    dataset = load_data(PER_CLASS, PER_CLASS)
    record = open_record("traps", dataset, settings)
    pool, test = load_parts(dataset)
    scales = record.measure("preprocessing", preprocessing, pool, test)
    modes = {
        mode: [
            record.measure(
                f"normalization {mode}, seed {seed}",
                normalization,
                pool,
                test,
                seed,
                by_batch,
            )
            for seed in NORMALIZATION_SEEDS
        ]
        for mode, by_batch in (("in inference mode", False), ("by batch", True))
    }
    return record.finish(preprocessing=scales, normalization=modes)


def preprocessing(pool: Part, test: Part) -> dict[str, dict[str, float]]:
    """Return test accuracies of a linear head on features at several scales of the pixels.

    "both": training and test use the same wrong scale. "test only": the head was fitted at the right
    scale, but is used at the wrong one, as happens when a model is deployed.
    """
    chosen = balanced_subset(pool.labels, PER_CLASS, seed=0)
    tested = balanced_subset(test.labels, PER_CLASS, seed=0)
    results, right = {}, None
    for name, (scale, offset) in SCALES.items():
        network = scaled_network(scale, offset)
        train_features = compute_features(network, pool.images[chosen], name=name)["top"]
        test_features = compute_features(network, test.images[tested], name=name)["top"]
        head = fit_linear(train_features, pool.labels[chosen])
        right = right or head
        results[name] = {
            key: share_correct(h.scores(test_features), test.labels[tested])
            for key, h in (("both", head), ("test only", right))
        }
    return results


def scaled_network(scale: float, offset: float) -> keras.Model:
    """Build EfficientNet-Lite0's features for pixels on a given scale."""
    network = efficientnet_lite0(include_top=False, pooling="avg", input_shape=(SMALL_SIZE, SMALL_SIZE, 3))
    images = keras.Input((None, None, 3))
    x = layers.Resizing(SMALL_SIZE, SMALL_SIZE, interpolation="bicubic")(images)
    x = layers.Rescaling(scale, offset=offset)(x)
    return keras.Model(images, {"top": network(x)}, name=f"scale_{scale:g}".replace(".", "_"))


def normalization(pool: Part, test: Part, seed: int, by_batch: bool) -> float:
    """Return the test accuracy after fine-tuning on few pictures, with normalizations frozen or not."""
    chosen = balanced_subset(pool.labels, NORMALIZATION_PER_CLASS, seed)
    _, upper = split_lite0(SIZE, CUT)
    model = with_head(upper, fit_head(pool, chosen))
    freeze(model, normalization=not by_batch)
    inputs = [pool.plain[MAPS][chosen], pool.mirrored[MAPS][chosen]]
    fine_tune(model, inputs, pool.labels[chosen], seed=seed, **RECIPE)
    scores = mean_scores(model, [test.plain[MAPS]])
    return share_correct(scores, test.labels)
