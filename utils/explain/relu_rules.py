"""What a ReLU does to a signal R on its way back: the three rules, told apart.

| rule      | passes                   | source                      |
|-----------|--------------------------|-----------------------------|
| gradient  | R where the input was > 0 | calculus                    |
| deconvnet | R where R > 0            | Zeiler and Fergus 2014      |
| guided    | R where both hold        | Springenberg et al. 2014    |
"""

from collections.abc import Callable

from utils.explain.network import Step

import keras
import tensorflow as tf
from keras import layers

RELU_NAMES = frozenset({"relu", "relu6"})
# Calls of keras.ops in a functional model are operations of these names.
_OPERATION_NAMES = frozenset(
    {"Relu", "Relu6", "LeakyRelu", "Elu", "Selu", "Gelu", "Silu", "Sigmoid", "Softmax", "Tanh"}
)
_ACTIVATION_LAYERS = (layers.LeakyReLU, layers.PReLU, layers.ELU, layers.Softmax)


@tf.custom_gradient
def rectify_going_back(signal: tf.Tensor):
    """Leave the forward pass alone; going back, drop what is negative."""
    return tf.identity(signal), tf.nn.relu


@tf.custom_gradient
def skip_going_back(signal: tf.Tensor, value: tf.Tensor):
    """Give `value` in the forward pass; going back, pass all to `signal` and nothing to `value`."""
    return tf.identity(value), lambda upstream: (upstream, tf.zeros_like(value))


def gradient_rule(activation: Callable, signal: tf.Tensor) -> tf.Tensor:
    """Apply a ReLU that goes back as its gradient."""
    return activation(signal)


def deconvnet_rule(activation: Callable, signal: tf.Tensor) -> tf.Tensor:
    """Apply a ReLU that goes back as a ReLU, whatever its input was."""
    value = tf.stop_gradient(activation(signal))
    return rectify_going_back(skip_going_back(signal, value))


def guided_rule(activation: Callable, signal: tf.Tensor) -> tf.Tensor:
    """Apply a ReLU that goes back as a ReLU and as its gradient."""
    return rectify_going_back(activation(signal))


def calling_with(rule: Callable) -> Callable:
    """Return a `call` for `Network.run` in which each ReLU follows `rule`."""

    def call(step: Step, *args, **kwargs):
        before, activation, name = split_activation(step.operation)
        if name not in RELU_NAMES:
            return step.operation(*args, **kwargs)
        return rule(activation, before(*args, **kwargs))

    return call


def split_activation(operation: keras.Operation) -> tuple[Callable, Callable, str]:
    """Split a layer into what comes before its activation, the activation, and its name.

    The name is "linear" if there is none. A ReLU with a slope below zero counts as "leaky_relu".
    """
    kind = type(operation).__name__
    if isinstance(operation, layers.ReLU):
        is_plain = not operation.negative_slope and not operation.threshold
        return _identity, operation, "relu" if is_plain else "leaky_relu"
    if isinstance(operation, layers.Activation):
        return _identity, operation, operation.activation.__name__
    if isinstance(operation, _ACTIVATION_LAYERS) or kind in _OPERATION_NAMES:
        return _identity, operation, kind.lower()
    activation = getattr(operation, "activation", None)
    if activation is None or activation is keras.activations.linear:
        return operation, _identity, "linear"
    name = getattr(activation, "__name__", type(activation).__name__)
    return _without_activation(operation), activation, name


def _identity(tensor, **_):
    # A Softmax layer is called with a mask too.
    return tensor


def _without_activation(layer: layers.Layer) -> layers.Layer:
    """Return a second object on the same variables whose activation is linear.

    `copy.copy` would save and load the layer, and so copy its weights.
    """
    twin = object.__new__(type(layer))
    twin.__dict__.update(layer.__dict__)
    twin.__dict__["activation"] = keras.activations.linear
    return twin
