"""Figures and mosaics take labels in every usual form, and no scores, and no images on another scale."""

from utils import figures
from utils.explain import make_mosaics

import matplotlib.pyplot as plt
import numpy as np
import pytest

LABELS = np.array([0, 1, 2, 1])
PREDICTIONS = np.array([0, 2, 2, 1])
EXPECTED = [[1, 0, 0], [0, 1, 1], [0, 0, 1]]
NAMES = ("a", "b", "c")
FORMS = {
    "column": lambda labels: labels[:, None],
    "bytes": lambda labels: labels.astype(np.uint8),
    "floats": lambda labels: labels.astype(np.float32)[:, None],
    "one-hot": lambda labels: np.eye(3)[labels],
    "list": lambda labels: labels.tolist(),
}


@pytest.fixture(autouse=True)
def close_figures():
    yield
    plt.close("all")


@pytest.mark.parametrize("form", FORMS)
def test_a_confusion_matrix_counts_labels_in_every_form(form):
    ax = figures.plot_confusion(FORMS[form](LABELS), FORMS[form](PREDICTIONS), NAMES, alt="counts")
    np.testing.assert_array_equal(ax.images[0].get_array(), EXPECTED)


@pytest.mark.parametrize(
    ("labels", "predictions", "message"),
    [
        (LABELS, np.eye(3)[PREDICTIONS] * 0.9, r"predictions must be .*scores.argmax\(axis=1\)"),
        (LABELS + 1, PREDICTIONS, "labels must go from 0 to 2; got 1 to 3"),
        (LABELS - 1, PREDICTIONS, "labels must go from 0 to 2; got -1 to 1"),
        (LABELS, PREDICTIONS + 1, "predictions must go from 0 to 2"),
        (LABELS, PREDICTIONS[:3], "as many predictions as labels: got 3 for 4"),
        (["a", "b", "c", "b"], PREDICTIONS, "labels must be integers"),
    ],
    ids=["scores", "from 1", "negative", "too large", "fewer", "names"],
)
def test_a_confusion_matrix_of_something_else_is_refused(labels, predictions, message):
    with pytest.raises(ValueError, match=message):
        figures.plot_confusion(labels, predictions, NAMES, alt="counts")


IMAGES = np.random.default_rng(0).integers(0, 256, (3, 6, 5, 3), dtype=np.uint8)


@pytest.mark.parametrize(
    ("images", "message"),
    [
        (IMAGES.astype(np.float32), r"astype\('uint8'\)"),
        (IMAGES.astype(int), "got int64"),
        (IMAGES[0], "One image"),
        (np.moveaxis(IMAGES, -1, 1), "Channels come last"),
        (IMAGES[:0], "must be a batch"),
        (np.full((2, 4, 4), np.nan), "finite"),
    ],
    ids=["0 to 255", "integers", "one", "channels first", "none", "nan"],
)
def test_images_that_would_look_wrong_are_not_shown(images, message):
    with pytest.raises(ValueError, match=message):
        figures.show_images(images, alt="images")


@pytest.mark.parametrize("shape", [(2, 1, 5, 3), (2, 1, 1), (2, 1, 5, 1)])
def test_images_of_one_row_keep_their_shape(shape):
    images = np.random.default_rng(0).random(shape)
    ax = figures.show_images(images, alt="rows")[1]
    np.testing.assert_array_equal(ax.images[0].get_array(), images[1].reshape(ax.images[0].get_array().shape))
    assert ax.images[0].get_array().shape[:2] == shape[1:3]


@pytest.mark.parametrize("form", ["column", "floats", "one-hot", "list"])
def test_mosaics_take_labels_in_every_form(form):
    labels = np.arange(400) % 4
    forms = FORMS | {"one-hot": lambda numbers: np.eye(4)[numbers]}
    images, masks = np.random.default_rng(0).random((400, 4, 4, 3)), np.ones((400, 4, 4), bool)
    found = make_mosaics(images, forms[form](labels), masks)
    np.testing.assert_array_equal(found.classes, make_mosaics(images, labels, masks).classes)


def test_mosaics_need_a_label_and_a_mask_for_each_image():
    images, masks = np.zeros((8, 4, 4, 3)), np.ones((8, 4, 4), bool)
    with pytest.raises(ValueError, match="as many labels as images: got 7 for 8"):
        make_mosaics(images, np.arange(7) % 4, masks)
    with pytest.raises(ValueError, match="as many masks as images: got 7 for 8"):
        make_mosaics(images, np.arange(8) % 4, masks[:7])
