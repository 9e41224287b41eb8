"""Traffic lights in drawn streets: the article's steps, from a first network to an ensemble.

Source: D. Brailovsky, "Recognizing Traffic Lights With Deep Learning", 2017.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from laboratory.runs.weights import save_weights_float16
from laboratory.transfer.features import compute_features
from laboratory.transfer.fine_tuning import fine_tune, freeze, with_head
from laboratory.transfer.linear import fit_linear
from laboratory.transfer.networks import classifier, split_lite0
from utils.files import write_arrays
from utils.records.measurements import MEASUREMENTS_FOLDER
from utils.records.reading import load_weights, make_again
from utils.scenes import STATES, StreetScenes, traffic_lights

import keras
import numpy as np

SIZE = 128
CUT = "block2b"  # Up to here, edges and colors stay as they are; everything above learns.
END = "block5c"  # What follows has maps of 4 x 4, coarse for a small lamp, and most of the weights.
NUM_TRAIN, NUM_TEST = 1800, 900
TRAIN_SEED, TEST_SEED = 1, 2
TURNED = 0.024  # The share of the article's pictures that lie on their side.
RECIPE = {"epochs": 4, "learning_rate": 1e-3, "weight_decay": 0.01}


def train_scenes() -> StreetScenes:
    """Draw the scenes to train on."""
    return traffic_lights(NUM_TRAIN, size=SIZE, seed=TRAIN_SEED, turned=TURNED)


def held_out_scenes() -> StreetScenes:
    """Draw the scenes that no network is trained on."""
    return traffic_lights(NUM_TEST, size=SIZE, seed=TEST_SEED, turned=TURNED)


def views(images: np.ndarray, name: str, quarters: Sequence[int] = (0, 1, 2, 3)) -> list[np.ndarray]:
    """Return the activations of the frozen part for scenes turned by quarters: each (N, ...).

    Args:
        images: (N, size, size, 3), uint8.
        name: text of the progress bar.
        quarters: for each view, the number of turns by 90 degrees.
    """
    lower, _ = split_lite0(SIZE, CUT)
    turned = [np.rot90(images, k, (1, 2)) for k in quarters]
    return [
        compute_features(lower, view, name=f"{name}, turned {k} times")[CUT]
        for k, view in zip(quarters, turned, strict=True)
    ]


def build(end: str = END) -> keras.Model:
    """Build the part that learns, with ImageNet's weights and a new classifier for the three states."""
    _, upper = split_lite0(SIZE, CUT, end, pooling="max")
    return classifier(upper, len(STATES))


def train(inputs, labels, *, end: str = END, seed: int = 0, **changes) -> keras.Model:
    """Fit the head to the first view, then train everything above `CUT` on all views."""
    _, upper = split_lite0(SIZE, CUT, end, pooling="max")
    features = upper.predict(inputs[0], verbose=0)  # pyright: ignore[reportArgumentType] (not only "auto")
    head = fit_linear(features, labels)
    model = with_head(upper, head)
    freeze(model)
    fine_tune(model, inputs, labels, seed=seed, **RECIPE | changes)
    return model


def weights_file(name: str) -> Path:
    """Return the path of the weights of a recorded network."""
    return MEASUREMENTS_FOLDER / "street" / f"{name}.weights.h5"


def load(name: str) -> keras.Model:
    """Return a recorded network: from maps of `CUT` to scores of the three states."""
    model = build()
    load_weights(model, weights_file(name), make_again("street"))
    return model


def save(model: keras.Model, name: str) -> None:
    """Keep the weights of a network in float16."""
    weights_file(name).parent.mkdir(parents=True, exist_ok=True)
    save_weights_float16(model, weights_file(name))


def size_in_megabytes(end: str) -> float:
    """Return the size of the whole network at 4 bytes per weight."""
    lower, upper = split_lite0(SIZE, CUT, end, weights=None)
    return round(4 * (lower.count_params() + classifier(upper, 3).count_params()) / 1e6, 2)


class Answers(NamedTuple):
    """What the recorded networks say of the N held-out scenes, and what these scenes are."""

    probabilities: dict[str, np.ndarray]  # network to (4 views, N, 3): the scene turned by 0 to 3 quarters
    labels: np.ndarray  # (N,), uint8
    quarters: np.ndarray  # (N,), uint8: by how many quarters the scene was turned
    light_sizes: np.ndarray  # (N,), uint8: longest side of the largest light in pixels, 0 without a light


def light_sizes(boxes: np.ndarray) -> np.ndarray:
    """Return the longest side of the largest light of each scene: (N,), for boxes (N, lights, 4)."""
    return (boxes[..., 2:] - boxes[..., :2]).max(axis=(1, 2))


def save_answers(probabilities: Mapping[str, np.ndarray], scenes: StreetScenes) -> None:
    """Keep the probabilities of networks, each (4, N, 3), beside their weights, in float16."""
    known = {"labels": scenes.labels, "quarters": scenes.quarters}
    known["light_sizes"] = light_sizes(scenes.boxes).astype(np.uint8)
    halved = {name: values.astype(np.float16) for name, values in probabilities.items()}
    write_arrays(answers_file(), known | halved)


def load_answers() -> Answers:
    """Return what the recorded networks say of the scenes from `held_out_scenes`, in the same order."""
    with np.load(answers_file()) as kept:
        arrays = {name: kept[name] for name in kept.files}
    known = [arrays.pop(name) for name in ("labels", "quarters", "light_sizes")]
    return Answers({name: values.astype(np.float32) for name, values in arrays.items()}, *known)


def answers_file() -> Path:
    """Return the path of what the recorded networks say."""
    return MEASUREMENTS_FOLDER / "street" / "answers.npz"
