"""Figures of what the methods of `utils.explain` find in images, and of how they pass tests."""

from collections.abc import Mapping, Sequence
from typing import Any

from utils.explain.scores import share_interval
from utils.figures.curves import COLORS, apart, labeled, plot_named
from utils.figures.images import show_images
from utils.figures.style import RED, describe, store_few_colors

import matplotlib
import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes


def as_brightness(maps: np.ndarray) -> np.ndarray:
    """Scale maps (N, H, W) from 0 up to [0, 1], each by its own 99.5th percentile."""
    limits = np.percentile(maps, 99.5, axis=(1, 2), keepdims=True)
    return np.clip(maps / np.maximum(limits, 1e-12), 0, 1)


def overlay(photos: np.ndarray, maps: np.ndarray) -> np.ndarray:
    """Lay heat maps over photographs: dark where a map is 0, in the photograph's colors where it is 1.

    Args:
        photos: (N, H, W, 3), in [0, 1].
        maps: (N, H, W), in [0, 1].

    Returns:
        (N, H, W, 3), in [0, 1].
    """
    heat = matplotlib.colormaps["inferno"](maps)[..., :3]
    gray = photos.mean(axis=-1, keepdims=True)
    return 0.45 * gray + 0.55 * heat


def show_pictures(
    pictures: np.ndarray,
    titles: Sequence[str] | None = None,
    *,
    alt: str,
    rows: Sequence[str] = (),
    num_columns: int = 6,
    size: float = 3.0,
    num_colors: int = 128,
    dither: bool = False,
) -> np.ndarray:
    """Show pictures as `show_images` does, and store the figure with few colors.

    Args:
        pictures, titles, alt, num_columns, size: see `utils.figures.show_images`.
        rows: names of the rows, written at their left; none by default.
        num_colors, dither: see `utils.figures.style.store_few_colors`.

    Returns:
        the Axes, one per picture.
    """
    axes = show_images(pictures, titles, alt=alt, num_columns=num_columns, size=size)
    for name, ax in zip(rows, axes[::num_columns], strict=bool(rows)):
        style: dict[str, Any] = {"xycoords": "axes fraction", "ha": "right", "va": "center"}
        ax.annotate(name, (-0.04, 0.5), rotation=90, fontsize="large", **style)
    return store_few_colors(axes, num_colors, dither=dither)


def show_methods(
    columns: Mapping[str, np.ndarray],
    *,
    alt: str,
    masks=None,
    size: float = 1.4,
    cmap: str = "viridis",
    num_colors: int = 128,
) -> np.ndarray:
    """Show several pictures of the same images side by side.

    Args:
        columns: title to (N, H, W) maps, each with a color range of its own, or (N, H, W, 3)
            pictures in [0, 1].
        alt: alternative text of the figure.
        masks: (N, H, W), bool, objects to outline; None for no outline.
        size: width of one picture, in inches.
        cmap: the colors of maps.
        num_colors: that the figure is stored with.

    Returns:
        (N, columns) Axes.
    """
    num_rows = len(next(iter(columns.values())))
    figure_size = (size * len(columns), size * num_rows + 0.3)
    _, axes = plt.subplots(num_rows, len(columns), figsize=figure_size, squeeze=False)
    for column, (name, pictures) in zip(axes.T, columns.items(), strict=True):
        column[0].set_title(name, fontsize="large")
        for number, (ax, picture) in enumerate(zip(column, pictures, strict=True)):
            ax.imshow(picture, cmap=cmap, interpolation="nearest")
            ax.axis("off")
            if masks is not None:
                ax.contour(masks[number], [0.5], colors=RED, linewidths=1.5)
    return store_few_colors(describe(axes, alt), num_colors)


def show_changes(
    photos: np.ndarray,
    changes: np.ndarray,
    titles: Sequence[str],
    *,
    alt: str,
    label: str = "fall of the probability",
) -> np.ndarray:
    """Show photographs, and below each on a signed scale what a number changes by, place by place.

    Args:
        photos: (N, H, W, 3), in [0, 1].
        changes: (N, H, W); blue where negative, white at 0, red where positive, on a scale of its own.
        titles: one per photograph.
        alt: alternative text of the figure.
        label: what is measured, written at the scale of the last one.

    Returns:
        (2, N) Axes.
    """
    _, axes = plt.subplots(2, len(photos), figsize=(3.4 * len(photos), 5.8), squeeze=False)
    bar: Any = None
    for column, photo, change, title in zip(axes.T, photos, changes, titles, strict=True):
        limit = max(float(np.abs(change).max()), 1e-12)
        column[0].imshow(photo)
        column[0].set_title(title, fontsize="large")
        drawn = column[1].imshow(change, cmap="RdBu_r", vmin=-limit, vmax=limit)
        bar = plt.colorbar(drawn, ax=column[1], ticks=[-limit, 0, limit], format="%+.2f", shrink=0.9)
        bar.ax.tick_params(labelsize="large")
        for ax in column:
            ax.axis("off")
    bar.set_label(label, fontsize="large")
    return describe(axes, alt)


def plot_strengths(pictures: Mapping[str, np.ndarray], *, alt: str) -> Axes:
    """Plot how strong the waves of each frequency are in pictures, on logarithmic scales.

    Args:
        pictures: name to (H, W, 3), squares.
        alt: alternative text of the figure.
    """
    _, ax = plt.subplots(figsize=(8, 3.8))
    ends, colors = {}, dict(zip(pictures, COLORS, strict=False))
    for name, picture in pictures.items():
        size = len(picture)
        strengths = np.abs(np.fft.rfft2(np.mean(picture, axis=-1))) / size**2
        cycles = np.round(size * np.hypot(np.fft.fftfreq(size)[:, None], np.fft.rfftfreq(size)))
        means = [strengths[cycles == frequency].mean() for frequency in range(1, size // 2)]
        ax.loglog(range(1, size // 2), means, lw=3, color=colors[name])
        ends[name] = float(np.log10(means[-1]))
    right = ax.get_xlim()[1]
    low, high = np.log10(ax.get_ylim())
    for name, height in apart(ends, (low, high)).items():
        ax.annotate(name, (right, 10**height), color=colors[name], va="center", fontsize="large")
    ax.set_xlim(1, 5 * right)
    ax.set_xticks([1, 10, 100], ["1", "10", "100"])  # none below the names
    ax.minorticks_off()
    return store_few_colors(labeled(ax, "frequency: waves across the picture", "strength", alt))


def show_outlined(pictures: Mapping[str, tuple[np.ndarray, np.ndarray]], *, alt: str) -> np.ndarray:
    """Show pictures of several sizes in a row, an object outlined in each.

    Args:
        pictures: title to a picture (H, W, 3), in [0, 1], and the mask (H, W) of its object.
        alt: alternative text of the figure.

    Returns:
        the Axes, one per picture.
    """
    _, axes = plt.subplots(1, len(pictures), figsize=(3.2 * len(pictures), 3.5), squeeze=False)
    for ax, (name, (picture, mask)) in zip(axes[0], pictures.items(), strict=True):
        ax.imshow(picture, interpolation="nearest")
        ax.contour(mask, [0.5], colors="white", linewidths=2.5)
        ax.set_title(name, fontsize="large")
        ax.axis("off")
    return store_few_colors(describe(axes[0], alt), 128)


def plot_shares(
    sets: Mapping[str, Sequence[Mapping[str, float]]], numbers: Mapping[str, int], *, alt: str
) -> np.ndarray:
    """Plot how often each method points at the object: a dot per network, a 95 % interval around their mean.

    Args:
        sets: name of a set of pictures to one table per network, of a method's name to its share.
        numbers: name of a set to its number of pictures, from which the interval follows.
        alt: alternative text of the figure.

    Returns:
        the Axes, one per set.
    """
    _, axes = plt.subplots(1, len(sets), figsize=(3.6 * len(sets), 3.9), sharey=True)
    for ax, (name, tables) in zip(axes, sets.items(), strict=True):
        for place, method in enumerate(tables[0]):
            shares = [100 * table[method] for table in tables]
            mean = float(np.mean(shares))
            low, high = (100 * end for end in share_interval(mean / 100, numbers[name]))
            color = "0.5" if method.startswith("center") else COLORS[0]
            # The cap of a thick line would lengthen the interval.
            ax.plot([low, high], [place, place], lw=7, alpha=0.35, color=color, solid_capstyle="butt")
            ax.plot(shares, [place] * len(shares), "o", color=color, markeredgecolor="white")
        ax.set_title(f"{name}: {numbers[name]} pictures", fontsize="large")
        ax.set_xlabel("points at it, %", fontsize="large")
        ax.set(xlim=(-4, 104), xticks=(0, 25, 50, 75, 100))
        ax.grid(axis="x", alpha=0.4)
    methods = list(next(iter(sets.values()))[0])
    axes[0].set_yticks(range(len(methods)), methods, fontsize="large")
    axes[0].invert_yaxis()
    return store_few_colors(describe(axes, alt))


def plot_destroyed(
    sets: Mapping[str, Mapping[str, Sequence[float]]], stages: Sequence[str], ylabel: str, *, alt: str
) -> np.ndarray:
    """Plot numbers of each method while the weights are destroyed from the last layer on.

    Args:
        sets: name of a panel to name of a method to its number at each stage.
        stages: names of the stages, such as the layers, the whole network first.
        ylabel: what the numbers are.
        alt: alternative text of the figure.

    Returns:
        the Axes, one per panel.
    """
    _, axes = plt.subplots(1, len(sets), figsize=(4.3 * len(sets), 4.2), sharey=True, squeeze=False)
    numbers = np.array([list(methods.values()) for methods in sets.values()])
    margin = 0.06 * np.ptp(numbers)
    for ax, (name, methods) in zip(axes[0], sets.items(), strict=True):
        ax.set_ylim(numbers.min() - margin, numbers.max() + margin)
        curves: Any = {method: (range(len(stages)), heights) for method, heights in methods.items()}
        plot_named(curves, "destroyed down to", ylabel, alt=alt, ax=ax)
        ax.set_xlim(-0.3, 1.7 * len(stages))  # room for the names of the methods
        ax.set_xticks(range(len(stages)), stages, rotation=60, fontsize="large")
        ax.set_title(name, fontsize="large")
    for ax in axes[0, 1:]:
        ax.set_ylabel("")
    return store_few_colors(describe(axes[0], alt))
