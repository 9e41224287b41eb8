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
from PIL import Image, ImageChops

# Colors that stay distinct in the common forms of color blindness (Petroff, arXiv:2107.02270).
PALETTE = matplotlib.color_sequences["petroff10"]
RED = "#e42536"  # of the same palette, for what a figure points at
LARGEST_CHANGE = 16  # of 255: a place of a figure may differ by less, which nobody sees
DENSITY = 2  # stored pixels for each pixel of a plain screen, side by side: letters stay sharp on a fine one
PHOTOGRAPH_DENSITY, MOST_BYTES = 1.2, 200_000  # of a figure with more bytes, which only photographs have
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
        shell.display_formatter.formatters["image/png"].for_type(Figure, picture_to_store)
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


def picture_to_store(figure: Figure) -> tuple[bytes, dict[str, Any]] | None:
    """Return the PNG that a notebook stores of a figure, on white, and its size on a page with its words.

    A figure that photographs fill is stored with fewer pixels: they have no more to show.

    Returns:
        the bytes of the file, with `DENSITY` or `PHOTOGRAPH_DENSITY` pixels for each pixel of the page in
        both directions, and "width" and "height" on the page, and "alt" if the figure is described; None if
        it is empty.
    """
    png = print_figure(figure, fmt="png", dpi=DENSITY * figure.dpi)
    if not isinstance(png, bytes):
        return None
    with Image.open(io.BytesIO(png)) as drawn:
        picture = Image.alpha_composite(Image.new("RGBA", drawn.size, "white"), drawn).convert("RGB")
    width, height = picture.width // DENSITY, picture.height // DENSITY
    stored = _as_small_png(picture, figure)
    if len(stored) > MOST_BYTES:
        fewer = round(PHOTOGRAPH_DENSITY * width), round(PHOTOGRAPH_DENSITY * height)
        stored = _as_small_png(picture.resize(fewer, Image.Resampling.LANCZOS), figure, mixes_colors=True)
    alt = getattr(figure, "alt_text", None)
    return stored, {"width": width, "height": height} | ({"alt": alt} if alt else {})


def _as_small_png(picture: Image.Image, figure: Any, mixes_colors: bool = False) -> bytes:
    """Return the bytes of a PNG: with the colors that the figure is to have, or with all that are seen.

    `mixes_colors` makes 256 of them do for photographs, mixed from pixel to pixel.
    """
    num_colors = getattr(figure, "num_colors", None)
    stored = picture.quantize(num_colors or 256, dither=Image.Dither.NONE)
    is_enough = bool(num_colors) or _look_the_same(stored.convert("RGB"), picture)
    if getattr(figure, "dither", False) or not is_enough:
        stored = picture.quantize(palette=stored, dither=Image.Dither.FLOYDSTEINBERG)
    buffer = io.BytesIO()
    chosen = _keep_ground(stored, picture) if is_enough or mixes_colors else picture
    chosen.save(buffer, format="png", optimize=True)
    return buffer.getvalue()


def _keep_ground(few: Image.Image, picture: Image.Image) -> Image.Image:
    """Give the ground of a figure, the color of its corner, this exact color: as white as the page."""
    pixels, places, palette = np.asarray(picture), np.array(few), few.getpalette() or []
    place = int(places[0, 0])
    palette[3 * place : 3 * place + 3] = pixels[0, 0].tolist()
    places[(pixels == pixels[0, 0]).all(axis=-1)] = place
    kept = Image.fromarray(places)
    kept.putpalette(palette)
    return kept


def _look_the_same(few: Image.Image, picture: Image.Image) -> bool:
    """Tell whether no place differs: curves and letters do with 256 colors, photographs do not.

    A pixel of an edge may differ, a square of 4 x 4 pixels may not.
    """
    places = ImageChops.difference(few, picture).reduce(4)
    return bool(np.asarray(places).max() < LARGEST_CHANGE)
