"""One step of a convolution, drawn: what is shown, what is hidden, and what the words say."""

from utils.convolution import conv2d
from utils.figures.windows import draw_channels, draw_window

import numpy as np
import pytest

IMAGE = np.array(
    [[22, 15, 1, 3, 60], [42, 5, 38, 39, 7], [28, 9, 4, 66, 79], [0, 2, 25, 12, 17], [9, 14, 2, 51, 3]]
)
KERNEL = np.array([[0, 0, 1], [0, 0, 0], [1, 0, 0]])


def numbers(ax) -> list[str]:
    return [text.get_text() for text in ax.texts if text.get_visible()]


def test_the_lectures_example_is_drawn_with_its_kernel():
    axes = draw_window(IMAGE, KERNEL)
    assert numbers(axes[1]) == [*"001000100"]
    assert numbers(axes[3]) == ["29", "12", "64", "38", "41", "32", "13", "80", "81"]
    assert [ax.get_title() for ax in axes] == [
        "image 5 × 5",
        "kernel 3 × 3",
        "products, sum 29",
        "output 3 × 3",
    ]
    assert [text.get_text() for text in axes[0].figure.texts] == ["∗", "→", "→"]


def test_an_output_that_is_asked_for_is_not_shown():
    axes = draw_window(IMAGE, KERNEL, 0, 2, whole_output=False)
    assert numbers(axes[3]) == ["64"]
    colors = axes[3].images[0].get_array()
    assert (np.delete(np.asarray(colors).ravel(), 2) == 0).all(), "colors would tell, too"
    assert axes[3].images[0].get_clim() == draw_window(IMAGE, KERNEL)[3].images[0].get_clim()


def test_a_filter_reaches_through_all_channels():
    rng = np.random.default_rng(0)
    image, weights = rng.integers(-5, 6, (5, 6, 3)), rng.integers(-3, 4, (3, 2, 3))
    axes = draw_channels(image, weights, 1, 2)
    sums = [float(ax.get_title().rpartition(" ")[2].replace("−", "-")) for ax in axes[:, 2]]
    by_hand = [(image[1:4, 2:4, channel] * weights[:, :, channel]).sum() for channel in range(3)]
    assert sums == by_hand
    total = conv2d(image[np.newaxis] * 1.0, weights[..., np.newaxis] * 1.0)[0, 1, 2, 0]
    title = axes[0, 0].figure.axes[-1].get_title().replace("−", "-")
    assert title.startswith("feature map:") and title.endswith(f"= {total:g}")
    assert [ax.texts[-1].get_text() for ax in axes[:, 2]].index("→") == 1
    assert [ax.get_title() for ax in axes[:, 0]] == ["red", "green", "blue"]


def test_a_minus_is_that_of_a_book():
    axes = draw_window(-IMAGE, KERNEL)
    assert numbers(axes[3])[0] == "−29" and axes[2].get_title() == "products, sum −29"
    assert "-" not in "".join(numbers(axes[0]) + numbers(axes[2])) + axes[0].figure.alt_text


def test_channels_that_differ_are_refused():
    with pytest.raises(ValueError, match="channels"):
        draw_channels(np.zeros((5, 5, 3)), np.zeros((3, 3, 2)))
