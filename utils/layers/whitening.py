"""A first convolution whose kernel is computed from images, not learned."""

import keras
from keras import layers


@keras.saving.register_keras_serializable(package="utils.layers")
class Whitening(layers.Conv2D):
    """Convolve with a kernel that is set once and not learned; the bias is learned."""

    def add_weight(self, *arguments, name=None, **options):
        # So the kernel stays frozen even when the layer's `trainable` is set to True again.
        if name == "kernel":
            options["trainable"] = False
        return super().add_weight(*arguments, name=name, **options)
