"""Figures of the course: each function draws, gives alternative text, and returns its Axes."""

import io
from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
import numpy as np
from IPython import get_ipython
from IPython.core.pylabtools import print_figure
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from PIL import Image

# Colors that stay distinct in the common forms of color blindness (Petroff, arXiv:2107.02270).
plt.style.use("petroff10")
RED = "#e42536"  # of the same palette: what is pointed at
plt.rcParams.update(
    {"figure.constrained_layout.use": True, "image.cmap": "viridis", "axes.titlesize": "medium"}
)


def describe(axes: Axes | np.ndarray, alt: str) -> Axes | np.ndarray:
    """Give the figure of `axes` its alternative text, which notebooks, site and slides read out.

    Args:
        axes: the Axes, or an array of Axes, of one figure.
        alt: what a person who cannot see the figure needs to know, in one or two sentences.

    Returns:
        `axes`, unchanged.
    """
    figure = np.atleast_1d(axes).flat[0].figure
    figure.alt_text = " ".join(alt.split())
    shell = get_ipython()
    if shell is not None:
        # Set each time: the inline backend installs its own formatter with the first figure.
        shell.display_formatter.formatters["image/png"].for_type(Figure, _png_with_alt_text)
    return axes


def store_few_colors(axes: Axes | np.ndarray, num_colors: int = 64) -> Axes | np.ndarray:
    """Let the figure of `axes` be stored with so many colors: noise becomes a third as large.

    Args:
        axes: the Axes, or an array of Axes, of one figure.
        num_colors: from 2 to 256.

    Returns:
        `axes`, unchanged.
    """
    np.atleast_1d(axes).flat[0].figure.num_colors = num_colors
    return axes


def as_png(figure: Figure, dpi: float) -> bytes:
    """Return a figure as the bytes of a PNG file, for the picture of a widget."""
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=dpi)
    return buffer.getvalue()


def _png_with_alt_text(figure: Figure):
    png = print_figure(figure, fmt="png", dpi=figure.dpi)
    if num_colors := getattr(figure, "num_colors", None):
        buffer = io.BytesIO()
        picture = Image.open(io.BytesIO(png)).convert("RGB").quantize(num_colors, dither=Image.Dither.NONE)
        picture.save(buffer, format="png", optimize=True)
        png = buffer.getvalue()
    alt = getattr(figure, "alt_text", None)
    return (png, {"alt": alt}) if alt else png


def show_images(
    images: np.ndarray,
    titles: Sequence[str] | None = None,
    *,
    alt: str,
    num_columns: int = 10,
    size: float = 1.0,
) -> np.ndarray:
    """Show a batch of images in rows of `num_columns`.

    Args:
        images: (N, H, W), (N, H, W, 1) or (N, H, W, 3); uint8, or floats in [0, 1].
        titles: one line per image, or None.
        alt: alternative text of the figure.
        num_columns: images per row.
        size: width of one image, in inches.

    Returns:
        the array of Axes, one per image.
    """
    images = np.asarray(images)
    num_columns = min(num_columns, len(images))
    num_rows = -(-len(images) // num_columns)
    height = size * images.shape[1] / images.shape[2] + (0.25 if titles is not None else 0.05)
    _, axes = plt.subplots(
        num_rows, num_columns, figsize=(size * num_columns, height * num_rows), squeeze=False
    )
    for ax in axes.flat:
        ax.axis("off")
    limits = {"vmin": 0, "vmax": 255 if images.dtype == np.uint8 else 1}
    for index, (ax, image) in enumerate(zip(axes.flat, images, strict=False)):
        ax.imshow(image.squeeze(), cmap="gray", **limits)
        if titles is not None:
            ax.set_title(titles[index], fontsize="small")
    return describe(axes.flat[: len(images)], alt)


def show_kernels(
    kernels: Mapping[str, np.ndarray], *, alt: str, num_columns: int = 4, size: float = 1.6
) -> np.ndarray:
    """Show small kernels as colored squares with their weights written in.

    Args:
        kernels: name to (H, W) array; each kernel has its own color range, symmetric around zero.
        alt: alternative text of the figure.
        num_columns: kernels per row.
        size: width of one kernel, in inches.

    Returns:
        the array of Axes, one per kernel.
    """
    num_columns = min(num_columns, len(kernels))
    num_rows = -(-len(kernels) // num_columns)
    _, axes = plt.subplots(
        num_rows,
        num_columns,
        figsize=(size * num_columns, (size + 0.25) * num_rows),
        squeeze=False,
    )
    for ax in axes.flat:
        ax.axis("off")
    for ax, (name, kernel) in zip(axes.flat, kernels.items(), strict=False):
        _draw_kernel(ax, np.asarray(kernel))
        ax.set_title(name)
    return describe(axes.flat[: len(kernels)], alt)


def _draw_kernel(ax: Axes, kernel: np.ndarray) -> None:
    limit = max(float(np.abs(kernel).max()), 1e-12)
    ax.imshow(kernel, cmap="PuOr", vmin=-limit, vmax=limit)
    for (row, column), weight in np.ndenumerate(kernel):
        color = "white" if abs(weight) > 0.6 * limit else "black"
        ax.text(column, row, f"{weight:.3g}", ha="center", va="center", color=color)


def show_feature_maps(
    feature_maps: np.ndarray, *, alt: str, num_columns: int = 8, size: float = 1.0
) -> np.ndarray:
    """Show the channels of one image's feature maps, each scaled to its own range.

    Args:
        feature_maps: (H, W, C), any floats.
        alt: alternative text of the figure.
        num_columns: maps per row.
        size: width of one map, in inches.

    Returns:
        the array of Axes, one per channel.
    """
    num_channels = feature_maps.shape[-1]
    num_columns = min(num_columns, num_channels)
    num_rows = -(-num_channels // num_columns)
    _, axes = plt.subplots(
        num_rows, num_columns, figsize=(size * num_columns, size * num_rows), squeeze=False
    )
    for ax in axes.flat:
        ax.axis("off")
    for channel, ax in zip(range(num_channels), axes.flat, strict=False):
        ax.imshow(feature_maps[..., channel])
    return describe(axes.flat[:num_channels], alt)


def plot_history(
    histories: Mapping[str, Mapping[str, Sequence[float]]],
    metric: str = "accuracy",
    *,
    alt: str,
    ax: Axes | None = None,
) -> Axes:
    """Plot a metric per epoch, on training data (dashed) and on validation data (solid).

    Args:
        histories: name to `History.history` of `fit`, a dict of one number per epoch.
        metric: key of the dict; `val_` is put before it for the validation data.
        alt: alternative text of the figure.
        ax: where to draw; a new figure when None.

    Returns:
        the Axes.
    """
    if ax is None:
        _, ax = plt.subplots(figsize=(6, 3.5))
    for name, history in histories.items():
        epochs = np.arange(1, len(history[metric]) + 1)
        (line,) = ax.plot(epochs, history[f"val_{metric}"], label=f"{name}, validation")
        ax.plot(epochs, history[metric], "--", color=line.get_color(), label=f"{name}, training")
    ax.set(xlabel="epoch", ylabel=metric)
    ax.grid(alpha=0.3)
    # Two names side by side are low enough to find a place beside the lines.
    ax.legend(ncols=2 if len(histories) == 2 else 1)
    return describe(ax, alt)


def plot_confusion(
    labels: np.ndarray,
    predictions: np.ndarray,
    class_names: Sequence[str],
    *,
    alt: str,
    ax: Axes | None = None,
) -> Axes:
    """Draw the confusion matrix: how many images of each true class got each predicted class.

    Args:
        labels, predictions: (N,), integers in [0, number of classes).
        class_names: names in the order of the integers.
        alt: alternative text of the figure.
        ax: where to draw; a new figure when None.

    Returns:
        the Axes.
    """
    num_classes = len(class_names)
    matrix = np.zeros((num_classes, num_classes), dtype=int)
    np.add.at(matrix, (np.asarray(labels), np.asarray(predictions)), 1)
    if ax is None:
        _, ax = plt.subplots(figsize=(6.5, 5.5))
    ax.imshow(matrix, cmap="cividis")
    for (row, column), count in np.ndenumerate(matrix):
        color = "black" if count > matrix.max() / 2 else "white"
        ax.text(column, row, count, ha="center", va="center", color=color, fontsize="small")
    ax.set_xticks(range(num_classes), class_names, rotation=45, ha="right")
    ax.set_yticks(range(num_classes), class_names)
    ax.set(xlabel="predicted class", ylabel="true class")
    return describe(ax, alt)
