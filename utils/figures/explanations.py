"""Figures of what the methods of `utils.explain` find."""

from collections.abc import Mapping, Sequence

from utils.checks import check_labels
from utils.explain import (
    TopPatches,
    as_pictures,
    deconvnet,
    heat_maps,
    maximize_filter,
    occlusion,
    strongest_units,
    top_patches,
)
from utils.explain.invariance import feature_distances, transform_images
from utils.figures.images import show_images
from utils.figures.patches import as_signed, patch_grid
from utils.figures.style import RED, describe, store_few_colors

import keras
import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes

MIN_PLACES = 12  # for a class to be named; names of single places would hide one another
UNITS = {"shift": "shift in pixels", "angle": "angle in degrees"}


def show_pictures(
    pictures: np.ndarray, titles: Sequence[str] | None = None, *, alt: str, num_columns: int, size: float
) -> np.ndarray:
    """Show small pictures as `show_images` does, pixel by pixel and with few colors."""
    with plt.rc_context({"image.interpolation": "nearest"}):
        axes = show_images(pictures, titles, alt=alt, num_columns=num_columns, size=size)
    return store_few_colors(axes)


def show_filters(model: keras.Model, layer: str, *, alt: str, num_columns: int = 16) -> np.ndarray:
    """Show the filters of a layer that reads colors; gray is zero.

    Args:
        layer: name of a convolution with 1 or 3 input channels.
    """
    kernel = model.get_layer(layer).get_weights()[0]
    return show_pictures(as_signed(np.moveaxis(kernel, -1, 0)), num_columns=num_columns, size=0.55, alt=alt)


def show_evolution(
    found: Mapping[str, Sequence[TopPatches]], epochs: Sequence[int], *, alt: str
) -> np.ndarray:
    """Show the projections of the strongest activations, epoch by epoch.

    Args:
        found: name of a layer to its top patches at each epoch; one row per unit.
        epochs: the numbers written below the columns.
    """
    _, axes = plt.subplots(1, len(found), figsize=(4.2 * len(found), 3.2), squeeze=False)
    for ax, (name, tops) in zip(axes[0], found.items(), strict=True):
        pictures = as_signed(np.concatenate([top.projections[:, 0] for top in tops]))
        boxes = np.concatenate([top.boxes[:, 0] for top in tops])
        by_unit = np.arange(len(boxes)).reshape(len(tops), -1).T.ravel()
        grid = patch_grid(pictures[by_unit], boxes[by_unit], num_columns=len(tops))
        ax.imshow(grid, interpolation="nearest")
        ax.set_xticks((np.arange(len(tops)) + 0.5) * grid.shape[1] / len(tops), epochs)
        ax.set(title=name, xlabel="epoch", yticks=[])
    return store_few_colors(describe(axes[0], alt))


def show_invariance(
    model: keras.Model,
    images: np.ndarray,
    labels: np.ndarray,
    layer_names: Sequence[str],
    class_names: Sequence[str],
    changes: Mapping[str, Sequence[float]],
    *,
    alt: str,
) -> np.ndarray:
    """Show, as figure 5 of Zeiler and Fergus does, how features move when images are changed.

    Args:
        model: to probabilities (N, classes).
        images: (N, H, W, C), floats in the model's range, two at least; labels: (N,).
        layer_names: one row of panels for each.
        changes: argument of `transform_images` to the values along the horizontal axis.

    Returns:
        (layers + 1, changes) Axes; the last row is the probability of the true class.
    """
    labels = check_labels(labels, num_images=len(images), num_classes=len(class_names))
    outputs = [*(model.get_layer(name).output for name in layer_names), model.outputs[0]]
    features = keras.Model(model.inputs[0], outputs)
    before = [maps.numpy() for maps in features(images)]
    num_rows = len(outputs)
    _, axes = plt.subplots(num_rows, len(changes), figsize=(11, 2.1 * num_rows), sharex="col", sharey="row")
    for column, (change, values) in zip(axes.T, changes.items(), strict=True):
        after = [features(transform_images(images, **{change: value})) for value in values]
        for number, ax in enumerate(column[:-1]):
            ax.plot(values, [feature_distances(before[number], maps[number]) for maps in after])
        probabilities = [maps[-1].numpy()[range(len(labels)), labels] for maps in after]
        column[-1].plot(values, probabilities, label=[class_names[label] for label in labels])
        column[-1].set(xlabel=UNITS.get(change, change), ylim=(0, 1.02))
    for ax, label in zip(axes[:, 0], [*(f"distance, {n}" for n in layer_names), "p(class)"], strict=True):
        ax.set_ylabel(label)
    axes[-1, -1].legend(loc="center left", bbox_to_anchor=(1, 0.5), fontsize="small")
    return store_few_colors(describe(axes, alt))


def plot_lines(
    x: Sequence, lines: Mapping[str, Sequence[float]], *, xlabel: str, ylabel: str, alt: str
) -> Axes:
    """Plot several lines over the same numbers or names.

    Args:
        x: (N,), numbers, or names in their order.
        lines: name to (N,), the heights.
    """
    _, ax = plt.subplots(figsize=(7, 3))
    for name, heights in lines.items():
        ax.plot(x, heights, "o-", label=name)
    ax.set(xlabel=xlabel, ylabel=ylabel)
    ax.grid(alpha=0.3)
    ax.legend(fontsize="small")
    return describe(ax, alt)


def show_occlusion(
    model: keras.Model,
    images: np.ndarray,
    classes: np.ndarray,
    layer: str,
    class_names: Sequence[str],
    *,
    size: int,
    alt: str,
) -> np.ndarray:
    """Show, as figure 7 of Zeiler and Fergus does, what a sliding square changes.

    Args:
        model, images, layer, size: see `occlusion`; the square moves by one pixel.
        classes: (N,), integers.
        class_names: names of all classes.

    Returns:
        (N, 5) Axes: image, projection of the strongest map, activity of that map, probability of
        the class, most probable class.
    """
    found = occlusion(model, images, classes, layer=layer, size=size, stride=1)
    projections = deconvnet(model, images, layer, strongest_units(model, images, layer))
    _, axes = plt.subplots(len(images), 5, figsize=(11, 2.4 * len(images)), squeeze=False)
    for n, row in enumerate(axes):
        row[0].imshow(images[n])
        row[1].imshow(as_signed(projections[n]))
        row[2].imshow(found.activities[n])  # pyright: ignore[reportOptionalSubscript] (a layer was given)
        row[3].imshow(found.scores[n], vmin=0, vmax=1)
        _draw_classes(row[4], found.predictions[n], class_names)
        titles = (class_names[classes[n]], "projection", f"activity, {layer}", "p(class)", "most probable")
        for ax, title in zip(row, titles, strict=True):
            ax.set_title(title)
            ax.axis("off")
    return store_few_colors(describe(axes, alt), 128)


def _draw_classes(ax, predictions: np.ndarray, class_names: Sequence[str]) -> None:
    """Color each place by its class, and write its name on each class that has more than a few places."""
    labels, shades = np.unique(predictions, return_inverse=True)
    shades = shades.reshape(predictions.shape)
    # Shades far apart, and all of them light enough for black letters.
    ax.imshow(shades, cmap="Blues", vmin=-0.5, vmax=1.6 * len(labels), interpolation="nearest")
    for label in labels:
        rows, columns = np.nonzero(predictions == label)
        if len(rows) < MIN_PLACES:
            continue
        nearest = np.hypot(rows - rows.mean(), columns - columns.mean()).argmin()
        ax.text(
            columns[nearest], rows[nearest], class_names[label], ha="center", va="center", fontsize="small"
        )


def show_methods(columns: Mapping[str, np.ndarray], *, alt: str, masks=None, size: float = 1.4) -> np.ndarray:
    """Show several pictures of the same images side by side.

    Args:
        columns: title to (N, H, W) maps, each with a color range of its own, or (N, H, W, 3)
            pictures in [0, 1].
        masks: (N, H, W), bool, objects to outline; None for no outline.
        size: width of one picture, in inches.

    Returns:
        (N, columns) Axes.
    """
    num_rows = len(next(iter(columns.values())))
    figure_size = (size * len(columns), size * num_rows + 0.3)
    _, axes = plt.subplots(num_rows, len(columns), figsize=figure_size, squeeze=False)
    for column, (name, pictures) in zip(axes.T, columns.items(), strict=True):
        column[0].set_title(name, fontsize="small")
        for number, (ax, picture) in enumerate(zip(column, pictures, strict=True)):
            ax.imshow(picture, interpolation="nearest")
            ax.axis("off")
            if masks is not None:
                ax.contour(masks[number], [0.5], colors=RED, linewidths=0.9)
    return store_few_colors(describe(axes, alt), 128)


def all_methods(
    model: keras.Model,
    images: np.ndarray,
    classes: np.ndarray,
    layer: str,
    searched: np.ndarray,
    *,
    seed: int = 0,
) -> dict[str, np.ndarray]:
    """Apply all eight methods to the same images, for `show_methods` to draw.

    Args:
        model, images, classes, layer: see `heat_maps`; pixels in [0, 1].
        searched: (M, H, W, 3), images that are searched for the best patch of each strongest map.
        seed: of the noise in which gradient ascent begins.

    Returns:
        title to (N, H, W, 3) pictures or (N, H, W) maps. Top patch, gradient ascent and deconvnet
        are those of the map of `layer` that is strongest in the image.
    """
    units = strongest_units(model, images, layer)
    noise = np.random.default_rng(seed).random(images.shape, dtype="float32")
    options = {"num_steps": 60, "step_size": 6 / 255, "decay": 0.02, "blur": 0.5}
    ascent = maximize_filter(model, layer, units, start=noise, **options).images
    maps = heat_maps(model, images, classes, layer, seed=seed)
    return {
        "image": images,
        "top patch": top_patches(model, searched, layer, units, k=1).images[:, 0],
        "gradient ascent": as_pictures(ascent, 0.2),
        **(maps | {"deconvnet": as_signed(deconvnet(model, images, layer, units))}),
    }
