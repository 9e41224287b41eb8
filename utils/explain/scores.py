"""How well a map points at an object whose place is known."""

from collections.abc import Mapping

import numpy as np
from scipy import stats


def pointing_game(maps: np.ndarray, masks: np.ndarray) -> float:
    """Return the share of maps whose maximum lies on the object.

    Args:
        maps, masks: see `pointing_hits`.

    Source: J. Zhang et al., "Top-down Neural Attention by Excitation Backprop", ECCV 2016.
    """
    return float(np.mean(pointing_hits(maps, masks)))


def pointing_hits(maps: np.ndarray, masks: np.ndarray) -> np.ndarray:
    """Return for each map 1 if its maximum lies on the object, otherwise 0: (N,).

    Args:
        maps: (N, H, W), larger where the method sees more.
        masks: (N, H, W), bool, true on the object.

    Of several maxima each counts in part, so that a map without a maximum scores as chance does.
    """
    maps, masks = _check(maps, masks)
    is_maximum = maps == maps.max(axis=1, keepdims=True)
    return (is_maximum & masks).sum(axis=1) / is_maximum.sum(axis=1)


def mask_iou(maps: np.ndarray, masks: np.ndarray) -> float:
    """Return the mean intersection over union of the object and as many of the largest places.

    Taking as many places as the object has needs no threshold. Of equal places at the limit each
    counts in part.

    Args:
        maps, masks: see `pointing_game`; each mask has a true place.
    """
    maps, masks = _check(maps, masks)
    ious = []
    for values, mask in zip(maps, masks, strict=True):
        size = mask.sum()
        limit = np.sort(values)[-size]
        above, equal = values > limit, values == limit
        hits = (above & mask).sum() + (size - above.sum()) * mask[equal].mean()
        ious.append(hits / (2 * size - hits))
    return float(np.mean(ious))


def share_interval(share: float, number: int, level: float = 0.95) -> tuple[float, float]:
    """Return the confidence interval of a share of so many pictures, which holds near 0 and 1, too.

    Args:
        share: from 0 to 1, such as that of `pointing_game`.
        number: of pictures, at least 1.
        level: how often such an interval contains the true share.

    Source: E. B. Wilson, "Probable inference, the law of succession, and statistical inference",
        Journal of the American Statistical Association 22 (1927).
    """
    z = float(stats.norm.ppf((1 + level) / 2))
    middle = (share + z**2 / (2 * number)) / (1 + z**2 / number)
    reach = z * np.sqrt(share * (1 - share) / number + (z / (2 * number)) ** 2) / (1 + z**2 / number)
    return float(middle - reach), float(middle + reach)


def center_map(shape: tuple[int, int]) -> np.ndarray:
    """Return the map (H, W) that points at the center of every image: what any method must beat."""
    rows, columns = (np.arange(size) - (size - 1) / 2 for size in shape)
    return -np.hypot(rows[:, None], columns)


def score_maps(maps: Mapping[str, np.ndarray], masks: np.ndarray) -> dict[str, tuple[float, float]]:
    """Return pointing game and mask IoU of each method, and of the center of the image.

    Args:
        maps: name of a method to its maps (N, H, W).
        masks: (N, H, W), bool.
    """
    baseline = np.broadcast_to(center_map(masks.shape[1:]), masks.shape)
    everything = {**maps, "center of the image": baseline}
    return {
        name: (pointing_game(values, masks), mask_iou(values, masks)) for name, values in everything.items()
    }


def _check(maps, masks) -> tuple[np.ndarray, np.ndarray]:
    """Return both as (N, H * W)."""
    maps, masks = np.asarray(maps), np.asarray(masks)
    if maps.shape != masks.shape or maps.ndim != 3 or masks.dtype != bool:
        raise ValueError(
            f"maps and bool masks must both be (N, H, W), got {maps.shape} and {masks.shape} {masks.dtype}."
        )
    if np.isnan(maps).any() or not masks.any(axis=(1, 2)).all():
        raise ValueError("maps must not have NaNs, and each mask must have a true place.")
    return maps.reshape(len(maps), -1), masks.reshape(len(masks), -1)
