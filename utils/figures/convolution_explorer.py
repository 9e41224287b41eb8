"""An explorer of a convolution, step by step; a still picture takes its place where no kernel runs."""

from typing import Any

from utils.figures.controls import Picture, Slider, with_still
from utils.figures.style import as_png
from utils.figures.windows import convolve, describe_window, draw_window

import ipywidgets
import numpy as np


def explore_convolution(image: np.ndarray, kernel: np.ndarray) -> "ConvolutionExplorer":
    """Build a panel in which the reader moves the window and edits the kernel.

    Args:
        image: (H, W), small numbers; about 5 to 9 pixels a side stay readable.
        kernel: (kernel height, kernel width), the weights to start with.
    """
    return ConvolutionExplorer(image, kernel)


class ConvolutionExplorer(ipywidgets.VBox):
    """Sliders and weights around the picture of `draw_window`."""

    def __init__(self, image: np.ndarray, kernel: np.ndarray):
        self.image_array = np.asarray(image, float)
        self.row, self.column = Slider(description="row"), Slider(description="column")
        self.padding = Slider(max=2, description="padding")
        self.stride = Slider(min=1, max=3, value=1, description="stride")
        self.dilation = Slider(min=1, max=3, value=1, description="dilation")
        self.weights = _weight_fields(np.asarray(kernel))
        self.sum, self.picture = ipywidgets.HTML(), Picture()
        sliders = [self.row, self.column, self.padding, self.stride, self.dilation]
        grid = ipywidgets.GridBox(
            self.weights.ravel().tolist(),
            layout={"grid_template_columns": f"repeat({self.weights.shape[1]}, 78px)"},
        )
        controls = ipywidgets.HBox([ipywidgets.VBox(sliders), grid])
        super().__init__([controls, self.sum, self.picture])
        for control in [*sliders, *self.weights.flat]:
            control.observe(self._redraw, "value")
        self._redraw()

    @property
    def settings(self) -> dict[str, Any]:
        """Padding, stride and dilation, as `draw_window` takes them."""
        return {name: getattr(self, name).value for name in ("padding", "stride", "dilation")}

    @property
    def kernel(self) -> np.ndarray:
        """The weights as they stand in the fields."""
        return np.vectorize(lambda field: field.value)(self.weights)

    def _redraw(self, change=None) -> None:
        try:
            height, width = convolve(self.image_array, self.kernel, **self.settings).shape
        except ValueError as error:
            self.sum.value = str(error)
            self.picture.clear()
            return
        # Lowering a maximum moves a slider that stands beyond it, which calls this method again.
        self.row.max, self.column.max = height - 1, width - 1
        self.sum.value = describe_window(*self._step, **self.settings)
        self.picture.show(self._drawn(dpi=72), self.sum.value)

    @property
    def _step(self) -> tuple[np.ndarray, np.ndarray, int, int]:
        return self.image_array, self.kernel, self.row.value, self.column.value

    def _drawn(self, dpi: int) -> bytes:
        return as_png(draw_window(*self._step, **self.settings)[0].figure, dpi)

    # IPython takes metadata, too; ipywidgets gives none.
    def _repr_mimebundle_(self, **kwargs):  # pyright: ignore[reportIncompatibleMethodOverride]
        """Add the picture to the panel, for GitHub and the site."""
        # Larger than the picture that follows a slider: it is read as it is, like every other figure.
        still = self._drawn(dpi=100) if self.picture.png else b""
        given = {"kind": "window", "image": self.image_array.tolist(), "kernel": self.kernel.tolist()}
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
