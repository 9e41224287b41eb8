"""Sphinx extension: the first use of a word of the glossary in a chapter leads to what it means.

docs/static/words.js shows the meaning on the page itself, for a pointer, the keyboard and a finger.
"""

import re

from docutils import nodes
from sphinx.application import Sphinx

GLOSSARY = "docs/glossary"
LINKED = "glossary-word"
# Parts of a paragraph whose words are left alone.
CLOSED = (nodes.reference, nodes.literal, nodes.math, nodes.raw, nodes.title, nodes.table)
CHOICE = re.compile(r"[a-e][.)]\s")
# These sections name words only, or link them themselves.
WITHOUT = {"What you will learn", "What you need", "Recap", "Further reading"}
EVERYDAY = {"loss"}  # "at what loss?" is not what the glossary means


def terms_of(glossary: nodes.document) -> dict[str, str]:
    """Return the words that a glossary explains, in small letters, and the place of each on its page."""
    explained = [one for one in glossary.findall(nodes.section) if not one.next_node(nodes.section)]
    # A section begins with its title.
    places = {one[0].astext().lower(): one["ids"][0] for one in explained}
    return {term: place for term, place in places.items() if term not in EVERYDAY}


def link_words(app: Sphinx, document: nodes.document, page: str) -> None:
    """Link each word of the glossary where a chapter uses it first."""
    if not page.startswith("notebooks/"):
        return
    terms, seen = terms_of(app.env.get_doctree(GLOSSARY)), set()
    target = app.builder.get_relative_uri(page, GLOSSARY)
    for text in [one for one in document.findall(nodes.Text) if may_be_linked(one)]:
        if new := linked(text.astext(), terms, seen, target):
            text.parent.replace(text, new)


def may_be_linked(text: nodes.Text) -> bool:
    """Return whether words stand in running prose, and in no choice of a question."""
    node, paragraph = text.parent, None
    while node is not None:
        if isinstance(node, CLOSED) or (isinstance(node, nodes.section) and node[0].astext() in WITHOUT):
            return False
        paragraph = paragraph or (node if isinstance(node, nodes.paragraph) else None)
        node = node.parent
    return paragraph is not None and not CHOICE.match(paragraph.astext())


def linked(text: str, terms: dict[str, str], seen: set[str], target: str) -> list[nodes.Node]:
    """Return a text in parts, in which words not `seen` before are links, and add them; [] if it has none."""
    parts, end = [], 0
    # The longest first: "guided backpropagation" is no use of "backpropagation".
    words = "|".join(re.escape(term) for term in sorted(terms, key=len, reverse=True))
    for found in re.finditer(rf"(?i)(?<![\w-])({words})(?:s|es)?(?![\w-])", text):
        term = found[1].lower()
        if term not in seen:
            seen.add(term)
            parts.append(nodes.Text(text[end : found.start()]))
            address = f"{target}#{terms[term]}"
            parts.append(nodes.reference("", found[0], refuri=address, internal=True, classes=[LINKED]))
            end = found.end()
    return [*parts, nodes.Text(text[end:])] if parts else []


def depend_on_glossary(app: Sphinx, document: nodes.document) -> None:
    """Build chapters anew when the glossary has changed."""
    if app.env.docname.startswith("notebooks/"):
        app.env.note_dependency(str(app.env.doc2path(GLOSSARY)))


def setup(app: Sphinx) -> dict[str, bool]:
    """Tell Sphinx when to call."""
    app.connect("doctree-read", depend_on_glossary)
    app.connect("doctree-resolved", link_words)
    return {"parallel_read_safe": True}
