"""How long a reader works on a chapter, estimated by one rule.

    minutes = words / 35 + 0.8 for each statement of code + 4 for each "Your turn"
              + 2 for each *Predict* or *Remember*;
              and for the exercises 10 each

The words are those of the prose, folded answers included, but neither the targets of links nor tags. Imports
do not count as statements. The rule was fitted to four chapters that were worked through with a clock,
exercises included: 270, 480, 270 and 510 minutes. It gave 277, 463, 283 and 433 when link targets and tags
still counted, which were three to five minutes a chapter. It rounds to ten minutes.
"""

import ast
import re
from typing import Any

from course.questions import parse_questions

from IPython.core.inputtransformer2 import TransformerManager

WORDS_A_MINUTE = 35
STATEMENT, TURN, QUESTION, EXERCISE = 0.8, 4, 2, 10  # minutes


def working_minutes(notebook: dict[str, Any]) -> tuple[int, int]:
    """Estimate the minutes that a reader alone needs for a chapter and for its exercises.

    Args:
        notebook: a chapter in nbformat 4, each cell's source one string or a list of lines.

    Returns:
        both times, rounded to ten minutes.
    """
    code = _sources(notebook, "code")
    chapter = "\n\n".join(_sources(notebook, "markdown"))
    exercises = len(re.findall(r"(?m)^\*\*\d+\. ", chapter))
    minutes = len(re.findall(r"\w+", _as_read(chapter))) / WORDS_A_MINUTE
    minutes += STATEMENT * sum(map(_count_statements, code))
    minutes += TURN * sum(source.startswith("# Your turn.") for source in code)
    minutes += QUESTION * len(parse_questions(chapter))
    return round(minutes / 10) * 10, EXERCISE * exercises


def _sources(notebook: dict[str, Any], cell_type: str) -> list[str]:
    return ["".join(cell["source"]) for cell in notebook["cells"] if cell["cell_type"] == cell_type]


def _as_read(markdown: str) -> str:
    """Leave out what nobody reads: programs, the targets of links, and the tags of folded answers."""
    programs_or_tags = r"(?ms)^```.*?^```|</?details>|<summary>.*?</summary>"
    return re.sub(r"\]\([^)]*\)", "]", re.sub(programs_or_tags, "", markdown))


def _count_statements(source: str) -> int:
    tree = ast.parse(TransformerManager().transform_cell(source))
    imports = (ast.Import, ast.ImportFrom)
    return sum(isinstance(node, ast.stmt) and not isinstance(node, imports) for node in ast.walk(tree))
