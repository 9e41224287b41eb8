"""Sphinx extension: the home page shows the course at a glance, and chapters lead to what belongs to them.

`{chapters}` in docs/index.md becomes a card for each chapter, and the chapters' entries in the side bar;
`{mosaic}` some of their figures; `{ways}` three ways through the course; `{assignments}` in
docs/assignments.md the list of assignments.
"""

import re
from typing import ClassVar

from course.build.chapters import HOME, Chapter, read_assignments, read_chapter, read_chapters
from course.build.decks import COURSE, chapters
from course.build.folding import raw

import jinja2
from docutils import nodes
from docutils.statemachine import StringList
from sphinx.application import Sphinx
from sphinx.directives.other import TocTree
from sphinx.util.docutils import SphinxDirective

TEMPLATES = COURSE / "docs" / "templates"
CHAPTER_LINK = re.compile(r"(?:^|/)(\d\d)_[^/]*\.html$")


def render(name: str, **values: object) -> nodes.raw:
    """Return a template of docs/templates, filled in."""
    loader = jinja2.FileSystemLoader(TEMPLATES)
    environment = jinja2.Environment(loader=loader, autoescape=True, trim_blocks=True, lstrip_blocks=True)
    environment.filters["duration"] = duration
    return raw(environment.get_template(name).render(values))


def duration(minutes: int) -> str:
    """Return minutes as a reader counts them: "45 min", "3 h", "3 h 20 min"."""
    hours, rest = divmod(minutes, 60)
    return " ".join(part for part in (f"{hours} h" * bool(hours), f"{rest} min" * bool(rest)) if part)


class Chapters(TocTree):
    """A card for each chapter; and all of them, with their numbers, in the side bar."""

    has_content = False
    option_spec: ClassVar = {}

    def run(self) -> list[nodes.Node]:
        """Return the cards, and the entries that only the side bar shows."""
        self.env.note_reread()  # chapters come and go
        self.env.note_dependency(str(HOME))
        found = read_chapters()
        entries = [f"{one.number} {one.title} </notebooks/{one.stem}>" for one in found]
        self.content = StringList(entries, source=self.env.docname)
        self.options = {"hidden": None, "caption": "Chapters", "maxdepth": 1}
        return [render("home_chapters.html.j2", chapters=found), *super().run()]


class Mosaic(SphinxDirective):
    """Figures of the chapters, beside the title."""

    def run(self) -> list[nodes.Node]:
        """Return the pictures, which the cards show again."""
        self.env.note_reread()
        return [render("home_mosaic.html.j2", chapters=read_chapters())]


class Ways(SphinxDirective):
    """Where a student, a lecturer and somebody who only looks begin."""

    def run(self) -> list[nodes.Node]:
        """Return the three ways."""
        self.env.note_reread()
        return [render("home_ways.html.j2", first=read_chapters()[0])]


class Assignments(SphinxDirective):
    """What each assignment asks."""

    def run(self) -> list[nodes.Node]:
        """Return the list."""
        self.env.note_reread()
        stems = {one.number: one.stem for one in read_chapters()}
        return [render("assignments.html.j2", assignments=read_assignments(), stems=stems)]


def link_parts(app: Sphinx, document: nodes.document) -> None:
    """Put below a chapter's title its number, and what leads to its slides and its assignment."""
    chapter = of_page(app.env.docname)
    if chapter:
        title = next(document.findall(nodes.title))
        place = title.parent.index(title) + 1
        title.parent.insert(place, render("chapter_links.html.j2", chapter=chapter))


def of_page(name: str) -> Chapter | None:
    """Return the chapter that a page of the site shows, if it shows one."""
    path = next((one for one in chapters() if name == f"notebooks/{one.stem}"), None)
    return read_chapter(path) if path else None


def number_neighbors(
    app: Sphinx, page: str, template: str, context: dict, document: nodes.document | None
) -> None:
    """Give the links to the chapters before and after their numbers; the home page is titled once."""
    for neighbor in (context.get("prev"), context.get("next")):
        if neighbor and (found := CHAPTER_LINK.search(neighbor["link"])):
            neighbor["title"] = f"{found[1]} {neighbor['title']}"
    if page == app.config.root_doc:
        context["docstitle"] = ""


def setup(app: Sphinx) -> dict[str, bool]:
    """Tell Sphinx what the directives mean, and when to call."""
    app.add_directive("chapters", Chapters)
    app.add_directive("mosaic", Mosaic)
    app.add_directive("ways", Ways)
    app.add_directive("assignments", Assignments)
    app.connect("doctree-read", link_parts)
    app.connect("html-page-context", number_neighbors)
    return {"parallel_read_safe": True}
