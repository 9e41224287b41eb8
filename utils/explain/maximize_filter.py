"""Gradient ascent on the pixels: a picture that a unit answers to most."""

from typing import NamedTuple

from utils.explain.inputs import BATCH_SIZE, check_at_least, check_images, check_units, compiled
from utils.explain.network import LayerChoice, Network, Step

import keras
import numpy as np
import tensorflow as tf

EPSILON = 1e-5  # The blog's; it keeps the picture of a dead unit where it started.


class FilterPictures(NamedTuple):
    """One picture per unit.

    Attributes:
        images: (U, H, W, C), in the model's range, or beyond it: `as_pictures` makes them visible.
        activations: (U, num_steps + 1), what was maximized, at the start and after each step. A
            unit that stays at 0 has no picture.
    """

    images: np.ndarray
    activations: np.ndarray


def maximize_filter(
    model: keras.Model,
    layer: LayerChoice,
    units,
    *,
    position: tuple[int, int] | None = None,
    num_steps: int = 20,
    step_size: float = 1 / 255,
    decay: float = 0.0,
    blur: float = 0.0,
    blur_every: int = 4,
    start: np.ndarray | None = None,
    image_size: tuple[int, int] | None = None,
    pixel_range: tuple[float, float] = (0.0, 1.0),
    seed: int = 0,
) -> FilterPictures:
    """Climb, from nearly gray noise, along the gradient of a unit's activation.

    As it stands this is the algorithm of the Keras blog; with `decay` and `blur` it is regularized.

    Args:
        layer: name, index in `model.layers`, or the layer, with output (N, h, w, units).
        units: one number of a feature map, or several.
        position: (row, column) in the map, to climb there; None for the mean over the map.
        step_size: root mean square of one step, as a part of the pixel range.
        decay: part of the distance from the middle of the range that each step takes back.
        blur: standard deviation in pixels of the blur after every `blur_every` steps.
        start: (U, H, W, C) or (H, W, C), what to begin with instead of noise from `seed`.
        image_size: (H, W), for a model of any size.

    Raises:
        ValueError: no such layer, unit or position, or a number out of its range.

    Source: F. Chollet, "How convolutional neural networks see the world", blog.keras.io, 2016;
        decay and blur: J. Yosinski et al., arXiv:1506.06579, section 3.
    """
    check_at_least("num_steps", num_steps, 1)
    check_at_least("blur_every", blur_every, 1)
    if not 0 <= decay < 1 or blur < 0 or step_size <= 0:
        raise ValueError(
            "decay must lie in [0, 1), blur must not be negative and step_size must be positive; "
            f"got {decay!r}, {blur!r} and {step_size!r}."
        )
    network = Network(model)
    step = network.find_feature_maps(layer)
    units = check_units(step, units)
    low, high = pixel_range
    images = _start(network, units, start, image_size, pixel_range, seed)

    def climb(images, units):
        with tf.GradientTape(watch_accessed_variables=False) as tape:
            tape.watch(images)
            (feature_maps,) = network.run(images, [step])
            activations = _activations(step, feature_maps, units, position)
        gradients = tape.gradient(activations, images)
        rms = tf.sqrt(tf.reduce_mean(gradients**2, axis=(1, 2, 3), keepdims=True))
        climbed = images + step_size * (high - low) * gradients / (rms + EPSILON)
        return activations, climbed - decay * (climbed - (low + high) / 2)

    climb = compiled(climb, images, units)
    parts = []
    for first in range(0, len(units), BATCH_SIZE):
        image, unit = images[first : first + BATCH_SIZE], units[first : first + BATCH_SIZE]
        history = []
        for number in range(1, num_steps + 1):
            activations, image = climb(image, unit)
            history.append(activations)
            if blur and number % blur_every == 0:
                image = _blur(image, blur, middle=(low + high) / 2)
        history.append(climb(image, unit)[0])
        parts.append((image.numpy(), np.stack(history, axis=1)))
    return FilterPictures(*map(np.concatenate, zip(*parts, strict=True)))


def as_pictures(images: np.ndarray, deviation: float = 0.1) -> np.ndarray:
    """Bring each image to mean 0.5 and the given standard deviation, and clip it to [0, 1]."""
    images = images - images.mean(axis=(1, 2, 3), keepdims=True)
    spread = images.std(axis=(1, 2, 3), keepdims=True)
    return (0.5 + deviation * images / np.maximum(spread, EPSILON)).clip(0, 1)


def _start(network: Network, units, start, image_size, pixel_range, seed: int) -> np.ndarray:
    low, high = pixel_range
    if start is not None:
        start = np.broadcast_to(start, (len(units), *np.shape(start)[-3:]))
        return check_images(network, start)
    sizes = zip(network.input_shape[1:3], image_size or (None, None), strict=True)
    height, width = (own or asked for own, asked in sizes)
    if None in (height, width):
        raise ValueError(f"{network.model.name!r} takes any size: pass image_size=(H, W).")
    # The blog's 128 to 148 of 255, a little above the middle.
    shape = (len(units), height, width, network.input_shape[3])
    noise = np.random.default_rng(seed).uniform(128 / 255, 148 / 255, shape)
    return (low + (high - low) * noise).astype(network.input_dtype)


def _activations(step: Step, feature_maps: tf.Tensor, units: tf.Tensor, position) -> tf.Tensor:
    """Return (U,): of each image its own unit, the mean over the map or the value at `position`."""
    maps = tf.gather(tf.transpose(feature_maps, (0, 3, 1, 2)), units, axis=1, batch_dims=1)
    if position is None:
        return tf.reduce_mean(maps, axis=(1, 2))
    row, column = position
    if not (0 <= row < maps.shape[1] and 0 <= column < maps.shape[2]):
        raise ValueError(
            f"position must be (row, column) in the {tuple(maps.shape[1:])} map of "
            f"{step.operation.name!r}, got {position!r}."
        )
    return maps[:, row, column]


def _blur(images: tf.Tensor, deviation: float, middle: float) -> tf.Tensor:
    """Blur with a Gaussian, first the rows and then the columns; outside all is `middle`."""
    radius = int(np.ceil(3 * deviation))
    profile = np.exp(-0.5 * (np.arange(-radius, radius + 1) / deviation) ** 2)
    profile = tf.constant(profile / profile.sum(), images.dtype)
    kernel = tf.tile(profile[:, None, None, None], (1, 1, images.shape[-1], 1))
    blurred = images - middle
    for weights in (kernel, tf.transpose(kernel, (1, 0, 2, 3))):
        blurred = tf.nn.depthwise_conv2d(blurred, weights, (1, 1, 1, 1), "SAME")
    return blurred + middle
