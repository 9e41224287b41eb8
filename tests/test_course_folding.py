"""What pages of chapters fold and frame: imports, drawing, questions with their answers."""

import re
from pathlib import Path

from course.build.folding import only_imports

import nbformat
import pytest
from built_pages import COURSE
from slide_cells import PREDICT, chapter, code, figure, text
from sphinx.cmd.build import build_main


@pytest.fixture(scope="module")
def page(tmp_path_factory) -> str:
    """A chapter as a page, by the extension alone."""
    folder = tmp_path_factory.mktemp("folding")
    tagged = code("draw(alt='long')", figure())
    tagged.metadata["tags"] = ["fold"]
    helper = code("def helper(): pass")
    helper.metadata["tags"] = ["fold"]
    cells = [
        code("import os\nfrom re import sub"),
        code("shown = 1"),
        tagged,
        helper,
        text(f"Before.\n\n{PREDICT}\n\nBehind."),
        text(PREDICT.replace("Predict", "Remember")),
        text("**Predict.** Nothing is folded here."),
        text("<details>\n<summary>Solution</summary>\n\nIt.\n\n</details>"),
    ]
    nbformat.write(chapter(*cells), folder / "index.ipynb")
    (folder / "conf.py").write_text(
        f"import sys\nsys.path.insert(0, {str(COURSE)!r})\n"
        'extensions = ["myst_nb", "course.build.folding"]\nnb_execution_mode = "off"\n',
        encoding="utf-8",
    )
    assert build_main(["--quiet", "--fail-on-warning", str(folder), str(folder / "built")]) == 0
    return Path(folder / "built" / "index.html").read_text(encoding="utf-8")


def folded(page: str) -> list[tuple[str, str]]:
    """Return the summary and the code of each folded cell."""
    found = re.findall(r'(?s)<details class="fold"><summary>([^<]*)</summary>(.*?)</details>', page)
    return [(summary, re.sub(r"<[^>]+>", "", inside).strip()) for summary, inside in found]


def test_imports_and_tagged_cells_are_folded_with_a_line_that_says_what_they_are(page):
    assert folded(page) == [
        ("Imports", "import os\nfrom re import sub"),
        ("Show the code of this figure", "draw(alt='long')"),
        ("Show the code", "def helper(): pass"),
    ]


def test_figures_are_never_folded(page):
    assert page.count("<img") == 1
    assert "<img" not in "".join(re.findall(r"(?s)<details.*?</details>", page))


def test_a_question_is_framed_with_its_answer(page):
    frames = re.findall(
        r'(?s)<div class="question (\w+)" data-question="(\w+)">(.*?)</details>\s*</div>', page
    )
    assert [kind for kind, _, _ in frames] == ["predict", "remember"]
    assert len({name for _, name, _ in frames}) == 2  # of what was answered, in the browser
    for _, _, inside in frames:
        assert "gray wall" in inside and "times 0" in inside
        assert "Before." not in inside and "Behind." not in inside
    assert page.count('class="question') == 2  # without a fold, no frame; a solution is none either


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("import os", True),
        ("# why\nimport os\n\nfrom re import (\n    sub,\n)", True),
        ("import os\nx = 1", False),
        ("# nothing", False),
        ("%matplotlib inline\nimport os", False),
        ("try:\n    import os\nexcept ImportError:\n    pass", False),
    ],
)
def test_imports_are_told_from_other_code(source, expected):
    assert only_imports(source) == expected
