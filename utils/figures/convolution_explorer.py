"""An explorer of a convolution, step by step; a still picture takes its place where no kernel runs."""

from utils.convolution import conv2d
from utils.figures.controls import Picture, Slider, with_still
from utils.figures.style import RED, as_png, describe

import ipywidgets
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle


def draw_window(
    image: np.ndarray,
    kernel: np.ndarray,
    row: int = 0,
    column: int = 0,
    *,
    padding: int = 0,
    stride: int = 1,
    dilation: int = 1,
) -> np.ndarray:
    """Draw one step of a convolution: the window on the image, its products, and their sum.

    Args:
        image: (H, W), small numbers.
        kernel: (kernel height, kernel width).
        row, column: which output to explain.
        padding, stride, dilation: integers, as in `conv2d`.

    Returns:
        three Axes of a new figure: image, products, output.

    Raises:
        ValueError: the window does not fit, or there is no such output.
    """
    image, kernel = np.asarray(image), np.asarray(kernel)
    output = _convolve(image, kernel, padding, stride, dilation)
    if not (0 <= row < output.shape[0] and 0 <= column < output.shape[1]):
        raise ValueError(f"There is no output ({row}, {column}): the output is {output.shape}.")
    pixels = _pixels(image, kernel, row, column, padding, stride, dilation)
    # Fixed margins, as a layout worked out at every step of a slider makes it stutter. Matplotlib's
    # documentation lists "none"; its types forget it.
    figure = Figure(figsize=(9, 3.3), layout="none")  # pyright: ignore[reportArgumentType]
    figure.subplots_adjust(left=0.01, right=0.99, bottom=0.02, top=0.9, wspace=0.04)
    axes = figure.subplots(1, 3)
    _draw_image(axes[0], np.pad(image, padding), image.shape, padding)
    for i, j in np.ndindex(kernel.shape):
        _frame(axes[0], row * stride + i * dilation, column * stride + j * dilation)
    _draw_numbers(axes[1], pixels * kernel)
    _write_products(axes[1], pixels, kernel)
    axes[1].set_title(f"pixel × weight, sum {(pixels * kernel).sum():g}")
    _draw_numbers(axes[2], output)
    _frame(axes[2], row, column)
    axes[2].set_title(f"output {output.shape[0]} × {output.shape[1]}")
    return describe(axes, describe_window(image, kernel, row, column, padding, stride, dilation))


def describe_window(image, kernel, row, column, padding=0, stride=1, dilation=1) -> str:
    """Describe in words what `draw_window` draws."""
    pixels = _pixels(np.asarray(image), np.asarray(kernel), row, column, padding, stride, dilation)
    pairs = zip(pixels.ravel(), np.ravel(kernel), strict=True)
    products = " + ".join(f"{pixel:g} × {weight:g}" for pixel, weight in pairs)
    return f"Output ({row}, {column}) = {products} = {(pixels * kernel).sum():g}"


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
        self.image_array = np.asarray(image)
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
    def settings(self) -> dict[str, int]:
        """Padding, stride and dilation, as `draw_window` takes them."""
        return {name: getattr(self, name).value for name in ("padding", "stride", "dilation")}

    @property
    def kernel(self) -> np.ndarray:
        """The weights as they stand in the fields."""
        return np.vectorize(lambda field: field.value)(self.weights)

    def _redraw(self, change=None) -> None:
        try:
            height, width = _convolve(self.image_array, self.kernel, **self.settings).shape
        except ValueError as error:
            self.sum.value = str(error)
            return
        # Lowering a maximum moves a slider that stands beyond it, which calls this method again.
        self.row.max, self.column.max = height - 1, width - 1
        step = (self.image_array, self.kernel, self.row.value, self.column.value)
        self.sum.value = describe_window(*step, **self.settings)
        figure = draw_window(*step, **self.settings)[0].figure
        self.picture.show(as_png(figure, dpi=72), self.sum.value)

    # IPython takes metadata, too; ipywidgets gives none.
    def _repr_mimebundle_(self, **kwargs):  # pyright: ignore[reportIncompatibleMethodOverride]
        """Add the picture to the panel, for GitHub and the site."""
        return with_still(super()._repr_mimebundle_(**kwargs), self.picture.png, self.sum.value)


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


def _convolve(image, kernel, padding, stride, dilation):
    images, kernel = image[np.newaxis, :, :, np.newaxis], kernel[:, :, np.newaxis, np.newaxis]
    return conv2d(images, kernel, padding=padding, stride=stride, dilation=dilation)[0, :, :, 0]


def _pixels(image, kernel, row, column, padding, stride, dilation):
    """Return the pixels under the kernel, (kernel height, kernel width)."""
    rows = row * stride + np.arange(kernel.shape[0]) * dilation
    columns = column * stride + np.arange(kernel.shape[1]) * dilation
    return np.pad(image, padding)[np.ix_(rows, columns)]


def _draw_image(ax: Axes, padded: np.ndarray, shape: tuple[int, int], padding: int) -> None:
    _draw_numbers(ax, padded)
    if padding:
        edge = (padding - 0.5, padding - 0.5)
        ax.add_patch(Rectangle(edge, shape[1], shape[0], fill=False, lw=1.5, ls="--"))
    ax.set_title(f"image {shape[0]} × {shape[1]}" + (f", padding {padding}" if padding else ""))


def _draw_numbers(ax: Axes, numbers: np.ndarray) -> None:
    limit = max(float(np.abs(numbers).max()), 1e-12)
    ax.imshow(numbers, cmap="PuOr", vmin=-2 * limit, vmax=2 * limit)  # pale: the numbers are read
    ax.set_axis_off()
    for (row, column), number in np.ndenumerate(numbers):
        ax.text(column, row, f"{number:.3g}", ha="center", va="center")


def _write_products(ax: Axes, pixels: np.ndarray, kernel: np.ndarray) -> None:
    for text, (place, weight) in zip(ax.texts, np.ndenumerate(kernel), strict=True):
        text.set_text(
            f"{pixels[place]:g} × {weight:g}\n= {pixels[place] * weight + 0.0:g}"
        )  # + 0.0 makes -0 a 0


def _frame(ax: Axes, row: int, column: int) -> None:
    corner = (column - 0.5, row - 0.5)
    ax.add_patch(Rectangle(corner, 1, 1, fill=False, lw=2.5, color=RED, zorder=3))
