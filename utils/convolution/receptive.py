"""Receptive fields: which pixels of the input a unit can see."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from utils.checks import require_integer
from utils.convolution.windows import Geometry, Padding, Pair, geometry

ANY_SIZE = 10**9  # pixels, at which every window fits


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
    Behind global pooling, where all units see the same, `jump` is 0.
    """

    name: str
    size: int
    jump: int
    start: int

    @property
    def center(self) -> float:
        """Pixel in the middle of what unit 0 sees."""
        return self.start + (self.size - 1) / 2

    @property
    def end(self) -> int:
        """The first pixel behind those that unit 0 sees."""
        return self.start + self.size


def receptive_field(layers, input_size: int | None = None, axis: int = 0) -> list[ReceptiveField]:
    """Compute the receptive field of each layer from those before it.

    Args:
        layers: a list of `Layer` or of dicts with its fields, or a built Keras model with one input.
        input_size: pixels along the axis; needed only where the fields depend on it, as with "same"
            padding and a stride, and the model, if it is one, takes images of any size.
        axis: 0 for vertical, 1 for horizontal.

    Returns:
        one field per layer; of a Keras model one per layer with positions (N, H, W, C), in the order
        in which they run. Nested models are taken apart, and a layer that is called twice has two.
        Where branches meet, a unit sees the smallest window that holds what any of them sees.

    Raises:
        ValueError: a layer does not fit, input_size is needed, or it is not known what a layer sees.

    Source: Araujo, Norris and Sim 2019, "Computing Receptive Fields of Convolutional Neural
        Networks", Distill.
    """
    if axis not in (0, 1):
        raise ValueError(f"axis must be 0 for vertical or 1 for horizontal, not {axis!r}.")
    if input_size is not None:
        require_integer("input_size", input_size, 1)
    if hasattr(layers, "layers"):
        # Keras is loaded for models alone.
        from utils.convolution.model_fields import fields_of_model

        return [field for _, field in fields_of_model(layers, input_size, axis)]
    return _fields_of_list(layers, input_size, axis)


def _fields_of_list(layers: Iterable, input_size: int | None, axis: int) -> list[ReceptiveField]:
    field, fields = ReceptiveField("", 1, 1, 0), []
    for layer in layers:
        layer = Layer(**layer) if isinstance(layer, Mapping) else layer
        if not isinstance(layer, Layer):
            raise ValueError(f"A list holds `Layer`s or dicts of their fields, not {layer!r}.")
        field, input_size = look_through(field, layer, input_size, axis)
        fields.append(field)
    return fields


def look_through(
    field: ReceptiveField, layer: Layer, input_size: int | None, axis: int
) -> tuple[ReceptiveField, int | None]:
    """Return what the units of a layer see whose inputs see `field`, and their number along the axis.

    Args:
        input_size: number of inputs along the axis, None if it is not known.

    Raises:
        ValueError: the window does not fit, or input_size is needed.
    """
    where = _layer_geometry(layer, ANY_SIZE if input_size is None else input_size, axis)
    if input_size is None:
        _check_size_is_not_needed(layer, where, axis)
    start = field.start - where.padding[axis][0] * field.jump
    size = field.size + (where.kernel_size[axis] - 1) * where.dilation[axis] * field.jump
    output_size = None if input_size is None else where.output_size[axis]
    return ReceptiveField(layer.name, size, field.jump * where.stride[axis], start), output_size


def _layer_geometry(layer: Layer, input_size: int, axis: int) -> Geometry:
    sizes = [ANY_SIZE, ANY_SIZE]  # The other axis is not asked for.
    sizes[axis] = input_size
    return geometry((sizes[0], sizes[1]), *layer[:4])


def _check_size_is_not_needed(layer: Layer, where: Geometry, axis: int) -> None:
    """Refuse a layer that pads images of some sizes otherwise than those of other sizes."""
    for smaller in range(1, where.stride[axis]):
        other = _layer_geometry(layer, ANY_SIZE - smaller, axis)
        if other.padding[axis][0] != where.padding[axis][0]:
            raise ValueError(f'How {layer} pads "same" with a stride depends on the image: pass input_size.')
