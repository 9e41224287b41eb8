"""The pictures of a training, made inside the network: what `utils.data.read_picture` does to a file."""

from typing import Any

import keras
from keras import layers, ops


@keras.saving.register_keras_serializable(package="utils.layers")
class CenterSquare(layers.Layer):
    """Cut the central square out of photographs, and scale it to one size without aliasing.

    Photographs (N, H, W, 3) of any height and width, from 0 to 255, become (N, size, size, 3), float32:
    whole numbers from 0 to 255, those of `read_picture` but for rounding: Pillow scales tall pictures in the
    other order, which at sharp edges shows. A network that begins with this layer therefore sees a photograph
    as it saw those of its training.

    Each side is scaled by a matrix (size, length) of weights that reach over all pixels between two places
    of the result, however far these are apart. Keras's own `Resizing` needs an operation that LiteRT's
    runtime and ONNX lack; a product with a matrix is known everywhere.

    Args:
        size: height and width of the result.
        center: side of the square, as a share of the shorter side: networks for ImageNet see 224 of 256.

    Source: the bicubic filter of Keys 1981, a = -1/2, widened to the step as in Pillow.
    """

    def __init__(self, size: int, center: float = 224 / 256, **kwargs):
        super().__init__(**kwargs)
        self.size = size
        self.center = center

    def call(self, photographs):
        pixels = ops.cast(photographs, "float32")
        _, height, width, _ = ops.shape(pixels)
        side = self.center * ops.cast(ops.minimum(height, width), "float32")
        rows, columns = (_weights(length, side, self.size) for length in (height, width))
        # Rounded after each direction, as a picture between them would be.
        pixels = _to_bytes(ops.einsum("nhwc,vw->nhvc", pixels, columns))
        return _to_bytes(ops.einsum("nhvc,uh->nuvc", pixels, rows))

    def compute_output_shape(self, input_shape):
        return (input_shape[0], self.size, self.size, input_shape[-1])

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "size": self.size, "center": self.center}


def _weights(length, side, size: int):
    """Return how much each pixel of a line gives to each place of its middle part: (size, length)."""
    step = side / size
    start = (ops.cast(length, "float32") - side) / 2
    places = start + (ops.arange(size, dtype="float32") + 0.5) * step
    pixels = ops.arange(length, dtype="float32") + 0.5
    weights = _cubic(ops.abs(pixels[None] - places[:, None]) / ops.maximum(step, 1.0))
    return weights / ops.sum(weights, axis=1, keepdims=True)


def _cubic(distance):
    near = (1.5 * distance - 2.5) * distance**2 + 1
    far = ((-0.5 * distance + 2.5) * distance - 4) * distance + 2
    return ops.where(distance < 1, near, ops.where(distance < 2, far, 0.0))


def _to_bytes(pixels):
    return ops.clip(ops.round(pixels), 0, 255)
