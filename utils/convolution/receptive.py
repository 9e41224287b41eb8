"""Receptive fields: which pixels of the input a unit can see."""

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from utils.convolution.windows import Geometry, Padding, Pair, as_pair, geometry


class Layer(NamedTuple):
    """What the receptive field needs to know of a convolution or pooling layer."""

    kernel_size: Pair
    stride: Pair = 1
    padding: Padding = "valid"
    dilation: Pair = 1
    name: str = ""


class ReceptiveField(NamedTuple):
    """The pixels that the units of a layer see along one axis.

    Unit u sees the `size` pixels from `start + u * jump` on; those outside the image are padding.
    """

    name: str
    size: int
    jump: int
    start: int

    @property
    def center(self) -> float:
        """Pixel in the middle of what unit 0 sees."""
        return self.start + (self.size - 1) / 2


def receptive_field(layers, input_size: int | None = None, axis: int = 0) -> list[ReceptiveField]:
    """Compute the receptive field of each layer from those before it.

    Args:
        layers: a list of `Layer` or of dicts with its fields, or a built Keras model, unbranched.
        input_size: pixels along the axis; a list needs it only for "same" padding with a stride.
        axis: 0 for vertical, 1 for horizontal.

    Returns:
        one field per layer; of a Keras model up to the last output that has positions (N, H, W, C).

    Raises:
        ValueError: a layer does not fit, the model branches, or input_size is needed.

    Source: Araujo, Norris and Sim 2019, "Computing Receptive Fields of Convolutional Neural
        Networks", Distill.
    """
    if hasattr(layers, "layers"):
        input_size = layers.input_shape[1 + axis] if input_size is None else input_size
        layers = _read_keras(layers)
    size, jump, start, fields = 1, 1, 0, []
    for layer in layers:
        layer = Layer(**layer) if isinstance(layer, Mapping) else layer
        where = _layer_geometry(layer, input_size, axis)
        start -= where.padding[axis][0] * jump
        size += (where.kernel_size[axis] - 1) * where.dilation[axis] * jump
        jump *= where.stride[axis]
        input_size = None if input_size is None else where.output_size[axis]
        fields.append(ReceptiveField(layer.name, size, jump, start))
    return fields


def _layer_geometry(layer: Layer, input_size: int | None, axis: int) -> Geometry:
    if input_size is None:
        if layer.padding == "same" and as_pair("stride", layer.stride)[axis] > 1:
            raise ValueError(f'How {layer} pads "same" with a stride depends on the image: pass input_size.')
        input_size = 10**9  # any size at which the window fits
    return geometry((input_size,) * 2, *layer[:4])


def _read_keras(model) -> Iterator[Layer]:
    """Yield the layers of a Keras model up to the first whose output has no positions."""
    previous = None
    for layer in _without_input(model.layers):
        if hasattr(layer, "layers"):
            raise ValueError(f"{layer.name!r} is a model in a model: pass a list of the layers.")
        if previous is not None and layer.input is not previous.output:
            raise ValueError(f"{layer.name!r} does not follow {previous.name!r}: the model branches.")
        if len(layer.output.shape) != 4:
            return
        yield _read_keras_layer(layer)
        previous = layer


def _without_input(layers: Iterable) -> list:
    return [layer for layer in layers if type(layer).__name__ != "InputLayer"]


def _read_keras_layer(layer) -> Layer:
    if getattr(layer, "data_format", "channels_last") != "channels_last":
        raise ValueError(f"{layer.name!r} has its channels first: build it channels_last.")
    kernel_size = getattr(layer, "kernel_size", None) or getattr(layer, "pool_size", None)
    if kernel_size is None or "Transpose" in type(layer).__name__:
        if layer.input.shape[1:3] != layer.output.shape[1:3]:
            raise ValueError(
                f"{layer.name!r} moves positions, but is no convolution or pooling: "
                "describe it with `Layer` in a list."
            )
        return Layer(1, name=layer.name)
    dilation = getattr(layer, "dilation_rate", 1)
    return Layer(kernel_size, layer.strides, layer.padding, dilation, layer.name)
