"""The questions that are exported: where they stand, the names they have, and their HTML."""

import hashlib
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from course.build.decks import COURSE, chapters
from course.questions import Question, parse_questions

from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath

# In HTML: code, where a dollar sign is one, or a formula of either kind.
FORMULA = re.compile(r"(?s)<(code|pre)\b.*?</\1>|\$\$(?P<block>.+?)\$\$|\$(?P<line>[^$]+)\$")


class Item(NamedTuple):
    """A question with the name it has everywhere, its title, and the file that it stands in."""

    name: str
    title: str
    source: str
    question: Question


def usual_sources() -> list[Path]:
    """Return the chapters and the page of questions for before and after the course."""
    return [*chapters(), COURSE / "docs" / "before_and_after.md"]


def items(sources: list[Path]) -> Iterator[Item]:
    """Yield the questions of notebooks and Markdown files, in order.

    A name changes with the words of its question alone, so that an import replaces what it brought before.
    """
    for source in sources:
        questions = [question for text in _texts(source) for question in parse_questions(text)]
        for number, question in enumerate(questions, start=1):
            digest = hashlib.sha256(question.text.encode()).hexdigest()[:8]
            title = f"{source.stem.replace('_', ' ')}, question {number}"
            yield Item(f"q-{source.stem}-{digest}", title, source.stem, question)


def in_words(question: Question) -> str:
    """Return the answer, and why it is right where that is said, as Markdown."""
    return f"**{question.answer}.** {question.why}" if question.why else question.answer


def as_html(markdown: str) -> str:
    r"""Return Markdown as HTML that is XML as well; formulas stand between \( and \), or \[ and \]."""
    renderer = IPythonRenderer(escape=False, exclude_anchor_links=True)
    rendered = str(MarkdownWithMath(renderer=renderer).render(markdown))
    return FORMULA.sub(_between_brackets, rendered).strip()


def _between_brackets(found: re.Match[str]) -> str:
    if found["block"]:
        return rf"\[{found['block']}\]"
    return rf"\({found['line']}\)" if found["line"] else found[0]


def _texts(source: Path) -> list[str]:
    text = source.read_text(encoding="utf-8")
    if source.suffix != ".ipynb":
        return [text]
    return ["".join(cell["source"]) for cell in json.loads(text)["cells"] if cell["cell_type"] == "markdown"]
