"""An explorer of a trained network: choose a layer and a map, and see what activates it."""

from collections.abc import Sequence

from utils.explain import TopPatches, top_patches
from utils.figures.controls import Picture, Slider, with_still
from utils.figures.patches import draw_unit
from utils.figures.style import as_png, describe

import ipywidgets
import keras
import numpy as np
from matplotlib.figure import Figure

DPI = 80
BATCH = 100  # images that are searched at a time


def explore_patches(
    model: keras.Model,
    images: np.ndarray,
    layer_names: Sequence[str],
    *,
    k: int = 9,
    still_with_images: bool = True,
) -> "PatchExplorer":
    """Build a panel that shows the k strongest patches of any map, and their projections.

    Args:
        model, images: see `top_patches`; pixels in [0, 1].
        layer_names: the layers to choose from, the last of which is shown first. All are searched at once,
            before the panel is shown; what a map saw is projected when it is chosen for the first time.
        k: patches per map.
        still_with_images: whether the picture that is stored for pages without a kernel shows the
            images beside the projections.

    Raises:
        ValueError: a layer does not exist, or the first one shown cannot be searched.
    """
    return PatchExplorer(model, images, layer_names, k, still_with_images)


class PatchExplorer(ipywidgets.VBox):
    """A menu of layers and a slider over maps, above the picture."""

    def __init__(
        self,
        model: keras.Model,
        images: np.ndarray,
        layer_names: Sequence[str],
        k: int,
        still_with_images: bool,
    ):
        self._model, self._images, self._k = model, images, k
        self._peaks = _strongest(model, images, layer_names)
        self._found: dict[tuple[str, int], TopPatches] = {}
        self._still_with_images = still_with_images
        self.layer = ipywidgets.Dropdown(
            options=list(layer_names), value=layer_names[-1], description="layer"
        )
        self.unit = Slider(description="map", continuous_update=False)
        self.words, self.picture = ipywidgets.HTML(), Picture()
        super().__init__([ipywidgets.HBox([self.layer, self.unit]), self.words, self.picture])
        self.words.value = self.describe()  # here, a layer that cannot be searched is an error
        self.layer.observe(self._show_layer, "value")
        self.unit.observe(self._redraw, "value")
        self._show_layer()

    @property
    def top(self) -> TopPatches:
        """The strongest patches of the chosen map.

        Raises:
            ValueError: the chosen layer has no maps, or cannot be projected.
        """
        layer, unit = str(self.layer.value), self.unit.value
        if (layer, unit) not in self._found:
            peaks = self._peaks[layer][:, unit] if layer in self._peaks else np.zeros(self._k)
            # Stable: of equal activations the earlier image stays first.
            strongest = np.argsort(-peaks, kind="stable")[: self._k]
            self._found[layer, unit] = top_patches(self._model, self._images[strongest], layer, unit, self._k)
        return self._found[layer, unit]

    def draw(self, with_images: bool = True) -> Figure:
        """Draw the chosen map's projections and, beside them, the patches."""
        figure = Figure(figsize=(8 if with_images else 4, 4.2), dpi=DPI, layout="constrained")
        axes = figure.subplots(1, 1 + with_images, squeeze=False)[0]
        draw_unit(axes, self.top, 0)
        for ax, title in zip(axes, ("projections", "patches of the images"), strict=False):
            ax.set_title(title)
        describe(axes, self.describe())
        return figure

    def describe(self) -> str:
        """Say in words what is shown."""
        activations = self.top.activations[0]
        name = f"Map {self.unit.value} of {self.layer.value}"
        if not activations.any():
            return f"{name} is dead: no image makes it answer, so the pictures mean nothing."
        return (
            f"{name}: the {len(activations)} images that make it answer most, "
            f"with activations from {activations[0]:.3g} down to {activations[-1]:.3g}."
        )

    def _show_layer(self, change=None) -> None:
        # First the maximum, which moves the slider if the new layer does not have the chosen map.
        self.unit.max = self._model.get_layer(self.layer.value).output.shape[-1] - 1
        self._redraw()

    def _redraw(self, change=None) -> None:
        try:
            self.words.value = self.describe()
        except ValueError as error:
            self.words.value = str(error)
            self.picture.clear()
        else:
            self.picture.show(as_png(self.draw(), DPI), self.words.value)

    # IPython takes metadata, too; ipywidgets gives none.
    def _repr_mimebundle_(self, **kwargs):  # pyright: ignore[reportIncompatibleMethodOverride]
        """Add a picture to the panel, for pages where no kernel runs."""
        still = self.draw(self._still_with_images) if self.picture.png else None
        return with_still(super()._repr_mimebundle_(**kwargs), still, self.words.value)


def _strongest(model: keras.Model, images: np.ndarray, layer_names: Sequence[str]) -> dict[str, np.ndarray]:
    """Return the largest activation (N, maps) of each map in each image, for the layers that have maps."""
    outputs = {name: model.get_layer(name).output for name in layer_names}
    maxima = {name: keras.ops.max(one, (1, 2)) for name, one in outputs.items() if len(one.shape) == 4}
    search = keras.Model(model.inputs[0], maxima)
    batches = [search(images[start : start + BATCH]) for start in range(0, len(images), BATCH)]
    return {
        name: np.concatenate([keras.ops.convert_to_numpy(one[name]) for one in batches]) for name in maxima
    }
