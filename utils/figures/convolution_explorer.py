"""An explorer of a convolution, step by step; a still picture takes its place where no kernel runs."""

import contextlib
from collections.abc import Iterator
from typing import Any

from utils.convolution import LECTURE_KERNELS
from utils.figures.controls import Picture, Slider, as_numbers, with_still
from utils.figures.style import as_png
from utils.figures.windows import convolve, describe_window, draw_window, place_in_window

import ipywidgets
import numpy as np
from matplotlib.figure import Figure

OWN = "your own"  # the kernel's name where it is none of the lecture's


def explore_convolution(image: np.ndarray, kernel: np.ndarray) -> "ConvolutionExplorer":
    """Build a panel in which the reader moves the window, edits the kernel, or takes one of the lecture's.

    Args:
        image: (H, W), small numbers; about 5 to 9 pixels a side stay readable.
        kernel: (kernel height, kernel width), the weights to start with. The lecture's are offered where
            they have the same shape.
    """
    return ConvolutionExplorer(image, kernel)


class ConvolutionExplorer(ipywidgets.VBox):
    """Sliders and weights around the picture of `draw_window`; a click on it moves the window."""

    def __init__(self, image: np.ndarray, kernel: np.ndarray):
        self.image_array = np.asarray(image, float)
        self.row, self.column = Slider(description="row"), Slider(description="column")
        self.padding = Slider(max=2, description="padding")
        self.stride = Slider(min=1, max=3, value=1, description="stride")
        self.dilation = Slider(min=1, max=3, value=1, description="dilation")
        self.weights = _weight_fields(np.asarray(kernel))
        names = [name for name, lecture in LECTURE_KERNELS.items() if lecture.shape == self.weights.shape]
        self.preset = ipywidgets.Dropdown(options=[OWN, *names], value=OWN, description="kernel")
        self.sum, self.picture = ipywidgets.HTML(), Picture()
        self._waits = False
        sliders = [self.row, self.column, self.padding, self.stride, self.dilation]
        super().__init__([self._controls(sliders), self.sum, self.picture])
        for control in [*sliders, *self.weights.flat]:
            control.observe(self._redraw, "value")
        self.preset.observe(self._take_preset, "value")
        self.picture.on_click(self._move)
        self._redraw()

    def _controls(self, sliders: list[Slider]) -> ipywidgets.HBox:
        fields = ipywidgets.GridBox(
            self.weights.ravel().tolist(),
            layout={"grid_template_columns": f"repeat({self.weights.shape[1]}, 78px)"},
        )
        kernel = [self.preset, fields] if len(self.preset.options) > 1 else [fields]
        return ipywidgets.HBox([ipywidgets.VBox(sliders), ipywidgets.VBox(kernel)])

    @property
    def settings(self) -> dict[str, Any]:
        """Padding, stride and dilation, as `draw_window` takes them."""
        return {name: getattr(self, name).value for name in ("padding", "stride", "dilation")}

    @property
    def kernel(self) -> np.ndarray:
        """The weights as they stand in the fields."""
        return np.vectorize(lambda field: field.value)(self.weights)

    @contextlib.contextmanager
    def _drawn_once(self) -> Iterator[None]:
        """Draw after several changes, not after each."""
        self._waits = True
        try:
            yield
        finally:
            self._waits = False
        self._redraw()

    def _take_preset(self, change) -> None:
        if self.preset.value == OWN:
            return
        lecture = LECTURE_KERNELS[str(self.preset.value)]
        with self._drawn_once():
            for field, weight in zip(self.weights.flat, lecture.flat, strict=True):
                field.value = float(weight)

    def _move(self, x: float, y: float) -> None:
        """Move the window to the output that is clicked on, or onto the pixel."""
        steps = {"stride": self.stride.value, "dilation": self.dilation.value}
        with self._drawn_once():
            if place := place_in_window(self._axes, x, y, **steps):
                self.row.value, self.column.value = place

    def _redraw(self, change=None) -> None:
        if self._waits:
            return
        same = (name for name in self.preset.options[1:] if (LECTURE_KERNELS[name] == self.kernel).all())
        self.preset.value = next(same, OWN)
        try:
            height, width = convolve(self.image_array, self.kernel, **self.settings).shape
        except ValueError as error:
            reason = str(error).partition(":")[0]
            self.sum.value = f"{reason}: choose a smaller dilation, or more padding."
            self.picture.clear()
            return
        # Lowering a maximum moves a slider that stands beyond it, which calls this method again.
        self.row.max, self.column.max = height - 1, width - 1
        self.sum.value = describe_window(*self._step, **self.settings)
        self.picture.show(as_png(self._drawn(), dpi=72), self.sum.value)

    @property
    def _step(self) -> tuple[np.ndarray, np.ndarray, int, int]:
        return self.image_array, self.kernel, self.row.value, self.column.value

    def _drawn(self) -> Figure:
        self._axes = draw_window(*self._step, **self.settings)
        return self._axes[0].figure

    # IPython takes metadata, too; ipywidgets gives none.
    def _repr_mimebundle_(self, **kwargs):  # pyright: ignore[reportIncompatibleMethodOverride]
        """Add the picture to the panel, for GitHub and the site."""
        # Larger than the picture that follows a slider: it is read as it is, like every other figure.
        still = self._drawn() if self.picture.png else None
        given = {"kind": "window", "image": as_numbers(self.image_array), "kernel": as_numbers(self.kernel)}
        return with_still(super()._repr_mimebundle_(**kwargs), still, self.sum.value, given)


def _weight_fields(kernel: np.ndarray) -> np.ndarray:
    fields = np.empty(kernel.shape, object)
    for place, weight in np.ndenumerate(kernel):
        # The name is for screen readers; its place in the grid says the same to all others.
        fields[place] = ipywidgets.FloatText(
            float(weight),
            description=f"weight in row {place[0]}, column {place[1]}",
            style={"description_width": "0"},
            layout={"width": "72px"},
        )
    return fields
