"""Figures: what is drawn, and that its alternative text reaches the notebook."""

import io
import itertools

from utils import figures
from utils.figures import style

import matplotlib
import matplotlib.pyplot as plt
import numpy as np
import pytest
from IPython.core.interactiveshell import InteractiveShell
from matplotlib.figure import Figure
from PIL import Image

matplotlib.use("Agg")


@pytest.fixture(autouse=True)
def close_figures():
    yield
    plt.close("all")


def test_alternative_text_reaches_the_output_of_a_notebook(monkeypatch):
    shell = InteractiveShell.instance()
    monkeypatch.setattr(style, "get_ipython", lambda: shell)
    ax = figures.describe(plt.subplots()[1], "two  lines\n of text")
    data, metadata = shell.display_formatter.format(ax.figure, include={"image/png"})
    picture = Image.open(io.BytesIO(data["image/png"]))
    assert picture.format == "PNG"
    size = {"width": picture.width // style.DENSITY, "height": picture.height // style.DENSITY}
    assert metadata["image/png"] == {"alt": "two lines of text", **size}


def test_a_figure_without_alternative_text_stays_without(monkeypatch):
    shell = InteractiveShell.instance()
    monkeypatch.setattr(style, "get_ipython", lambda: shell)
    figures.describe(plt.subplots()[1], "described")
    _, metadata = shell.display_formatter.format(Figure(), include={"image/png"})
    assert "alt" not in metadata.get("image/png", {})


def test_describe_works_without_a_notebook(monkeypatch):
    monkeypatch.setattr(style, "get_ipython", lambda: None)
    ax = figures.describe(plt.subplots()[1], "described")
    assert ax.figure.alt_text == "described"


@pytest.mark.parametrize(
    ("shape", "dtype"), [((7, 6, 5, 3), np.uint8), ((7, 6, 5), np.float32), ((7, 6, 5, 1), float)]
)
def test_show_images_shows_each_image_unscaled(shape, dtype):
    images = (np.random.default_rng(0).random(shape) * (255 if dtype == np.uint8 else 1)).astype(dtype)
    axes = figures.show_images(images, [str(i) for i in range(7)], num_columns=3, alt="seven")
    assert len(axes) == 7 and len(axes[0].figure.axes) == 9
    for index, (ax, image) in enumerate(zip(axes, images, strict=True)):
        shown = ax.images[0]
        np.testing.assert_array_equal(shown.get_array(), image.squeeze())
        assert shown.get_clim() == (0, 255 if dtype == np.uint8 else 1)
        assert ax.get_title() == str(index)


def test_show_kernels_writes_the_weights():
    axes = figures.show_kernels({"corner": np.array([[1.0, -2], [0, 3.25]])}, alt="one kernel")
    assert [text.get_text() for text in axes[0].texts] == ["1", "−2", "0", "3.25"]
    assert axes[0].images[0].get_clim() == (-3.25, 3.25)


def test_plot_history_draws_training_and_validation():
    history = {"loss": [3.0, 2.0], "val_loss": [4.0, 5.0]}
    ax = figures.plot_history({"small": history}, "loss", alt="two curves")
    drawn = {line.get_label(): list(line.get_ydata()) for line in ax.lines}
    assert drawn == {"small, training": [3.0, 2.0], "small, validation": [4.0, 5.0]}
    assert list(ax.lines[0].get_xdata()) == [1, 2]


def test_plot_history_names_each_line_at_its_end():
    """Four lines that end in the same place still have four names that do not overlap."""
    history = {"loss": [3.0, 2.0], "val_loss": [4.0, 2.01]}
    names = {"one": history, "other": history}
    ax = figures.plot_history(names, "loss", validation="test", alt="four curves")
    ax.figure.canvas.draw()
    written = {text.get_text(): text.get_window_extent() for text in ax.texts}
    assert set(written) == {"one, training", "one, test", "other, training", "other, test"}
    boxes = sorted(written.values(), key=lambda box: box.y0)
    assert all(below.y1 <= above.y0 + 1 for below, above in itertools.pairwise(boxes))
    assert all(box.x0 >= ax.get_window_extent().x1 for box in boxes)


def test_plot_history_of_one_training_needs_no_name():
    ax = figures.plot_history({"": {"loss": [3.0], "val_loss": [4.0]}}, "loss", alt="two points")
    assert [text.get_text() for text in ax.texts] == ["validation", "training"]


def test_plot_confusion_counts():
    ax = figures.plot_confusion([0, 0, 1, 2], [0, 1, 1, 0], ["a", "b", "c"], alt="a matrix")
    matrix = np.array(ax.images[0].get_array())
    np.testing.assert_array_equal(matrix, [[1, 1, 0], [0, 1, 0], [1, 0, 0]])
    assert [label.get_text() for label in ax.get_yticklabels()] == ["a", "b", "c"]
    assert ax.get_ylabel() == "true class"


def test_plot_confusion_can_leave_the_diagonal_empty():
    """The largest mistake then has the end of the color scale, however many answers are right."""
    ax = figures.plot_confusion(
        [0] * 9 + [1, 1], [0] * 9 + [0, 0], ["a", "b"], mistakes_only=True, alt="a matrix"
    )
    assert [text.get_text() for text in ax.texts] == ["0", "2"]
    assert ax.images[0].get_clim() == (0, 2)


def test_a_list_of_axes_is_one_figure():
    figure, (left, right) = plt.subplots(1, 2)
    assert figures.describe([left, right], "Two panels.") == [left, right]
    assert figure.alt_text == "Two panels."


def test_filtered_pictures_stand_beside_their_kernels_on_one_color_scale():
    kernels = {"small": np.array([[1.0]]), "large": np.array([[-36.0]]), "middle": np.array([[9.0]])}
    pictures = {name: np.full((4, 5), 0.1) for name in kernels}
    axes = figures.show_filtered(kernels, pictures, alt="three", gains={"large": 3}, num_columns=2)
    assert axes.shape == (3, 2) and axes[0, 0].figure.alt_text == "three"
    assert {ax.images[0].get_clim() for ax in axes[:, 0]} == {(-36.0, 36.0)}
    assert [ax.get_title() for ax in axes[:, 1]] == ["small", "large (× 3)", "middle"]
    assert [ax.images[0].get_array().max() for ax in axes[:, 1]] == pytest.approx([0.1, 0.3, 0.1])
    assert {ax.images[0].get_clim() for ax in axes[:, 1]} == {(0, 1)}
