"""The figures of the course do not follow a reader's settings of matplotlib and IPython."""

import hashlib
import os
import subprocess
import sys
from pathlib import Path

from utils.figures import (
    as_png,
    plot_confusion,
    plot_history,
    show_images,
    show_kernels,
    style,
)
from utils.figures.grids import heat_map
from utils.figures.volumes import draw_volumes
from utils.figures.windows import draw_window

import matplotlib
import matplotlib.pyplot as plt
import nbformat
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from nbclient import NotebookClient
from nbformat.v4 import new_code_cell, new_notebook

COURSE = Path(__file__).resolve().parents[1]
IMAGES = np.linspace(0, 1, 48).reshape(3, 4, 4)
KERNEL = np.array([[1, 0, -1], [2, 0, -2], [1, 0, -1]])
HISTORY = {"net": {"accuracy": [0.1, 0.4, 0.5], "val_accuracy": [0.2, 0.3, 0.35]}}
FIGURES = {
    "images": lambda: show_images(IMAGES, ["a", "b", "-1"], alt="Three images."),
    "kernels": lambda: show_kernels({"Sobel": KERNEL}, alt="A kernel."),
    "history": lambda: plot_history(HISTORY, alt="Two curves."),
    "confusion": lambda: plot_confusion(np.arange(3), np.array([0, 2, 2]), list("abc"), alt="A table."),
    "heat map": lambda: heat_map(IMAGES[0], list("abcd"), list("efgh"), alt="A table."),
    "volumes": lambda: draw_volumes({"in": (8, 8, 3), "out": (4, 4, 9)}, alt="Two boxes."),
    "window": lambda: draw_window(np.arange(25).reshape(5, 5), KERNEL),
    "plain": lambda: plt.subplots()[1].bar([1, 2, 3], [1, 3, 2])[0].axes,
}
# One of each kind: pictures, text, axes, lines, figure, saved file.
SETTINGS = {
    "image.origin": "lower",
    "image.cmap": "hot",
    "image.interpolation": "bicubic",
    "image.aspect": "auto",
    "text.usetex": True,
    "text.color": "red",
    "mathtext.fontset": "cm",
    "font.family": ["monospace"],
    "font.size": 30,
    "axes.grid": True,
    "axes.facecolor": "black",
    "axes.prop_cycle": "cycler('color', ['red', 'lime'])",
    "axes.spines.top": False,
    "axes.unicode_minus": False,
    "axes.xmargin": 0.4,
    "xtick.labelsize": 3,
    "xtick.direction": "in",
    "ytick.left": False,
    "lines.linewidth": 9,
    "lines.marker": "o",
    "patch.force_edgecolor": True,
    "hatch.color": "red",
    "legend.loc": "lower left",
    "legend.frameon": False,
    "grid.alpha": 0.1,
    "figure.dpi": 30,
    "figure.figsize": [2, 2],
    "figure.facecolor": "black",
    "figure.autolayout": True,
    "figure.constrained_layout.w_pad": 1,
    "savefig.dpi": 20,
    "savefig.facecolor": "red",
    "savefig.bbox": "tight",
    "savefig.transparent": True,
    "path.sketch": (1, 100, 2),
    "path.simplify_threshold": 1.0,
    "agg.path.chunksize": 10,
}


@pytest.fixture(autouse=True)
def course_style():
    """Draw the next test's figures as the course does, too."""
    yield
    plt.close("all")
    style.use_course_style()


def drawn(name: str) -> str:
    """Return a digest of the picture that a notebook stores of a figure."""
    figure = np.ravel(np.asarray(FIGURES[name](), object))[0].figure
    png = as_png(figure, figure.dpi)
    plt.close(figure)
    return hashlib.sha256(png).hexdigest()


@pytest.fixture(scope="module")
def expected() -> dict[str, str]:
    style.use_course_style()
    return {name: drawn(name) for name in FIGURES}


@pytest.mark.parametrize("name", SETTINGS)
def test_a_setting_is_set_back(name):
    style.use_course_style()
    before = dict(matplotlib.rcParams)
    plt.rcParams[name] = SETTINGS[name]
    assert dict(matplotlib.rcParams) != before
    style.use_course_style()
    assert dict(matplotlib.rcParams) == before


@pytest.mark.parametrize("name", ["settings", "dark_background", "classic"])
def test_settings_change_no_pixel(expected, name):
    if name == "settings":
        plt.rcParams.update(SETTINGS)
    else:
        plt.style.use(name)
    style.use_course_style()
    assert {figure: drawn(figure) for figure in FIGURES} == expected


@settings(max_examples=25, deadline=None)
@given(st.lists(st.sampled_from(sorted(SETTINGS)), min_size=2, unique=True))
def test_many_settings_leave_nothing_behind(names):
    style.use_course_style()
    before = dict(matplotlib.rcParams)
    plt.rcParams.update({name: SETTINGS[name] for name in names})
    style.use_course_style()
    assert dict(matplotlib.rcParams) == before


def test_the_style_is_that_of_the_palette():
    """Petroff's sheet of matplotlib, which a file of the reader's with its name could replace."""
    style.use_course_style()
    ours = dict(matplotlib.rcParams)
    with plt.style.context("petroff10"):
        colors = [
            matplotlib.colors.to_hex(color) for color in plt.rcParams["axes.prop_cycle"].by_key()["color"]
        ]
        patch = matplotlib.colors.to_hex(plt.rcParams["patch.facecolor"])
    found = ours["axes.prop_cycle"].by_key()["color"]
    assert [matplotlib.colors.to_hex(color) for color in found] == colors
    assert matplotlib.colors.to_hex(ours["patch.facecolor"]) == patch
    changed = {name for name, value in ours.items() if value != matplotlib.rcParamsDefault[name]}
    changed -= {"backend_fallback"}  # a backend that was named turns it off
    assert changed - {"backend", "interactive"} <= style.STYLE.keys()


def test_what_a_reader_sets_later_stays():
    with plt.rc_context({"font.size": 20}):
        assert show_images(IMAGES, list("abc"), alt="x")[0].title.get_fontsize() > 15


CELLS = (
    "from utils.figures import show_images, describe\nimport numpy as np, matplotlib.pyplot as plt",
    "show_images(np.arange(48).reshape(3, 4, 4) / 48, list('abc'), alt='Three images.');",
    "ax = plt.subplots()[1]\nax.imshow(np.eye(3))\ndescribe(ax, 'A line.');",
    "plt.plot([1, 3, 2]);",
)


def pictures(folder: Path, monkeypatch, **environment: str) -> list[str]:
    """Run the cells in a new kernel under these variables; return what appears below each."""
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    notebook = new_notebook(cells=[new_code_cell(source) for source in CELLS])
    nbformat.validate(notebook)
    NotebookClient(notebook, kernel_name="python3", resources={"metadata": {"path": str(folder)}}).execute()
    shown = [[output.get("data", {}) for output in cell.outputs] for cell in notebook.cells[1:]]
    return [data["image/png"] for outputs in shown for data in outputs if "image/svg+xml" not in data]


@pytest.fixture(scope="module")
def usual(tmp_path_factory) -> list[str]:
    folder = tmp_path_factory.mktemp("usual")
    with pytest.MonkeyPatch.context() as monkeypatch:
        for name in ("MPLBACKEND", "MATPLOTLIBRC"):
            monkeypatch.delenv(name, raising=False)
        return pictures(folder, monkeypatch, IPYTHONDIR=str(folder))


@pytest.mark.parametrize("backend", ["agg", "TkAgg"])
def test_a_notebook_shows_all_its_figures_whatever_is_set(tmp_path, monkeypatch, usual, backend):
    """By a shell that sends figures to files, by a matplotlibrc, and by a profile of IPython."""
    plain = [f"{name}: {value}" for name, value in SETTINGS.items() if isinstance(value, bool | int | float)]
    lines = [*plain, "image.origin: lower", "figure.facecolor: red"]
    (tmp_path / "matplotlibrc").write_text("\n".join(lines))
    profile = tmp_path / "profile_default" / "ipython_kernel_config.py"
    profile.parent.mkdir()
    profile.write_text(
        "c.InlineBackend.rc = {'figure.dpi': 20}\nc.InlineBackend.figure_formats = {'svg'}\n"
        "c.InlineBackend.print_figure_kwargs = {'bbox_inches': None}\n"
    )
    environment = {"MPLBACKEND": backend, "MATPLOTLIBRC": str(tmp_path), "IPYTHONDIR": str(tmp_path)}
    assert len(usual) == 3
    assert pictures(tmp_path, monkeypatch, **environment) == usual


def test_outside_of_a_kernel_the_backend_stays(tmp_path):
    code = "from utils import figures; import matplotlib; print(matplotlib.get_backend())"
    process = subprocess.run(
        [sys.executable, "-c", code],
        cwd=COURSE,
        env={**os.environ, "MPLBACKEND": "pdf"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert process.stdout.strip() == "pdf"
