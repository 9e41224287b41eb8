"""Questions as cards for Anki: one line each, with tabs between the fields.

The lines that begin with # are described in Anki's manual under "Text files", "File headers".
"""

import re
from pathlib import Path

from course.question_export.items import Item, as_html, in_words
from course.questions import Question

HEADER = """\
#separator:tab
#html:true
#notetype:Basic
#deck:Deep Convolutional Neural Networks
#guid column:1
#tags column:4
"""


def write(items: list[Item], path: Path) -> None:
    """Write a card for each question: its name, front, back, and as a tag the file that it stands in."""
    lines = ["\t".join([item.name, *card(item.question), item.source]) for item in items]
    path.write_text(HEADER + "\n".join(lines) + "\n", encoding="utf-8")


def card(question: Question) -> tuple[str, str]:
    """Return front and back as HTML, each on one line."""
    front = as_html(question.text) + _labeled(question.choices)
    return _on_one_line(front), _on_one_line(as_html(in_words(question)) + _labeled(question.reasons))


def _labeled(texts: dict[str, str]) -> str:
    return "".join(as_html(f"**{label}.** {text}") for label, text in texts.items())


def _on_one_line(html: str) -> str:
    """Return HTML without ends of lines and tabs, which would end a field; code keeps its lines."""
    kept = re.sub(r"(?s)<pre>.*?</pre>", lambda found: found[0].replace("\n", "<br />"), html)
    return " ".join(kept.expandtabs(4).splitlines())
