"""Gradient ascent on the pixels: a picture to which a unit responds most."""

from collections.abc import Callable
from typing import NamedTuple

from utils.checks import is_integer, require_integer
from utils.convolution.graph import Step
from utils.explain.inputs import BATCH_SIZE, check_images, check_units, compiled, require_gradient
from utils.explain.network import LayerChoice, Network

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
    """Climb from nearly gray noise along the gradient of a unit's activation.

    By default this is the algorithm of the Keras blog; `decay` and `blur` regularize it.

    Args:
        layer: name, index in `model.layers`, or the layer, with output (N, h, w, units).
        units: one number of a feature map, or several.
        position: (row, column) in the map, to climb there; None for the mean over the map.
        step_size: root mean square of one step, as a share of the pixel range.
        decay: share of the distance from the middle of the range that each step takes back.
        blur: standard deviation in pixels of the blur after every `blur_every` steps.
        start: (U, H, W, C) or (H, W, C), what to begin with instead of noise from `seed`.
        image_size: (H, W), for a model of any size.

    Raises:
        ValueError: no such layer, unit or position, a number out of its range, or a model in float16.

    Source: F. Chollet, "How convolutional neural networks see the world", blog.keras.io, 2016;
        decay and blur: J. Yosinski et al., arXiv:1506.06579, section 3.
    """
    require_integer("num_steps", num_steps, 1)
    require_integer("blur_every", blur_every, 1)
    if not 0 <= decay < 1 or blur < 0 or step_size <= 0 or pixel_range[0] >= pixel_range[1]:
        raise ValueError(
            "decay must lie in [0, 1), blur must not be negative, step_size must be positive and "
            f"pixel_range must rise; got {decay!r}, {blur!r}, {step_size!r} and {pixel_range!r}."
        )
    network = Network(model)
    step = network.find_feature_maps(layer)
    network.check_gradients(step)
    units = check_units(step, units)
    low, high = pixel_range
    middle = (low + high) / 2
    images = _start(network, units, start, image_size, pixel_range, seed)

    def climb(images, units):
        with tf.GradientTape(watch_accessed_variables=False) as tape:
            tape.watch(images)
            (feature_maps,) = network.run(images, [step])
            activations = _activations(step, feature_maps, units, position)
        gradients = require_gradient(tape.gradient(activations, images), step)
        rms = tf.sqrt(tf.reduce_mean(gradients**2, axis=(1, 2, 3), keepdims=True))
        climbed = images + step_size * (high - low) * gradients / (rms + EPSILON)
        return activations, climbed - decay * (climbed - middle)

    def smooth(images, number):
        return _blur(images, blur, middle) if blur and number % blur_every == 0 else images

    compiled_climb = compiled(climb, images, units)
    batches = range(0, len(units), BATCH_SIZE)
    parts = [
        _climb_on(compiled_climb, smooth, images[i : i + BATCH_SIZE], units[i : i + BATCH_SIZE], num_steps)
        for i in batches
    ]
    return FilterPictures(*map(np.concatenate, zip(*parts, strict=True)))


def _climb_on(
    climb: Callable, smooth: Callable, images: np.ndarray, units: np.ndarray, num_steps: int
) -> tuple[np.ndarray, np.ndarray]:
    """Climb from one batch of images; return where it ends, and the activations on the way."""
    history = []
    for number in range(1, num_steps + 1):
        activations, images = climb(images, units)
        history.append(activations)
        images = smooth(images, number)
    history.append(climb(images, units)[0])
    return np.asarray(images), np.stack(history, axis=1)


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
    known = [size for size in (own or asked for own, asked in sizes) if size is not None]
    if len(known) < 2:
        raise ValueError(f"{network.model.name!r} takes any size: pass image_size=(H, W).")
    # The blog's 128 to 148 of 255, a little above the middle.
    shape = (len(units), *known, network.input_shape[3] or 1)
    noise = np.random.default_rng(seed).uniform(128 / 255, 148 / 255, shape)
    return (low + (high - low) * noise).astype(network.input_dtype)


def _activations(step: Step, feature_maps: tf.Tensor, units: tf.Tensor, position) -> tf.Tensor:
    """Return for each image the activation (U,) of its own unit: the map's mean, or one value of it."""
    maps = tf.gather(tf.transpose(feature_maps, (0, 3, 1, 2)), units, axis=1, batch_dims=1)
    if position is None:
        return tf.reduce_mean(maps, axis=(1, 2))
    sizes = tuple(maps.shape[1:])
    is_inside = len(position) == 2 and all(
        is_integer(place, 0) and place < size for place, size in zip(position, sizes, strict=True)
    )
    if not is_inside:
        raise ValueError(
            f"position must be (row, column) in the {sizes} map of {step.name!r}, got {position!r}."
        )
    return maps[:, position[0], position[1]]


def _blur(images: tf.Tensor, deviation: float, middle: float) -> tf.Tensor:
    """Blur with a Gaussian, first the rows and then the columns; outside the image is `middle`."""
    radius = int(np.ceil(3 * deviation))
    profile = np.exp(-0.5 * (np.arange(-radius, radius + 1) / deviation) ** 2)
    profile = tf.constant(profile / profile.sum(), images.dtype)
    kernel = tf.tile(profile[:, None, None, None], (1, 1, images.shape[-1] or 1, 1))
    blurred = images - middle
    for weights in (kernel, tf.transpose(kernel, (1, 0, 2, 3))):
        blurred = tf.nn.depthwise_conv2d(blurred, weights, (1, 1, 1, 1), "SAME")
    return blurred + middle
