"""All the methods that show where in an image something matters, applied to the same images."""

from utils.explain.deconvnet import deconvnet
from utils.explain.grad_cam import grad_cam
from utils.explain.guided_backprop import guided_backprop
from utils.explain.network import LayerChoice
from utils.explain.occlusion import occlusion
from utils.explain.saliency import largest_channel, saliency
from utils.explain.smooth_grad import smooth_grad
from utils.explain.strongest_units import strongest_units

import keras
import numpy as np


def heat_maps(
    model: keras.Model, images: np.ndarray, classes, layer: LayerChoice, *, size: int = 8, seed: int = 0
) -> dict[str, np.ndarray]:
    """Compute one map per image with each of these methods.

    Args:
        model, images, classes: see `input_gradient`.
        layer: the layer of Grad-CAM, and of the deconvnet, which projects each image's strongest map.
        size: height and width of the square of `occlusion`; its stride is half of that.
        seed: of SmoothGrad's noise.

    Returns:
        name to (N, H, W); larger where the method sees more.
    """
    projections = deconvnet(model, images, layer, strongest_units(model, images, layer))
    return {
        "deconvnet": largest_channel(projections),
        "saliency": saliency(model, images, classes),
        "SmoothGrad": smooth_grad(model, images, classes, num_samples=15, seed=seed),
        "guided backprop": largest_channel(guided_backprop(model, images, classes)),
        "Grad-CAM": grad_cam(model, images, layer, classes),
        "occlusion": occlusion(model, images, classes, size=size, stride=max(size // 2, 1)).drops,
    }
