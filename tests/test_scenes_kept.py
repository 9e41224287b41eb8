"""The drawn pictures stay those that the recorded results were made with, down to every shape in them.

`scenes_kept.npz` holds the first pictures of each kind, as means over blocks of pixels. After a wanted
change of the drawings, `python tests/test_scenes_kept.py` writes it anew; what was recorded with the old
drawings has then to be run again.
"""

from pathlib import Path

from utils.scenes import shapes10, traffic_lights

import numpy as np
import pytest

KEPT = Path(__file__).with_name("scenes_kept.npz")
BLOCK = 4  # pixels


def draw() -> dict[str, np.ndarray]:
    """Return block means, uint8, of street scenes and of the ten shapes, (N, rows, columns, 3)."""
    pictures = {
        "street": traffic_lights(60, size=64, seed=3).images,
        "shapes": shapes10(40, seed=3)[0],
    }
    return {name: block_means(images) for name, images in pictures.items()}


def block_means(images: np.ndarray) -> np.ndarray:
    count, height, width, channels = images.shape
    blocks = images.reshape(count, height // BLOCK, BLOCK, width // BLOCK, BLOCK, channels)
    return np.round(blocks.mean(axis=(2, 4))).astype(np.uint8)


@pytest.fixture(scope="module")
def drawn() -> dict[str, np.ndarray]:
    return draw()


@pytest.mark.parametrize("kind", ["street", "shapes"])
def test_the_pictures_are_the_kept_ones(drawn, kind):
    """Rounding may differ between processors, shapes and colors may not."""
    kept = np.load(KEPT)[kind].astype(int)
    assert kept.shape == drawn[kind].shape
    difference = abs(drawn[kind].astype(int) - kept)
    assert difference.max() <= 2, f"the largest difference is in picture {difference.max((1, 2, 3)).argmax()}"


if __name__ == "__main__":
    np.savez_compressed(KEPT, **draw())
