"""What lies between the camera and the street: rain, the sun's glare, blur and noise."""

import numpy as np
from scipy import ndimage


def add_rain(rng: np.random.Generator, picture: np.ndarray, night: bool) -> np.ndarray:
    """Lay slanting streaks and a gray veil over a picture, and let the wet ground mirror the scene.

    Args:
        picture: (size, size, 3), float32.
        night: whether it is dark, where rain stands out more than it does by day.
    """
    size = len(picture)
    veil = 0.25 if night else 0.7
    picture = picture + rng.uniform(0.1, 0.3) * (veil - picture)
    rows = int(0.4 * size)
    wet = ndimage.gaussian_filter(picture[-2 * rows : -rows][::-1], (0.06 * size, 0.01 * size, 0))
    picture[-rows:] += 0.35 * (wet - picture[-rows:]) * np.linspace(0.2, 1, rows)[:, None, None]
    drops = (rng.random((size, size)) > 0.992).astype(np.float32)
    slant, length = rng.uniform(-0.4, 0.4), max(3, int(0.08 * size))
    streaks = sum(np.roll(drops, (step, round(slant * step)), (0, 1)) for step in range(length))
    return picture + 0.12 * np.minimum(streaks, 1)[..., None]


def add_glare(rng: np.random.Generator, picture: np.ndarray, night: bool) -> np.ndarray:
    """Let a lamp or a low sun shine into the lens."""
    size = len(picture)
    x, y = rng.uniform(0, 1), rng.uniform(0, 0.6)
    across, down = np.meshgrid(*[(np.arange(size) + 0.5) / size] * 2)
    distance = np.hypot(across - x, down - y)[..., None]
    color = np.array([1.0, 0.92, 0.75]) * rng.uniform(0.9, 1.0, 3)
    strength = rng.uniform(0.2, 0.45) if night else rng.uniform(0.4, 0.8)
    halo = np.exp(-distance / 0.25) + 0.8 * np.exp(-((distance / 0.06) ** 2))
    return (picture + strength * halo * color).astype(np.float32)


def blur(rng: np.random.Generator, picture: np.ndarray) -> np.ndarray:
    """Blur a picture, as a lens out of focus does, or a camera that moves sideways."""
    size = len(picture)
    amount = rng.uniform(0.002, 0.007) * size
    sideways = amount * rng.uniform(1, 2)
    return ndimage.gaussian_filter(picture, (amount, sideways, 0))


def add_noise(rng: np.random.Generator, picture: np.ndarray) -> np.ndarray:
    """Add the noise of a camera."""
    return picture + rng.uniform(0.0, 0.04) * rng.standard_normal(picture.shape, np.float32)
