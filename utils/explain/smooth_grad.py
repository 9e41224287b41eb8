"""SmoothGrad: saliency with less noise, by adding noise."""

from utils.checks import require_integer
from utils.explain.class_scores import Classes
from utils.explain.inputs import BATCH_SIZE, check_images, compiled
from utils.explain.network import Network
from utils.explain.saliency import largest_channel

import keras
import numpy as np


def smooth_grad(
    model: keras.Model,
    images: np.ndarray,
    classes=None,
    *,
    num_samples: int = 25,
    noise: float = 0.15,
    seed: int = 0,
    batch_size: int = BATCH_SIZE,
) -> np.ndarray:
    """Average the gradient over noisy copies of each image, then reduce it as `saliency` does.

    Args:
        model, images, classes, batch_size: see `input_gradient`; the class predicted for None is
            that of the image without noise.
        num_samples: noisy copies of each image.
        noise: standard deviation, as a part of the image's range from darkest to brightest.
        seed: of the noise.

    Returns:
        (N, H, W), floats from 0.

    Raises:
        ValueError: as `saliency`, or num_samples below 1, or negative noise.

    Source: D. Smilkov et al., "SmoothGrad: removing noise by adding noise", arXiv:1706.03825.
    """
    require_integer("num_samples", num_samples, 1)
    require_integer("batch_size", batch_size, 1)
    if noise < 0:
        raise ValueError(f"noise must not be negative, got {noise!r}.")
    network = Network(model)
    images = check_images(network, images)
    of_network = Classes(network)
    network.check_gradients(network.last)
    classes = of_network.choose(images, classes, batch_size)
    gradient = compiled(of_network.score_gradient, images, classes)
    rng = np.random.default_rng(seed)
    means = np.zeros_like(images)
    for start in range(0, len(images), batch_size):
        part = slice(start, start + batch_size)
        deviations = noise * np.ptp(images[part], axis=(1, 2, 3), keepdims=True)
        for _ in range(num_samples):
            noisy = images[part] + deviations * rng.standard_normal(images[part].shape)
            means[part] += gradient(noisy.astype(images.dtype), classes[part]) / num_samples
    return largest_channel(means)
