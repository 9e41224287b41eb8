"""What slides are made of: headings, words, figures; prose that only the speaker reads; questions."""

import re

from course.build.cells import CODE_COLUMNS, MOST_CODE_LINES, MOST_OUTPUT_LINES
from course.build.deck_report import report, statistics_of
from course.build.slides import ROOM, Slide, room, slides_of

import pytest
from chapter_code import CHAPTERS
from nbformat import read, write
from slide_cells import PREDICT, chapter, code, figure, printed, text

chapters = pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: path.stem)


def made(*cells) -> list[Slide]:
    """Return the slides of some cells, without the title's."""
    return slides_of(chapter(*cells))[1:]


def kinds(slide: Slide) -> list[str]:
    return [part.kind for part in slide.parts]


def shown(slide: Slide) -> str:
    return "\n".join(part.text for part in slide.parts)


def notes(slide: Slide) -> str:
    return "\n".join(slide.notes)


# Words, and prose


def test_prose_is_for_the_speaker():
    (slide,) = made(text("## Claim\n\nLong prose.", "slide", minutes=5, notes="Ask first."), text("More."))
    assert (slide.heading, slide.parts) == ("Claim", [])
    assert slide.notes == ["**5 min.** Ask first.", "Long prose.", "More."]


def test_words_stand_on_the_slide_and_prose_still_in_the_notes():
    (slide,) = made(text("## Claim\n\nLong prose.", "slide", words="Few *words*."))
    assert slide.heading == "Claim" and shown(slide) == "Few *words*." and slide.notes == ["Long prose."]


def test_words_may_bring_a_claim_of_their_own():
    (slide,) = made(text("## Topic\n\nProse.", "slide", words="### Claim\n\nFew words."))
    assert slide.heading == "Claim" and shown(slide) == "Few words."


def test_words_may_be_the_prose_as_it_is():
    (slide,) = made(
        text("## Claim\n\n*About 5 minutes.*\n\nAll [this](../docs/glossary.md).", "slide", words=True)
    )
    assert shown(slide) == "All this." and slide.notes == []


def test_what_only_a_reader_needs_is_nowhere():
    prose = "## What you will learn\n\n- A\n\n## What you need\n\n- 2 GB\n"
    (slide,) = made(text(prose, "slide"), text("*About 10 minutes.*\n\nNext."), text("Skipped.", "skip"))
    assert slide.notes == ["- A", "Next."]


def test_links_into_the_course_and_pictures_of_the_prose_are_words():
    source = "See [chapter 02](02_structure.ipynb) and ![a cat](cat.png)."
    (slide,) = made(
        text(f"## Claim\n\n{source}", "slide", notes="[Here](../docs/next.md).", words="[x](a.md)")
    )
    assert notes(slide) == "Here.\nSee chapter 02 and (a cat)." and shown(slide) == "x"
    with pytest.raises(ValueError, match=r"cell cat.*code cell draw it"):
        made(text("## Claim", "slide", words=source) | {"id": "cat"})


def test_headings_of_prose_that_goes_on_are_bold_in_the_notes():
    program = "```python\n# a comment\n```"
    (slide,) = made(text("## Claim", "slide"), text(f"Prose.\n\n### Part\n\n{program}"))
    assert notes(slide) == f"Prose.\n\n**Part**\n\n{program}"


# Code and outputs


def test_code_is_hidden_unless_asked_for():
    hidden, seen = code("f(1)", printed("one\n")), code("f(2)", printed("two\n"), show_code=True)
    (slide,) = made(text("## Claim", "slide"), hidden, seen)
    assert kinds(slide) == ["text", "code", "text"] and "f(1)" not in shown(slide)
    assert shown(slide) == "one\nf(2)\ntwo"


def test_code_is_short_enough_for_a_hall():
    made(code("x\n" * MOST_CODE_LINES, kind="slide", show_code=True))
    made(code("x" * CODE_COLUMNS * MOST_CODE_LINES, kind="slide", show_code=True))
    for source in ("x\n" * (MOST_CODE_LINES + 1), "x" * (CODE_COLUMNS * MOST_CODE_LINES + 1)):
        with pytest.raises(ValueError, match=f"cell long.*{MOST_CODE_LINES + 1} lines"):
            made(code(source, kind="slide", show_code=True) | {"id": "long"})


def test_what_a_cell_prints_is_one_block():
    """The kernel may send it in parts, which would stand apart."""
    (slide,) = made(code("f()", printed("first\n"), printed("\x1b[31msecond\x1b[0m\n"), kind="slide"))
    assert shown(slide) == "first\nsecond" and kinds(slide) == ["text"]


def test_of_a_long_output_the_first_lines_are_shown():
    short, long = (made(code("f()", printed("line\n" * count), kind="slide"))[0] for count in (12, 13))
    assert shown(short) == "\n".join(12 * ["line"])
    lines = shown(long).splitlines()
    assert len(lines) == MOST_OUTPUT_LINES and lines[-1] == "… 2 more lines in the notebook"
    (wide,) = made(code("f()", printed("word " * 40), kind="slide"))
    assert len(shown(wide).splitlines()) == 3


def test_an_output_that_no_slide_can_show_is_named():
    strange = figure()
    strange["data"] = {"image/svg+xml": "<svg/>"}
    with pytest.raises(ValueError, match=r"cell odd.*image/svg\+xml"):
        made(code("f()", strange, kind="slide") | {"id": "odd"})


def test_pictures_of_a_cell_stand_together_with_their_text():
    (slide,) = made(code("f()", figure(alt="first"), figure(alt="second"), kind="slide"))
    assert [picture.alt for picture in slide.parts[0].pictures] == ["first", "second"]


# Which cells make a slide


def test_a_slide_without_a_heading_bears_the_last_one():
    first, second = made(
        text("## Claim", "slide"), code("f()", figure()), code("g()", figure(), kind="subslide")
    )
    assert (first.heading, second.heading) == ("Claim", "Claim")
    assert (first.opens_section, second.opens_section) == (True, False)


def test_a_slide_that_would_show_nothing_is_none():
    """Neither a heading before its figure, nor prose behind it."""
    (slide,) = made(
        text("## Claim", "slide"),
        code("f()", figure(), kind="subslide"),
        text("What it shows.", "subslide"),
    )
    assert kinds(slide) == ["pictures"] and slide.notes == ["What it shows."]


def test_the_title_stands_alone():
    title, figures = slides_of(chapter(text("Prose.", "subslide"), code("f()", figure(), kind="subslide")))
    assert title.parts == [] and title.notes == ["One sentence.", "Prose."]
    assert kinds(figures) == ["pictures"] and figures.heading == "Title"


def test_a_claim_alone_is_a_slide():
    assert [slide.heading for slide in made(text("## One", "slide"), text("### Two", "subslide"))] == [
        "One",
        "Two",
    ]


def test_a_heading_in_the_middle_of_a_slide_is_refused():
    with pytest.raises(ValueError, match=r"cell late.*'Late'"):
        made(text("## Claim", "slide"), text("### Late") | {"id": "late"})


def test_what_does_not_fit_continues_on_a_further_slide():
    cells = [code("f()", printed("line\n" * 9)) for _ in range(3)]
    slides = made(text("## Claim", "slide"), *cells, code("g()", figure()))
    assert [kinds(slide) for slide in slides] == [["text"], ["text"], ["text"], ["pictures"]]
    assert {slide.heading for slide in slides} == {"Claim"}
    assert all(sum(map(room, slide.parts)) <= ROOM for slide in slides)


def test_a_cell_of_notes_is_for_the_speaker_alone():
    (slide,) = made(text("## Claim", "slide"), text("Say this.", "notes", words="never"))
    assert slide.parts == [] and "Say this." in slide.notes


def test_a_fragment_waits_for_a_click():
    (slide,) = made(text("## Claim", "slide", words="now"), text("", "fragment", words="later"))
    assert [part.after_click for part in slide.parts] == [False, True]


# Questions


def test_predict_asks_votes_and_answers_after_a_click():
    (slide,) = made(text("## Topic", "slide"), text(PREDICT))
    assert kinds(slide) == ["words", "steps", "answer"] and slide.asks
    assert [part.after_click for part in slide.parts] == [False, False, True]
    question, steps, answer = (part.text for part in slide.parts)
    assert "gray wall" in question and "**b.** Black" in question and "times 0" not in question
    assert steps.splitlines() == ["Vote", "Discuss with your neighbor", "Vote again"]
    assert answer.startswith("**b.**") and "sum is 1" not in answer
    assert "sum is 1" in notes(slide) and "<details>" not in notes(slide)


def test_a_question_without_choices_is_answered_on_paper():
    answer = "<details>\n<summary>Answer</summary>\n\n**6.** Two times 3.\n\n</details>"
    (slide,) = made(text(f"**Predict.** How many?\n\n{answer}", "slide"))
    assert slide.parts[1].text.splitlines()[0] == "Write down your answer"


def test_what_comes_after_a_question_does_not_give_it_away():
    topic, result = text("## Topic", "slide"), code("f()", printed("times 0\n"))
    before, question, after = made(topic, code("f()", figure()), text(PREDICT), result)
    assert [kinds(slide)[0] for slide in (before, question, after)] == ["pictures", "words", "text"]
    assert {slide.heading for slide in (before, question, after)} == {"Topic"}
    assert made(topic, text(PREDICT), text("Prose alone."))[0].notes[-1] == "Prose alone."


def test_prose_around_a_question_is_for_the_speaker():
    (slide,) = made(text(f"Before it.\n\n{PREDICT}\n\nBehind it.", "slide"))
    assert "Before" not in shown(slide) and "Behind" not in shown(slide)
    assert "Before it." in notes(slide) and "Behind it." in notes(slide)


def test_a_slide_may_ask_in_other_words():
    (slide,) = made(
        text(PREDICT, "slide", words="## Sum 0\n\nWhat becomes of a wall?\n\n- **a.** Gray\n- **b.** Black")
    )
    assert slide.heading == "Sum 0" and "What becomes" in slide.parts[0].text
    assert kinds(slide) == ["words", "steps", "answer"] and "times 0" in slide.parts[-1].text
    own = "Why?\n\n<details><summary>Answer</summary>\n\nSo.\n\n</details>"
    assert made(text(PREDICT, "slide", words=own))[0].parts[-1].text == "So."


def test_a_vote_can_be_asked_for_and_left_out():
    other = PREDICT.replace("**Predict.**", "**Remember.**")
    assert kinds(made(text(other, "slide", vote=True))[0]) == ["words", "steps", "answer"]
    assert kinds(made(text(PREDICT, "slide", vote=False))[0]) == ["words", "answer"]
    assert kinds(made(text(f"## Topic\n\n{other}", "slide"))[0]) == []


@pytest.mark.parametrize("lecture", [{"vote": True}, {}])
def test_a_question_without_an_answer_is_refused(lecture):
    with pytest.raises(ValueError, match=r"cell open.*no answer"):
        made(text("**Predict.** How many?", "slide", **lecture) | {"id": "open"})


# Metadata that says something else


@pytest.mark.parametrize(
    ("cell", "message"),
    [
        (text("a", word="b"), "knows no word"),
        (text("a", minutes=0), "minutes"),
        (text("a", minutes="5"), "minutes"),
        (text("a", minutes=True), "minutes"),
        (text("a", notes=["b"]), "notes"),
        (text("a", words=5), "words"),
        (text("a", show_code=True), "show_code"),
        (code("a", show_code="yes"), "show_code"),
        (code("a", vote=True), "vote"),
        (code("a", words=True), "words of a code cell"),
    ],
)
def test_metadata_that_is_not_understood_is_refused(cell, message):
    with pytest.raises(ValueError, match=f"cell wrong: .*{message}"):
        made(cell | {"id": "wrong"})


def test_an_unknown_type_of_slide_is_refused():
    with pytest.raises(ValueError, match=r"cell wrong.*'page'"):
        made(text("a", "page") | {"id": "wrong"})


# Chapters


@chapters
def test_every_slide_of_a_chapter_has_a_heading(path):
    assert [slide for slide in slides_of(read(path, as_version=4)) if not slide.heading.strip()] == []


@chapters
def test_nothing_that_a_chapter_says_in_a_lecture_is_lost(path):
    """All prose of cells that are not skipped is on a slide or in the notes."""
    slides = slides_of(read(path, as_version=4))
    heard = " ".join(" ".join([slide.heading, shown(slide), notes(slide)]) for slide in slides)
    cells = [cell for cell in read(path, as_version=4).cells if cell.cell_type == "markdown"]
    spoken = [cell for cell in cells if cell.metadata["slideshow"]["slide_type"] != "skip"]
    texts = (re.sub(r"<[^>]+>", "", cell.source.split("\n## What you need")[0]) for cell in spoken)
    last_words = [text.split()[-1] for text in texts]
    assert [word for word in last_words if word.strip("*") not in heard and "](" not in word] == []


# The report


def test_the_report_counts():
    slides = slides_of(
        chapter(
            text("## One two", "slide", words="three four"),
            code("f()", figure()),
            code("five six", printed("seven\n"), kind="subslide", show_code=True),
            text("## Eight", "slide"),
        )
    )
    counts = statistics_of(slides)
    assert [slide.words for slide in slides] == [1, 4, 5, 1]
    assert (counts.num_slides, counts.median_words, counts.p90_words) == (4, 2.5, 5)
    assert (counts.figure_share, counts.num_code, counts.num_without_heading, counts.num_bare) == (
        0.25,
        1,
        0,
        2,
    )
    assert statistics_of([Slide("")]).num_without_heading == 1
    with pytest.raises(ValueError, match="no slides"):
        statistics_of([])


def test_the_report_names_full_slides(tmp_path):
    paths = [tmp_path / "01_one.ipynb", tmp_path / "02_two.ipynb"]
    for path, words in zip(paths, ("few", "many " * 90), strict=True):
        write(chapter(text("## Claim", "slide", words=words), text("## Recap", "slide")), path)
    lines = report(paths).splitlines()
    assert [line.split()[:2] for line in lines[1:4]] == [["01_one", "3"], ["02_two", "3"], ["all", "6"]]
    assert lines[5:] == [
        "Over 80 words:",
        "02_two, slide 2: 91 words, Claim",
        "",
        "Heading alone:",
        "01_one, slide 3: Recap",
        "02_two, slide 3: Recap",
    ]
