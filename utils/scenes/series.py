"""A folder of pictures as a telephone leaves it: each object in a few frames, taken in the dark."""

from pathlib import Path

from utils.checks import require_integer
from utils.scenes.shapes import SHAPES, shapes10

import numpy as np
from PIL import Image

CLASSES = ("arrow", "crescent", "heart", "hourglass")
DRAWN, LARGE = 120, 700  # pixels of a drawing, and of the scene that it becomes
FRAME = (640, 580)  # width and height of a file
NOISE = 100  # standard deviation of a sensor's noise in the dark, in each pixel


def write_series(folder: Path, num_objects: int, *, num_frames: int = 3, seed: int = 0) -> None:
    """Write pictures of four classes, folder/CLASS/NNNf.jpg: object NNN in the frames f = a, b, c ...

    The frames of an object are near-duplicates: the camera has moved a little, and the noise is another.

    Args:
        folder: where to write; it must be there.
        num_objects: objects of each class, at least 1.
        num_frames: frames of each object, from 1 to 26.
        seed: of the drawings and of the noise.
    """
    require_integer("num_objects", num_objects, 1)
    rng = np.random.default_rng(seed)
    drawn = shapes10(num_objects * len(SHAPES), size=DRAWN, seed=seed, noise=0.0)
    for name in CLASSES:
        (folder / name).mkdir()
        for number in np.flatnonzero(drawn.labels == drawn.class_names.index(name)):
            scene = np.asarray(Image.fromarray(drawn.images[number]).resize((LARGE, LARGE)))
            for frame in range(num_frames):
                taken = _taken(rng, scene)
                taken.save(folder / name / f"{number:04}{chr(ord('a') + frame)}.jpg", quality=75)


def _taken(rng: np.random.Generator, scene: np.ndarray) -> Image.Image:
    """Return a part of the scene, a little elsewhere each time, with noise."""
    width, height = FRAME
    left, top = rng.integers(0, (LARGE - width + 1, LARGE - height + 1))
    pixels = scene[top : top + height, left : left + width]
    noisy = pixels + NOISE * rng.standard_normal(pixels.shape, np.float32)
    return Image.fromarray(noisy.clip(0, 255).astype(np.uint8))
