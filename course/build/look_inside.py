"""The page "Look inside": its sources in docs/look_inside, the recorded network, and some pictures."""

import json
import shutil
from pathlib import Path
from typing import Any

from utils.data.cifar10_formats import CLASS_NAMES
from utils.records import load_run
from utils.scenes import SHAPES, shapes10
from utils.scenes.canvas import Canvas
from utils.scenes.street import draw_car, draw_street

import numpy as np
import skimage
from PIL import Image

SOURCES = Path(__file__).resolve().parents[2] / "docs" / "look_inside"
RUN = "zfnet_cifar10"
PICTURE_SIZE = 256
# Name of the file: the photograph of scikit-image, rows and columns of a square in it, and what it shows.
# All are CC0 or in the public domain, as each function of `skimage.data` says.
PHOTOGRAPHS = {
    "cat": ("chelsea", slice(0, 300), slice(80, 380), "a cat's face"),
    "rocket": ("rocket", slice(0, 427), slice(107, 534), "a rocket on its pad"),
    "astronaut": ("astronaut", slice(0, 400), slice(60, 460), "an astronaut"),
    "coffee": ("coffee", slice(20, 400), slice(120, 500), "a cup of coffee"),
}


def build_look_inside(folder: Path) -> None:
    """Write the page into `folder`, whole, with nothing that it does not need."""
    folder.mkdir(parents=True, exist_ok=True)
    for source in SOURCES.iterdir():
        shutil.copyfile(source, folder / source.name)
    description, weights = describe_network()
    (folder / "network.json").write_text(json.dumps(description), encoding="utf-8")
    (folder / "weights.bin").write_bytes(weights)
    pictures = []
    for name, (image, text) in draw_pictures().items():
        image.save(folder / f"{name}.jpg", quality=90)
        pictures.append({"file": f"{name}.jpg", "text": text})
    (folder / "pictures.json").write_text(json.dumps(pictures), encoding="utf-8")


def describe_network(run: str = RUN) -> tuple[dict[str, Any], bytes]:
    """Return the layers of a recorded network, with the shapes of their weights, and the weights.

    Returns:
        what network.json holds; and all weights in its order, float16 as they are recorded, little-endian.

    Raises:
        ValueError: the network has a layer that the page cannot compute.
    """
    import keras  # only here: slides are built without it

    found, weights = [], []
    for layer in load_run(run).model.layers:
        if isinstance(layer, (keras.layers.Dropout, keras.layers.Flatten)):
            continue  # they change no number in use, and no order
        found.append(_describe(layer))
        weights += [np.asarray(weight, "<f2").tobytes() for weight in layer.get_weights()]
    data = b"".join(weights)
    return {"layers": found, "class_names": CLASS_NAMES, "bytes": len(data)}, data


def _describe(layer) -> dict[str, Any]:
    """Return what docs/look_inside/network.js has to know of one layer."""
    import keras

    known = {"name": layer.name}
    if isinstance(layer, keras.layers.Rescaling):
        return known | {"kind": "rescaling", "scale": layer.scale, "offset": layer.offset}
    if getattr(layer, "padding", "same") == "same" and len(set(getattr(layer, "strides", (1,)))) == 1:
        if isinstance(layer, keras.layers.MaxPooling2D) and len(set(layer.pool_size)) == 1:
            return known | {"kind": "pooling", "window": layer.pool_size[0], "strides": layer.strides[0]}
        weighted = {"kernel": list(layer.kernel.shape), "bias": list(layer.bias.shape)}
        rectified = layer.activation is keras.activations.relu
        # The page leaves out the last softmax, which is no part of the scores.
        if rectified or layer.activation is keras.activations.softmax:
            if isinstance(layer, keras.layers.Conv2D) and layer.groups == layer.dilation_rate[0] == 1:
                more = {"kind": "convolution", "strides": layer.strides[0], "rectified": rectified}
                return known | weighted | more
            if isinstance(layer, keras.layers.Dense):
                return known | weighted | {"kind": "dense", "rectified": rectified}
    raise ValueError(f"docs/look_inside/network.js does not know a layer like {layer.name!r} ({layer}).")


def draw_pictures() -> dict[str, tuple[Image.Image, str]]:
    """Return name to a square picture and what it shows."""
    pictures = {}
    for name, (photograph, rows, columns, text) in PHOTOGRAPHS.items():
        pixels = getattr(skimage.data, photograph)()[rows, columns]
        pictures[name] = (Image.fromarray(pixels).resize((PICTURE_SIZE, PICTURE_SIZE)), text)
    rng, canvas = np.random.default_rng(2), Canvas(PICTURE_SIZE)
    draw_car(rng, canvas, draw_street(rng, canvas, night=False))
    pictures["car"] = (canvas.surface, "a drawn street with a car")
    shapes = shapes10(len(SHAPES), size=PICTURE_SIZE, seed=1)
    pixels = shapes.images[list(shapes.labels).index(shapes.class_names.index("heart"))]
    pictures["heart"] = (Image.fromarray(pixels), "a drawn heart")
    return pictures
