"""Where to go next: papers of every chapter, and a project that a term has the hours for."""

import re

from guide_pages import NUMBERS, page, rows

NEXT = page("next.md")
HOURS = r"\(([\d.]+) h\)"


def test_papers_of_every_chapter_are_named():
    chapters = [row[0] for row in rows(NEXT, "The papers of this course")]
    assert chapters == sorted(chapters) and set(chapters) == set(NUMBERS)


def test_the_term_has_the_hours_of_the_project():
    steps = re.findall(rf"(?m)^\d\. \*\*[^*]+\*\* {HOURS}\.", NEXT)
    weeks = [row for row in rows(page("instructor_guide.md"), "A term of 15 weeks") if "project" in row[3]]
    planned = [hours for row in weeks for hours in re.findall(HOURS, row[3])]
    assert len(steps) == 7 and sum(map(float, steps)) == sum(map(float, planned)) == 10
    assert "About ten hours" in NEXT
