"""Shapes-10: ten classes of objects that differ only in outline, with exact masks.

Coordinates run from -1 to 1 across a picture, x to the right and y upwards: a scene does not
depend on the number of pixels it is drawn with.
"""

from collections.abc import Callable
from typing import NamedTuple

from utils.checks import require_integer

import numpy as np
from tqdm.auto import tqdm

MAX_TILT = np.pi / 6  # Objects lean by up to 30 degrees to either side.
BLOCKS_WITHOUT_BAR = 1000  # They take six seconds.
SUBPIXELS = 3  # Outlines are tested at 3 x 3 points per pixel, so that edges are smooth.


class Scenes(NamedTuple):
    """N pictures with one object each."""

    images: np.ndarray  # (N, size, size, 3), uint8
    labels: np.ndarray  # (N,), uint8: index into class_names
    masks: np.ndarray  # (N, size, size), bool: the object covers the pixel, or a part of it
    class_names: tuple[str, ...]


def shapes10(
    num_images: int,
    *,
    size: int = 32,
    seed: int = 0,
    textures: bool = True,
    num_strokes: int = 3,
    noise: float = 0.08,
) -> Scenes:
    """Draw Shapes-10: ten classes of light objects on a darker ground that differ only in outline.

    Position, size, tilt, colors, textures, clutter and noise are drawn independently of the class.
    Every ten pictures, counted from the first, show each class once. The same seed gives the same
    pictures again; a smaller `num_images` gives the first of them.

    Args:
        num_images: number of pictures, at least 1.
        size: height and width in pixels, at least 8.
        seed: integer, at least 0.
        textures: whether to paint with stripes, checks and the like instead of plain colors.
        num_strokes: number of strokes of any color behind the object, as clutter.
        noise: largest standard deviation of the pixel noise, as a share of the range 0 to 255.

    Raises:
        ValueError: an argument is out of its range.
    """
    require_integer("num_images", num_images, 1)
    require_integer("size", size, 8)
    require_integer("seed", seed, 0)
    require_integer("num_strokes", num_strokes, 0)
    if not 0 <= noise <= 1:
        raise ValueError(f"noise must lie between 0 and 1, got {noise!r}.")

    num_classes = len(SHAPES)
    num_blocks = -(-num_images // num_classes)
    images = np.empty((num_blocks, num_classes, size, size, 3), np.uint8)
    labels = np.empty((num_blocks, num_classes), np.uint8)
    masks = np.empty((num_blocks, num_classes, size, size), bool)
    # Half a minute without a sign of life would look like a fault.
    bar = {"desc": "drawing Shapes-10", "unit": f"{num_classes} pictures", "leave": False}
    disable = (
        num_blocks < BLOCKS_WITHOUT_BAR or None
    )  # with None, tqdm shows it only where somebody can see it
    for block in tqdm(range(num_blocks), disable=disable, **bar):  # One picture of each class.
        rng = np.random.default_rng([seed, block])
        labels[block] = rng.permutation(num_classes)
        coverage = _draw_outlines(rng, labels[block], size)
        objects = _draw_paint(rng, num_classes, size, textures, darkest=0.48, lightest=0.92)
        pictures = _draw_paint(rng, num_classes, size, textures, darkest=0.08, lightest=0.48)
        for _ in range(num_strokes):
            _add_stroke(rng, pictures)
        pictures += coverage[..., None] * (objects - pictures)
        _add_noise(rng, pictures, noise)
        images[block] = np.rint(255 * pictures.clip(0, 1))
        masks[block] = coverage > 0
    return Scenes(
        images.reshape(-1, size, size, 3)[:num_images],
        labels.reshape(-1)[:num_images],
        masks.reshape(-1, size, size)[:num_images],
        tuple(SHAPES),
    )


def _cross(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    return (np.minimum(abs(x), abs(y)) < 0.25) & (np.maximum(abs(x), abs(y)) < 0.95)


def _star(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    # Fold the plane onto one half of one ray, which ends in the line from tip to notch.
    ray = 2 * np.pi / 5
    angle = abs((np.arctan2(x, y) + ray / 2) % ray - ray / 2)
    along, across = np.hypot(x, y) * (np.cos(angle), np.sin(angle))
    notch_along, notch_across = 0.45 * np.cos(ray / 2), 0.45 * np.sin(ray / 2)
    return along * notch_across + across * (1 - notch_along) < notch_across


def _heart(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    # A square that stands on a corner, with a half disc on each of its upper sides.
    return (abs(x) + abs(y) < 0.7) | (np.hypot(abs(x) - 0.35, y - 0.35) < 0.7 / np.sqrt(2))


def _arrow(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    head = (y > 0) & (abs(x) < 0.8 * (1 - y))
    shaft = (abs(y + 0.45) < 0.5) & (abs(x) < 0.22)
    return head | shaft


# Each outline says which points (x, y) lie inside; all fit into the circle of radius 1.
SHAPES: dict[str, Callable[[np.ndarray, np.ndarray], np.ndarray]] = {
    "disc": lambda x, y: np.hypot(x, y) < 0.85,
    "ring": lambda x, y: abs(np.hypot(x, y) - 0.7) < 0.2,
    "triangle": lambda x, y: (y > -0.5) & (abs(x) < (1 - y) / np.sqrt(3)),
    "square": lambda x, y: np.maximum(abs(x), abs(y)) < 0.7,
    "star": _star,
    "cross": _cross,
    "crescent": lambda x, y: (np.hypot(x, y) < 0.95) & (np.hypot(x - 0.5, y) > 0.75),
    "heart": _heart,
    "arrow": _arrow,
    "hourglass": lambda x, y: (abs(y) < 0.82) & (abs(x) < 0.1 + 0.55 * abs(y)),
}

# Each texture is a pattern between -1 and 1.
TEXTURES: dict[str, Callable[[np.ndarray, np.ndarray], np.ndarray]] = {
    "plain": lambda u, v: np.zeros_like(u),
    "gradient": lambda u, v: np.sin(u / 6),
    "stripes": lambda u, v: np.clip(3 * np.sin(u), -1, 1),
    "checks": lambda u, v: np.clip(5 * np.sin(u) * np.sin(v), -1, 1),
    "marble": lambda u, v: np.sin(u + 2 * np.sin(v)),
}


def _draw_outlines(rng: np.random.Generator, labels: np.ndarray, size: int) -> np.ndarray:
    """Return how much of each pixel the object covers: (N, size, size), from 0 to 1."""
    num_images = len(labels)
    radius = _uniform(rng, 0.45, 0.8, num_images, 1, 1)
    center_x = _uniform(rng, -1, 1, num_images, 1, 1) * (1 - radius)
    center_y = _uniform(rng, -1, 1, num_images, 1, 1) * (1 - radius)
    tilt = _uniform(rng, -MAX_TILT, MAX_TILT, num_images, 1, 1)
    x, y = _grid(size * SUBPIXELS)
    x, y = _turn((x - center_x) / radius, (y - center_y) / radius, tilt)
    outlines = tuple(SHAPES.values())
    inside = np.stack([outlines[label](x[i], y[i]) for i, label in enumerate(labels)])
    inside = inside.reshape(num_images, size, SUBPIXELS, size, SUBPIXELS)
    return inside.mean((2, 4), dtype=np.float32)


def _draw_paint(
    rng: np.random.Generator,
    num_images: int,
    size: int,
    textures: bool,
    darkest: float,
    lightest: float,
) -> np.ndarray:
    """Fill each picture with one color, made lighter and darker by a texture: (N, size, size, 3)."""
    color = _uniform(rng, darkest, lightest, num_images, 1, 1, 3)
    change = _uniform(rng, -0.15, 0.15, num_images, 1, 1, 3) * textures
    frequency = _uniform(rng, 6, 16, num_images, 1, 1)
    u, v = _random_axes(rng, num_images, size)
    u, v = u * frequency, v * frequency
    textures_of = tuple(TEXTURES.values())
    chosen = rng.integers(0, len(textures_of), num_images)
    patterns = np.stack([textures_of[index](u[i], v[i]) for i, index in enumerate(chosen)])
    return color + change * patterns[..., None]


def _add_stroke(rng: np.random.Generator, pictures: np.ndarray) -> None:
    num_images, size = pictures.shape[:2]
    length = _uniform(rng, 0.2, 0.6, num_images, 1, 1)
    width = _uniform(rng, 0.03, 0.07, num_images, 1, 1)
    color = _uniform(rng, 0, 1, num_images, 1, 1, 3)
    u, v = _random_axes(rng, num_images, size)
    distance = np.maximum(abs(u) - length, abs(v) - width) * size / 2  # From the edge, in pixels.
    coverage = np.clip(0.5 - distance, 0, 1)
    pictures += coverage[..., None] * (color - pictures)


def _add_noise(rng: np.random.Generator, pictures: np.ndarray, largest_deviation: float) -> None:
    deviation = _uniform(rng, 0, largest_deviation, len(pictures), 1, 1, 1)
    pictures += deviation * rng.standard_normal(pictures.shape, np.float32)


def _grid(size: int) -> tuple[np.ndarray, np.ndarray]:
    """Return x, (1, size), and y, (size, 1), of the pixel centers."""
    centers = (2 * np.arange(size, dtype=np.float32) + 1) / size - 1
    return centers[None, :], -centers[:, None]


def _random_axes(rng: np.random.Generator, num_images: int, size: int) -> tuple[np.ndarray, np.ndarray]:
    """Return coordinates u and v, each (N, size, size), of shifted and turned axes per picture."""
    x, y = _grid(size)
    x = x - _uniform(rng, -1, 1, num_images, 1, 1)
    y = y - _uniform(rng, -1, 1, num_images, 1, 1)
    return _turn(x, y, _uniform(rng, -np.pi, np.pi, num_images, 1, 1))


def _turn(x: np.ndarray, y: np.ndarray, angle: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    cos, sin = np.cos(angle), np.sin(angle)
    return x * cos + y * sin, y * cos - x * sin


def _uniform(rng: np.random.Generator, low: float, high: float, *shape: int) -> np.ndarray:
    return rng.uniform(low, high, shape).astype(np.float32)
