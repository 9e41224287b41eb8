"""What a ReLU does to a signal R on its way back: the three rules, told apart.

| rule      | passes                   | source                      |
|-----------|--------------------------|-----------------------------|
| gradient  | R where the input was > 0 | calculus                    |
| deconvnet | R where R > 0            | Zeiler and Fergus 2014      |
| guided    | R where both hold        | Springenberg et al. 2014    |
"""

from collections.abc import Callable
from typing import Any

from utils.convolution.graph import Step
from utils.explain.activations import split_activation
from utils.explain.behavior import Kind

import tensorflow as tf


@tf.custom_gradient
def rectify_going_back(signal: tf.Tensor) -> Any:
    """Leave the forward pass alone; going back, drop what is negative."""
    return tf.identity(signal), tf.nn.relu


@tf.custom_gradient
def skip_going_back(signal: tf.Tensor, value: tf.Tensor) -> Any:
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
    """Return a `call` for `Network.run` in which each ReLU follows `rule`, and all else its gradient.

    The call raises a ValueError for a step in which a ReLU may be hidden.
    """

    def call(step: Step, *args, **kwargs):
        if rule is gradient_rule:
            return step.operation(*args, **kwargs)
        parts = split_activation(step)
        if parts.kind is Kind.UNKNOWN:
            raise ValueError(
                f"It is not known whether {step.name!r} applies a ReLU, in {parts.label!r}: use a layer "
                "or activation of Keras, or another method, such as saliency."
            )
        if parts.kind is Kind.RELU:
            return rule(parts.activation, parts.before(*args, **kwargs))
        return step.operation(*args, **kwargs)

    return call
