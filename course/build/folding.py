"""Sphinx extension: code that hides ideas is folded, and questions are framed, on the pages of chapters.

Folded is a cell that consists of imports, and a cell with the tag `fold`: a helper that draws, or long
strings. Its output stays where it is. *Predict* and *Remember* are framed with their folded answer;
docs/static/questions.js makes buttons of their choices.
"""

import ast
import hashlib

from docutils import nodes
from sphinx.application import Sphinx

QUESTIONS = ("Predict.", "Remember.")


def fold_code(app: Sphinx, document: nodes.document) -> None:
    """Put the code of some cells behind a line that says what it is."""
    for cell in list(document.findall(nodes.container)):
        source = next(iter(cell.findall(is_source)), None)
        if cell.get("nb_element") == "cell_code" and source and (summary := summary_of(cell, source)):
            begin = f'<details class="fold"><summary>{summary}</summary>'
            source.parent.replace(source, [raw(begin), source, raw("</details>")])


def is_source(node: nodes.Node) -> bool:
    """Return whether a node holds the code of a cell."""
    return isinstance(node, nodes.container) and node.get("nb_element") == "cell_code_source"


def summary_of(cell: nodes.container, source: nodes.Node) -> str:
    """Return the line that stands for the code of a cell, or "" if it is shown."""
    if only_imports(source.astext()):
        return "Imports"
    if "tag_fold" not in cell["classes"]:
        return ""
    draws = any(True for _ in cell.findall(nodes.image))
    return "Show the code of this figure" if draws else "Show the code"


def only_imports(code: str) -> bool:
    """Return whether code consists of imports. A line for IPython is none."""
    try:
        body = ast.parse(code).body
    except SyntaxError:
        return False
    return bool(body) and all(isinstance(node, ast.Import | ast.ImportFrom) for node in body)


def frame_questions(app: Sphinx, document: nodes.document) -> None:
    """Put each question and its folded answer into a frame."""
    for paragraph in list(document.findall(nodes.paragraph)):
        kind, parent = kind_of_question(paragraph), paragraph.parent
        if kind and (end := end_of_answer(paragraph)):
            parent.insert(end + 1, raw("</div>"))
            begin = f'<div class="question {kind}" data-question="{name_of_question(paragraph)}">'
            parent.insert(parent.index(paragraph), raw(begin))


def name_of_question(paragraph: nodes.paragraph) -> str:
    """Return the name under which a browser keeps the answer: it changes with the words alone."""
    return hashlib.sha256(paragraph.astext().encode()).hexdigest()[:8]


def kind_of_question(node: nodes.Node) -> str:
    """Return "predict" or "remember" for a paragraph that begins so in bold, otherwise ""."""
    if not isinstance(node, nodes.paragraph):
        return ""
    first = next((child for child in node.children if child.astext()), None)
    name = first.astext() if isinstance(first, nodes.strong) else ""
    return name.removesuffix(".").lower() if name in QUESTIONS else ""


def end_of_answer(question: nodes.Element) -> int:
    """Return the place of what ends the answer folded behind a question, or 0 if there is none."""
    siblings, start = question.parent.children, question.parent.index(question)
    for place, node in enumerate(siblings[start + 1 :], start + 1):
        html = node.astext() if isinstance(node, nodes.raw) else ""
        if kind_of_question(node) or ("<details" in html and "<summary>Answer</summary>" not in html):
            return 0
        if "</details>" in html:
            return place
    return 0


def raw(html: str) -> nodes.raw:
    """Return HTML that goes into the page as it is."""
    return nodes.raw("", html, format="html")


def setup(app: Sphinx) -> dict[str, bool]:
    """Tell Sphinx when to call."""
    app.connect("doctree-read", fold_code)
    app.connect("doctree-read", frame_questions)
    return {"parallel_read_safe": True}
