"""How every figure of the course looks, and the words and bytes that it is stored with."""

import io
import os
from typing import Any, TypeVar

import matplotlib
import matplotlib.pyplot as plt
import numpy as np
from IPython import get_ipython
from IPython.core.pylabtools import print_figure, select_figure_formats
from matplotlib.axes import Axes
from matplotlib.backends.registry import backend_registry
from matplotlib.figure import Figure
from matplotlib.rcsetup import cycler
from PIL import Image

# Colors that stay distinct in the common forms of color blindness (Petroff, arXiv:2107.02270).
PALETTE = matplotlib.color_sequences["petroff10"]
RED = "#e42536"  # of the same palette, for what a figure points at
STYLE: dict[Any, Any] = {
    "axes.prop_cycle": cycler(color=PALETTE),
    "axes.titlesize": "medium",
    "figure.constrained_layout.use": True,
    "patch.facecolor": PALETTE[0],
}

Drawn = TypeVar("Drawn", Axes, np.ndarray, list[Axes])


def use_course_style() -> None:
    """Draw as the course does from here on, whatever matplotlib's settings have been so far.

    Importing this module does so once. What a reader sets later, in a cell, is meant and stays.
    """
    _show_figures_below_cells()
    matplotlib.rcdefaults()
    plt.rcParams.update(STYLE)


def _show_figures_below_cells() -> None:
    """Undo in a notebook that MPLBACKEND, set in a shell, sends figures to files or to windows."""
    shell = get_ipython()
    backend = os.environ.get("MPLBACKEND", "inline").removeprefix("module://").lower()
    ours = "inline" in backend or backend in backend_registry.list_builtin()
    # A kernel has an output area, IPython in a terminal has none. Other backends, such as ipympl, have
    # come with a package for notebooks. The inline backend reads settings of its own when it starts,
    # therefore it starts before all settings are set back.
    if shell is not None and hasattr(shell, "kernel") and ours:
        shell.enable_matplotlib("inline")
        select_figure_formats(shell, {"png"})


use_course_style()


def describe(axes: Drawn, alt: str) -> Drawn:
    """Give the figure of `axes` its alternative text, which notebooks, site and slides store.

    Args:
        axes: the Axes, or an array or list of Axes, of one figure.
        alt: what a person who cannot see the figure needs to know, in one or two sentences.

    Returns:
        `axes`, unchanged.
    """
    _figure_of(axes).alt_text = " ".join(alt.split())
    shell = get_ipython()
    if shell is not None:
        # Again each time, as the inline backend installs its own formatter with the first figure.
        shell.display_formatter.formatters["image/png"].for_type(Figure, _png_with_alt_text)
    return axes


def store_few_colors(axes: Drawn, num_colors: int = 64, *, dither: bool = False) -> Drawn:
    """Store the figure of `axes` with only so many colors, which makes noise a third as large.

    Args:
        axes: the Axes, or an array of Axes, of one figure.
        num_colors: from 2 to 256.
        dither: mix the colors of neighboring pixels, which hides the steps of smooth shades.

    Returns:
        `axes`, unchanged.
    """
    figure = _figure_of(axes)
    figure.num_colors, figure.dither = num_colors, dither
    return axes


def _figure_of(axes: Axes | np.ndarray | list[Axes]) -> Any:
    """Return the figure of `axes`, to which the course adds attributes of its own."""
    first = axes if isinstance(axes, Axes) else np.ravel(np.asarray(axes, object))[0]
    return first.figure


def as_png(figure: Figure, dpi: float) -> bytes:
    """Return the bytes of a PNG file of a figure, for the picture of a widget."""
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=dpi)
    return buffer.getvalue()


def _png_with_alt_text(figure: Figure):
    png = print_figure(figure, fmt="png", dpi=figure.dpi)
    num_colors = getattr(figure, "num_colors", None)
    if num_colors and isinstance(png, bytes):  # an empty figure gives None
        buffer = io.BytesIO()
        drawn = Image.open(io.BytesIO(png)).convert("RGB")
        picture = drawn.quantize(num_colors, dither=Image.Dither.NONE)
        if getattr(figure, "dither", False):
            picture = drawn.quantize(palette=picture, dither=Image.Dither.FLOYDSTEINBERG)
        picture.save(buffer, format="png", optimize=True)
        png = buffer.getvalue()
    alt = getattr(figure, "alt_text", None)
    return (png, {"alt": alt}) if alt else png
