"""What a network costs, counted from its layers, beside what it was published to achieve."""

import math
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

from utils import architectures
from utils.architectures.weight_uses import count_numbers, longest_ways, uses
from utils.convolution import kinds
from utils.convolution.model_fields import fields_of_model
from utils.convolution.steps import walk

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

# Layers whose outputs hold no number that was not there before.
IDLE = (*kinds.DROPOUTS, layers.Flatten, layers.Reshape)

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
    """Build each network, without numbers for its weights, and count; this takes almost no memory."""
    # Keras lists, for each thread, the weights that still wait for their numbers, and would draw them
    # with the next network of this thread; another thread's list ends with it.
    with ThreadPoolExecutor(max_workers=1) as thread:
        return list(thread.map(_cost_without_numbers, builders))


def _cost_without_numbers(build: Callable[[], keras.Model]) -> Cost:
    with keras.StatelessScope(initialize_variables=False):
        return network_cost(build())


def network_cost(model: keras.Model) -> Cost:
    """Count what a network costs for one image; nested models are taken apart.

    Raises:
        ValueError: the image size is open, or it is not known what a layer computes, or sees.
    """
    if any(None in shape[1:] for shape in walk(model).input_shapes):
        raise ValueError(f"{model.name!r} takes {model.input_shape}: build it for one size of image.")
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

    Biases, normalization, pooling and activations are left out, as is usual. A layer that is called
    several times counts each time.

    Raises:
        ValueError: it is not known how often a layer uses its weights.
    """
    return sum(use.num_weights * use.num_positions for step in walk(model).steps for use in uses(step))


def connections(model: keras.Model) -> int:
    """Count the inputs of all units, the constant 1 of a bias among them, as LeCun's papers do.

    Raises:
        ValueError: as `multiply_adds`.
    """
    return sum(
        use.num_weights * use.num_inputs * use.num_positions + use.num_biases
        for step in walk(model).steps
        for use in uses(step)
    )


def activation_bytes(model: keras.Model) -> int:
    """Add up the outputs of all layers, 4 bytes a number: what training keeps for one image.

    Dropout and changes of the shape alone, which make nothing new, are left out. A framework that
    merges layers keeps less.
    """
    computed = [step for step in walk(model).steps if not kinds.is_of(step.operation, IDLE)]
    return sum(4 * count_numbers(step, shape[1:]) for step in computed for shape in step.output_shapes)


def depth(model: keras.Model) -> int:
    """Count the layers with weights, apart from normalization, on the longest way through.

    Raises:
        ValueError: as `multiply_adds`.
    """
    graph = walk(model)
    return max(longest_ways(graph, dict.fromkeys(graph.inputs, 0)))


def last_receptive_field(model: keras.Model) -> int:
    """Count the pixels, along the vertical axis, that a unit of the last layer with positions sees.

    A single position that global pooling has left is none. Behind global pooling inside the network,
    as in squeeze-and-excitation, a unit sees the height of the image; without layers with positions
    it is 1.

    Raises:
        ValueError: as `utils.convolution.receptive_field`.
    """
    if not any(step.has_positions for step in walk(model).steps):
        return 1
    fields = fields_of_model(model, None, axis=0)
    placed = [field for step, field in fields if field.jump or step.output_shape[1:3] != (1, 1)]
    return placed[-1].size if placed else fields[-1][1].size
