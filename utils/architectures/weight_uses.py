"""How often the layers of a network use their weights, and on which way through."""

import math
from collections.abc import Mapping
from typing import NamedTuple

from utils.convolution import kinds, recorded
from utils.convolution.graph import Graph, Shape, Slot, Step
from utils.convolution.steps import look_inside
from utils.layers import RBFOutput, Subsampling, TableConv2D

from keras import layers

# Layers that apply weights, and the attributes that hold them.
WEIGHTED = (
    ((layers.SeparableConv1D, layers.SeparableConv2D), ("depthwise_kernel", "pointwise_kernel")),
    ((layers.Conv1D, layers.Conv2D, layers.Conv3D, layers.Dense), ("kernel",)),
    ((layers.DepthwiseConv1D, layers.DepthwiseConv2D), ("kernel",)),
    ((layers.Conv1DTranspose, layers.Conv2DTranspose, layers.Conv3DTranspose), ("kernel",)),
)
TRANSPOSED = (layers.Conv1DTranspose, layers.Conv2DTranspose, layers.Conv3DTranspose)
OF_THE_COURSE = ((TableConv2D, "kernel"), (Subsampling, "coefficient"), (RBFOutput, "centers"))
# Layers whose weights only scale and shift.
SCALING = (
    *(layers.BatchNormalization, layers.LayerNormalization, layers.GroupNormalization),
    *(layers.RMSNormalization, layers.UnitNormalization, layers.Normalization, layers.PReLU),
    layers.Activation,  # whose activation may be a PReLU
)


class Use(NamedTuple):
    """The use of a layer's weights in one call.

    Attributes:
        num_weights: without the biases.
        num_positions: at which each weight is used.
        num_inputs: that share a weight at one position; 1 but for sub-sampling.
        num_biases: biases times the positions at which each is added.
    """

    num_weights: int
    num_positions: int
    num_inputs: int
    num_biases: int


def uses(step: Step) -> list[Use]:
    """Return how a step uses its weights; a layer with a `call` of its own may use several.

    Raises:
        ValueError: it is not known.
    """
    layer = kinds.unwrapped(step.operation)
    names = _weight_names(layer)
    if names:
        return [_use(layer, names, step)]
    if not isinstance(layer, layers.Layer):
        _check_has_no_weights(step)
        return []
    inside = _inside(step)
    return [] if inside is None else [use for inner in inside.steps for use in uses(inner)]


def longest_ways(graph: Graph, depths: Mapping[Slot, int]) -> list[int]:
    """Return for each output of a graph how many layers with weights the longest way to it leads through.

    Args:
        depths: as many for its inputs.
    """
    longest = dict(depths)
    for step in graph.steps:
        before = {source: longest[source] for source in step.sources}
        inside = _inside(step)
        if inside is None:
            is_counted = bool(_weight_names(kinds.unwrapped(step.operation)))
            after = max(before.values(), default=0) + is_counted
        else:
            after = max(longest_ways(inside, dict(zip(inside.inputs, before.values(), strict=True))))
        longest |= dict.fromkeys(step.targets, after)
    return [longest[slot] for slot in graph.outputs]


def _weight_names(layer) -> tuple[str, ...]:
    for classes, names in WEIGHTED:
        if kinds.is_of(layer, classes):
            return names
    return tuple(name for kind, name in OF_THE_COURSE if isinstance(layer, kind))


def _use(layer, names: tuple[str, ...], step: Step) -> Use:
    # A transposed convolution multiplies each of its inputs by the whole kernel.
    shape = step.input_shapes[0] if kinds.is_of(layer, TRANSPOSED) else step.output_shape
    bias = getattr(layer, "bias", None)
    num_outputs = count_numbers(step, step.output_shape[1:-1])
    return Use(
        num_weights=sum(math.prod(getattr(layer, name).shape) for name in names),
        num_positions=count_numbers(step, shape[1:-1]),
        # One coefficient of a sub-sampling serves all inputs of its window.
        num_inputs=layer.pool_size**2 if isinstance(layer, Subsampling) else 1,
        num_biases=0 if bias is None else math.prod(bias.shape) * num_outputs,
    )


def count_numbers(step: Step, shape: Shape) -> int:
    """Return how many numbers a shape has.

    Raises:
        ValueError: a size is open.
    """
    sizes = [size for size in shape if size is not None]
    if len(sizes) < len(shape):
        raise ValueError(f"{step.name!r} takes any size: build the model for one size of image.")
    return math.prod(sizes)


def _inside(step: Step) -> Graph | None:
    """Return the steps inside a layer that has weights, None if it is known how it uses them.

    Raises:
        ValueError: they cannot be followed.
    """
    layer = kinds.unwrapped(step.operation)
    is_layer = isinstance(layer, layers.Layer)
    if not is_layer or not layer.weights or _weight_names(layer) or kinds.is_of(layer, SCALING):
        return None
    inside = look_inside(step)
    if kinds.public_class(layer) is not None or inside is None:
        raise ValueError(
            f"It is not known how often {step.name!r} uses its weights: build the model from layers "
            "such as Conv2D and Dense."
        )
    return inside


def _check_has_no_weights(step: Step) -> None:
    """Refuse a convolution or product by weights that is a call of `keras.ops`, not a layer."""
    num_tensors = sum(hasattr(value, "shape") for value in (*step.args, *step.kwargs.values()))
    if type(step.operation) in recorded.weighted_sums() and num_tensors:
        raise ValueError(
            f"It is not known how often {step.name!r}, a call of keras.ops, uses its weights: use a layer "
            "such as Conv2D or Dense in its place."
        )
