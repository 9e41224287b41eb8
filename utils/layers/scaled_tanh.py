"""What squashes and what starts the weights of the first LeNets."""

import keras
from keras import ops


@keras.saving.register_keras_serializable(package="course")
def scaled_tanh(inputs):
    """Squash: 1.7159 tanh(2/3 inputs), which takes 1 to 1 and -1 to -1.

    Source: LeCun et al. 1998, "Gradient-Based Learning Applied to Document Recognition", eq. 6.
    """
    return 1.7159 * ops.tanh(inputs * (2 / 3))


def fan_in_uniform(num_inputs: int) -> keras.initializers.Initializer:
    """Draw weights evenly within 2.4 / num_inputs of 0 (LeCun et al. 1998, appendix A)."""
    return keras.initializers.RandomUniform(-2.4 / num_inputs, 2.4 / num_inputs)
