"""Shapes-10: one seed, one set of pictures; exact masks; only the outline tells the class."""

from utils.scenes import SHAPES, TEXTURES, shapes10
from utils.scenes import shapes as scenes

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import ndimage, stats

NAMES = tuple(SHAPES)
PLAIN = {"textures": False, "num_strokes": 0, "noise": 0.0}


@pytest.fixture(scope="module")
def pictures():
    return shapes10(4000, seed=11)


@pytest.fixture(scope="module")
def plain_pictures():
    return shapes10(500, size=64, seed=12, **PLAIN)


def assert_same(one, other):
    for array, expected in zip(one[:3], other[:3], strict=True):
        np.testing.assert_array_equal(array, expected)


def test_arrays_have_the_promised_form(pictures):
    assert pictures.images.shape == (4000, 32, 32, 3) and pictures.images.dtype == np.uint8
    assert pictures.labels.shape == (4000,) and pictures.labels.dtype == np.uint8
    assert pictures.masks.shape == (4000, 32, 32) and pictures.masks.dtype == bool
    assert pictures.class_names == NAMES and len(NAMES) == 10


def test_same_seed_gives_the_same_pictures(pictures):
    assert_same(shapes10(4000, seed=11), pictures)


def test_every_picture_is_its_own(pictures):
    assert len({image.tobytes() for image in pictures.images}) == 4000
    assert len({mask.tobytes() for mask in pictures.masks}) > 3900


def test_another_seed_gives_other_pictures(pictures):
    other = shapes10(4000, seed=10)
    known = {image.tobytes() for image in pictures.images}
    assert known.isdisjoint(image.tobytes() for image in other.images)
    assert (other.labels == pictures.labels).mean() < 0.15


@settings(deadline=None, max_examples=15)
@given(
    num_images=st.integers(1, 40),
    size=st.integers(8, 40),
    seed=st.integers(0, 2**63),
    textures=st.booleans(),
    num_strokes=st.integers(0, 3),
)
def test_fewer_pictures_are_the_first_of_more(num_images, seed, **options):
    few, many = shapes10(num_images, seed=seed, **options), shapes10(40, seed=seed, **options)
    assert few.images.shape == (num_images, options["size"], options["size"], 3)
    assert_same(few, [array[:num_images] for array in many[:3]])


@pytest.mark.parametrize("num_images", [10, 37, 400])
def test_classes_are_balanced(num_images):
    counts = np.bincount(shapes10(num_images, size=8).labels, minlength=10)
    assert counts.sum() == num_images and np.ptp(counts) <= 1


def test_classes_are_shuffled(pictures):
    places = np.argsort(pictures.labels.reshape(400, 10), axis=1)
    counts = np.array([np.bincount(places[:, label], minlength=10) for label in range(10)])
    # 40 expected in each of the 100 cells, with a standard deviation of 6.
    assert abs(counts - 40).max() < 30


# Areas by school geometry. The star is ten triangles with sides 1 and 0.45 around the center.
AREAS = {
    "disc": np.pi * 0.85**2,
    "ring": np.pi * (0.9**2 - 0.5**2),
    "triangle": 3 * np.sqrt(3) / 4,
    "square": 1.4**2,
    "star": 10 * 0.45 * np.sin(np.pi / 5) / 2,
    "cross": 2 * 1.9 * 0.5 - 0.5**2,
    "heart": 2 * 0.7**2 + np.pi * 0.7**2 / 2,
    "arrow": 0.8 + 0.44 * 0.95,
    "hourglass": 4 * 0.82 * (0.1 + 0.55 * 0.82 / 2),
}


def test_outlines_have_their_area_and_fit_the_unit_circle():
    y, x = np.mgrid[-1.2:1.2:1200j, -1.2:1.2:1200j]
    for name, outline in SHAPES.items():
        inside = outline(x, y)
        assert not (inside & (np.hypot(x, y) > 1)).any(), name
        if name in AREAS:
            assert inside.sum() * (x[0, 1] - x[0, 0]) ** 2 == pytest.approx(AREAS[name], rel=5e-3)


def test_textures_stay_between_minus_one_and_one():
    u, v = np.random.default_rng(0).uniform(-40, 40, (2, 10_000))
    for name, texture in TEXTURES.items():
        pattern = texture(u, v)
        assert pattern.shape == u.shape and abs(pattern).max() <= 1, name
        assert (np.ptp(pattern) > 1.5) == (name != "plain"), name


def test_another_object_color_changes_exactly_the_mask(monkeypatch):
    options = {"seed": 3, "textures": False, "noise": 0.0}
    before = shapes10(200, **options)
    draw_paint = scenes._draw_paint

    def black_objects(*arguments, darkest, lightest):
        paint = draw_paint(*arguments, darkest=darkest, lightest=lightest)
        return 0 * paint if lightest > 0.5 else paint

    monkeypatch.setattr(scenes, "_draw_paint", black_objects)
    after = shapes10(200, **options)
    np.testing.assert_array_equal(after.masks, before.masks)
    np.testing.assert_array_equal((after.images != before.images).any(-1), before.masks)


def test_plain_pictures_are_one_light_object_on_one_darker_ground(plain_pictures):
    for image, mask in zip(plain_pictures.images, plain_pictures.masks, strict=True):
        ground, inner = image[~mask], image[ndimage.binary_erosion(mask, np.ones((3, 3)), 2)]
        assert np.ptp(ground, axis=0).max() == 0
        assert np.ptp(inner, axis=0).max() == 0
        assert (inner[0] >= ground[0]).all() and inner[0].sum() > ground[0].sum()
        # Pixels of the edge are blends.
        assert ((image[mask] >= ground[0]) & (image[mask] <= inner[0])).all()


def test_masks_are_one_whole_object_of_fair_size(plain_pictures):
    for label, mask in zip(plain_pictures.labels, plain_pictures.masks, strict=True):
        name = NAMES[label]
        assert ndimage.label(mask, np.ones((3, 3)))[1] == 1, name
        background_parts = ndimage.label(np.pad(~mask, 1, constant_values=True))[1]
        assert background_parts == (2 if name == "ring" else 1), name
        assert 0.03 < mask.mean() < 0.45, name


def test_no_object_is_cut_by_the_frame():
    """The area, divided by that of the outline, gives a radius in the range that is drawn."""
    pictures = shapes10(300, size=96, seed=4, **PLAIN)
    for label, name in enumerate(NAMES):
        if name in AREAS:
            masks = pictures.masks[pictures.labels == label]
            radius = np.sqrt(4 * masks.mean((1, 2)) / AREAS[name])
            assert radius.min() > 0.44 and radius.max() < 0.84, name


def test_position_and_size_vary(pictures):
    area = pictures.masks.sum((1, 2))
    centers = np.array([(pictures.masks * axis).sum((1, 2)) / area for axis in np.mgrid[:32, :32]])
    np.testing.assert_allclose(centers.mean(1), 15.5, atol=0.5)
    assert centers.std(1).min() > 2.5
    assert abs(np.corrcoef(centers)[0, 1]) < 0.1
    discs = area[pictures.labels == NAMES.index("disc")]
    assert discs.max() / discs.min() > 2.5


def test_a_scene_is_the_same_at_every_size():
    small, large = (shapes10(50, size=size, seed=8, **PLAIN) for size in (32, 96))
    np.testing.assert_array_equal(small.labels, large.labels)
    coarse = large.masks.reshape(50, 32, 3, 32, 3).any((2, 4))
    overlap = (coarse & small.masks).sum() / (coarse | small.masks).sum()
    assert overlap > 0.95
    assert abs(small.images.astype(int) - large.images[:, 1::3, 1::3]).mean() < 3


def test_options_leave_the_objects_in_place(pictures):
    for options in [{"textures": False}, {"num_strokes": 0}, {"noise": 0.0}]:
        other = shapes10(100, seed=11, **options)
        np.testing.assert_array_equal(other.labels, pictures.labels[:100])
        np.testing.assert_array_equal(other.masks, pictures.masks[:100])
        assert (other.images != pictures.images[:100]).any()


def test_color_tells_nothing_about_the_class(pictures):
    """Analysis of variance finds no difference in the mean colors of object and ground."""
    # Without the blended edge: thin outlines have more of it.
    inner = ndimage.binary_erosion(pictures.masks, np.ones((1, 3, 3)))
    for region in (inner, ~pictures.masks):
        weights = region / region.sum((1, 2), keepdims=True)
        colors = np.einsum("nyxc,nyx->nc", pictures.images, weights)
        groups = [colors[pictures.labels == label] for label in range(10)]
        assert stats.f_oneway(*groups).pvalue.min() > 1e-3


def test_a_linear_model_stays_below_45_percent(pictures):
    unseen = shapes10(1000, seed=21)
    x_train, x_test = (
        (part.images.reshape(len(part.images), -1) / np.float32(255)) - np.float32(0.5)
        for part in (pictures, unseen)
    )
    targets = np.eye(10, dtype=np.float32)[pictures.labels]
    penalty = 1000 * np.eye(x_train.shape[1], dtype=np.float32)
    weights = np.linalg.solve(x_train.T @ x_train + penalty, x_train.T @ targets)
    accuracy = ((x_test @ weights).argmax(1) == unseen.labels).mean()
    assert 0.15 < accuracy < 0.45


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"num_images": 0}, "num_images must be an integer of at least 1, got 0"),
        ({"num_images": 2.5}, "num_images .* got 2.5"),
        ({"size": 7}, "size must be an integer of at least 8, got 7"),
        ({"size": (32, 32)}, r"size .* got \(32, 32\)"),
        ({"seed": -1}, "seed must be an integer of at least 0, got -1"),
        ({"seed": None}, "seed .* got None"),
        ({"num_strokes": -1}, "num_strokes .* got -1"),
        ({"noise": -0.1}, "noise must lie between 0 and 1, got -0.1"),
        ({"noise": 20}, "noise .* got 20"),
        ({"noise": float("nan")}, "noise .* got nan"),
    ],
)
def test_bad_input_is_named(arguments, message):
    with pytest.raises(ValueError, match=message):
        shapes10(**{"num_images": 10} | arguments)


@pytest.mark.parametrize(("num_images", "shown"), [(90, False), (100, True), (101, True)])
def test_a_long_drawing_shows_its_progress(num_images, shown, monkeypatch):
    options = []

    def bar(blocks, **given):
        options.append(given)
        return blocks

    monkeypatch.setattr(scenes, "tqdm", bar)
    monkeypatch.setattr(scenes, "BLOCKS_WITHOUT_BAR", 10)
    shapes10(num_images, size=8)
    assert options[0]["disable"] is (None if shown else True) and options[0]["leave"] is False
