"""The kernel of the first layer, computed from the images instead of learned."""

from utils.architectures.speedrun import CIFAR10_DEVIATION, CIFAR10_MEAN, WHITENING_SIZE
from utils.convolution.windows import im2col
from utils.data import as_float

import numpy as np

# Added to the eigenvalues, so that noise in directions that hardly vary is not amplified.
EPSILON = 5e-4
PATCHES_AT_A_TIME = 100_000


def whitening_filters(patches: np.ndarray, epsilon: float = EPSILON) -> np.ndarray:
    """Return the filters that make patches uncorrelated, each of variance one.

    Args:
        patches: (N, D), colors already centered around zero.
        epsilon: added to each variance before its root divides.

    Returns:
        (D, D), a filter per column: eigenvectors of the patches' second moments, each divided by the
        root of its eigenvalue, the largest first.

    Source: K. Jordan 2024 (arXiv:2404.00498), section 3.2, after D. Page, "How to train your
        ResNet", 2018 to 2020.
    """
    eigenvalues, eigenvectors = np.linalg.eigh(_second_moments(patches))
    return (eigenvectors / np.sqrt(eigenvalues + epsilon))[:, ::-1]


def _second_moments(patches: np.ndarray) -> np.ndarray:
    """Return the means (D, D) of all products of two columns, computed in parts to save memory."""
    total = np.zeros((patches.shape[1], patches.shape[1]))
    for part in np.array_split(patches, -(-len(patches) // PATCHES_AT_A_TIME)):
        precise = part.astype(np.float64)
        total += precise.T @ precise
    return total / len(patches)


def whitening_kernel(images: np.ndarray, epsilon: float = EPSILON) -> np.ndarray:
    """Return the kernel of the whitening layer: the filters, then their negatives.

    Args:
        images: (N, H, W, 3), uint8; a few thousand are enough.
        epsilon: as in `whitening_filters`.

    Returns:
        (2, 2, 3, 24), float32, for images whose colors are normalized as in the network. Of a filter and
        its negative, an activation that cuts off negative numbers keeps one.
    """
    mean, deviation = np.array(CIFAR10_MEAN, np.float32), np.array(CIFAR10_DEVIATION, np.float32)
    colors = (as_float(images) - mean) / deviation
    filters = whitening_filters(im2col(colors, WHITENING_SIZE), epsilon)
    kernel = np.concatenate([filters, -filters], axis=1)
    return kernel.reshape(WHITENING_SIZE, WHITENING_SIZE, 3, -1).astype(np.float32)
