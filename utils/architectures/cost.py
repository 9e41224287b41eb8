"""What a network costs, counted from its layers, beside what it was published to achieve."""

import math
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

from utils import architectures
from utils.convolution import Layer, receptive_field

import keras
from keras import layers


class Published(NamedTuple):
    """Accuracies in percent on ImageNet's validation images, None where the source has none."""

    top1: float | None
    top5: float | None
    source: str


class Cost(NamedTuple):
    """What one network costs; see the functions of this file for how each is counted."""

    name: str
    parameters: int
    trainable: int
    multiply_adds: int
    activation_bytes: int
    depth: int
    receptive_field: int
    published: Published | None


# Of one network, on one crop of each image unless the source says otherwise.
PUBLISHED = {
    "alexnet": Published(59.3, 81.8, "Krizhevsky et al. 2012, table 2, 1 CNN, ten crops"),
    "vgg16": Published(71.3, 90.1, "keras.io/api/applications"),
    "vgg19": Published(71.3, 90.0, "keras.io/api/applications"),
    "googlenet": Published(None, 89.93, "Szegedy et al. 2015, table 3, 1 model, 1 crop"),
    "inception_v3": Published(77.9, 93.7, "keras.io/api/applications"),
    "xception": Published(79.0, 94.5, "keras.io/api/applications"),
    "resnet50": Published(74.9, 92.1, "keras.io/api/applications"),
}

FAMOUS = (
    architectures.lenet1,
    architectures.lenet5,
    architectures.alexnet,
    architectures.vgg16,
    architectures.vgg19,
    architectures.googlenet,
    architectures.inception_v3,
    architectures.xception,
    architectures.resnet50,
)


def cost_table(builders: Iterable[Callable[[], keras.Model]] = FAMOUS) -> list[Cost]:
    """Build each network without numbers in its weights, and count; this takes next to no memory."""
    # Keras lists, for each thread, the weights that still wait for their numbers, and would draw them
    # with the next network of this thread; another thread's list ends with it.
    with ThreadPoolExecutor(max_workers=1) as thread:
        return list(thread.map(_cost_without_numbers, builders))


def _cost_without_numbers(build: Callable[[], keras.Model]) -> Cost:
    with keras.StatelessScope(initialize_variables=False):
        return network_cost(build())


def network_cost(model: keras.Model) -> Cost:
    """Count what a network costs for one image.

    Raises:
        ValueError: a layer is a model itself or of an unknown kind, or the image size is open.
    """
    if None in model.input_shape[1:] or any(hasattr(layer, "layers") for layer in model.layers):
        raise ValueError(
            f"{model.name!r} takes {model.input_shape}: build it for one size of image, and from "
            "layers alone, not from models."
        )
    return Cost(
        name=model.name,
        parameters=model.count_params(),
        trainable=sum(math.prod(weight.shape) for weight in model.trainable_weights),
        multiply_adds=multiply_adds(model),
        activation_bytes=activation_bytes(model),
        depth=depth(model),
        receptive_field=last_receptive_field(model),
        published=PUBLISHED.get(model.name),
    )


def multiply_adds(model: keras.Model) -> int:
    """Count one multiply-add per weight and position at which it is used.

    Biases, normalization, pooling and activations are left out, as is usual.
    """
    return sum(
        math.prod(weight.shape) * _num_positions(layer)
        for layer in model.layers
        if _computes(layer)
        for weight in layer.weights
        if weight.name != "bias"
    )


def connections(model: keras.Model) -> int:
    """Count the inputs of all units, the constant 1 of a bias among them, as LeCun's papers do."""
    total = 0
    for layer in filter(_computes, model.layers):
        for weight in layer.weights:
            # One coefficient of a sub-sampling serves all inputs of its window.
            num_inputs = getattr(layer, "pool_size", 1) ** 2 if weight.name != "bias" else 1
            total += math.prod(weight.shape) * num_inputs * _num_positions(layer)
    return total


def activation_bytes(model: keras.Model) -> int:
    """Add up the outputs of all layers, 4 bytes a number: what training keeps for one image.

    Dropout and flattening, which make nothing new, are left out. A framework that merges layers
    keeps less.
    """
    idle = (layers.InputLayer, layers.Dropout, layers.Flatten)
    computed = (layer for layer in model.layers if not isinstance(layer, idle))
    return sum(4 * math.prod(layer.output.shape[1:]) for layer in computed)


def depth(model: keras.Model) -> int:
    """Count the layers with weights, normalization apart, on the longest way through."""
    longest = {id(tensor): 0 for tensor in model.inputs}
    for layer, inputs in _walk(model):
        longest[id(layer.output)] = max(longest[id(x)] for x in inputs) + _computes(layer)
    return max(longest[id(tensor)] for tensor in model.outputs)


def last_receptive_field(model: keras.Model) -> int:
    """Count the pixels, along one axis, that a unit of the last layer with positions sees.

    Where branches meet, the unit sees what any of them sees.
    """
    last = _Field(start=0, end=1, jump=1)
    fields = {id(tensor): last for tensor in model.inputs}
    for layer, inputs in _walk(model):
        if len(layer.output.shape) == 4:
            last = _look_through(layer, _merge([fields[id(x)] for x in inputs]))
            fields[id(layer.output)] = last
    return last.end - last.start


class _Field(NamedTuple):
    """Unit u sees the pixels from start + u * jump up to, without, end + u * jump."""

    start: int
    end: int
    jump: int


def _merge(fields: list[_Field]) -> _Field:
    return _Field(
        min(field.start for field in fields),
        max(field.end for field in fields),
        fields[0].jump,
    )


def _look_through(layer: layers.Layer, field: _Field) -> _Field:
    """Widen the field of a layer's inputs to that of its outputs."""
    if isinstance(layer, layers.ZeroPadding2D):
        shift = layer.padding[0][0] * field.jump
        return _Field(field.start - shift, field.end - shift, field.jump)
    kernel_size = getattr(layer, "kernel_size", None) or getattr(layer, "pool_size", None)
    if kernel_size is None:  # Activation, normalization, sum or stack: position by position.
        _check_keeps_positions(layer)
        return field
    window = Layer(kernel_size, layer.strides, layer.padding, getattr(layer, "dilation_rate", 1))
    step = receptive_field([window], input_size=layer.input.shape[1])[0]
    start = field.start + step.start * field.jump
    end = field.end + (step.start + step.size - 1) * field.jump
    return _Field(start, end, field.jump * step.jump)


def _check_keeps_positions(layer: layers.Layer) -> None:
    before = keras.tree.flatten(layer.input)[0].shape[1:3]
    if before != layer.output.shape[1:3]:
        raise ValueError(
            f"{layer.name!r} turns {before} positions into {layer.output.shape[1:3]}, but is no "
            "convolution, pooling or padding: its receptive field is unknown."
        )


def _walk(model: keras.Model):
    """Yield each layer with the list of its inputs, every layer after those that feed it."""
    for layer in model.layers:
        if not isinstance(layer, layers.InputLayer):
            yield layer, keras.tree.flatten(layer.input)


def _computes(layer: layers.Layer) -> bool:
    return bool(layer.weights) and not isinstance(layer, layers.BatchNormalization)


def _num_positions(layer: layers.Layer) -> int:
    return math.prod(layer.output.shape[1:-1])
