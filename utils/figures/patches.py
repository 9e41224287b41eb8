"""Pictures of what activates units: projections beside the patches that they come from."""

from collections.abc import Sequence

from utils.convolution.receptive import ReceptiveField
from utils.explain import TopPatches
from utils.figures.images import axes_grid
from utils.figures.style import describe, store_few_colors

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

PAPER = 1.0  # White, between patches and where a receptive field extends beyond the image.


def as_signed(pictures: np.ndarray) -> np.ndarray:
    """Map positive and negative numbers to [0, 1], with 0 at 0.5, a middle gray.

    Args:
        pictures: (..., H, W, C), projections or gradients; each picture is scaled by its own
            99.5th percentile, so that a single pixel does not make all others pale.
    """
    pictures = np.asarray(pictures)
    limits = np.percentile(abs(pictures), 99.5, axis=(-3, -2, -1), keepdims=True)
    return (0.5 + pictures / np.maximum(2 * limits, 1e-12)).clip(0, 1)


def patch_grid(pictures: np.ndarray, boxes: np.ndarray, num_columns: int = 3) -> np.ndarray:
    """Cut a box out of each picture and lay the patches out in rows.

    Args:
        pictures: (k, H, W, C), floats in [0, 1].
        boxes: (k, 4), top, left, bottom, right, as in `TopPatches`.
        num_columns: patches per row.

    Returns:
        (height, width, C), white where a receptive field extends beyond its image.
    """
    size = (boxes[:, 2:] - boxes[:, :2]).max(axis=0)
    tiles = [_tile(picture, box, size) for picture, box in zip(pictures, boxes, strict=True)]
    tiles += [np.full_like(tiles[0], PAPER)] * (-len(tiles) % num_columns)
    rows = [np.hstack(tiles[start : start + num_columns]) for start in range(0, len(tiles), num_columns)]
    return np.vstack(rows)[1:, 1:]


def _tile(picture: np.ndarray, box: np.ndarray, size: np.ndarray) -> np.ndarray:
    """Cut out a box and put it, with a line above and to the left, on a tile for `size` pixels."""
    top, left, bottom, right = box
    tile = np.full((*(size + 1), picture.shape[-1]), PAPER, picture.dtype)
    # A box that was clipped at the upper or left border is aligned to the bottom or right.
    row = 1 if top else size[0] + 1 - (bottom - top)
    column = 1 if left else size[1] + 1 - (right - left)
    tile[row : row + bottom - top, column : column + right - left] = picture[top:bottom, left:right]
    return tile


def show_top_patches(
    top: TopPatches,
    titles: Sequence[str] | None = None,
    *,
    alt: str,
    with_images: bool = True,
    num_columns: int = 4,
    size: float = 1.3,
) -> np.ndarray:
    """Show the projections of each unit, and beside them the patches of the images.

    Args:
        top: what `top_patches` found.
        titles: one per unit; None for the units' numbers.
        alt: alternative text of the figure.
        with_images: whether to show the patches of the images beside the projections.
        num_columns: units per row.
        size: width of one grid of patches, in inches.

    Returns:
        the array of Axes, one or two per unit.
    """
    if titles is None:
        titles = [f"map {unit}" for unit in top.units]
    num_parts = 2 if with_images else 1
    num_columns = min(num_columns, len(top.units)) * num_parts
    used = axes_grid(len(top.units) * num_parts, num_columns, (size, size + 0.25))
    for number, title in enumerate(titles):
        of_unit = used[number * num_parts : (number + 1) * num_parts]
        draw_unit(of_unit, top, number)
        of_unit[0].set_title(title, fontsize="small", loc="left")
    return store_few_colors(describe(used, alt))


def draw_unit(axes: Sequence[Axes] | np.ndarray, top: TopPatches, number: int) -> None:
    """Draw the projections of one unit and, on the second Axes, if there is one, the patches.

    Args:
        axes: one or two.
        top: what `top_patches` found.
        number: which of `top.units`.
    """
    parts = (as_signed(top.projections[number]), top.images[number].clip(0, 1))
    for ax, pictures in zip(axes, parts, strict=False):
        grid = patch_grid(pictures, top.boxes[number])
        ax.imshow(grid.squeeze(), cmap="gray", vmin=0, vmax=1, interpolation="nearest")
        ax.axis("off")


def show_strongest(
    images: np.ndarray,
    maps: np.ndarray,
    field: ReceptiveField,
    rows: Sequence[str],
    *,
    alt: str,
    num_columns: int = 4,
) -> np.ndarray:
    """Show for each map the whole images with its strongest units, and a box around what each unit sees.

    Args:
        images: (N, H, W, 3), at least `num_columns` of them.
        maps: (N, height, width, maps), made of the images.
        field: of the units of the maps.
        rows: a name for each map.
        alt: alternative text of the figure.
        num_columns: images per map.

    Returns:
        the array of Axes (maps, num_columns).
    """
    _, axes = plt.subplots(
        len(rows), num_columns, figsize=(1.6 * num_columns, 1.6 * len(rows)), squeeze=False
    )
    for row, name, one in zip(axes, rows, np.moveaxis(maps, -1, 0), strict=True):
        for ax, index in zip(row, one.max(axis=(1, 2)).argsort()[::-1], strict=False):
            place = np.unravel_index(one[index].argmax(), one.shape[1:])
            top, left = (field.start + field.jump * int(number) - 0.5 for number in place)
            ax.imshow(images[index])
            ax.add_patch(Rectangle((left, top), field.size, field.size, fill=False, lw=2, color="white"))
            ax.set(xticks=[], yticks=[])
        row[0].set_ylabel(name, fontsize="large")
    return describe(axes, alt)
