"""The activation and the initial weights of the first LeNets."""

from typing import Any

import keras
from keras import ops


@keras.saving.register_keras_serializable(package="utils.layers")
def scaled_tanh(inputs):
    """Return 1.7159 tanh(2/3 inputs), which takes 1 to 1 and -1 to -1.

    Source: LeCun et al. 1998, "Gradient-Based Learning Applied to Document Recognition", eq. 6.
    """
    return 1.7159 * ops.tanh(inputs * (2 / 3))


def fan_in_uniform(num_inputs: int) -> keras.initializers.Initializer:
    """Return an initializer that is uniform within 2.4 / num_inputs of 0 (LeCun et al. 1998, appendix A)."""
    return keras.initializers.RandomUniform(-2.4 / num_inputs, 2.4 / num_inputs)


def scaled_tanh_options(num_inputs: int) -> dict[str, Any]:
    """Return the options that give a layer scaled tanh and, for its inputs per unit, the first weights."""
    return {"activation": scaled_tanh, "kernel_initializer": fan_in_uniform(num_inputs)}
