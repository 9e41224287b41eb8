"""Occlusion: cover a part of the image, and see what the network then says."""

from typing import NamedTuple

from utils.checks import require_integer
from utils.convolution.graph import Step
from utils.explain.class_scores import Classes
from utils.explain.inputs import BATCH_SIZE, check_images, in_batches
from utils.explain.network import LayerChoice, Network
from utils.explain.strongest_units import strongest_maps

import keras
import numpy as np
import tensorflow as tf


class Occlusion(NamedTuple):
    """What the network says for N images with a square at each of P x Q places.

    Attributes:
        scores: (N, P, Q), the model's output for the class; a probability after a softmax. If the
            model has one sigmoid output p, it is p for class 1, and 1 - p for class 0.
        predictions: (N, P, Q), the class with the largest output; of one sigmoid output, 1 where p
            is at least 1/2, else 0.
        activities: (N, P, Q), sum over one feature map of the layer, the map that has the largest
            sum in the image without a square; None without a layer.
        rows, columns: (P,) and (Q,), the first row and column that the squares cover.
        drops: (N, H, W), for each pixel by how much the score falls, on average over the squares
            that cover it; 0 where none does.
    """

    scores: np.ndarray
    predictions: np.ndarray
    activities: np.ndarray | None
    rows: np.ndarray
    columns: np.ndarray
    drops: np.ndarray


def occlusion(
    model: keras.Model,
    images: np.ndarray,
    classes=None,
    *,
    layer: LayerChoice | None = None,
    size: int = 8,
    stride: int = 4,
    fill: float | np.ndarray = 0.5,
    batch_size: int = BATCH_SIZE,
) -> Occlusion:
    """Slide a square over each image and record the model's answers.

    Args:
        model: Sequential or functional, to (N, classes).
        images: (N, H, W, C), floats in the model's range.
        classes: as in `input_gradient`.
        layer: the layer whose strongest feature map is watched; None for none.
        size: height and width of the square, in pixels.
        stride: pixels between squares, which start at the upper left and stay inside the image.
        fill: what the square is painted with, one number or one per channel.
        batch_size: occluded images at a time.

    Raises:
        ValueError: no such layer or class, a square that does not fit, or images that are not the
            model's.

    Source: Zeiler and Fergus 2014, section 4.2 and figure 7.
    """
    network = Network(model)
    images = check_images(network, images)
    rows, columns = _square_places(images, size, stride)
    fill = _check_fill(images, fill)
    of_network = Classes(network)
    classes = of_network.choose(images, classes, batch_size)
    step = None if layer is None else network.find_feature_maps(layer)
    answer = _answers(of_network, step, images, classes, size, fill)

    # One line per occluded image: its number, and the upper left corner of the square.
    grid = np.stack(np.meshgrid(np.arange(len(images)), rows, columns, indexing="ij"), axis=-1)
    found = in_batches(answer, grid.reshape(-1, 3), batch_size=batch_size)
    scores, predictions, *activities = (values.reshape(grid.shape[:3]) for values in found)
    (plain_scores,) = in_batches(of_network.run_outputs, images, batch_size=batch_size)
    plain_scores = plain_scores[np.arange(len(images)), classes]
    drops = _drops(plain_scores[:, None, None] - scores, rows, columns, size, images.shape[1:3])
    return Occlusion(scores, predictions, activities[0] if activities else None, rows, columns, drops)


def _answers(
    of_network: Classes, step: Step | None, images: np.ndarray, classes: np.ndarray, size: int, fill
):
    """Return a function of lines (image, row, column) that gives score, prediction, activity."""
    watched = () if step is None else (step,)
    strongest = [tf.constant(strongest_maps(of_network.network, step, images)) for step in watched]
    all_images, all_classes = tf.constant(images), tf.constant(classes)

    def answer(lines):
        index, row, column = tf.unstack(lines, axis=1)
        originals = tf.gather(all_images, index)
        covered_rows = _covered(row, size, tf.shape(originals)[1])[:, :, None, None]
        covered_columns = _covered(column, size, tf.shape(originals)[2])[:, None, :, None]
        occluded = tf.where(covered_rows & covered_columns, fill, originals)
        outputs, *feature_maps = of_network.run_outputs(occluded, watched)
        scores = tf.gather(outputs, tf.gather(all_classes, index), axis=1, batch_dims=1)
        answers = [scores, of_network.predict(outputs)]
        for maps, units in zip(feature_maps, strongest, strict=True):
            sums = tf.reduce_sum(maps, axis=(1, 2))
            answers.append(tf.gather(sums, tf.gather(units, index), axis=1, batch_dims=1))
        return answers

    return answer


def _covered(start: tf.Tensor, size: int, length: tf.Tensor) -> tf.Tensor:
    """Return (n, length), true from each start on for `size` places."""
    places, start = tf.range(length)[None], tf.cast(start, tf.int32)[:, None]
    return (places >= start) & (places < start + size)


def _drops(
    drops: np.ndarray, rows: np.ndarray, columns: np.ndarray, size: int, image_size: tuple[int, int]
) -> np.ndarray:
    """Give each pixel the mean of what was measured (N, P, Q) with the squares that cover it."""
    total = np.zeros((len(drops), *image_size), drops.dtype)
    count = np.zeros(image_size, int)
    for p, row in enumerate(rows):
        for q, column in enumerate(columns):
            total[:, row : row + size, column : column + size] += drops[:, p, q, None, None]
            count[row : row + size, column : column + size] += 1
    return total / np.maximum(count, 1)


def _square_places(images: np.ndarray, size: int, stride: int) -> tuple[np.ndarray, np.ndarray]:
    require_integer("size", size, 1)
    require_integer("stride", stride, 1)
    height, width = images.shape[1:3]
    if size > min(height, width):
        raise ValueError(f"A square of {size} pixels does not fit into images of {height}x{width}.")
    return np.arange(0, height - size + 1, stride), np.arange(0, width - size + 1, stride)


def _check_fill(images: np.ndarray, fill) -> np.ndarray:
    fill = np.asarray(fill, images.dtype)
    if fill.shape not in ((), images.shape[-1:]):
        raise ValueError(
            f"fill must be one number or one for each of {images.shape[-1]} channels, got {fill}."
        )
    return fill
