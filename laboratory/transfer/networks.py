"""EfficientNet-Lite0 in two parts: the lower one is frozen, the upper one learns."""

from typing import cast

from utils.pretrained import efficientnet_lite0
from utils.pretrained.lite0 import PIXEL_MEAN, PIXEL_SCALE, blocks

import keras
from keras import layers

# Where the network can be cut or read: the outputs of its stem, its blocks and its top.
STAGES = ("stem", *(name for name, *_ in blocks()), "top")


def split_lite0(
    size: int, cut: str, end: str = "top", *, pooling: str = "avg", weights: str | None = "imagenet"
) -> tuple[keras.Model, keras.Model]:
    """Return the network up to a stage, and from there to the features.

    Args:
        size: height and width at which the network sees its pictures.
        cut: the last stage of the lower part, one of `STAGES`.
        end: the last stage of the upper part, after `cut`; what follows is left out.
        pooling: "avg" or "max", over all positions of the last maps.
        weights: as in `efficientnet_lite0`.

    Returns:
        lower: images (N, H, W, 3), 0 to 255, of any size, to {cut: activations}.
        upper: activations to features, (N, channels), with 1280 channels after "top".

    Raises:
        ValueError: there is no such stage, or `end` does not come after `cut`.
    """
    network = efficientnet_lite0(include_top=False, weights=weights, input_shape=(size, size, 3))
    activation, last = stage_output(network, cut), stage_output(network, end)
    if STAGES.index(end) <= STAGES.index(cut):
        raise ValueError(f"the upper part must end after {cut!r}, not with {end!r}")
    pool = {"avg": layers.GlobalAveragePooling2D, "max": layers.GlobalMaxPooling2D}[pooling]
    lower = keras.Model(network.input, {cut: activation})
    upper = keras.Model(activation, pool(name=f"{pooling}_pool")(last), name="upper_part")
    return _with_preprocessing(lower, size), upper


def probe_network(size: int, stages: tuple[str, ...] = STAGES, *, maps: tuple[str, ...] = ()) -> keras.Model:
    """Return a network from images (N, H, W, 3), 0 to 255, to a dict of the outputs of its stages.

    Args:
        size: height and width at which the network sees its pictures.
        stages: each gives (N, channels), the means of its maps over all positions.
        maps: stages that also give their maps, (N, height, width, channels), under the name `maps_of`.
    """
    network = efficientnet_lite0(include_top=False, input_shape=(size, size, 3))
    outputs = {
        stage: layers.GlobalAveragePooling2D(name=f"mean_{stage}")(stage_output(network, stage))
        for stage in stages
    }
    outputs |= {maps_of(stage): stage_output(network, stage) for stage in maps}
    return _with_preprocessing(keras.Model(network.input, outputs), size)


def maps_of(stage: str) -> str:
    """Return the name of a stage's maps among the outputs of `probe_network`."""
    return f"maps_{stage}"


def outputs_of(network: keras.Model) -> dict[str, keras.KerasTensor]:
    """Return the symbolic outputs of a network that gives a dict."""
    return cast(dict, network.output)  # Keras declares a list


def classifier(upper: keras.Model, num_classes: int, dropout: float = 0.2) -> keras.Model:
    """Put a new classifier on features: dropout, and one linear layer that gives scores.

    Args:
        upper: from anything to features, (N, channels).
        num_classes: at least 2; the scores have not passed a softmax.
        dropout: share of the features that is dropped in training.
    """
    x = layers.Dropout(dropout, name="head_dropout")(upper.output)
    scores = layers.Dense(num_classes, name="head", dtype="float32")(x)
    return keras.Model(upper.input, scores, name="classifier")


def stage_output(network: keras.Model, stage: str):
    """Return the symbolic output of a stage of EfficientNet-Lite0.

    Raises:
        ValueError: there is no such stage.
    """
    if stage not in STAGES:
        raise ValueError(f"there is no stage {stage!r}; the stages are: {', '.join(STAGES)}")
    names = {layer.name for layer in network.layers}
    endings = ("_add", "_project_bn", "_activation")  # The first of these that a stage has is its end.
    name = next(stage + ending for ending in endings if stage + ending in names)
    return network.get_layer(name).output


def _with_preprocessing(network: keras.Model, size: int) -> keras.Model:
    """Make a network take pictures of any size, from 0 to 255, so that nobody can forget the scale."""
    images = keras.Input((None, None, 3), name="images")
    x = layers.Resizing(size, size, interpolation="bicubic", name="resize", dtype="float32")(images)
    scale = {"scale": 1 / PIXEL_SCALE, "offset": -PIXEL_MEAN / PIXEL_SCALE}
    x = layers.Rescaling(**scale, name="preprocess", dtype="float32")(x)
    return keras.Model(images, network(x), name=network.name)
