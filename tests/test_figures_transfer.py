"""The curve of what pictures are worth: its points, its bands, and a name beside each line."""

from utils.figures.transfer import WAYS, plot_data_curve

import numpy as np

CURVE = {
    "10": {"scratch": (0.5, 0.05), "bottleneck": (0.8, 0.1), "fine_tuned": (0.81, 0.15)},
    "1000": {"scratch": (0.7, 0.02), "bottleneck": (0.97, 0.04), "fine_tuned": (0.98, 0.01)},
}


def test_points_are_percent_and_names_stand_apart():
    ax = plot_data_curve(CURVE)
    for line, way in zip(ax.lines, WAYS, strict=False):
        np.testing.assert_allclose(line.get_xdata(), (10, 1000))
        np.testing.assert_allclose(line.get_ydata(), [100 * CURVE[count][way][0] for count in CURVE])
    heights = {text.get_text(): text.xy[1] for text in ax.texts}
    assert {*WAYS.values(), "guessing"} == heights.keys()
    assert heights["fine-tuned"] - heights["frozen features"] >= 5
    assert "Frozen and fine-tuned" in ax.figure.alt_text


def test_no_band_goes_beyond_everything_right():
    bands = [band.get_paths()[0].vertices[:, 1] for band in plot_data_curve(CURVE).collections]
    assert len(bands) == 3 and max(band.max() for band in bands) == 100
    assert np.isclose(min(band.min() for band in bands), 45)
