"""The pixels that a unit inside any model can see: branches and nested models included."""

from dataclasses import dataclass, replace

from utils.convolution import receptive_field
from utils.explain.network import IMAGES, LayerChoice, Network, Step

import keras
import numpy as np
from keras import layers

PADDING_LAYERS = (layers.ZeroPadding2D, layers.Cropping2D)


@dataclass(frozen=True)
class Seen:
    """Along one axis, unit u of a layer sees `size` pixels from `start + u * jump` on."""

    start: int
    size: int
    jump: int


def receptive_boxes(
    model: keras.Model, layer: LayerChoice, positions: np.ndarray, image_size: tuple[int, int]
) -> np.ndarray:
    """Compute which pixels units see, clipped at the borders of the image.

    Args:
        layer: name, index in `model.layers`, or the layer, with output (N, h, w, units).
        positions: (..., 2), rows and columns in the feature map.
        image_size: (H, W), in pixels.

    Returns:
        (..., 4), integers: top, left, bottom, right; the last two are exclusive. Where branches are
        concatenated, the box of every unit is that of the branch that sees most.

    Raises:
        ValueError: no such layer, or one on the way of which this module does not know what its
            units see, such as a transposed convolution.
    """
    network = Network(model)
    return boxes(network, network.find_feature_maps(layer), positions, image_size)


def boxes(network: Network, step: Step, positions: np.ndarray, image_size: tuple[int, int]) -> np.ndarray:
    """Compute the boxes for a step of a network; see `receptive_boxes`."""
    first, last = [], []
    for axis in range(2):
        seen = _seen(network, step, axis, image_size[axis])
        start = seen.start + np.asarray(positions)[..., axis] * seen.jump
        first.append(np.clip(start, 0, image_size[axis]))
        last.append(np.clip(start + seen.size, 0, image_size[axis]))
    return np.stack([*first, *last], axis=-1)


def _seen(network: Network, target: Step, axis: int, num_pixels: int) -> Seen:
    """Follow what units see from the image up to the output of `target`."""
    everything = Seen(0, num_pixels, 0)
    known = {IMAGES: Seen(0, 1, 1)}
    for step in network.steps_to([target]):
        seen = _union(step, [known[source] for source in step.sources], everything)
        if len(step.output_shape) != 4 or isinstance(step.operation, layers.Reshape):
            seen = everything  # Flattened or averaged: the places are gone.
        elif seen != everything:
            seen = _through(step, seen, axis, everything)
        known.update(dict.fromkeys(step.targets, seen))
    return known[target.targets[0]]


def _union(step: Step, inputs: list[Seen], everything: Seen) -> Seen:
    """Return what is seen through all inputs of a layer."""
    if everything in inputs:
        return everything
    if len({seen.jump for seen in inputs}) > 1:
        raise ValueError(f"{step.operation.name!r} joins maps of different scale.")
    start = min(seen.start for seen in inputs)
    end = max(seen.start + seen.size for seen in inputs)
    return Seen(start, end - start, inputs[0].jump)


def _through(step: Step, seen: Seen, axis: int, everything: Seen) -> Seen:
    """Return what the output of a layer sees whose input sees `seen`."""
    operation = step.operation
    if isinstance(operation, PADDING_LAYERS):
        is_padding = isinstance(operation, layers.ZeroPadding2D)
        before = operation.padding[axis][0] if is_padding else -operation.cropping[axis][0]
        return replace(seen, start=seen.start - before * seen.jump)
    input_size = step.node.input_tensors[0].shape[1 + axis]
    output_size = step.output_shape[1 + axis]
    if input_size is None:
        raise ValueError(f"{operation.name!r} takes images of any size: build the model with a fixed one.")
    kernel_size = getattr(operation, "kernel_size", getattr(operation, "pool_size", None))
    if kernel_size is None or "Transpose" in type(operation).__name__:
        if input_size == output_size:
            return seen
        if output_size == 1:
            return everything  # Global pooling that keeps its axes.
        raise ValueError(
            f"{operation.name!r} moves places in a way that is not known here; choose a layer before it."
        )
    window = {
        "kernel_size": kernel_size,
        "stride": operation.strides,
        "padding": operation.padding,
        "dilation": getattr(operation, "dilation_rate", 1),
    }
    (field,) = receptive_field([window], input_size, axis)
    return Seen(
        seen.start + field.start * seen.jump,
        seen.size + (field.size - 1) * seen.jump,
        seen.jump * field.jump,
    )
