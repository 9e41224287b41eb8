"""Sphinx extension: what a shared link shows of each page, by the names of the Open Graph protocol."""

import html
from pathlib import PurePosixPath

from course.build.pictures import CARD, CARD_ALT, CARD_SIZE, FOLDER

from docutils import nodes
from sphinx.application import Sphinx

MOST_CHARACTERS = 200
PICTURE = PurePosixPath("_static", FOLDER, CARD)


def tell(app: Sphinx, page: str, template: str, context: dict, document: nodes.document | None) -> None:
    """Add title, description and picture to the head of a page with text."""
    if document is None:
        return
    title = next(document.findall(nodes.title)).astext()
    context["metatags"] += tags(title, description_of(document), app.config.html_baseurl, f"{page}.html")


def tags(title: str, description: str, site: str, page: str) -> str:
    """Return the tags of one page.

    Args:
        title: of the page.
        description: one or two sentences.
        site: the address of the site, or "" where none is known: a card needs whole addresses.
        page: the path of the page on the site.
    """
    width, height = map(str, CARD_SIZE)
    told = {"og:type": "website", "og:title": title, "og:description": description}
    if site:
        told |= {"og:url": f"{site}{page}", "og:image": f"{site}{PICTURE}", "og:image:alt": CARD_ALT}
        told |= {"og:image:width": width, "og:image:height": height}
    lines = [f'<meta property="{name}" content="{html.escape(text)}">' for name, text in told.items()]
    lines.append(f'<meta name="description" content="{html.escape(description)}">')
    lines.append('<meta name="twitter:card" content="summary_large_image">')
    return "\n".join(["", *lines, ""])


def description_of(document: nodes.document) -> str:
    """Return the first sentences of a page, as many as a card shows, on one line."""
    first = next(document.findall(nodes.paragraph), None)
    words = " ".join(first.astext().split()) if first is not None else ""
    if len(words) <= MOST_CHARACTERS:
        return words
    sentences, _, _ = words[:MOST_CHARACTERS].rpartition(". ")
    return f"{sentences}." if sentences else words[: MOST_CHARACTERS - 1].rpartition(" ")[0] + "…"


def setup(app: Sphinx) -> dict[str, bool]:
    """Tell Sphinx when to call."""
    app.connect("html-page-context", tell)
    return {"parallel_read_safe": True}
