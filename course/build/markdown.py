"""Markdown of slides as HTML, whose formulas are drawn already."""

import html
import re

from course.build.formulas import Typesetter

from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath

# In HTML: code, where a dollar sign is one, or a formula of either kind.
FORMULA = re.compile(r"(?s)<(code|pre)\b.*?</\1>|\$\$(?P<block>.+?)\$\$|\$(?P<line>[^$]+)\$")


class MarkdownWriter:
    """Turns Markdown into HTML."""

    def __init__(self, typesetter: Typesetter):
        """Take who draws the formulas."""
        self._typesetter = typesetter

    def blocks(self, source: str) -> str:
        """Return paragraphs, lists and tables of Markdown as HTML."""
        renderer = IPythonRenderer(escape=False, exclude_anchor_links=True)
        return FORMULA.sub(self._draw, str(MarkdownWithMath(renderer=renderer).render(source)))

    def line(self, source: str) -> str:
        """Return one line of Markdown, such as a heading, as HTML without a paragraph around it."""
        return self.blocks(source).strip().removeprefix("<p>").removesuffix("</p>")

    def _draw(self, found: re.Match[str]) -> str:
        if found["block"]:
            return self._typesetter.draw(html.unescape(found["block"]), display=True)
        return self._typesetter.draw(html.unescape(found["line"])) if found["line"] else found[0]
