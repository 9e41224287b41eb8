"""Cells of small chapters, for tests of what a slide shows."""

import base64
import io

from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from PIL import Image

PREDICT = """**Predict.** All weights of a kernel sum to 0. What does it make of a gray wall?

- **a.** The same gray
- **b.** Black

<details>
<summary>Answer</summary>

**b.** Each product is gray times a weight, and their sum is gray times 0.

- **a.** That takes weights whose sum is 1.

</details>"""


def text(source: str, kind: str = "-", **lecture) -> NotebookNode:
    """Return a Markdown cell with its metadata `lecture`."""
    return new_markdown_cell(source, metadata=metadata(kind, lecture))


def code(source: str = "f()", *outputs: NotebookNode, kind: str = "-", **lecture) -> NotebookNode:
    """Return a code cell with its metadata `lecture`."""
    return new_code_cell(source, outputs=list(outputs), metadata=metadata(kind, lecture))


def metadata(kind: str, lecture: dict) -> dict:
    return {"slideshow": {"slide_type": kind}} | ({"lecture": lecture} if lecture else {})


def printed(words: str) -> NotebookNode:
    """Return what a cell printed."""
    return new_output("stream", text=words)


def figure(width: int = 600, height: int = 300, alt: str = "a gray rectangle, larger than it is high"):
    """Return a figure as an output."""
    held = io.BytesIO()
    Image.new("L", (width, height), 128).save(held, "PNG")
    data = {"image/png": base64.b64encode(held.getvalue()).decode(), "text/plain": "<Figure>"}
    return new_output("display_data", data, metadata={"image/png": {"alt": alt}})


def chapter(*cells: NotebookNode) -> NotebookNode:
    """Return a chapter with a title and these cells."""
    language = {"language_info": {"name": "python"}}
    return new_notebook(cells=[text("# Title\n\nOne sentence.", "slide"), *cells], metadata=language)
