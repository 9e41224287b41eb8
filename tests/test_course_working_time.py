"""The minutes that a chapter states are those of one rule."""

import json
import re

from course.working_time import working_minutes

import pytest
from chapter_code import NEW, prose

QUESTION = """**Predict.** How many?

<details>
<summary>Answer</summary>

**2.** Because.

</details>"""


def cell(kind: str, source: str) -> dict:
    return {"cell_type": kind, "source": source.splitlines(keepends=True)}


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        ([cell("markdown", "word " * 350)], (10, 0)),
        ([cell("markdown", "word " * 350 + "\n\n```python\n" + "word " * 350 + "\n```\n")], (10, 0)),
        ([cell("markdown", "[word](../docs/a_page.md#of-many-words) " * 350)], (10, 0)),
        ([cell("markdown", "<details>\n<summary>Answer</summary>\n\nword\n\n</details>\n\n" * 350)], (10, 0)),
        ([cell("code", "import numpy\n" + "x = 1\n" * 25)], (20, 0)),
        ([cell("code", "x = (\n    1,\n    2,\n)\n" * 25)], (20, 0)),  # statements, not lines
        ([cell("code", "# Your turn. Fill it in.\n%timeit x\n")] * 5, (20, 0)),
        ([cell("markdown", QUESTION)] * 10, (20, 0)),
        ([cell("markdown", "**1. Do it.** Now.")] * 3, (0, 30)),
    ],
    ids=["words", "code in text", "links", "folds", "statements", "lines", "turns", "questions", "exercises"],
)
def test_the_rule(cells, expected):
    assert working_minutes({"cells": cells}) == expected


@pytest.mark.parametrize("chapter", NEW, ids=lambda p: p.stem)
def test_a_chapter_states_the_minutes_of_the_rule(chapter):
    stated = re.search(r"About (\d+) minutes to work through, and (\d+) for the exercises\.", prose(chapter))
    assert stated, "state both times under *What you need*"
    minutes, exercises = working_minutes(json.loads(chapter.read_text(encoding="utf-8")))
    assert (int(stated[1]), int(stated[2])) == (minutes, exercises)


@pytest.mark.parametrize("chapter", NEW, ids=lambda p: p.stem)
def test_a_cell_that_is_not_compared_says_why(chapter):
    for one in json.loads(chapter.read_text(encoding="utf-8"))["cells"]:
        is_exempt = "nbval-ignore-output" in one["metadata"].get("tags", [])
        assert is_exempt == ("why-not-compared" in one["metadata"]), one["id"]
