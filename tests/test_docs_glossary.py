"""The glossary: short definitions, each with the chapter that uses the word."""

import re

import pytest
from chapter_code import prose
from guide_pages import chapter_of, page

GLOSSARY = page("glossary.md")
ENTRIES = re.findall(r"(?ms)^### (.+?)\n\n(.+?)(?=\n### |\n## |\Z)", GLOSSARY)
CHAPTER = re.compile(r"\[[Cc]hapter (\d\d)\]\(\.\./notebooks/[^)]+\)")
# Of a heading's words, how many letters a chapter has to use; "Equivariance" may be "equivariant" there.
STEM = 5


def stems(term: str) -> list[str]:
    words = [word for word in re.findall(r"[\w'-]+", term.lower()) if word not in {"a", "and", "of"}]
    return [word[:STEM] for word in words]


@pytest.mark.parametrize(("term", "text"), ENTRIES, ids=[term for term, _ in ENTRIES])
def test_an_entry_is_short_and_its_chapter_uses_the_word(term, text):
    definition = CHAPTER.sub("", text)
    assert len(definition.split()) <= 50
    for number in CHAPTER.findall(text):
        used = prose(chapter_of(number)).lower()
        assert [stem for stem in stems(term) if stem not in used] == [], f"chapter {number}"


def test_a_link_to_a_chapter_is_not_broken_over_two_lines():
    assert GLOSSARY.count("../notebooks/") == len(CHAPTER.findall(GLOSSARY))


def test_most_entries_lead_to_a_chapter():
    assert sum(bool(CHAPTER.search(text)) for _, text in ENTRIES) >= 0.95 * len(ENTRIES)
