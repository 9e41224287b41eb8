"""Sphinx extension: an explorer of a chapter is alive on its page, where a still picture stands otherwise.

What an explorer shows is stored with its output, under a MIME type of its own (`utils.figures.controls`);
docs/look_inside/explorers.js makes a panel from it. Without scripts the still picture stays.
"""

import html
import json
from pathlib import Path

from course.build.folding import raw
from utils.figures.controls import EXPLORER

from docutils import nodes
from sphinx.application import Sphinx

SCRIPT = '<script type="module" src="../look_inside/explorers.js"></script>'


def make_live(app: Sphinx, document: nodes.document) -> None:
    """Put the output of each explorer into an element that names what it shows."""
    path = Path(app.env.doc2path(app.env.docname))
    if path.suffix != ".ipynb":
        return
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    found = False
    for container in list(document.findall(nodes.container)):
        if container.get("nb_element") != "cell_code":
            continue
        state = state_of(cells[container["cell_index"]])
        if state is None:
            continue
        output = container.children[-1]
        given = html.escape(json.dumps(state), quote=True)
        container.replace(
            output, [raw(f'<div class="explorer" data-explorer="{given}">'), output, raw("</div>")]
        )
        found = True
    if found:
        document.append(raw(SCRIPT))


def state_of(cell: dict) -> dict | None:
    """Return what the explorer in a cell's outputs was given, or None where there is none."""
    found = [output["data"][EXPLORER] for output in cell["outputs"] if EXPLORER in output.get("data", {})]
    return found[0] if found else None


def setup(app: Sphinx) -> dict[str, bool]:
    """Tell Sphinx when to call."""
    app.connect("doctree-read", make_live)
    return {"parallel_read_safe": True}
