"""Files of MathJax and reveal.js, from the packages that bring them, so that pages work offline."""

import importlib.util
import shutil
from pathlib import Path

MATHJAX = ("mathjax", "static/mathjax/es5")
REVEAL = ("sphinx_revealjs", "_static/revealjs")
# Of each: what a browser asks for, and the license.
MATHJAX_FILES = ("output/chtml/fonts/woff-v2", "../LICENSE")
REVEAL_FILES = (
    "dist/reset.css",
    "dist/reveal.css",
    "dist/reveal.js",
    "dist/reveal.js.map",  # which the script before it names
    "plugin/notes/notes.js",
    "plugin/notes/speaker-view.html",
    "LICENSE",
)


def copy_fonts(folder: Path) -> None:
    """Copy the fonts of MathJax 3 into `folder`, where `output/chtml/fonts/woff-v2` holds them."""
    _copy(*MATHJAX, MATHJAX_FILES, folder)


def copy_reveal(folder: Path) -> None:
    """Copy reveal.js into `folder`, where `dist/reveal.js` is its entry."""
    _copy(*REVEAL, REVEAL_FILES, folder)


def folder_of(package: str, inside: str) -> Path:
    """Return a folder inside an installed package, which is not imported: only its files are wanted."""
    spec = importlib.util.find_spec(package)
    if spec is None or spec.origin is None:
        raise SystemExit(
            f"The package {package} is missing: use `uv run --group docs python -m course.build`."
        )
    return Path(spec.origin).parent / inside


def _copy(package: str, inside: str, names: tuple[str, ...], folder: Path) -> None:
    source = folder_of(package, inside)
    for name in names:
        target = folder / name.removeprefix("../")
        target.parent.mkdir(parents=True, exist_ok=True)
        if (source / name).is_dir():
            shutil.copytree(source / name, target, dirs_exist_ok=True)
        else:
            shutil.copyfile(source / name, target)
