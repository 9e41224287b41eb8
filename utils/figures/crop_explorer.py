"""An explorer of a crop: a frame moves over a photograph, and classifiers say what they see in it."""

from collections.abc import Mapping, Sequence

from utils.checks import check_shown
from utils.figures.controls import Picture, Slider, with_still
from utils.figures.style import as_png

import ipywidgets
import keras
import numpy as np
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from PIL import Image

STILL_CROPS = ((100, 50, 50), (60, 20, 50), (60, 80, 50))  # size, left, top, in the picture without a kernel
NUM_BARS = 3  # the most probable classes


def explore_crop(
    photo: np.ndarray, networks: Mapping[str, keras.Model], class_names: Sequence[str]
) -> "CropExplorer":
    """Build a panel in which the reader moves a square frame and watches what networks take it for.

    Args:
        photo: (H, W, 3), uint8, or floats in [0, 1].
        networks: by name; each takes images (N, size, size, 3) in [0, 1], all of one size, and gives
            probabilities (N, classes).
        class_names: in the order of the probabilities.
    """
    photo = check_shown(np.asarray(photo)[np.newaxis])[0]
    if photo.dtype != np.uint8:
        photo = np.round(255 * photo).astype(np.uint8)
    return CropExplorer(photo, dict(networks), list(class_names))


class CropExplorer(ipywidgets.VBox):
    """Three sliders above the photograph, what the networks receive, and what they answer."""

    def __init__(self, photo: np.ndarray, networks: dict[str, keras.Model], class_names: list[str]):
        self._photo, self._networks, self._class_names = photo, networks, class_names
        self._answers: dict[tuple[int, ...], dict[str, np.ndarray]] = {}
        percent = {"min": 0, "max": 100, "value": 50, "continuous_update": False}
        self.size = Slider(**{**percent, "min": 20, "value": 100}, description="size, %")
        self.left, self.top = (
            Slider(**percent, description="left, %"),
            Slider(**percent, description="top, %"),
        )
        self.words, self.drawn = ipywidgets.HTML(), Picture()
        super().__init__([self.size, self.left, self.top, self.words, self.drawn])
        for slider in (self.size, self.left, self.top):
            slider.observe(self._redraw, "value")
        self._redraw()

    def frame(self, size: int, left: int, top: int) -> tuple[int, int, int]:
        """Return the upper row, the left column and the side of a crop, in pixels.

        Args:
            size: in percent of the photograph's shorter side.
            left, top: in percent of the room that the frame has to move in.
        """
        height, width = self._photo.shape[:2]
        side = max(1, round(min(height, width) * size / 100))
        return round((height - side) * top / 100), round((width - side) * left / 100), side

    def crop(self, size: int, left: int, top: int) -> np.ndarray:
        """Return what the networks receive: (size, size, 3), float32 in [0, 1]."""
        row, column, side = self.frame(size, left, top)
        square = Image.fromarray(self._photo[row : row + side, column : column + side])
        pixels = next(iter(self._networks.values())).input_shape[1:3]
        small = square.resize(pixels[::-1], Image.Resampling.BOX)
        return np.asarray(small, np.float32) / 255

    def answers(self, *crop: int) -> dict[str, np.ndarray]:
        """Return each network's probabilities of the classes; words and picture of a crop ask once."""
        if crop not in self._answers:
            batch = self.crop(*crop)[np.newaxis]
            self._answers[crop] = {
                name: keras.ops.convert_to_numpy(model(batch, training=False))[0]
                for name, model in self._networks.items()
            }
        return self._answers[crop]

    def describe(self, size: int, left: int, top: int) -> str:
        """Say in words what each network answers."""
        answers = self.answers(size, left, top).items()
        said = (f"{name}: {self._class_names[p.argmax()]} {p.max():.0%}" for name, p in answers)
        return f"Crop of {size} %, left {left} %, top {top} %. {'; '.join(said)}."

    def draw(self, *crops: tuple[int, int, int]) -> Figure:
        """Draw one row for each crop: the frame, the small picture, the answers."""
        columns = 2 + len(self._networks)
        figure = Figure(figsize=(8.4, 2.0 * len(crops)), layout="constrained")
        widths = [1.4, 1] + [1.2] * len(self._networks)
        axes = figure.subplots(len(crops), columns, squeeze=False, width_ratios=widths)
        for row, crop in zip(axes, crops, strict=True):
            self._draw_photo(row[0], crop)
            row[1].imshow(self.crop(*crop))
            row[1].set(xticks=[], yticks=[], title="received")
            for ax, (name, probabilities) in zip(row[2:], self.answers(*crop).items(), strict=True):
                self._draw_bars(ax, probabilities)
                ax.set_title(name)
        return figure

    def _draw_photo(self, ax, crop: tuple[int, int, int]) -> None:
        row, column, side = self.frame(*crop)
        ax.imshow(self._photo)
        ax.add_patch(Rectangle((column, row), side, side, fill=False, edgecolor="white", linewidth=3))
        ax.add_patch(Rectangle((column, row), side, side, fill=False, edgecolor="black", linewidth=1))
        ax.set(xticks=[], yticks=[])

    def _draw_bars(self, ax, probabilities: np.ndarray) -> None:
        best = probabilities.argsort()[::-1][:NUM_BARS]
        ax.barh(np.arange(len(best)), probabilities[best], height=0.7)
        for place, label in enumerate(best):
            words = f" {self._class_names[label]} {probabilities[label]:.0%}"
            ax.text(0 if probabilities[label] > 0.5 else probabilities[label], place, words, va="center")
        ax.set(xlim=(0, 1), xticks=[], yticks=[])
        ax.invert_yaxis()

    def _redraw(self, change=None) -> None:
        crop = self.size.value, self.left.value, self.top.value
        self.words.value = self.describe(*crop)
        self.drawn.show(as_png(self.draw(crop), dpi=80), self.words.value)

    # IPython takes metadata, too; ipywidgets gives none.
    def _repr_mimebundle_(self, **kwargs):  # pyright: ignore[reportIncompatibleMethodOverride]
        """Add a picture of three crops to the panel, for GitHub and the site."""
        words = " ".join(self.describe(*crop) for crop in STILL_CROPS)
        return with_still(super()._repr_mimebundle_(**kwargs), self.draw(*STILL_CROPS), words)
