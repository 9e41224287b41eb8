"""A constraint on the size of filters, as Zeiler and Fergus had it."""

import keras
from keras import ops


@keras.saving.register_keras_serializable(package="utils.layers")
class ClipRMS(keras.constraints.Constraint):
    """Scale back each filter whose root mean square exceeds `max_rms`; leave the others alone.

    Source: Zeiler and Fergus 2014, section 3: without it a few filters of layer 1 dominate.
    """

    def __init__(self, max_rms: float = 0.1):
        self.max_rms = max_rms

    def __call__(self, kernel):
        """Return `kernel` (height, width, inputs, filters), clipped."""
        rms = ops.sqrt(ops.mean(ops.square(kernel), axis=(0, 1, 2), keepdims=True))
        return kernel * (self.max_rms / ops.maximum(rms, self.max_rms))

    def get_config(self):
        return {"max_rms": self.max_rms}
