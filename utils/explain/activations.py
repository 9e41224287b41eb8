"""Which activation a step of a model applies, found by what it is and does, never by a name.

Functions of `keras.activations`, and what Keras records for `keras.ops`, are recognized as objects. Any
other function, a partial, a lambda or one of TensorFlow, is tried on numbers: what gives a ReLU's values
is a ReLU. What is neither known nor recognized is unknown, and whoever cannot do with that refuses it.
"""

import functools
import weakref
from collections.abc import Callable
from typing import NamedTuple

from utils.convolution import kinds, recorded
from utils.convolution.graph import Graph, Step
from utils.convolution.steps import look_inside, walk
from utils.explain.behavior import Kind, behavior
from utils.layers import Subsampling, TableConv2D, fused_gelu, scaled_tanh

import keras
import tensorflow as tf
from keras import layers

# Layers that apply their activation last.
ENDING_IN_ACTIVATION = (
    *(layers.Conv1D, layers.Conv2D, layers.Conv3D, layers.DepthwiseConv1D, layers.DepthwiseConv2D),
    *(layers.Conv1DTranspose, layers.Conv2DTranspose, layers.Conv3DTranspose, layers.SeparableConv1D),
    *(layers.SeparableConv2D, layers.Dense, layers.EinsumDense),
)
# Layers without an activation.
WITHOUT_ACTIVATION = (
    *(*kinds.AUGMENTATIONS, *kinds.DROPOUTS, *kinds.SUMS, *kinds.POOLINGS, *kinds.ADAPTIVE_POOLINGS),
    *(*kinds.GLOBAL_POOLINGS, *kinds.SAME_AT_SAME_SIZE, layers.Identity, layers.BatchNormalization),
    *(layers.LayerNormalization, layers.RMSNormalization, layers.UnitNormalization, layers.Rescaling),
    *(layers.GroupNormalization, layers.Normalization, layers.ZeroPadding2D, layers.Cropping2D),
    *(layers.UpSampling2D, layers.Flatten, layers.Permute, layers.RepeatVector, layers.Concatenate),
    *(layers.Dot, layers.Masking, layers.Embedding),
)
KNOWN_FUNCTIONS = (*vars(keras.activations).values(), *recorded.ACTIVATIONS, scaled_tanh, fused_gelu)


class Parts(NamedTuple):
    """A step taken apart.

    Attributes:
        before: what the step does with its arguments up to the activation.
        activation: function of one tensor.
        kind: of the activation.
        label: the activation, for messages.
    """

    before: Callable
    activation: Callable
    kind: Kind
    label: str


def split_activation(step: Step) -> Parts:
    """Split a step into what comes before its activation, and the activation."""
    operation = kinds.unwrapped(step.operation)
    if not isinstance(operation, layers.Layer):
        return Parts(functools.partial(_tensor_of, step), functools.partial(_apply, step), *_kind(step))
    if kinds.is_of(operation, ENDING_IN_ACTIVATION) or isinstance(operation, Subsampling | TableConv2D):
        kind, label = kind_of(operation.activation)
        if kind is Kind.LINEAR:
            return Parts(step.operation, _first, kind, label)
        return Parts(_without_activation(step.operation), operation.activation, kind, label)
    return Parts(_first, functools.partial(_apply, step), *_kind(step))


def kind_of(activation) -> tuple[Kind, str]:
    """Return what an activation does, whatever it is written as, and its label.

    Args:
        activation: None, a function, or a layer, as the argument of a layer of Keras.
    """
    if activation is None:
        return Kind.LINEAR, "linear"
    if isinstance(activation, layers.Layer):
        return _kind_of_layer(activation)
    return _kind_of_function(activation), _label(activation)


def _label(activation) -> str:
    for name, known in vars(keras.activations).items():
        if activation is known:
            return name
    return getattr(activation, "__name__", None) or repr(activation)


def _kind_of_layer(layer: layers.Layer) -> tuple[Kind, str]:
    if kinds.is_of(layer, (layers.Activation,)):
        return kind_of(layer.activation)
    if kinds.is_of(layer, (layers.ReLU, layers.LeakyReLU)):
        is_plain = not layer.negative_slope and not getattr(layer, "threshold", 0)
        return (Kind.RELU, "relu") if is_plain else (Kind.OTHER, "leaky_relu")
    if kinds.is_of(layer, (layers.Softmax,)):
        return (Kind.SOFTMAX if layer.axis in (-1, 1, [-1], (-1,)) else Kind.OTHER), "softmax"
    if kinds.is_of(layer, (layers.ELU, layers.PReLU)):
        return Kind.OTHER, layer.name
    if kinds.is_of(layer, WITHOUT_ACTIVATION):
        return Kind.LINEAR, layer.name
    found = behavior(layer) if kinds.is_own_function(layer) else None
    return found or Kind.UNKNOWN, layer.name


@functools.lru_cache(maxsize=256)
def _kind_of_function(function: Callable) -> Kind:
    found = behavior(function)
    if found is not None:
        return found
    whole = function
    while isinstance(function, functools.partial):
        function = function.func
    if any(function is known for known in KNOWN_FUNCTIONS):
        return Kind.OTHER
    return _kind_inside(_record(whole))


def _record(function: Callable) -> Graph | None:
    """Return the calls of `keras.ops` that a function makes, or None if it makes others."""
    with tf.init_scope():
        inputs = keras.Input((5,), name="x")
        try:
            return walk(keras.Model(inputs, function(inputs), name="activation"))
        except Exception:  # What foreign code raises when it is given a symbolic tensor is not known.
            return None


def _kind_inside(graph: Graph | None) -> Kind:
    """Return what the calls of a function or layer come to; a ReLU among others cannot be told apart."""
    found = {Kind.UNKNOWN} if graph is None else {split_activation(step).kind for step in graph.steps}
    if found & {Kind.UNKNOWN, Kind.RELU}:
        return Kind.UNKNOWN
    return Kind.OTHER if found - {Kind.LINEAR} else Kind.LINEAR


_KINDS: "weakref.WeakKeyDictionary[Step, tuple[Kind, str]]" = weakref.WeakKeyDictionary()


def _kind(step: Step) -> tuple[Kind, str]:
    """Return what a whole step does as an activation."""
    operation = kinds.unwrapped(step.operation)
    is_layer = isinstance(operation, layers.Layer)
    if is_layer and kinds.is_of(operation, (layers.Activation,)):
        return kind_of(operation.activation)  # It may be exchanged, and is looked up each time.
    if step not in _KINDS:
        _KINDS[step] = _kind_of_own(step) if is_layer else _kind_of_operation(step)
    return _KINDS[step]


def _kind_of_own(step: Step) -> tuple[Kind, str]:
    """Return what a layer does as an activation, one with a `call` of its own or a Lambda among them."""
    layer = step.operation
    if kinds.public_class(layer) not in (None, layers.Lambda, layers.Pipeline):
        return _kind_of_layer(layer)
    if not layer.weights and len(step.sources) == 1:
        kind = behavior(functools.partial(_apply, step), rank=len(step.input_shapes[0]))
        if kind is not None:
            return kind, layer.name
    with tf.init_scope():
        return _kind_inside(look_inside(step)), layer.name


def _kind_of_operation(step: Step) -> tuple[Kind, str]:
    kind_of_class = type(step.operation)
    if kind_of_class in recorded.arithmetic() | recorded.rearrangements():
        return Kind.LINEAR, step.name
    if len(step.sources) == 1:
        found = behavior(functools.partial(_apply, step), rank=len(step.input_shapes[0]))
        if found is not None:
            return found, step.name
    smooth = (recorded.place_by_place() | recorded.softmaxes()) - recorded.choices()
    return (Kind.OTHER if kind_of_class in smooth else Kind.UNKNOWN), step.name


def _first(tensor, *_, **__):
    # A Softmax layer is called with a mask too.
    return tensor


def _tensor_of(step: Step, *args, **kwargs):
    """Return the tensor among the arguments of a call of `keras.ops`."""
    slots, values = (keras.tree.flatten(call) for call in ((step.args, step.kwargs), (args, kwargs)))
    return next(value for slot, value in zip(slots, values, strict=True) if slot in step.sources)


def _apply(step: Step, tensor):
    """Do what a step with one input does."""
    args, kwargs = step.fill_in({step.sources[0]: tensor})
    if isinstance(step.operation, layers.Layer):
        kwargs = {**kwargs, "training": False}
    return step.operation(*args, **kwargs)


def _without_activation(layer: layers.Layer) -> layers.Layer:
    """Return a second object on the same variables whose activation is linear.

    `copy.copy` would save and load the layer, and so copy its weights.
    """
    twin = object.__new__(type(layer))
    twin.__dict__.update(layer.__dict__)
    inner = kinds.unwrapped(layer)
    if inner is layer:
        twin.__dict__["activation"] = keras.activations.linear
    else:
        twin.__dict__["layer"] = _without_activation(inner)
    return twin
