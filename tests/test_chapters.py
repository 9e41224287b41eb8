"""Every chapter keeps the course's notebook contract; its outputs are compared by nbval."""

import ast
import base64
import io
import json
import re
import statistics

from course.execute import KERNEL
from utils.figures.style import DENSITY, PHOTOGRAPH_DENSITY

import nbformat
import pytest
from chapter_code import CHAPTERS
from PIL import Image

REQUIRED_HEADINGS = (
    "What you will learn",
    "What you need",
    "Recap",
    "Exercises",
    "Further reading",
)
# Chapters whose cells are longer than they should be, and the median of lines that they have.
LONGER = {"03_structure": 7.5, "04_backpropagation": 7, "15_speed": 7}
SLIDE_TYPES = {"slide", "subslide", "fragment", "skip", "notes", "-"}


@pytest.fixture(params=CHAPTERS, ids=lambda path: path.stem)
def chapter(request) -> dict:
    notebook = json.loads(request.param.read_text(encoding="utf-8"))
    notebook["path"] = request.param
    return notebook


def source(cell: dict) -> str:
    return "".join(cell["source"])


def code_cells(notebook: dict) -> list[dict]:
    return [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]


def prose(notebook: dict) -> str:
    cells = (cell for cell in notebook["cells"] if cell["cell_type"] == "markdown")
    return "\n\n".join(source(cell) for cell in cells)


def outputs(notebook: dict) -> list[dict]:
    return [output for cell in code_cells(notebook) for output in cell["outputs"]]


def section(notebook: dict, heading: str) -> str:
    """The text from a heading to the next one of the same or a higher level."""
    match = re.search(rf"(?ms)^## {heading}\n(.*?)(?=^##? |\Z)", prose(notebook))
    assert match, f"no section '## {heading}'"
    return match.group(1)


def test_there_are_chapters():
    assert CHAPTERS


def test_chapter_is_executed_in_order_without_errors(chapter):
    counts = [cell["execution_count"] for cell in code_cells(chapter)]
    assert counts == list(range(1, len(counts) + 1))
    assert not [output for output in outputs(chapter) if output["output_type"] == "error"]


def test_chapter_has_no_stderr_output(chapter):
    assert not [output for output in outputs(chapter) if output.get("name") == "stderr"]


def test_chapter_metadata_is_plain(chapter):
    assert "widgets" not in chapter["metadata"]
    for cell in chapter["cells"]:
        assert "execution" not in cell["metadata"], "timing metadata: record_timing=False"
        assert cell["metadata"]["slideshow"]["slide_type"] in SLIDE_TYPES
    identifiers = [cell["id"] for cell in chapter["cells"]]
    assert len(set(identifiers)) == len(identifiers)


def test_opening_does_not_change_a_chapter(chapter):
    """JupyterLab writes its kernel's name into what it opens, and numbers as the browser writes them."""
    assert chapter["metadata"]["kernelspec"] == KERNEL
    text = chapter["path"].read_text(encoding="utf-8")
    notebook = nbformat.from_dict(json.loads(text, parse_float=as_in_the_browser))
    saved = nbformat.writes(notebook, version=nbformat.NO_CONVERT)
    assert f"{saved.rstrip()}\n" == text


def as_in_the_browser(number: str) -> float | int:
    return int(float(number)) if float(number).is_integer() else float(number)


def test_chapter_size(chapter):
    cells = chapter["cells"]
    assert len(cells) >= 25
    assert len(cells) >= 2 * len(code_cells(chapter)), "fewer prose cells than code cells"
    assert chapter["path"].stat().st_size <= 2_500_000


def test_code_cells_are_short(chapter):
    # The imports come first; the site folds them.
    lengths = [len(source(cell).splitlines()) for cell in code_cells(chapter)[1:]]
    assert max(lengths) <= 25
    assert statistics.median(lengths) <= LONGER.get(chapter["path"].stem, 6)


def test_code_cells_stand_in_prose(chapter):
    kinds = "".join("c" if cell["cell_type"] == "code" else "m" for cell in chapter["cells"])
    assert "ccc" not in kinds


def test_title_is_a_verb_phrase(chapter):
    lines = source(chapter["cells"][0]).strip().splitlines()
    assert re.fullmatch(r"# [A-Z][a-z]+ .+", lines[0])
    assert len([line for line in lines if line.startswith("# ")]) == 1
    assert len(lines) > 2, "one sentence follows the title"


def test_headings_are_there(chapter):
    headings = re.findall(r"(?m)^## (.+)$", prose(chapter))
    positions = [headings.index(heading) for heading in REQUIRED_HEADINGS]
    assert positions == sorted(positions)
    assert headings[-1] == "Further reading"


def test_recap_repeats_the_abilities(chapter):
    """The abilities return with the same words and the same key terms in bold."""
    abilities, recap = (
        ability_lines(chapter, "What you will learn"),
        ability_lines(chapter, "Recap"),
    )
    assert 3 <= len(abilities) <= 5
    assert abilities == recap
    assert all("**" in ability for ability in abilities)


def ability_lines(notebook: dict, heading: str) -> list[str]:
    lines = re.findall(r"(?m)^[-*] (.+)$", section(notebook, heading))
    # A recap may go on after "You can now", so case and closing punctuation are left out.
    return [re.sub(r"^you can |[.;]$", "", line.lower()) for line in lines]


def test_needs_are_stated_with_measurements(chapter):
    needs = section(chapter, "What you need")
    assert re.search(r"\d+(\.\d+)? (minutes?|seconds)", needs)
    assert re.search(r"\d+(\.\d+)? GB", needs)


def test_exercises_have_solutions(chapter):
    numbered = re.findall(r"(?m)^(?:\*\*)?\d+\. ", section(chapter, "Exercises"))
    solutions = section(chapter, "Exercises").count("<details>")
    assert 3 <= len(numbered) == solutions


def test_imports_come_first_then_constants(chapter):
    imports, constants = (ast.parse(source(cell)) for cell in code_cells(chapter)[:2])
    assert all(isinstance(node, ast.Import | ast.ImportFrom) for node in imports.body)
    for node in constants.body:
        assert isinstance(node, ast.Assign), "the second code cell holds constants only"
        names = [name.id for name in ast.walk(node) if isinstance(name, ast.Name)]
        assert all(name.isupper() for name in names)


def test_chapter_asserts_something(chapter):
    assert sum("assert" in source(cell) for cell in code_cells(chapter)) >= 5


def test_every_figure_has_alternative_text(chapter):
    for output in outputs(chapter):
        if "image/png" in output.get("data", {}):
            alt = output["metadata"].get("image/png", {}).get("alt", "")
            assert len(alt) >= 20, "describe the figure: utils.figures.describe"


def test_every_figure_is_sharp_on_a_fine_screen(chapter):
    densities = []
    for output in outputs(chapter):
        if "image/png" in output.get("data", {}):
            png = base64.b64decode("".join(output["data"]["image/png"]))
            shown = output["metadata"]["image/png"]["width"]
            densities.append((Image.open(io.BytesIO(png)).width + 1) / shown)
    assert min(densities) >= PHOTOGRAPH_DENSITY, "execute the chapter again"
    assert max(densities) >= DENSITY


def test_few_cells_are_excused_from_comparison(chapter):
    cells = code_cells(chapter)
    excused = [c for c in cells if "nbval-ignore-output" in c["metadata"].get("tags", [])]
    assert len(excused) < len(cells) / 3
    skipped = {"nbval-skip", "raises-exception", "nbval-raises-exception"}
    assert not [c for c in cells if skipped & set(c["metadata"].get("tags", []))]


def test_a_widget_leaves_a_picture_for_pages_without_a_kernel(chapter):
    for output in outputs(chapter):
        assert "application/vnd.jupyter.widget-view+json" not in output.get("data", {})


def test_nothing_is_fetched_by_the_page(chapter):
    """No hot-linked pictures: the page must show the same offline."""
    assert not re.search(r"!\[[^\]]*\]\(https?:|<img[^>]+src=.https?:", prose(chapter))
