"""Augmentation: against the same thing written with NumPy, and what must never change."""

from utils.training import Augmentation

import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st

SIZE = 8


@pytest.fixture(scope="module")
def images() -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, size=(20, SIZE, SIZE, 3), dtype=np.uint8)


def applied(images, augmentation, epoch=0, seed=3) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    drawn = augmentation.draw(len(images), SIZE, seed, epoch)
    batch = augmentation.apply(tf.constant(images), tf.range(len(images)), drawn)
    return batch.numpy(), {name: values.numpy() for name, values in drawn.items()}


def by_hand(image, flip, row_shift, column_shift, cut_row, cut_column, cutout) -> np.ndarray:
    """Pad with a mirrored border, cut out the window, turn it left to right, gray the square."""
    border = SIZE - 1
    padded = np.pad(image, [(border, border), (border, border), (0, 0)], mode="reflect")
    rows, columns = border + row_shift, border + column_shift
    window = padded[rows : rows + SIZE, columns : columns + SIZE] / 255
    window = window[:, ::-1] if flip else window
    window = window.copy()
    if cutout:
        top, left = cut_row - cutout // 2, cut_column - cutout // 2
        window[max(top, 0) : max(top + cutout, 0), max(left, 0) : max(left + cutout, 0)] = 0.5
    return window


@settings(deadline=None, max_examples=25)
@given(
    flip=st.sampled_from([None, "random", "alternating"]),
    shift=st.integers(0, SIZE - 1),
    cutout=st.integers(0, SIZE),
    epoch=st.integers(0, 5),
)
def test_augmentation_equals_numpy(images, flip, shift, cutout, epoch):
    batch, drawn = applied(images, Augmentation(flip, shift, cutout), epoch)
    for index, image in enumerate(images):
        values = {name: int(number[index]) for name, number in drawn.items()}
        np.testing.assert_allclose(batch[index], by_hand(image, cutout=cutout, **values), atol=1e-6)


def test_nothing_asked_changes_nothing(images):
    batch, _ = applied(images, Augmentation())
    np.testing.assert_allclose(batch, images / 255, atol=1e-6)


def test_draws_depend_on_seed_and_epoch_only(images):
    augmentation = Augmentation("random", 3, 4)
    first, again = applied(images, augmentation)[0], applied(images, augmentation)[0]
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, applied(images, augmentation, epoch=1)[0])
    assert not np.array_equal(first, applied(images, augmentation, seed=4)[0])


def test_alternating_flips_show_each_side_equally_often():
    flips = [Augmentation("alternating").draw(1000, SIZE, 1, epoch)["flip"].numpy() for epoch in range(4)]
    np.testing.assert_array_equal(flips[0], flips[2])
    np.testing.assert_array_equal(flips[1], 1 - flips[0])
    np.testing.assert_array_equal(flips[3], flips[1])
    assert 400 < flips[0].sum() < 600


def test_random_flips_and_shifts_are_spread_evenly():
    drawn = Augmentation("random", 2).draw(10_000, SIZE, 1, 0)
    assert abs(drawn["flip"].numpy().mean() - 0.5) < 0.03
    for name in ("row_shift", "column_shift"):
        counts = np.bincount(drawn[name].numpy() + 2, minlength=5)
        assert counts.sum() == 10_000 and counts.min() > 1_800
    correlation = np.corrcoef(drawn["row_shift"], drawn["column_shift"])[0, 1]
    assert abs(correlation) < 0.05


@pytest.mark.parametrize("options", [{"flip": "sometimes"}, {"shift": -1}, {"cutout": -2}])
def test_impossible_options_are_refused(options):
    with pytest.raises(ValueError, match=next(iter(options))):
        Augmentation(**options)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda images: images / np.float32(255), "must be uint8 .* divided by 255 here"),
        (lambda images: images.astype(np.int64), "must be uint8"),
        (lambda images: images[:, :, :5], r"\(N, size, size, C\)"),
        (lambda images: np.moveaxis(images, -1, 1), r"\(N, size, size, C\)"),
        (lambda images: images[0], r"\(N, size, size, C\)"),
        (lambda images: images[:, :3, :3], "shift must be smaller than the images' size, 3; got 3"),
    ],
    ids=["over 255", "integers", "not square", "channels first", "one", "large shift"],
)
def test_images_that_would_come_out_wrong_are_refused(images, change, message):
    augmentation = Augmentation(shift=3)
    drawn = augmentation.draw(len(images), SIZE, 0, 0)
    with pytest.raises(ValueError, match=message):
        augmentation.apply(change(images), tf.range(2), drawn)
