"""Pictures of what activates units: projections beside the patches that they come from."""

from collections.abc import Mapping, Sequence

from utils.convolution.receptive import ReceptiveField
from utils.explain import TopPatches
from utils.figures.images import axes_grid
from utils.figures.style import describe, store_few_colors

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

PAPER = 1.0  # White, between patches.
NUM_COLORS = 256  # of a stored figure
FINEST = 32  # pixels of a tile, at least, so that lines of one pixel between tiles are thin


def as_signed(pictures: np.ndarray) -> np.ndarray:
    """Map positive and negative numbers to [0, 1], with 0 at 0.5, a middle gray.

    Args:
        pictures: (..., H, W, C), projections or gradients; each picture is scaled by its own
            99.5th percentile, so that a single pixel does not make all others pale.
    """
    pictures = np.asarray(pictures)
    limits = np.percentile(abs(pictures), 99.5, axis=(-3, -2, -1), keepdims=True)
    return (0.5 + pictures / np.maximum(2 * limits, 1e-12)).clip(0, 1)


def patch_grid(
    pictures: np.ndarray, boxes: np.ndarray, num_columns: int = 3, size: np.ndarray | None = None
) -> np.ndarray:
    """Cut a patch out of each picture and lay the patches, all of one size, out in rows.

    A receptive field that was clipped at the border of its picture gives a patch that is moved inside.

    Args:
        pictures: (k, H, W, C), floats in [0, 1].
        boxes: (k, 4), top, left, bottom, right, as in `TopPatches`.
        num_columns: patches per row.
        size: (2,), height and width of a patch; None for those of the largest box.

    Returns:
        (height, width, C), with white lines between the patches.
    """
    if size is None:
        size = largest_box(boxes)
    starts = np.minimum(boxes[:, :2], np.array(pictures.shape[1:3]) - size)
    patches = [
        picture[top : top + size[0], left : left + size[1]]
        for picture, (top, left) in zip(pictures, starts, strict=True)
    ]
    return lay_out(np.stack(patches), num_columns)


def largest_box(boxes: np.ndarray) -> np.ndarray:
    """Return the height and width of the largest of the boxes (..., 4)."""
    return (boxes[..., 2:] - boxes[..., :2]).reshape(-1, 2).max(axis=0)


def lay_out(tiles: np.ndarray, num_columns: int) -> np.ndarray:
    """Lay pictures out in rows, with a white line between each two.

    Args:
        tiles: (k, H, W, C), floats in [0, 1].
        num_columns: pictures per row; the last row is filled up with white.
    """
    tiles = np.pad(tiles, ((0, -len(tiles) % num_columns), *((0, 0),) * 3), constant_values=PAPER)
    lined = np.pad(tiles, ((0, 0), (1, 0), (1, 0), (0, 0)), constant_values=PAPER)
    rows = lined.reshape(-1, num_columns, *lined.shape[1:])
    return np.vstack([np.hstack(row) for row in rows])[1:, 1:]


def factor_for(size: int) -> int:
    """Return how many times as large tiles of this size are shown, so that lines between them are thin."""
    return -(-FINEST // size)


def enlarge(pictures: np.ndarray, factor: int) -> np.ndarray:
    """Repeat each pixel of pictures (k, H, W, C) along both axes."""
    return pictures.repeat(factor, axis=1).repeat(factor, axis=2)


def show_top_patches(
    top: TopPatches,
    titles: Sequence[str] | None = None,
    *,
    alt: str,
    with_images: bool = True,
    num_columns: int = 2,
    size: float = 2.5,
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
    used = axes_grid(len(top.units) * num_parts, num_columns, (size, size + 0.3))
    for number, title in enumerate(titles):
        of_unit = used[number * num_parts : (number + 1) * num_parts]
        draw_unit(of_unit, top, number)
        of_unit[0].set_title(title, fontsize="large", loc="left")
    return store_few_colors(describe(used, alt), NUM_COLORS)


def show_layers(
    tops: Mapping[str, TopPatches], *, alt: str, num_maps: int = 2, size: float = 2.5
) -> np.ndarray:
    """Show the first maps of several layers as `show_top_patches` does, a row for each layer.

    Args:
        tops: name of a layer to its top patches.
        num_maps: maps per layer.
        alt, size: see `show_top_patches`.

    Returns:
        the array of Axes, two per map.
    """
    used = axes_grid(2 * num_maps * len(tops), 2 * num_maps, (size, size + 0.3))
    for row, (name, top) in zip(used.reshape(len(tops), num_maps, 2), tops.items(), strict=True):
        for number, of_unit in enumerate(row):
            draw_unit(of_unit, top, number)
            of_unit[0].set_title(f"{name}, map {top.units[number]}", fontsize="large", loc="left")
    return store_few_colors(describe(used, alt), NUM_COLORS)


def draw_unit(axes: Sequence[Axes] | np.ndarray, top: TopPatches, number: int) -> None:
    """Draw the projections of one unit and, on the second Axes, if there is one, the patches.

    Args:
        axes: one or two.
        top: what `top_patches` found.
        number: which of `top.units`.
    """
    parts = (as_signed(top.projections[number]), top.images[number].clip(0, 1))
    size = largest_box(top.boxes)
    factor = factor_for(size.min())
    for ax, pictures in zip(axes, parts, strict=False):
        grid = patch_grid(enlarge(pictures, factor), factor * top.boxes[number], size=factor * size)
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
