"""What a step of a Keras model does to places, told by the class of its operation, never by a name.

A layer with a `call` of its own is of no known class, whatever it inherits from: it may do anything.
"""

import functools
from collections.abc import Callable

from utils.convolution import recorded
from utils.convolution.graph import Slot, Step
from utils.convolution.receptive import Layer
from utils.layers import FusedBatchNormalization

import keras
import numpy as np
from keras import layers

CONVOLUTIONS = (layers.Conv2D, layers.DepthwiseConv2D, layers.SeparableConv2D)
POOLINGS = (layers.MaxPooling2D, layers.AveragePooling2D)
ADAPTIVE_POOLINGS = (layers.AdaptiveMaxPooling2D, layers.AdaptiveAveragePooling2D)
GLOBAL_POOLINGS = (layers.GlobalMaxPooling2D, layers.GlobalAveragePooling2D)
# `predict` passes images through these as they are.
AUGMENTATIONS = (
    *(layers.RandomFlip, layers.RandomTranslation, layers.RandomRotation, layers.RandomZoom),
    *(layers.RandomContrast, layers.RandomBrightness, layers.RandomShear, layers.RandomHue),
    *(layers.RandomSaturation, layers.RandomSharpness, layers.RandomGrayscale, layers.RandomInvert),
    *(layers.RandomColorJitter, layers.RandomColorDegeneration, layers.RandomPosterization),
    *(layers.RandomErasing, layers.RandomPerspective, layers.RandomGaussianBlur),
    *(layers.RandomElasticTransform, layers.RandAugment, layers.AugMix, layers.CutMix, layers.MixUp),
)
DROPOUTS = (
    *(layers.Dropout, layers.SpatialDropout2D, layers.AlphaDropout, layers.GaussianDropout),
    *(layers.GaussianNoise, layers.ActivityRegularization),
)
SUMS = (layers.Add, layers.Subtract, layers.Multiply, layers.Average, layers.Maximum, layers.Minimum)
PLACE_BY_PLACE = (
    *(*AUGMENTATIONS, *DROPOUTS, *SUMS, layers.Activation, layers.ReLU, layers.LeakyReLU, layers.PReLU),
    *(layers.ELU, layers.Identity, layers.BatchNormalization, layers.Normalization, layers.Rescaling),
    layers.Dense,
)
# These put together what lies along their own axes.
ALONG_AXES = (layers.LayerNormalization, layers.RMSNormalization, layers.UnitNormalization, layers.Softmax)
SAME_AT_SAME_SIZE = (layers.Resizing, layers.CenterCrop, layers.RandomCrop, layers.Reshape)


@functools.cache
def _classes_of_keras() -> frozenset[type]:
    return frozenset(value for value in vars(layers).values() if isinstance(value, type))


def public_class(layer) -> type | None:
    """Return the layer class of Keras whose `call` a layer uses, or None for a `call` of its own."""
    if isinstance(layer, FusedBatchNormalization):  # the same numbers from another kernel
        return layers.BatchNormalization
    for kind in type(layer).__mro__:
        if kind in _classes_of_keras():
            return kind if kind.call is type(layer).call else None
    return None


def is_of(layer, kinds: tuple[type, ...]) -> bool:
    """Whether a layer is of one of some classes of Keras, and does what they do."""
    kind = public_class(layer)
    return kind is not None and issubclass(kind, kinds)


def unwrapped(layer):
    """Return the layer whose weights a `SpectralNormalization` bounds, or the layer itself."""
    return layer.layer if is_of(layer, (layers.SpectralNormalization,)) else layer


def window(operation, step: Step) -> Layer | None:
    """Return the window through which a convolution or pooling looks, or None.

    A layer with a `call` of its own declares its window by its class: `padding` is an attribute of the
    class, and its layers have `kernel_size` or `pool_size`, `strides` and, unless it is 1,
    `dilation_rate`; see `utils.layers.TableConv2D`.
    """
    if is_of(operation, CONVOLUTIONS):
        size, dilation = operation.kernel_size, operation.dilation_rate
        return Layer(size, operation.strides, operation.padding, dilation, step.name)
    if is_of(operation, POOLINGS):
        return Layer(operation.pool_size, operation.strides, operation.padding, 1, step.name)
    if is_of(operation, ADAPTIVE_POOLINGS):
        return _adaptive_window(step)
    is_declared = public_class(operation) is None and hasattr(type(operation), "padding")
    size = getattr(operation, "kernel_size", None) or getattr(operation, "pool_size", None)
    if not is_declared or size is None:
        return None
    dilation = getattr(operation, "dilation_rate", 1)
    return Layer(size, operation.strides, operation.padding, dilation, step.name)


def _adaptive_window(step: Step) -> Layer | None:
    """Return the window of an adaptive pooling where its windows do not overlap, else None."""
    sizes = list(zip(step.input_shapes[0][1:3], step.output_shape[1:3], strict=True))
    if any(size is None or num is None or size % num for size, num in sizes):
        return None
    height, width = (size // num for size, num in sizes if size and num)
    return Layer((height, width), (height, width), name=step.name)


def mixes_axis(operation, step: Step, axis: int) -> bool:
    """Whether each place that comes out depends on all that go in along an axis, 0 or 1."""
    if is_of(operation, (*GLOBAL_POOLINGS, layers.GroupNormalization)):
        return True
    is_along_axes = is_of(operation, ALONG_AXES) or type(operation) in recorded.reductions()
    return is_along_axes and 1 + axis in _axes(operation, step)


def _axes(operation, step: Step) -> set[int]:
    """Return the axes of the input that an operation puts together."""
    rank = len(step.input_shapes[0])
    if operation.axis is None:
        return set(range(rank))
    axes = [operation.axis] if isinstance(operation.axis, int) else operation.axis
    return {number % rank for number in axes}


def keeps_places(operation, step: Step, axis: int) -> bool:
    """Whether each place that comes out depends on that place alone, along an axis, 0 or 1."""
    if is_of(operation, (*PLACE_BY_PLACE, *ALONG_AXES)):
        return True
    before, after = step.input_shapes[0], step.output_shape
    if is_of(operation, SAME_AT_SAME_SIZE):
        return None not in after[1:] and before == after
    if is_of(operation, (layers.Concatenate,)) or type(operation) in recorded.joins():
        channels = [shape[-1] or 0 for shape in step.input_shapes]
        return 0 not in channels and sum(channels) == after[3]
    if type(operation) in recorded.matrix_products():
        return len(step.args) == 2 and isinstance(step.args[0], Slot) and np.ndim(step.args[1]) == 2
    if type(operation) in recorded.reductions():
        return 1 + axis not in _axes(operation, step)
    if type(operation) in recorded.stacks():
        return len(before) == 3 and operation.axis in (-1, 3)
    if type(operation) in recorded.selections():
        return _selects_channels(step)
    if _is_function(operation):
        takes_one = step.args == (step.sources[0],) and not step.kwargs
        return takes_one and works_place_by_place(operation, before[-1] or 1)
    return type(operation) in recorded.place_by_place()


def is_plane(step: Step) -> bool:
    """Whether the output is one channel of maps, (N, H, W), with its places."""
    if len(step.output_shape) != 3 or len(step.output_shapes) != 1:
        return False
    if len(step.input_shapes[0]) == 4:
        is_sum = type(step.operation) in recorded.reductions() and _axes(step.operation, step) == {3}
        return is_sum or (type(step.operation) in recorded.selections() and _selects_channels(step))
    is_elementwise = type(step.operation) in recorded.place_by_place()
    return is_elementwise and all(len(shape) == 3 for shape in step.input_shapes)


def _selects_channels(step: Step) -> bool:
    """Whether an index in brackets, of maps (N, H, W, C), concerns the channels alone."""
    index = step.args[1] if len(step.args) == 2 and isinstance(step.args[1], tuple) else ()
    everything = [slice(None)] * (4 - len(index) + 1)
    parts = [part for own in index for part in (everything if own is Ellipsis else [own])]
    return len(parts) == 4 and parts[:3] == [slice(None)] * 3 and isinstance(parts[3], int | slice)


def _is_function(operation) -> bool:
    """Whether an operation is a function with an axis, or of the user's, that can be tried on numbers."""
    return type(operation) in recorded.softmaxes() or is_own_function(operation)


def is_own_function(operation) -> bool:
    """Whether an operation is a layer of the user's, or a Lambda, that has no weights."""
    if not isinstance(operation, layers.Layer) or public_class(operation) not in (None, layers.Lambda):
        return False
    # A layer that has not been built must not be built for numbers that it is tried on.
    return not operation.weights and (operation.built or type(operation).build is layers.Layer.build)


def gathers(step: Step) -> bool:
    """Whether each number of a vector (N, F) that comes out may depend on all that goes in."""
    if len(step.output_shape) != 2:
        return False
    is_reduction = type(step.operation) in recorded.reductions() and len(step.input_shapes[0]) == 4
    return is_reduction or is_of(step.operation, (*GLOBAL_POOLINGS, layers.Dense))


def check_activation(operation, step: Step) -> None:
    """Refuse an activation inside a layer that may look beyond a place.

    Raises:
        ValueError: it is not known, or looks further.
    """
    activation = getattr(operation, "activation", None)
    if activation is None:
        return
    if isinstance(activation, layers.Layer):
        is_softmax = is_of(activation, (layers.Softmax,)) and activation.axis in (-1, 3)
        keeps = is_softmax or is_of(activation, PLACE_BY_PLACE)
        if is_own_function(activation):
            keeps = works_place_by_place(activation, step.output_shape[-1] or 1)
        check_activation(activation, step)
    else:
        keeps = works_place_by_place(activation, step.output_shape[-1] or 1)
    if not keeps:
        raise ValueError(
            f"{step.name!r} has the activation {activation!r}, and it is not known whether that looks at "
            "other places than its own: use one of keras.activations."
        )


def works_place_by_place(activation: Callable, num_channels: int) -> bool:
    """Whether an activation changes each place of maps (N, H, W, C) without a look at the others.

    Keras's own do; a function of the user's is tried on random numbers.
    """
    if any(activation is known for known in vars(keras.activations).values()):
        return True
    maps = np.random.default_rng(0).normal(0, 3, (4, 4, 5, num_channels)).astype("float32")
    # The same maps but for one place, where the numbers are others, then large, then small.
    maps[1:] = maps[0]
    maps[1, 1, 2], maps[2, 1, 2], maps[3, 1, 2] = -maps[0, 1, 2], 1e3, -1e3
    try:
        values = [np.asarray(keras.ops.convert_to_numpy(activation(one[np.newaxis]))) for one in maps]
    except Exception:  # What a function of the user's raises is not known.
        return False
    is_same = [(after == values[0]).reshape(20, -1).all(axis=-1) for after in values[1:]]
    others = np.arange(20) != 7
    return values[0].shape[:3] == (1, 4, 5) and all(same[others].all() for same in is_same)
