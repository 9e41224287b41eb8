"""What chapter 12 shows and tests: pictures of what units look for, and networks on drawn scenes.

`python -m laboratory run filter_pictures` paints the pictures; `python -m laboratory run explanations`
trains the networks from three seeds, keeps those of the first, and scores the methods of `utils.explain`.
"""

from typing import Any, NamedTuple

from laboratory.runs.weights import save_weights_float16
from laboratory.transfer.records import Record
from utils import explain
from utils.data import as_float
from utils.explain.saliency import largest_channel
from utils.files import written_beside
from utils.pretrained import efficientnet_lite0, imagenet_classes
from utils.records.measurements import MEASUREMENTS_FOLDER
from utils.records.reading import load_weights, make_again
from utils.scenes import shapes10, traffic_lights
from utils.training import set_seed

import keras
import numpy as np
import tensorflow as tf
from keras import layers
from PIL import Image

PICTURES_FILE = MEASUREMENTS_FOLDER / "filter_pictures" / "pictures.jpg"
BLOCKS = ("block2b_add", "block3b_add", "block4c_add", "block5c_add", "block6d_add")
CLASSES = ("goldfish", "sea snake", "peacock", "ladybug", "pineapple", "espresso")
PAINTING = {"num_pictures": 6, "size": 128, "num_steps": 128}

SEEDS = (0, 1, 2)
STREET = {"size": 64, "heights": (0.25, 0.5)}
NUM_SHAPES, NUM_STREETS, EPOCHS = 3000, 1200, 10
NUM_TEST_SHAPES, NUM_TEST_STREETS, NUM_SINGLE = 1000, 240, 150
KINDS = {"shapes": (32, 10, 2), "streets": (64, 3, 3)}  # picture's size, classes, poolings


def chosen_units() -> dict[str, np.ndarray]:
    """Return six units of each block of `BLOCKS`, drawn at random."""
    rng = np.random.default_rng(0)
    network = efficientnet_lite0(include_top=False, weights=None)
    sizes = {name: network.get_layer(name).output.shape[-1] for name in BLOCKS}
    return {name: np.sort(rng.choice(size, 6, replace=False)) for name, size in sizes.items()}


def class_number(name: str) -> int:
    """Return which of ImageNet's classes has this English name, the first of them.

    Raises:
        ValueError: none has it.
    """
    return [english for _, english in imagenet_classes()].index(name)


def run_filter_pictures() -> dict[str, Any]:
    """Paint what units of EfficientNet-Lite0 look for, a row for each block, and classes in a last row."""
    units = chosen_units()
    names = {block: row.tolist() for block, row in units.items()} | {"classes": CLASSES}
    record = Record("filter_pictures", PAINTING | {"units": names})
    units["predictions"] = np.array([class_number(name) for name in CLASSES])
    record.measure("pictures", _paint_all, units)
    return record.finish(rows=list(names))


def _paint_all(units: dict[str, np.ndarray]) -> None:
    shape = (PAINTING["size"], PAINTING["size"], 3)
    network = efficientnet_lite0(input_shape=shape, classifier_activation=None)
    rows = [
        np.concatenate(list(paint(keras.Model(network.inputs, network.get_layer(layer).output), row)), axis=1)
        for layer, row in units.items()
    ]
    with written_beside(PICTURES_FILE) as path:
        Image.fromarray(np.rint(127.5 * (np.concatenate(rows) + 1)).astype(np.uint8)).save(path, quality=85)


def paint(network: keras.Model, units: np.ndarray) -> np.ndarray:
    """Return a picture (128, 128, 3), from -1 to 1, for each unit, of a map's mean or of a class's score."""
    index = tf.constant(units)

    def score(pictures):
        outputs = network(pictures, training=False)
        means = tf.reduce_mean(outputs, axis=tuple(range(1, outputs.shape.rank - 1)))
        return tf.gather(means, index, axis=1, batch_dims=1)

    return explain.maximize_in_frequencies(score, **PAINTING)


def recorded_pictures() -> np.ndarray:
    """Return the painted pictures: (6 rows, 6, 128, 128, 3), uint8.

    Raises:
        FileNotFoundError: they are not there.
    """
    with Image.open(PICTURES_FILE) as sheet:
        pixels, size = np.asarray(sheet.convert("RGB")), PAINTING["size"]
    return pixels.reshape(-1, size, 6, size, 3).swapaxes(1, 2)


def build(kind: str) -> keras.Model:
    """Build the network for drawn scenes: four convolutions, poolings, a mean over places, and scores.

    Args:
        kind: of `KINDS`; images, (N, H, W, 3) in [0, 1], go to probabilities.
    """
    size, num_classes, num_pools = KINDS[kind]
    model = keras.Sequential([keras.Input((size, size, 3)), layers.Rescaling(4.0, offset=-2.0)])
    options: Any = {"padding": "same", "activation": "relu", "kernel_initializer": "he_normal"}
    for number, filters in enumerate((16, 32, 48, 64), start=1):
        model.add(layers.Conv2D(filters, 3, name=f"conv{number}", **options))
        if number <= num_pools:
            model.add(layers.MaxPooling2D(2))
    model.add(layers.GlobalAveragePooling2D())
    model.add(layers.Dense(num_classes, activation="softmax", name="dense"))
    return model


def train(kind: str, images: np.ndarray, labels: np.ndarray, seed: int) -> keras.Model:
    """Train on scenes (N, H, W, 3), uint8; the weights are rounded to float16, as they are stored."""
    set_seed(seed)
    model = build(kind)
    model.compile(keras.optimizers.Adam(0.002), "sparse_categorical_crossentropy")
    model.fit(as_float(images), labels, 64, EPOCHS, verbose=0)  # pyright: ignore[reportArgumentType]
    model.set_weights([array.astype("float16").astype("float32") for array in model.get_weights()])
    return model


def load_network(kind: str) -> keras.Model:
    """Return the recorded network of the first seed."""
    model = build(kind)
    load_weights(model, _weights_file(kind), make_again("explanations"))
    return model


def _weights_file(kind: str):
    return MEASUREMENTS_FOLDER / "explanations" / f"{kind}.weights.h5"


class Asked(NamedTuple):
    """Pictures with known places of what is asked for, and which of `KINDS` answers."""

    kind: str
    pictures: np.ndarray  # (N, H, W, 3), floats in [0, 1]
    classes: np.ndarray  # (N,)
    masks: np.ndarray  # (N, H, W), bool


def drawn_sets() -> dict[str, Asked]:
    """Draw the three sets of test pictures; none was trained on."""
    scenes = shapes10(NUM_TEST_SHAPES, seed=100)
    pictures = as_float(scenes.images)
    few = slice(NUM_SINGLE)
    streets = traffic_lights(NUM_TEST_STREETS, seed=100, **STREET)
    lit = streets.labels > 0  # where there is no light, there is no place to point at
    return {
        "one shape": Asked("shapes", pictures[few], scenes.labels[few], scenes.masks[few]),
        "four shapes": Asked("shapes", *explain.make_mosaics(pictures, scenes.labels, scenes.masks)),
        "traffic lights": Asked(
            "streets", as_float(streets.images[lit]), streets.labels[lit], streets.masks[lit]
        ),
    }


def fitting(network: keras.Model, pictures: np.ndarray) -> keras.Model:
    """Return the network, for pictures of their size."""
    size = pictures.shape[1:3]
    return network if network.input_shape[1:3] == size else explain.enlarge_input(network, size)


def score_methods(network: keras.Model, asked: Asked) -> dict[str, float]:
    """Return the share of the pointing game for each method of `explain.heat_maps`, and for the center."""
    network, size = fitting(network, asked.pictures), asked.pictures.shape[1] // 4
    maps = explain.heat_maps(network, asked.pictures, asked.classes, "conv4", size=size)
    scores = explain.score_maps(maps, asked.masks)
    return {name: round(share, 4) for name, (share, _) in scores.items()}


def three_maps(network: keras.Model, asked: Asked) -> dict[str, np.ndarray]:
    """Return the maps (N, H, W) of the methods that are tested with destroyed weights."""
    network, pictures, classes = fitting(network, asked.pictures), asked.pictures, asked.classes
    return {
        "saliency": explain.saliency(network, pictures, classes),
        "guided backprop": largest_channel(explain.guided_backprop(network, pictures, classes)),
        "Grad-CAM": explain.grad_cam(network, pictures, "conv4", classes),
    }


def destroy(network: keras.Model, asked: Asked, seed: int) -> dict[str, dict[str, list[float]]]:
    """Destroy the network from the top down; return the shares and the rank correlations of each method.

    The first number of each list is that of the whole network, the next without the last layer, and so on.
    """
    trained = three_maps(network, asked)
    stages = [trained, *(three_maps(model, asked) for _, model in explain.randomize_downward(network, seed))]
    return {
        method: {
            "share": [round(explain.pointing_game(maps[method], asked.masks), 4) for maps in stages],
            "correlation": [
                round(explain.rank_correlation(trained[method], maps[method]), 4) for maps in stages
            ],
        }
        for method in trained
    }


def run_explanations() -> dict[str, Any]:
    """Train both networks from each seed, and score the methods, whole and with destroyed weights."""
    config = {"seeds": SEEDS, "epochs": EPOCHS, "train": [NUM_SHAPES, NUM_STREETS], "kinds": KINDS}
    record = Record("explanations", config | {"test": [NUM_TEST_SHAPES, NUM_TEST_STREETS, NUM_SINGLE]})
    sets, parts = drawn_sets(), {}
    shapes, streets = shapes10(NUM_SHAPES, seed=101), traffic_lights(NUM_STREETS, seed=101, **STREET)
    for seed in SEEDS:
        for kind, scenes in (("shapes", shapes), ("streets", streets)):
            part = f"{kind}, seed {seed}"
            parts[part] = record.measure(part, _measure, kind, scenes, sets, seed)
    return record.finish(
        numbers={name: len(asked.classes) for name, asked in sets.items()},
        sets={
            name: [parts[f"{asked.kind}, seed {seed}"][name] for seed in SEEDS]
            for name, asked in sets.items()
        },
    )


def _measure(kind: str, scenes, sets: dict[str, Asked], seed: int) -> dict[str, Any]:
    model = train(kind, scenes.images, scenes.labels, seed)
    if seed == SEEDS[0]:
        _weights_file(kind).parent.mkdir(parents=True, exist_ok=True)
        save_weights_float16(model, _weights_file(kind))
    own = {name: asked for name, asked in sets.items() if asked.kind == kind}
    first = next(iter(own.values()))
    answers = model.predict(first.pictures, verbose=0).argmax(axis=1)  # pyright: ignore[reportArgumentType]
    found: dict[str, Any] = {"accuracy": float(np.mean(answers == first.classes))}
    for name, asked in own.items():
        found[name] = {"shares": score_methods(model, asked), "destroyed": destroy(model, asked, seed)}
    return found


STAGES = {"filter_pictures": run_filter_pictures, "explanations": run_explanations}
