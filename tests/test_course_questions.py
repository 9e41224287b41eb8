"""*Predict* and *Remember*: what is in the form is read, and what is not is refused by name."""

import re

from course.questions import MalformedQuestion, Question, as_number, parse_questions

import pytest
from chapter_code import CHAPTERS, load
from hypothesis import given, settings
from hypothesis import strategies as st

WALL = """\
**Predict.** A gray wall has the brightness 0.5 everywhere. It is filtered with a kernel of nine ones, and
the screen shows 1 and everything above it as white. How does the wall come out?

- **a.** The same gray, since a blur changes no uniform area
- **b.** White
- **c.** Black

<details>
<summary>Answer</summary>

**b.** Each output is $9 \\cdot 0.5 = 4.5$, far above 1. This is why the weights are multiplied
by 1/9.

- **a.** That takes weights whose sum is 1. These sum to 9.
- **c.** That takes weights whose sum is 0, as those of the edge kernel.

</details>
"""
PRODUCTS = """\
**Predict.** The kernel has 3 × 3 weights and the image 5 × 5 pixels. How many products do the loops
compute?

<details>
<summary>Answer</summary>

**81.** The window fits at 3 × 3 places, and each place takes nine products.

- **225.** The window does not fit at every one of the 25 pixels.
- **9.** These are the products of a single output.

</details>
"""
ROWS = """\
**Remember.** In `image[row, column]`, in which direction does `row` grow?

<details>
<summary>Answer</summary>

Downward. Rows are counted from the top.

</details>
"""
FIRST = Question(
    "predict",
    "A gray wall has the brightness 0.5 everywhere. It is filtered with a kernel of nine ones, and\n"
    "the screen shows 1 and everything above it as white. How does the wall come out?",
    "b",
    "Each output is $9 \\cdot 0.5 = 4.5$, far above 1. This is why the weights are multiplied\nby 1/9.",
    {"a": "The same gray, since a blur changes no uniform area", "b": "White", "c": "Black"},
    {
        "a": "That takes weights whose sum is 1. These sum to 9.",
        "c": "That takes weights whose sum is 0, as those of the edge kernel.",
    },
)


def test_a_question_with_choices():
    assert parse_questions(WALL) == [FIRST]
    assert FIRST.number is None


def test_a_question_for_a_number():
    (question,) = parse_questions(PRODUCTS)
    assert (question.kind, question.answer, question.number) == ("predict", "81", 81)
    assert question.why.startswith("The window fits at 3 × 3 places") and not question.choices
    assert list(question.reasons) == ["225", "9"]


def test_a_question_for_words():
    (question,) = parse_questions(ROWS)
    assert (question.kind, question.answer) == ("remember", "Downward. Rows are counted from the top.")
    (labeled,) = parse_questions(ROWS.replace("Downward. Rows", "**Downward.** Rows"))
    assert (labeled.answer, labeled.why) == ("Downward", "Rows are counted from the top.")
    assert labeled.number is question.number is None


def test_questions_stand_among_other_text():
    text = f"# Title\n\nA **Predict.** inside.\n\n{WALL}\nMore.\n\n## Remember\n\n{ROWS}\n{ROWS}\n{PRODUCTS}"
    text += "\n<details>\n<summary>Solution</summary>\n\nOf an exercise.\n\n</details>\n"
    assert [question.kind for question in parse_questions(text)] == ["predict", *["remember"] * 2, "predict"]
    assert parse_questions("") == parse_questions("No question.\n\n- **a.** A list.") == []


def test_code_is_not_searched_and_belongs_to_the_text():
    code = "```python\n# **Predict.** in a comment\n**Predict:** here\n- **a.** x\n</details>\n<details>\n```"
    assert parse_questions(code) == []
    (question,) = parse_questions(WALL.replace("come out?\n", f"come out?\n\n{code}\n"))
    assert question.text.endswith(code) and len(question.choices) == 3


def test_longer_choices_and_reasons():
    code = "  ```python\n  kernel / 9\n  ```"
    text = WALL.replace("White\n", f"White,\n  as snow\n\n{code}\n").replace("sum is 1.", "sum\n  is 1.")
    (question,) = parse_questions(text)
    assert question.choices["b"] == "White,\nas snow\n\n```python\nkernel / 9\n```"
    assert question.reasons["a"].startswith("That takes weights whose sum\nis 1.")
    assert parse_questions(question.as_markdown()) == [question]


@pytest.mark.parametrize("text", [WALL, PRODUCTS, ROWS])
def test_the_form_is_written_as_it_is_read(text):
    (question,) = parse_questions(text)
    assert question.as_markdown() == text.strip()


@pytest.mark.parametrize("text", [WALL, PRODUCTS, ROWS])
def test_blanks_at_the_ends_of_lines_do_not_matter(text):
    assert parse_questions(text.replace("\n\n", " \n  \n")) == parse_questions(text)


@pytest.mark.parametrize(
    ("words", "number"),
    [
        ("64", 64),
        ("−3", -3),
        ("-0.5", -0.5),
        ("1,200 weights", 1200),
        ("67%", 67),
        ("67 %", 67),
        ("3 × 3", None),
        ("b", None),
        ("Pooling", None),
        ("", None),
        ("2nd", None),
    ],
)
def test_numbers_are_read_as_one_writes_them(words, number):
    assert as_number(words) == number


# What is refused


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("**Predict.** A", "**Predict:** A", "begin it with **Predict.** or **Remember.**"),
        ("**Predict.** A", "**predict.** A", "begin it with"),
        ("**Predict.** A", "**Predict**. A", "begin it with"),
        ("**Predict.** A", "*Predict.* A", "begin it with"),
        ("**Predict.** A", "- **Predict.** A", "begin it with"),
        ("**Predict.** A", "**Predict.**A", "begin it with"),
        ("<details>\n", "", "fold its answer below it"),
        ("</details>\n", "", "fold its answer below it"),
        (WALL[WALL.index("<details>") :], "", "fold its answer below it"),
        ("<details>", "### A heading\n\n<details>", "fold its answer below it"),
        ("<details>", "<details open>", "each on a line of its own"),
        ("<details>\n<summary>", "<details><summary>", "each on a line of its own"),
        ("Answer</summary>", "Solution</summary>", "each on a line of its own"),
        ("Answer</summary>\n\n", "Answer</summary>\n", "each on a line of its own"),
        ("Black\n\n<details>", "Black\n<details>", "with an empty line before"),
        ("kernel.\n\n</details>", "kernel.\n</details>", "with an empty line before"),
        ("kernel.\n\n</details>", "kernel.</details>", "each on a line of its own"),
        ("- **b.** White\n- **c.** Black\n", "", "give two to four choices"),
        ("- **c.** Black\n", "- **d.** Black\n", "lettered a, b, c, d in order, not a, b, d"),
        ("- **c.** Black\n", "- **c.** Black\n- **d.** x\n- **e.** y\n", "two to four choices"),
        ("- **a.** The", "- **B.** The", "not B, b, c"),
        ("- **c.** Black\n", "- **b.** Black\n", "'b' stands twice in one list"),
        ("- **c.** Black\n", "- **c)** Black\n", 'write "- **c)** Black" as "- **b.** ..."'),
        ("- **c.** Black\n", "- **c.** Black\nor dark\n", 'write "or dark" as'),
        ("- **c.** Black\n", "- **c.** \n", "a choice is empty"),
        ("- **c.** Black\n", "- **c.** Black\n\nAnd now?\n", "And now?"),
        (
            "**b.** Each",
            "**d.** Each",
            'begin the answer with one of the letters, as "**a.** Because ...", not "d"',
        ),
        ("**b.** Each", "b. Each", "begin the answer with one of the letters"),
        ("- **a.** That", "- **b.** That", "say of each wrong choice, and of no other"),
        ("- **a.** That", "- **b.** No.\n- **a.** That", "say of each wrong choice, and of no other"),
        ("- **a.** That", "- **d.** No.\n- **a.** That", "say of each wrong choice, and of no other"),
        ("- **a.** That takes weights whose sum is 1. These sum to 9.\n", "", "say of each wrong choice"),
        ("- **a.** That takes weights whose sum is 1. These sum to 9.\n", "- **a.**\n", "why each wrong one"),
        (FIRST.why, "", "why the right answer is right"),
    ],
)
def test_a_malformed_choice_is_refused(old, new, words):
    assert WALL.count(old) == 1
    with pytest.raises(MalformedQuestion) as error:
        parse_questions(f"## Filter a photograph\n\n{WALL.replace(old, new)}")
    assert words in str(error.value)
    assert 'under "Filter a photograph"' in str(error.value)
    assert "gray wall has the brightness" in str(error.value), "it quotes the first words"


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("**81.** The", "81: The", "begin the answer with a number"),
        ("**81.** The", "**Many.** The", "begin the answer with a number"),
        (
            "**81.** The window fits at 3 × 3 places, and each place takes nine products.",
            "**81.**",
            "is right",
        ),
        ("- **9.** These", "- **81.** These", "list wrong numbers alone"),
        ("- **9.** These", "- **Nine.** These", "list wrong numbers alone"),
        ("- **9.** These", "- **81.0.** These", "list wrong numbers alone"),
        ("compute?\n", "compute?\n\n- a) 225\n- b) 81\n", "NOT REFUSED"),
    ],
)
def test_a_malformed_number_is_refused(old, new, words):
    text = PRODUCTS.replace(old, new)
    assert text != PRODUCTS
    if words == "NOT REFUSED":  # any list may belong to the text of a question
        assert parse_questions(text)[0].number == 81
        return
    with pytest.raises(MalformedQuestion, match=re.escape(words)):
        parse_questions(text)


def test_malformed_words_are_refused():
    with pytest.raises(MalformedQuestion, match="an answer in words has no list of wrong ones"):
        parse_questions(ROWS.replace("top.\n", "top.\n\n- **Right.** No.\n"))
    with pytest.raises(MalformedQuestion, match="write the answer into the fold"):
        parse_questions(ROWS.replace("Downward. Rows are counted from the top.\n\n", ""))


def test_the_error_quotes_a_few_words():
    with pytest.raises(MalformedQuestion) as error:
        parse_questions("**Remember.** One two three four five six seven eight nine ten?")
    assert str(error.value).startswith('The question "One two three four five six seven eight ...": fold')


# Round trips

TEXT = st.sampled_from(
    [
        "So it is.",
        "Why?\nAnd how?",
        "It is **c.** and not 3 × 3.",
        "Look:\n\n- a list\n- 7. of two",
        "<b>See</b> $x_1^2$\n\n```\n**Predict.** no question\n# no heading\n```",
        "**Bold** begins it.",
        "1. Not a list.",
    ]
)


@st.composite
def questions(draw) -> Question:
    kind = draw(st.sampled_from(["predict", "remember"]))
    if draw(st.booleans()):
        letters = "abcd"[: draw(st.integers(2, 4))]
        choices = {letter: draw(TEXT) for letter in letters}
        answer = draw(st.sampled_from(letters))
        reasons = {letter: draw(TEXT) for letter in letters if letter != answer}
        return Question(kind, draw(TEXT), answer, draw(TEXT), choices, reasons)
    number, *wrong = draw(st.lists(st.integers(-999, 999), min_size=1, max_size=3, unique=True))
    reasons = {str(one): draw(TEXT) for one in wrong}
    return Question(kind, draw(TEXT), str(number), draw(TEXT), {}, reasons)


@settings(deadline=None, max_examples=30)
@given(st.lists(questions(), max_size=3))
def test_what_is_written_is_read_again(asked):
    assert all(question.fault() == "" for question in asked)
    assert parse_questions("\n\nMore.\n\n".join(question.as_markdown() for question in asked)) == asked


# On the page


def test_the_form_renders_folded_with_markdown_inside():
    markdown_it = pytest.importorskip("markdown_it")
    html = markdown_it.MarkdownIt("commonmark").render(f"{WALL}\n{PRODUCTS}\nThe end.")
    assert html.count("<details>\n<summary>Answer</summary>") == html.count("</details>") == 2
    assert "<strong>Predict.</strong> A gray wall" in html
    assert "<li><strong>b.</strong> White</li>" in html
    assert "<p><strong>b.</strong> Each output is" in html
    assert "<li><strong>225.</strong> The window" in html, "a number in front is no ordered list"
    assert html.index("</details>\n<p>") and html.endswith("<p>The end.</p>\n")


@pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda path: path.stem)
def test_the_questions_of_a_chapter_are_in_the_form(chapter):
    for cell in load(chapter):
        if cell["cell_type"] == "markdown":
            parse_questions(cell["source"])
