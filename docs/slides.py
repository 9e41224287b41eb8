"""Make a deck of slides from each chapter, with speaker notes, that asks no other machine for anything."""

import html
import re
import shutil
from pathlib import Path

from docs.assets import copy_reveal
from docs.formulas import Typesetter, typesetting

import nbformat
from jinja2 import pass_context
from nbconvert import SlidesExporter
from nbconvert.preprocessors import CoalesceStreamsPreprocessor
from tqdm import tqdm

COURSE = Path(__file__).resolve().parents[1]
TEMPLATES = COURSE / "docs"
SECTION_TIME = re.compile(r"(?m)^\*About \d+ minutes?\.\*\n\n?")
NEEDS = re.compile(r"(?ms)^## What you need\n.*?(?=^## |\Z)")
LINK_INTO_COURSE = re.compile(r"\[([^\]]+)\]\((?!https?:)[^)]*\.(?:md|ipynb)[^)]*\)")
# In HTML: code, where a dollar sign is one, or a formula of either kind.
FORMULA = re.compile(r"(?s)<(code|pre)\b.*?</\1>|\$\$(?P<block>.+?)\$\$|\$(?P<line>[^$]+)\$")


def chapters() -> list[Path]:
    """Return the notebooks of the course, in reading order."""
    return sorted((COURSE / "notebooks").glob("[0-9]*.ipynb"))


def build_slides(folder: Path) -> None:
    """Write a deck of every chapter into `folder`, and a page that lists them."""
    folder.mkdir(parents=True, exist_ok=True)
    copy_reveal(folder / "reveal")
    shutil.copy(TEMPLATES / "static" / "icon.svg", folder)
    shutil.copy(TEMPLATES / "lecture" / "fit.js", folder)
    titles = {}
    with typesetting() as typesetter:
        for path in tqdm(chapters(), desc="slides", unit="deck"):
            notebook = nbformat.read(path, as_version=4)
            titles[path.stem] = title_of(notebook)
            (folder / f"{path.stem}.html").write_text(deck(notebook, typesetter), encoding="utf-8")
        typesetter.save_style(folder / "formulas")
    (folder / "index.html").write_text(list_of_decks(titles), encoding="utf-8")


def title_of(notebook: nbformat.NotebookNode) -> str:
    """Return the heading of a chapter."""
    return notebook.cells[0].source.splitlines()[0].removeprefix("# ")


def deck(notebook: nbformat.NotebookNode, typesetter: Typesetter) -> str:
    """Return a chapter as one page of reveal.js.

    A cell starts a new slide, goes on, or is left out, as its metadata `slideshow` says. Its metadata
    `lecture` may hold `hide_code` (show the output alone) and, where a slide starts, what the speaker
    should know: `minutes`, how long it takes in a lecture, and `notes`, Markdown.
    """
    exporter = LectureExporter(
        typesetter,
        template_name="lecture",
        extra_template_basedirs=[str(TEMPLATES)],
        exclude_input_prompt=True,
        exclude_output_prompt=True,
    )
    # What one cell prints is one block, though the kernel may have sent it in several parts.
    exporter.register_preprocessor(CoalesceStreamsPreprocessor(), enabled=True)
    notebook.metadata["title"] = title_of(notebook)
    notebook.cells = [part for cell in notebook.cells for part in with_notes(for_the_screen(cell))]
    return exporter.from_notebook_node(notebook)[0]


class LectureExporter(SlidesExporter):
    """nbconvert's slides, whose formulas are drawn already."""

    def __init__(self, typesetter: Typesetter, **options):
        super().__init__(**options)
        self._typesetter = typesetter

    @pass_context
    def markdown2html(self, context, source: str) -> str:
        """Return a cell of text as HTML."""
        return FORMULA.sub(self._draw, super().markdown2html(context, source))

    def _draw(self, found: re.Match) -> str:
        if found["block"]:
            return self._typesetter.draw(html.unescape(found["block"]), display=True)
        return self._typesetter.draw(html.unescape(found["line"])) if found["line"] else found[0]


def for_the_screen(cell: nbformat.NotebookNode) -> nbformat.NotebookNode:
    """Leave out what only a reader needs: times and needs, and links to other files of the course."""
    if cell.cell_type == "markdown":
        for pattern in (SECTION_TIME, NEEDS):
            cell.source = pattern.sub("", cell.source)
        cell.source = LINK_INTO_COURSE.sub(r"\1", cell.source)
    elif cell.metadata.get("lecture", {}).get("hide_code"):
        cell.metadata["transient"] = {"remove_source": True}
    return cell


def with_notes(cell: nbformat.NotebookNode) -> list[nbformat.NotebookNode]:
    """Return a cell, and behind it one that only the speaker sees."""
    lecture = cell.metadata.get("lecture", {})
    if "minutes" not in lecture:
        return [cell]
    text = f"**{lecture['minutes']:g} min.** {lecture.get('notes', '')}"
    notes = nbformat.v4.new_markdown_cell(text, metadata={"slideshow": {"slide_type": "notes"}})
    return [cell, notes]


def list_of_decks(titles: dict[str, str]) -> str:
    """Return a page with a link to each deck."""
    items = "\n".join(
        f'<li><a href="{name}.html">{name[:2]} {html.escape(title)}</a></li>'
        for name, title in titles.items()
    )
    return LIST_PAGE.format(items=items)


LIST_PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="icon" href="icon.svg">
<title>Slides: Deep Convolutional Neural Networks</title>
<style>
:root {{ color-scheme: light dark; }}
body {{ font: 1.2rem/1.7 system-ui, sans-serif; max-width: 42rem; margin: 3rem auto; padding: 0 1rem;
  background: light-dark(#fff, #14181e); color: light-dark(#222, #ddd); }}
a {{ color: light-dark(#0b57b5, #8cc1ff); }}
kbd {{ font-size: .9em; border: 1px solid; border-radius: 3px; padding: 0 .3em; }}
</style>
</head>
<body>
<main>
<h1>Slides</h1>
<ul>
{items}
</ul>
<p>Space leads on; the arrow down goes deeper into a section. <kbd>S</kbd> opens the speaker's view with notes
and times, <kbd>Esc</kbd> shows all slides, <kbd>F</kbd> fills the screen. To print, add
<code>?print-pdf</code> to a deck's address.</p>
</main>
</body>
</html>
"""
