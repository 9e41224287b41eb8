"""The pictures of patches, and the explorer that shows them."""

import base64
import io

from utils.explain import top_patches
from utils.figures.patch_explorer import explore_patches
from utils.figures.patches import as_signed, largest_box, patch_grid, show_layers, show_top_patches
from utils.figures.style import picture_to_store

import numpy as np
import pytest
from explain_models import conv, max_pool, network, random_images
from PIL import Image

SHAPE = (10, 10, 3)


@pytest.fixture(scope="module")
def model():
    return network(
        conv(4, seed=1, name="conv1", activation="relu", padding="same"),
        max_pool("pool1"),
        conv(6, seed=2, name="conv2", activation="relu", padding="same"),
        shape=SHAPE,
    )


@pytest.fixture(scope="module")
def images():
    return random_images(12, SHAPE) / 2 + 0.5


@pytest.fixture
def explorer(model, images):
    return explore_patches(model, images, ["conv1", "conv2"], k=4)


def drawn(pictures, top, number):
    """Return a grid in which each pixel is repeated until a tile has 32 pixels."""
    size = largest_box(top.boxes)
    factor = -(-32 // size.min())
    pictures = np.kron(pictures, np.ones((1, factor, factor, 1)))
    return patch_grid(pictures, factor * top.boxes[number], size=factor * size)


def test_signed_pictures_keep_zero_gray_and_the_sign():
    numbers = np.random.default_rng(0).normal(size=(3, 8, 8, 2)) * np.array([1, 5, 0])[:, None, None, None]
    pictures = as_signed(numbers)
    assert pictures.min() >= 0 and pictures.max() <= 1
    np.testing.assert_array_equal(np.sign(pictures[:2] - 0.5), np.sign(numbers[:2]))
    np.testing.assert_array_equal(pictures[2], 0.5)
    np.testing.assert_allclose(as_signed(7 * numbers), pictures)


def test_grid_holds_patches_of_one_size_moved_inside_their_pictures():
    pictures = np.arange(4 * 36).reshape(4, 6, 6, 1) / 200
    # In the middle; clipped above; clipped to the left and below; whole.
    boxes = np.array([[1, 1, 4, 4], [0, 2, 2, 5], [4, 0, 6, 2], [3, 3, 6, 6]])
    grid = patch_grid(pictures, boxes, num_columns=2)[..., 0]
    assert grid.shape == (7, 7)
    np.testing.assert_array_equal(grid[:3, :3], pictures[0, 1:4, 1:4, 0])
    np.testing.assert_array_equal(grid[:3, 4:], pictures[1, :3, 2:5, 0])
    np.testing.assert_array_equal(grid[4:, :3], pictures[2, 3:, :3, 0])
    np.testing.assert_array_equal(grid[4:, 4:], pictures[3, 3:, 3:, 0])
    assert (grid[3] == 1).all() and (grid[:, 3] == 1).all()


def test_patches_may_be_larger_than_their_boxes():
    picture, boxes = np.arange(36).reshape(1, 6, 6, 1) / 40, np.array([[4, 0, 6, 2]])
    grid = patch_grid(picture, boxes, 1, np.array([5, 6]))
    np.testing.assert_array_equal(grid, picture[0, 1:])


def test_last_row_of_a_grid_is_filled_up():
    grid = patch_grid(np.zeros((4, 5, 5, 3)), np.tile([0, 0, 5, 5], (4, 1)), num_columns=3)
    assert grid.shape == (11, 17, 3)
    assert not grid[6:, :5].any() and (grid[6:, 5:] == 1).all()


@pytest.mark.parametrize("with_images", [True, False])
def test_figure_has_one_or_two_pictures_per_unit(model, images, with_images):
    top = top_patches(model, images, "conv2", [3, 0, 5], k=9)
    axes = show_top_patches(top, alt="Three maps.", with_images=with_images, num_columns=2)
    assert len(axes) == 3 * (1 + with_images)
    assert axes[0].figure.alt_text == "Three maps."
    titles = [ax.get_title(loc="left") for ax in axes if ax.get_title(loc="left")]
    assert titles == ["map 3", "map 0", "map 5"]
    shown = axes[1 + with_images].images[0].get_array()
    np.testing.assert_array_equal(shown, drawn(as_signed(top.projections[1]), top, 1))
    if with_images:
        np.testing.assert_array_equal(axes[3].images[0].get_array(), drawn(top.images[1], top, 1))


def test_layers_stand_in_rows(model, images):
    tops = {name: top_patches(model, images, name, [3, 0, 2], k=9) for name in ("conv1", "conv2")}
    axes = show_layers(tops, alt="Two layers.")
    assert len(axes) == 8 and axes[0].figure.alt_text == "Two layers."
    titles = [ax.get_title(loc="left") for ax in axes[::2]]
    assert titles == ["conv1, map 3", "conv1, map 0", "conv2, map 3", "conv2, map 0"]
    expected = drawn(tops["conv2"].images[1], tops["conv2"], 1)
    np.testing.assert_array_equal(axes[7].images[0].get_array(), expected)


def test_explorer_starts_at_the_last_layer_and_its_slider_ends_with_the_maps(explorer):
    assert explorer.layer.value == "conv2" and explorer.unit.max == 5
    explorer.unit.value = 5
    explorer.layer.value = "conv1"
    assert (explorer.unit.value, explorer.unit.max) == (3, 3)
    assert explorer.describe().startswith("Map 3 of conv1: the 4 images")


@pytest.mark.parametrize(("layer", "unit"), [("conv1", 3), ("conv2", 4)])
def test_explorer_shows_what_top_patches_finds(explorer, model, images, layer, unit):
    expected = top_patches(model, images, layer, unit, k=4)
    explorer.layer.value, explorer.unit.value = layer, unit
    projections, patches = explorer.draw().axes
    np.testing.assert_array_equal(patches.images[0].get_array(), drawn(expected.images[0], expected, 0))
    shown = drawn(as_signed(expected.projections[0]), expected, 0)
    np.testing.assert_allclose(projections.images[0].get_array(), shown, atol=1e-9)
    assert f"{expected.activations[0, 0]:.3g}" in explorer.words.value


def test_choosing_another_map_changes_the_picture(explorer):
    before = explorer.picture.value
    explorer.unit.value = 2
    assert explorer.picture.value != before
    assert explorer.words.value.startswith("Map 2 of conv2")


def test_all_images_are_searched_before_the_panel_is_shown_and_never_again(model, images, monkeypatch):
    """A first visit to a layer costs what its few strongest images cost."""
    asked = []

    def noted(model, images, *chosen):
        asked.append(len(images))
        return top_patches(model, images, *chosen)

    monkeypatch.setattr("utils.figures.patch_explorer.top_patches", noted)
    explorer = explore_patches(model, images, ["conv1", "conv2"], k=4)
    explorer.layer.value = "conv1"
    explorer.unit.value = 2
    assert asked == [4, 4, 4]


def test_what_was_shown_once_is_kept(explorer):
    first = explorer.top
    explorer.layer.value = "conv1"
    explorer.layer.value = "conv2"
    assert explorer.top is first


def test_a_dead_map_is_said_to_be_dead(images):
    dead = network(conv(2, seed=0, name="conv", activation="relu"), shape=SHAPE)
    kernel, _ = dead.get_weights()
    dead.set_weights([kernel, np.array([-100.0, 1.0])])
    panel = explore_patches(dead, images, ["conv"])
    assert "Map 0 of conv is dead" in panel.words.value
    panel.unit.value = 1
    assert "dead" not in panel.words.value


def test_a_still_picture_stands_in_and_can_leave_the_images_out(explorer, model, images):
    data, metadata = explorer._repr_mimebundle_()
    still = base64.b64decode(data["image/png"])
    assert (still, metadata["image/png"]) == picture_to_store(explorer.draw()), "what the panel shows"
    widths = [Image.open(io.BytesIO(png)).width for png in (still, explorer.picture.png)]
    assert widths[0] / widths[1] == pytest.approx(2, rel=0.05), "and as sharp as other figures"
    assert metadata["image/png"]["alt"] == data["text/plain"] == explorer.describe()
    panel = explore_patches(model, images, ["conv2"], k=4, still_with_images=False)
    assert base64.b64decode(panel._repr_mimebundle_()[0]["image/png"]) != panel.picture.png
    assert len(panel.draw(with_images=False).axes) == 1


def test_an_unknown_layer_is_refused(model, images):
    with pytest.raises(ValueError, match="conv3"):
        explore_patches(model, images, ["conv3"])
