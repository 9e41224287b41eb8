"""The pixels that a unit inside any model can see: branches and nested models included."""

from utils.convolution.graph import Step
from utils.convolution.model_fields import follow
from utils.convolution.steps import walk
from utils.explain.network import LayerChoice, Network

import keras
import numpy as np


def receptive_boxes(
    model: keras.Model, layer: LayerChoice, positions: np.ndarray, image_size: tuple[int, int]
) -> np.ndarray:
    """Compute which pixels units see, clipped at the borders of the image.

    Args:
        layer: name, index in `model.layers`, or the layer, with output (N, h, w, units).
        positions: (..., 2), rows and columns in the feature map.
        image_size: (H, W), in pixels; of these images, if the model takes any size.

    Returns:
        (..., 4), integers: top, left, bottom, right; the last two are exclusive. Where branches
        meet, the box is the smallest that holds what any of them sees; behind global pooling it
        is the whole image.

    Raises:
        ValueError: no such layer, or one on the way of which it is not known what its units see,
            such as an upsampling.
    """
    network = Network(model)
    return boxes(network, network.find_feature_maps(layer), positions, image_size)


def boxes(network: Network, step: Step, positions: np.ndarray, image_size: tuple[int, int]) -> np.ndarray:
    """Compute the boxes for a step of a network; see `receptive_boxes`."""
    graph = network.graph
    if None in network.input_shape[1:3]:
        graph = walk(network.model, (int(image_size[0]), int(image_size[1])))
    (target,) = step.targets
    first, last = [], []
    for axis in range(2):
        (*_, (_, field)) = follow(graph, graph.steps_to([target]), axis)
        start = field.start + np.asarray(positions)[..., axis] * field.jump
        first.append(np.clip(start, 0, image_size[axis]))
        last.append(np.clip(start + field.size, 0, image_size[axis]))
    return np.stack([*first, *last], axis=-1)
