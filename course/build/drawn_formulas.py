"""Sphinx extension: formulas are drawn when the site is built, so that no page needs a script for them."""

from course.build.formulas import typesetting

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment

FOLDER = "formulas"  # in _static
drawn: dict[tuple[str, bool], str] = {}


def formulas_of(document: nodes.document) -> set[tuple[str, bool]]:
    """Return the formulas of a page, and of each whether it stands on a line of its own."""
    kinds = {nodes.math: False, nodes.math_block: True}
    return {(node.astext(), kinds[kind]) for kind in kinds for node in document.findall(kind)}


def draw_all(app: Sphinx, env: BuildEnvironment) -> list[str]:
    """Draw the formulas of all pages, also of those that did not change, for their one style sheet."""
    documents = (env.get_doctree(name) for name in env.found_docs)
    formulas = sorted({formula for document in documents for formula in formulas_of(document)})
    with typesetting() as typesetter:
        drawn.update({formula: typesetter.draw(formula[0], display=formula[1]) for formula in formulas})
        typesetter.save_style(app.outdir / "_static" / FOLDER)
    return []  # no page has to be written for that alone


def link_style(app: Sphinx, page: str, template: str, context: dict, document: nodes.document | None) -> None:
    """Load the style sheet where there are formulas, and only there."""
    if document is not None and formulas_of(document):
        app.add_css_file(f"{FOLDER}/formulas.css")


def write_in_line(translator, node: nodes.math) -> None:
    """Write a formula that stands within a sentence."""
    translator.body.append(f'<span class="math">{drawn[node.astext(), False]}</span>')
    raise nodes.SkipNode


def write_block(translator, node: nodes.math_block) -> None:
    """Write a formula that stands on a line of its own."""
    translator.body.append(f'<div class="math">{drawn[node.astext(), True]}</div>\n')
    raise nodes.SkipNode


def setup(app: Sphinx) -> dict:
    """Tell Sphinx who draws formulas, and when to call."""
    app.add_html_math_renderer("drawn", (write_in_line, None), (write_block, None))
    app.connect("env-updated", draw_all)
    app.connect("html-page-context", link_style)
    return {"parallel_read_safe": True}
