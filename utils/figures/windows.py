"""One step of a convolution, drawn: image, kernel, the products under the window, and the output."""

import itertools
from collections.abc import Sequence
from typing import Any

from utils.convolution import conv2d
from utils.figures.kernels import with_minus
from utils.figures.style import RED, describe

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

TINTS = {"red": "Reds", "green": "Greens", "blue": "Blues"}  # colors of a channel with this name


def draw_window(
    image: np.ndarray,
    kernel: np.ndarray,
    row: int = 0,
    column: int = 0,
    *,
    padding: int = 0,
    stride: int = 1,
    dilation: int = 1,
    whole_output: bool = True,
) -> np.ndarray:
    """Draw one step of a convolution: image and kernel, the window's products, and their sum.

    Args:
        image: (H, W), small numbers.
        kernel: (kernel height, kernel width).
        row, column: which output to explain.
        padding, stride, dilation: integers, as in `conv2d`.
        whole_output: whether all outputs are shown, or this one alone, so that the others can be asked for.

    Returns:
        four Axes of a new figure: image, kernel, products, output.

    Raises:
        ValueError: the window does not fit, or there is no such output.
    """
    image, kernel = np.asarray(image, float), np.asarray(kernel, float)
    output = convolve(image, kernel, padding, stride, dilation)
    if not (0 <= row < output.shape[0] and 0 <= column < output.shape[1]):
        raise ValueError(f"There is no output ({row}, {column}): the output is {output.shape}.")
    pixels = _pixels(image, kernel, row, column, padding, stride, dilation)
    axes = _four_panels()
    _draw_image(axes[0], np.pad(image, padding), image.shape, padding)
    for i, j in np.ndindex(kernel.shape):
        _frame(axes[0], row * stride + i * dilation, column * stride + j * dilation)
    _draw_numbers(axes[1], kernel)
    spread = f",\ndilation {dilation}" if dilation > 1 else ""
    axes[1].set_title(f"kernel {kernel.shape[0]} × {kernel.shape[1]}{spread}")
    _draw_numbers(axes[2], pixels * kernel)
    _write_products(axes[2], pixels, kernel)
    axes[2].set_title(f"products, sum {_written((pixels * kernel).sum())}")
    is_shown = np.ones(output.shape, bool) if whole_output else _only(output.shape, row, column)
    # The colors are those of the whole output, so that the number looks the same when the others come.
    _draw_numbers(axes[3], np.where(is_shown, output, 0), limit=float(np.abs(output).max()))
    for text, shown in zip(axes[3].texts, is_shown.ravel(), strict=True):
        text.set_visible(bool(shown))
    _frame(axes[3], row, column)
    step = f", stride {stride}" if stride > 1 else ""
    axes[3].set_title(f"output {output.shape[0]} × {output.shape[1]}{step}")
    return describe(axes, describe_window(image, kernel, row, column, padding, stride, dilation))


def draw_channels(
    image: np.ndarray,
    weights: np.ndarray,
    row: int = 0,
    column: int = 0,
    *,
    names: Sequence[str] = ("red", "green", "blue"),
) -> np.ndarray:
    """Draw how one filter reaches through all channels: a partial sum from each, and one output.

    Args:
        image: (H, W, C), small numbers.
        weights: (kernel height, kernel width, C), one filter.
        row, column: which output to explain.
        names: of the channels.

    Returns:
        Axes (C, 3) of a new figure: channels, the filter's planes, products; the output's are the last of
        the figure.

    Raises:
        ValueError: the channels of image and filter differ, or there is no such output.
    """
    image, weights = np.asarray(image, float), np.asarray(weights, float)
    output = conv2d(image[np.newaxis], weights[..., np.newaxis])[0, :, :, 0]
    figure = plt.figure(figsize=(8.4, 1.75 * len(names)))
    grid = figure.add_gridspec(len(names), 4, width_ratios=[5, 3, 3, 4])
    axes = np.array([[figure.add_subplot(grid[c, k]) for k in range(3)] for c in range(len(names))])
    sums = []
    for channel, (left, middle, right) in enumerate(axes):
        plane, kernel = image[:, :, channel], weights[:, :, channel]
        products = _pixels(plane, kernel, row, column, 0, 1, 1) * kernel + 0.0  # makes -0 a 0
        sums.append(_written(products.sum()))
        _draw_numbers(left, plane, TINTS.get(names[channel], "PuOr"))
        _write_between(left, "∗")
        _write_between(middle, "→")
        for i, j in np.ndindex(kernel.shape):
            _frame(left, row + i, column + j)
        left.set_title(names[channel])
        _draw_numbers(middle, kernel)
        middle.set_title(f"weights for {names[channel]}")
        _draw_numbers(right, products)
        right.set_title(f"products, sum {sums[-1]}")
    _write_between(axes[len(names) // 2, 2], "→")
    ax = figure.add_subplot(grid[:, 3])
    _draw_numbers(ax, output)
    _frame(ax, row, column)
    added = f"{' + '.join(sums)} = {_written(output[row, column])}"
    ax.set_title(f"feature map:\n{added}")
    return describe(axes, f"One filter through {len(names)} channels: {added}.")


def describe_window(image, kernel, row, column, padding=0, stride=1, dilation=1) -> str:
    """Describe in words what `draw_window` draws."""
    image, kernel = np.asarray(image, float), np.asarray(kernel, float)
    pixels = _pixels(image, kernel, row, column, padding, stride, dilation)
    pairs = zip(pixels.ravel(), kernel.ravel(), strict=True)
    products = " + ".join(f"{_written(pixel)} × {_written(weight)}" for pixel, weight in pairs)
    return f"Output ({row}, {column}) = {products} = {_written((pixels * kernel).sum())}"


def place_in_window(
    axes: np.ndarray, x: float, y: float, *, stride: int = 1, dilation: int = 1
) -> tuple[int, int] | None:
    """Return which output a place in the picture of `draw_window` means.

    Args:
        axes: what `draw_window` returned.
        x, y: the place, from 0 at the left and at the top of the picture to 1.
        stride, dilation: what is drawn.

    Returns:
        row and column of the output that is there, or of the one whose window has its middle nearest to
        the pixel that is there; None elsewhere.
    """
    pixel = axes[0].figure.bbox.width * x, axes[0].figure.bbox.height * (1 - y)
    kernel, output = (np.array(axes[panel].images[0].get_array().shape) for panel in (1, 3))
    for ax, middle, step in ((axes[0], (kernel - 1) * dilation / 2, stride), (axes[3], 0, 1)):
        if ax.bbox.contains(*pixel):
            place = np.round((ax.transData.inverted().transform(pixel)[::-1] - middle) / step)
            return tuple(place.clip(0, output - 1).astype(int).tolist())
    return None


def convolve(image, kernel, padding: int, stride: int, dilation: int) -> np.ndarray:
    """Return the output (rows, columns) of one image (H, W) and one kernel, as `conv2d` computes it."""
    images, kernel = image[np.newaxis, :, :, np.newaxis], kernel[:, :, np.newaxis, np.newaxis]
    return conv2d(images, kernel, padding=padding, stride=stride, dilation=dilation)[0, :, :, 0]


def _pixels(image, kernel, row, column, padding, stride, dilation) -> np.ndarray:
    """Return the pixels under the kernel, (kernel height, kernel width)."""
    rows = row * stride + np.arange(kernel.shape[0]) * dilation
    columns = column * stride + np.arange(kernel.shape[1]) * dilation
    return np.pad(image, padding)[np.ix_(rows, columns)]


def _four_panels() -> np.ndarray:
    """Return Axes for image, kernel, products and output, with the signs of the operation between them."""
    # Fixed margins, as a layout worked out at every step of a slider makes it stutter. Matplotlib's
    # documentation lists "none"; its types forget it.
    figure = Figure(figsize=(10, 2.9), layout="none")  # pyright: ignore[reportArgumentType]
    figure.subplots_adjust(left=0.01, right=0.99, bottom=0.02, top=0.88, wspace=0.16)
    axes = figure.subplots(1, 4, width_ratios=[5, 3, 5, 4])
    for (left, right), sign in zip(itertools.pairwise(axes), "∗→→", strict=True):
        middle = (left.get_position().x1 + right.get_position().x0) / 2
        figure.text(middle, 0.45, sign, fontsize=20, ha="center", va="center")
    return axes


def _draw_image(ax: Axes, padded: np.ndarray, shape: tuple[int, ...], padding: int) -> None:
    _draw_numbers(ax, padded)
    if padding:
        edge = (padding - 0.5, padding - 0.5)
        ax.add_patch(Rectangle(edge, shape[1], shape[0], fill=False, lw=1.5, ls="--"))
    ax.set_title(f"image {shape[0]} × {shape[1]}" + (f" (dashed), padding {padding}" if padding else ""))


def _only(shape: tuple[int, ...], row: int, column: int) -> np.ndarray:
    """Return False everywhere but at one place."""
    place = np.zeros(shape, bool)
    place[row, column] = True
    return place


def _write_between(ax: Axes, sign: str) -> None:
    """Write a sign to the right of Axes."""
    ax.text(1.08, 0.5, sign, transform=ax.transAxes, fontsize=16, ha="center", va="center")


def _draw_numbers(ax: Axes, numbers: np.ndarray, colors: str = "PuOr", limit: float = 0) -> None:
    limit = max(limit, float(np.abs(numbers).max()), 1e-12)
    lowest = -2 * limit if colors == "PuOr" else 0
    ax.imshow(numbers, cmap=colors, vmin=lowest, vmax=2 * limit)  # pale: the numbers are read
    ax.set_axis_off()
    for (row, column), number in np.ndenumerate(numbers):
        ax.text(column, row, with_minus(f"{number:.3g}"), ha="center", va="center")


def _write_products(ax: Axes, pixels: np.ndarray, kernel: np.ndarray) -> None:
    for text, (place, weight) in zip(ax.texts, np.ndenumerate(kernel), strict=True):
        product = _written(pixels[place] * weight)
        text.set_text(f"{_written(pixels[place])} × {_written(weight)}\n= {product}")


def _written(number: Any) -> str:
    """Write a whole number with all of its digits, and any other with six."""
    whole = float(number).is_integer() and abs(number) < 1e15
    return with_minus(f"{number + 0.0:{'.0f' if whole else 'g'}}")  # + 0.0 makes -0 a 0


def _frame(ax: Axes, row: int, column: int) -> None:
    corner = (column - 0.5, row - 0.5)
    ax.add_patch(Rectangle(corner, 1, 1, fill=False, lw=2.5, color=RED, zorder=3))
