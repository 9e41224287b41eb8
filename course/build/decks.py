"""Make a deck of slides from each chapter, with speaker notes, that asks no other machine for anything."""

import re
import shutil
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from course.build.assets import copy_reveal
from course.build.formulas import Typesetter, typesetting
from course.build.markdown import MarkdownWriter
from course.build.slides import Slide, slides_of
from course.build.webp import as_address
from course.build.whole_lecture import NAME, read_plan, whole_lecture

import jinja2
import nbformat
from markupsafe import Markup
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonLexer
from tqdm import tqdm

COURSE = Path(__file__).resolve().parents[2]
LECTURE = COURSE / "docs" / "lecture"
# What JupyterLab and synchronized folders leave beside a chapter has other names: 01_convolution-Copy1,
# Untitled, 01_convolution (1).
CHAPTER = re.compile(r"[0-9]{2}_(?!.*-copy)[\w-]+\.ipynb", re.IGNORECASE)
# Its colors keep 7 to 1 on white; it comes with the site's theme.
CODE_STYLE = HtmlFormatter(style="a11y-high-contrast-light", nobackground=True)


def chapters() -> list[Path]:
    """Return the notebooks of the course, NN_name.ipynb, in reading order."""
    return [path for path in notebooks() if CHAPTER.fullmatch(path.name)]


def notebooks() -> list[Path]:
    """Return all files beside the chapters that are notebooks, in the order of their names."""
    return sorted((COURSE / "notebooks").glob("*.ipynb"))


def build_decks(folder: Path, notebooks: Sequence[Path]) -> None:
    """Write a deck of each notebook into `folder`, of all chapters the whole lecture, and a page of links."""
    copy_assets(folder)
    titles = {}
    with typesetting() as typesetter:
        for path in tqdm(notebooks, desc="slides", unit="deck"):
            notebook = nbformat.read(path, as_version=4)
            page = deck(notebook, typesetter)
            (folder / f"{path.stem}.html").write_text(page, encoding="utf-8")
            titles[path.stem] = title_of(notebook)
        has_all = list(notebooks) == chapters()
        if has_all:
            plan = read_plan()
            page = page_of(plan.title, whole_lecture(plan, notebooks), typesetter)
            (folder / f"{NAME}.html").write_text(page, encoding="utf-8")
        typesetter.save_style(folder / "formulas")
    page = template("index.html.j2").render(titles=titles, whole_lecture=NAME if has_all else "")
    (folder / "index.html").write_text(page, encoding="utf-8")


def copy_assets(folder: Path) -> None:
    """Copy into `folder` what all decks share."""
    folder.mkdir(parents=True, exist_ok=True)
    copy_reveal(folder / "reveal")
    shutil.copy(LECTURE.parent / "static" / "icon.svg", folder)
    shutil.copy(LECTURE / "fit.js", folder)
    style = (LECTURE / "lecture.css").read_text(encoding="utf-8")
    (folder / "lecture.css").write_text(
        f"{style}\n{CODE_STYLE.get_style_defs('.highlight')}\n", encoding="utf-8"
    )


def title_of(notebook: nbformat.NotebookNode) -> str:
    """Return the heading of a chapter."""
    return notebook.cells[0].source.splitlines()[0].removeprefix("# ")


def deck(notebook: nbformat.NotebookNode, typesetter: Typesetter) -> str:
    """Return a chapter as one page of reveal.js; `course.build.lecture` says what its cells decide.

    Raises:
        ValueError: a cell is not understood; the message names it.
    """
    return page_of(title_of(notebook), slides_of(notebook), typesetter)


def page_of(title: str, slides: Iterable[Slide], typesetter: Typesetter) -> str:
    """Return slides as one page of reveal.js."""
    markdown = MarkdownWriter(typesetter)
    return template("deck.html.j2").render(
        title=title,
        sections=list(sections(slides)),
        blocks=lambda text: Markup(markdown.blocks(text)),
        line=lambda text: Markup(markdown.line(text)),
        code=lambda text: Markup(highlight(text, PythonLexer(), CODE_STYLE)),
        address=as_address,
    )


def template(name: str) -> jinja2.Template:
    """Return a template of docs/lecture."""
    loader = jinja2.FileSystemLoader(LECTURE)
    return jinja2.Environment(loader=loader, autoescape=True, trim_blocks=True).get_template(name)


def sections(slides: Iterable[Slide]) -> Iterator[list[Slide]]:
    """Yield the slides of each section: right leads from one to the next, down through its slides."""
    section: list[Slide] = []
    for slide in slides:
        if slide.opens_section and section:
            yield section
            section = []
        section.append(slide)
    if section:
        yield section
