"""The table of letters: each is in a formula of the chapters that it names."""

import re

import pytest
from chapter_code import prose
from guide_pages import chapter_of, page

TABLE = [line.strip("|").split("|") for line in page("notation.md").splitlines() if line.startswith("| ")]
# A letter alone, not one of a longer name such as \text or \sum.
ALONE = r"(?<![A-Za-z\\]){}(?![A-Za-z])"


def rows() -> list[tuple[str, str]]:
    """Return pairs of a letter and a chapter; a row without a letter goes on with that of the row before."""
    found, letters = [], []
    for first, _, chapters in TABLE[2:]:
        letters = re.findall(r"\$([^$]+)\$", first) or letters
        found += [(letter, number) for letter in letters for number in re.findall(r"\d\d", chapters)]
    return sorted(set(found))


@pytest.mark.parametrize(("letter", "chapter"), rows())
def test_a_letter_is_in_the_formulas_of_its_chapter(letter, chapter):
    formulas = " ".join(re.findall(r"(?s)\$\$.+?\$\$|\$[^$\n]+\$", prose(chapter_of(chapter))))
    assert re.search(ALONE.format(re.escape(letter)), formulas.replace("{", " ").replace("_", " "))
