"""Pictures of the inside of a trained network: its maps and filters, their growth, and covered images."""

from collections.abc import Mapping, Sequence
from typing import Any

from utils.explain import Occlusion, TopPatches
from utils.figures.curves import plot_named
from utils.figures.patches import (
    NUM_COLORS,
    as_signed,
    enlarge,
    factor_for,
    largest_box,
    lay_out,
    patch_grid,
)
from utils.figures.style import RED, describe, store_few_colors

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Patch, Rectangle


def show_feature_maps(
    image: np.ndarray, maps: Mapping[str, np.ndarray], *, alt: str, num_maps: int = 9
) -> np.ndarray:
    """Show an image, and of each layer the feature maps that answer most.

    Args:
        image: (H, W, 3), floats in [0, 1].
        maps: name of a layer to its maps (h, w, units) of the image, none of them negative.
        alt: alternative text of the figure.
        num_maps: maps per layer, those with the largest sums; each from black, 0, to white, its maximum.

    Returns:
        the array of Axes, one for the image and one per layer.
    """
    _, axes = plt.subplots(2, (len(maps) + 2) // 2, figsize=(9.6, 6.8))
    for ax in axes.flat:
        ax.axis("off")
    axes.flat[0].imshow(image, interpolation="nearest")
    axes.flat[0].set_title("image", fontsize="x-large")
    for ax, (name, of_layer) in zip(axes.flat[1:], maps.items(), strict=False):
        strongest = np.argsort(-of_layer.sum(axis=(0, 1)), kind="stable")[:num_maps]
        shown = np.moveaxis(of_layer[..., strongest], -1, 0)
        shown = shown / np.maximum(shown.max(axis=(1, 2), keepdims=True), 1e-12)
        tiles = enlarge(shown[..., None], factor_for(shown.shape[1]))
        ax.imshow(lay_out(tiles, 3), cmap="gray", vmin=0, vmax=1)
        ax.set_title(f"{name}: {of_layer.shape[0]} × {of_layer.shape[1]}", fontsize="x-large")
    return store_few_colors(describe(axes.ravel()[: len(maps) + 1], alt), NUM_COLORS)


def show_filters(
    kernels: Mapping[str, np.ndarray], *, alt: str, num_columns: int = 16, num_shown: int = 64
) -> np.ndarray:
    """Show filters that read colors, those with the largest weights first; gray is zero.

    Args:
        kernels: name to (height, width, 3, filters); all filters of a kernel have one scale.
        alt: alternative text of the figure.
        num_columns: filters per row.
        num_shown: filters per kernel.

    Returns:
        the array of Axes, one per kernel.
    """
    num_rows = -(-num_shown // num_columns)
    height = len(kernels) * (9.6 * num_rows / num_columns + 0.3)
    _, axes = plt.subplots(len(kernels), 1, figsize=(9.6, height), squeeze=False)
    for ax, (name, kernel) in zip(axes[:, 0], kernels.items(), strict=True):
        filters = np.moveaxis(kernel, -1, 0)
        sizes = np.linalg.norm(filters.reshape(len(filters), -1), axis=1)
        sorted_filters = filters[np.argsort(-sizes, kind="stable")[:num_shown]]
        limit = np.percentile(abs(sorted_filters), 99.5)
        shown = (0.5 + sorted_filters / (2 * limit)).clip(0, 1)
        ax.imshow(lay_out(enlarge(shown, factor_for(shown.shape[1])), num_columns))
        ax.set_title(name, fontsize="x-large", loc="left")
        ax.axis("off")
    return store_few_colors(describe(axes[:, 0], alt), NUM_COLORS)


def show_growth(
    names: Sequence[str], found: Sequence[Sequence[TopPatches]], epochs: Sequence[int], *, alt: str
) -> np.ndarray:
    """Show the projections of the strongest activations, epoch by epoch.

    Args:
        names: of the layers; one panel for each, with one row per unit.
        found: for each epoch the top patches of each layer.
        epochs: the numbers written below the columns.
        alt: alternative text of the figure.

    Returns:
        the array of Axes, one per layer.
    """
    num_rows = max(len(top.units) for top in found[0])
    figsize = (12, 12 / len(names) * num_rows / len(epochs) + 0.9)
    _, axes = plt.subplots(1, len(names), figsize=figsize, squeeze=False)
    for ax, name, tops in zip(axes[0], names, zip(*found, strict=True), strict=True):
        pictures = as_signed(np.concatenate([top.projections[:, 0] for top in tops]))
        boxes = np.concatenate([top.boxes[:, 0] for top in tops])
        by_unit = np.arange(len(boxes)).reshape(len(tops), -1).T.ravel()
        size = largest_box(boxes)
        factor = factor_for(size.min())
        pictures, boxes = enlarge(pictures[by_unit], factor), factor * boxes[by_unit]
        grid = patch_grid(pictures, boxes, len(tops), factor * size)
        ax.imshow(grid, interpolation="nearest")
        ax.set_xticks((np.arange(len(tops)) + 0.5) * grid.shape[1] / len(tops), epochs, fontsize="large")
        ax.set_title(name, fontsize="x-large")
        ax.set_xlabel("epoch", fontsize="large")
        ax.set_yticks([])
    return store_few_colors(describe(axes[0], alt), NUM_COLORS)


def plot_panels(
    panels: Mapping[str, Mapping[str, Sequence[float]]], xlabel: str, *, x: Sequence[float], alt: str
) -> np.ndarray:
    """Plot several quantities over the same numbers, in panels side by side, all on one vertical scale.

    Args:
        panels: what a panel shows to its curves, each a name and its heights.
        xlabel: what the horizontal axes show.
        x: the numbers, as many as heights.
        alt: alternative text of the figure.

    Returns:
        the array of Axes, one per panel.
    """
    _, axes = plt.subplots(1, len(panels), figsize=(13, 4.2), squeeze=False, sharey=True)
    numbers = np.concatenate([list(curves.values()) for curves in panels.values()])
    margin = 0.06 * np.ptp(numbers)
    for ax, (ylabel, curves) in zip(axes[0], panels.items(), strict=True):
        ax.set_ylim(numbers.min() - margin, numbers.max() + margin)
        plot_named({name: (x, heights) for name, heights in curves.items()}, xlabel, ylabel, alt=alt, ax=ax)
    return store_few_colors(axes[0])


def show_occluded(
    images: np.ndarray,
    projections: np.ndarray,
    found: Occlusion,
    titles: Sequence[str],
    class_names: Sequence[str],
    *,
    size: int,
    alt: str,
) -> np.ndarray:
    """Show, as figure 7 of Zeiler and Fergus does, what a sliding square changes.

    Each value is drawn where the middle of its square was, so that all pictures of a row fit over each
    other; near the border no square fits, and nothing is drawn.

    Args:
        images: (N, H, W, 3), floats in [0, 1]; projections: of their strongest maps, of this shape.
        found: what `occlusion` found, with a layer, for squares of this size.
        titles: one per image, its class.
        class_names: names of all classes.
        size: of the square, drawn into the image.
        alt: alternative text of the figure.

    Returns:
        (N, 5) Axes: image, projection, activity of the map, probability of the class, and the most
        probable class.
    """
    if found.activities is None:
        raise ValueError("the activity of a map is missing: call occlusion with a layer.")
    _, axes = plt.subplots(len(images), 5, figsize=(12.5, 2.7 * len(images)), squeeze=False)
    middles = [places + (size - 1) / 2 for places in (found.columns, found.rows)]
    half = [(places[1] - places[0]) / 2 for places in middles]
    (left, right), (top, bottom) = ((p[0] - h, p[-1] + h) for p, h in zip(middles, half, strict=True))
    place = {"extent": (left, right, bottom, top), "interpolation": "nearest"}
    for n, row in enumerate(axes):
        row[0].imshow(images[n], interpolation="nearest")
        row[0].add_patch(Rectangle((0.5, 0.5), size, size, fill=False, lw=2.5, color=RED))
        row[1].imshow(as_signed(projections[n]), interpolation="nearest")
        _add_bar(row[2], row[2].imshow(found.activities[n], vmin=0, **place))
        _add_bar(row[3], row[3].imshow(found.scores[n], vmin=0, vmax=1, **place))
        _draw_classes(row[4], found.predictions[n], class_names, place)
        names = (titles[n], "projection", "activity", f"p({titles[n]})", "most probable")
        for ax, name in zip(row, names, strict=True):
            ax.set_title(name, fontsize="x-large")
            height, width = images.shape[1:3]
            ax.set(xticks=[], yticks=[], xlim=(-0.5, width - 0.5), ylim=(height - 0.5, -0.5))
    return store_few_colors(describe(axes, alt), NUM_COLORS)


def _add_bar(ax: Axes, drawn) -> None:
    ax.figure.colorbar(drawn, ax=ax, shrink=0.8, pad=0.02)


def _draw_classes(ax: Axes, predictions: np.ndarray, class_names: Sequence[str], place) -> None:
    """Color each place by its class, and name the color of each class that wins somewhere."""
    colors = [plt.colormaps["tab20"](label % 20) for label in range(len(class_names))]
    ax.imshow(np.array(colors)[predictions], **place)
    shown = [Patch(color=colors[label], label=str(class_names[label])) for label in np.unique(predictions)]
    box: dict[str, Any] = {"loc": "center left", "bbox_to_anchor": (1, 0.5), "frameon": False}
    ax.legend(handles=shown, handlelength=1, fontsize="large", **box)
