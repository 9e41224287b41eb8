"""The patches of the images in a data set to which a unit responds most, and what it saw in them.

Source: M. D. Zeiler and R. Fergus, "Visualizing and Understanding Convolutional Networks",
ECCV 2014, figure 2.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from utils.checks import require_integer
from utils.convolution.graph import Step
from utils.explain.deconvnet import project_units
from utils.explain.inputs import check_images, check_units, compiled, in_batches
from utils.explain.network import LayerChoice, Network
from utils.explain.receptive_box import boxes

import keras
import numpy as np
import tensorflow as tf


@dataclass(frozen=True)
class TopPatches:
    """For each of U units the k images that make it most active, the strongest first.

    Attributes:
        units: (U,), the numbers of the feature maps.
        image_indices: (U, k), places in the data set.
        activations: (U, k); a unit whose activations are all 0 is dead, its images mean nothing.
        positions: (U, k, 2), row and column of the maximum in the feature map.
        boxes: (U, k, 4), the unit's receptive field in pixels, clipped at the borders of the image:
            top, left, bottom, right; the last two are exclusive.
        images, projections: (U, k, H, W, C), the images, and their projections by the deconvnet.
    """

    units: np.ndarray
    image_indices: np.ndarray
    activations: np.ndarray
    positions: np.ndarray
    boxes: np.ndarray
    images: np.ndarray
    projections: np.ndarray

    @property
    def patches(self) -> list[list[np.ndarray]]:
        """The boxes cut out of the images: for each unit k arrays (h, w, C)."""
        return self._cut(self.images)

    @property
    def projected_patches(self) -> list[list[np.ndarray]]:
        """The boxes cut out of the projections, which are zero elsewhere."""
        return self._cut(self.projections)

    def _cut(self, pictures: np.ndarray) -> list[list[np.ndarray]]:
        return [
            [
                picture[top:bottom, left:right]
                for picture, (top, left, bottom, right) in zip(of_unit, places, strict=True)
            ]
            for of_unit, places in zip(pictures, self.boxes, strict=True)
        ]


def top_patches(
    model: keras.Model,
    images: np.ndarray | Iterable,
    layer: LayerChoice,
    units,
    k: int = 9,
    *,
    batch_size: int = 128,
) -> TopPatches:
    """Find the k strongest activations of each unit, at most one per image, and project them.

    Args:
        model: as for `deconvnet`.
        images: (N, H, W, C), floats in the model's range, N at least k; or an iterable of such
            batches, or of tuples that begin with one, such as a `tf.data.Dataset`. It is read once,
            a batch at a time; only the images in the result are kept.
        layer: name, index in `model.layers`, or the layer, with output (N, h, w, units).
        units: one number of a feature map, or several.
        k: patches per unit.
        batch_size: images at a time, if `images` is an array.

    Raises:
        ValueError: as `deconvnet`, or fewer than k images.
    """
    (found,) = top_patches_of(model, images, [(layer, units)], k, batch_size=batch_size)
    return found


def top_patches_of(
    model: keras.Model,
    images: np.ndarray | Iterable,
    chosen: Sequence[tuple[LayerChoice, Any]],
    k: int = 9,
    *,
    batch_size: int = 128,
) -> list[TopPatches]:
    """Find the top patches of units of several layers, in one pass through the images.

    Args:
        chosen: pairs of a layer and its units, each as for `top_patches`.
        model, images, k, batch_size: as for `top_patches`.

    Returns:
        what `top_patches` returns, for each pair.

    Raises:
        ValueError: as `top_patches`.
    """
    require_integer("k", k, 1)
    require_integer("batch_size", batch_size, 1)
    network = Network(model)
    steps = [network.find_feature_maps(layer) for layer, _ in chosen]
    for step in steps:
        network.check_gradients(step)
    all_units = [check_units(step, units) for step, (_, units) in zip(steps, chosen, strict=True)]
    tables = [_Table(len(units), k) for units in all_units]
    for batch, found in _maxima(network, steps, images, all_units, batch_size):
        for table, (activations, places) in zip(tables, found, strict=True):
            table.add(batch, activations, places)
    return [_project(network, *parts) for parts in zip(steps, all_units, tables, strict=True)]


def _project(network: Network, step: Step, units: np.ndarray, table: "_Table") -> TopPatches:
    """Project what stands in a table that has seen all images."""
    if table.num_seen < table.k:
        raise ValueError(f"There are {table.num_seen} images, too few for the top k={table.k}.")
    top_images = table.top_images()
    shape = top_images.shape[2:]
    (projections,) = in_batches(
        lambda *batch: project_units(network, step, *batch),
        top_images.reshape(-1, *shape),
        np.repeat(units, table.k),
        table.positions.reshape(-1, 2),
    )
    return TopPatches(
        units=units,
        image_indices=table.indices,
        activations=table.activations,
        positions=table.positions,
        boxes=boxes(network, step, table.positions, shape[:2]),
        images=top_images,
        projections=projections.reshape(top_images.shape),
    )


class _Table:
    """The best k of what was seen so far, per unit."""

    def __init__(self, num_units: int, k: int):
        self.k = k
        self.num_seen = 0
        self.activations = np.empty((num_units, 0))
        self.indices = np.empty((num_units, 0), int)
        self.positions = np.empty((num_units, 0, 2), int)
        self._images: dict[int, np.ndarray] = {}

    def add(self, batch: np.ndarray, activations: np.ndarray, positions: np.ndarray) -> None:
        """Enter a batch of n images: activations (n, U) and positions (n, U, 2)."""
        indices = np.arange(self.num_seen, self.num_seen + len(batch))
        new = np.broadcast_to(indices, (len(self.indices), len(batch)))
        merged = np.concatenate([self.activations, activations.T], axis=1)
        # Stable: of equal activations the earlier image stays first.
        order = np.argsort(-merged, axis=1, kind="stable")[:, : self.k]
        self.activations = np.take_along_axis(merged, order, 1)
        self.indices = np.take_along_axis(np.concatenate([self.indices, new], 1), order, 1)
        places = np.concatenate([self.positions, positions.transpose(1, 0, 2)], axis=1)
        self.positions = np.take_along_axis(places, order[..., None], 1)
        self._keep_images(batch)

    def _keep_images(self, batch: np.ndarray) -> None:
        kept = {}
        for index in np.unique(self.indices).tolist():
            is_new = index >= self.num_seen
            kept[index] = batch[index - self.num_seen].copy() if is_new else self._images[index]
        self._images = kept
        self.num_seen += len(batch)

    def top_images(self) -> np.ndarray:
        """Return the images (U, k, H, W, C)."""
        return np.stack([[self._images[index] for index in row] for row in self.indices.tolist()])


def _maxima(
    network: Network, steps: list[Step], images, all_units: list[np.ndarray], batch_size: int
) -> Iterator[tuple[np.ndarray, list[tuple[np.ndarray, np.ndarray]]]]:
    """Yield each batch of images with, per step, the maximum (n, U) and its place (n, U, 2) in each map."""

    def maxima(batch):
        pairs = zip(network.run(batch, steps), all_units, strict=True)
        return [_strongest(tf.gather(feature_maps, units, axis=-1)) for feature_maps, units in pairs]

    find = None
    for batch in _batches(images, batch_size):
        batch = check_images(network, batch)
        find = find or compiled(maxima, batch)
        yield batch, [(values.numpy(), places.numpy()) for values, places in find(tf.constant(batch))]


def _strongest(maps: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
    """Return the maximum (n, U) of maps (n, h, w, U), and its place (n, U, 2)."""
    shape = tf.shape(maps, out_type=tf.int64)
    maps = tf.reshape(maps, (shape[0], -1, shape[3]))
    place = tf.argmax(maps, axis=1)
    positions = tf.stack([place // shape[2], tf.math.floormod(place, shape[2])], axis=-1)
    return tf.cast(tf.reduce_max(maps, axis=1), tf.float32), positions


def _batches(images, batch_size: int) -> Iterator[np.ndarray]:
    if not hasattr(images, "shape"):
        for batch in images:
            yield np.asarray(batch[0] if isinstance(batch, tuple | list) else batch)
        return
    for start in range(0, len(images), batch_size):
        yield images[start : start + batch_size]
