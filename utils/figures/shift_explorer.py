"""An explorer of a shift: the picture moves, and its feature map and its pooled map answer."""

from utils.convolution import correlate2d, max_pool2d
from utils.figures.controls import Picture, Slider, as_numbers, with_still
from utils.figures.style import as_png

import ipywidgets
import numpy as np
from matplotlib.figure import Figure

DPI = 80
STILL_SHIFTS = (0, 1, 2)  # pixels, in the picture for pages without a kernel
PANELS = ("picture", "feature map", "after max-pooling 2 × 2")


def explore_shift(picture: np.ndarray, kernel: np.ndarray, max_shift: int = 4) -> "ShiftExplorer":
    """Build a panel in which the reader shifts a picture to the right and watches both maps.

    Args:
        picture: (H, W), an object on a ground of zeros, with `max_shift` empty columns at its right.
        kernel: (kernel height, kernel width), applied with padding "same"; negative results become 0.
        max_shift: the largest shift, in pixels.

    Raises:
        ValueError: the object would leave the picture.
    """
    picture = np.asarray(picture, float)
    if max_shift < max(STILL_SHIFTS) or picture[:, -max_shift:].any():
        raise ValueError(
            f"The last {max_shift} columns of the picture must be zero, so that the object stays in it."
        )
    return ShiftExplorer(picture, np.asarray(kernel, float), max_shift)


class ShiftExplorer(ipywidgets.VBox):
    """A slider above picture, feature map and pooled map."""

    def __init__(self, picture: np.ndarray, kernel: np.ndarray, max_shift: int):
        self._picture, self._kernel = picture, kernel
        self.shift = Slider(min=0, max=max_shift, value=0, description="shift")
        self.words, self.drawn = ipywidgets.HTML(), Picture()
        super().__init__([self.shift, self.words, self.drawn])
        self.shift.observe(self._redraw, "value")
        self._redraw()

    def maps(self, shift: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return picture, feature map and pooled map for a shift in pixels."""
        picture = np.roll(self._picture, shift, axis=1)
        feature_map = np.maximum(correlate2d(picture, self._kernel, mode="same"), 0)
        pooled, _ = max_pool2d(feature_map[np.newaxis, :, :, np.newaxis])
        return picture, feature_map, pooled[0, :, :, 0]

    def describe(self, shift: int) -> str:
        """Say in words what a shift does to both maps."""
        (_, before, pooled_before), (_, after, pooled) = self.maps(0), self.maps(shift)
        moves = np.array_equal(after, np.roll(before, shift, axis=1))
        half = shift // 2
        if shift % 2 == 0 and np.array_equal(pooled, np.roll(pooled_before, half, axis=1)):
            place = f"has moved by {_count(half, 'place')}"
        else:
            place = "holds other numbers"
        moved = f"has moved by {_count(shift, 'pixel')}" if moves else "has changed"
        return f"Shift {shift}: the feature map {moved}, the pooled map {place}."

    def draw(self, *shifts: int) -> Figure:
        """Draw one row of three panels for each shift."""
        figure = Figure(figsize=(8.4, 2.7 * len(shifts)), dpi=DPI, layout="constrained")
        axes = figure.subplots(len(shifts), 3, squeeze=False)
        limit = self.maps(0)[1].max()
        for row, shift in zip(axes, shifts, strict=True):
            for ax, array, panel in zip(row, self.maps(shift), PANELS, strict=True):
                _draw_array(ax, array, 1.5 * limit)
                ax.set_title(f"{panel}, shift {shift}" if panel == PANELS[0] else panel)
            _draw_blocks(row[1], self._picture.shape)
        return figure

    def _redraw(self, change=None) -> None:
        self.words.value = self.describe(self.shift.value)
        self.drawn.show(as_png(self.draw(self.shift.value), DPI), self.words.value)

    # IPython takes metadata, too; ipywidgets gives none.
    def _repr_mimebundle_(self, **kwargs):  # pyright: ignore[reportIncompatibleMethodOverride]
        """Add a picture of three shifts to the panel, for GitHub and the site."""
        words = " ".join(map(self.describe, STILL_SHIFTS))
        arrays = {"picture": as_numbers(self._picture), "kernel": as_numbers(self._kernel)}
        given = {"kind": "shift", **arrays, "max_shift": self.shift.max}
        return with_still(super()._repr_mimebundle_(**kwargs), self.draw(*STILL_SHIFTS), words, given)


def _draw_blocks(ax, shape: tuple[int, ...]) -> None:
    """Draw the lines between the blocks of 2 × 2 that are pooled."""
    for line in range(2, shape[0], 2):
        ax.axhline(line - 0.5, color="lightgray", linewidth=0.8)
    for line in range(2, shape[1], 2):
        ax.axvline(line - 0.5, color="lightgray", linewidth=0.8)


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _draw_array(ax, array: np.ndarray, limit: float) -> None:
    """Draw an array with its numbers; zeros stay white and empty, so that the object is seen."""
    ax.imshow(array, cmap="Purples", vmin=0, vmax=limit)
    ax.set(xticks=[], yticks=[])
    for (row, column), number in np.ndenumerate(array):
        if number:
            ax.text(column, row, f"{number:g}", ha="center", va="center", fontsize=11)
