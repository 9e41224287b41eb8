"""What one cell of a chapter brings to a slide: a heading, what the hall sees, what the speaker reads."""

import re
import textwrap
from dataclasses import dataclass, field
from typing import Any

from course.build.lecture import Lecture, complaint

from nbconvert.filters.ansi import strip_ansi

MOST_CODE_LINES = 12
MOST_OUTPUT_LINES = 12
# Characters that a slide holds beside each other, at 24 pixels: of code, in its frame, and of outputs.
CODE_COLUMNS, COLUMNS = 79, 80
AS_IT_IS: Any = {"replace_whitespace": False, "drop_whitespace": False, "break_on_hyphens": False}

HEADING = re.compile(r"\A\s*#{1,6} +(.+?)(?: +#+)? *(?:\n|\Z)")
# Code, where such a line is a comment, or a heading.
ANY_HEADING = re.compile(r"(?ms)^```.*?^```|^#{1,6} +([^\n]+)$")
# What a reader needs and nobody in a hall.
SECTION_TIME = re.compile(r"(?m)^\*About \d+ minutes?\.\*\n*")
NEEDS = re.compile(r"(?ms)^## What you need\n.*?(?=^## |\Z)")
LINK_INTO_COURSE = re.compile(r"\[([^\]]+)\]\((?!https?:)[^)]*\.(?:md|ipynb)[^)]*\)")
IMAGE = re.compile(r"!\[([^\]]*)\]\([^)]*\)")

PREDICT = re.compile(r"(?m)^\*\*Predict\.\*\*")
QUESTION = re.compile(r"(?ms)^\*\*Predict\.\*\*.*?^</details>")
FOLDED = re.compile(r"(?s)<details>\s*<summary>(.*?)</summary>(.*?)</details>")
CHOICE = re.compile(r"(?m)^\s*(?:[-*]|\d+[.)]) ")
VOTE = ("Vote", "Discuss with your neighbor", "Vote again")
ESTIMATE = ("Write down your answer", "Compare with your neighbor")


@dataclass(frozen=True)
class Picture:
    """A stored figure: PNG in base64, and its alternative text."""

    png: str
    alt: str


@dataclass(frozen=True)
class Part:
    """Something that a slide shows.

    Attributes:
        kind: "words" (Markdown), "steps" (of a vote, one a line), "answer" (Markdown), "code" (Python),
            "text", "html" or "pictures".
        text: what is shown, unless pictures are.
        pictures: those of one cell, which stand beside each other.
        after_click: whether it appears only then.
    """

    kind: str
    text: str = ""
    pictures: tuple[Picture, ...] = ()
    after_click: bool = False


@dataclass
class Piece:
    """What one cell brings: `heading` is "" if it has none, `notes` are Markdown."""

    heading: str = ""
    parts: list[Part] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    asks: bool = False


def piece_of(cell: dict[str, Any]) -> Piece:
    """Return what a cell of a chapter brings to its slide.

    Raises:
        ValueError: its metadata or its outputs are not understood, or its code is too long for a slide.
    """
    lecture = Lecture.of(cell)
    piece = piece_of_text(cell, lecture) if cell["cell_type"] == "markdown" else piece_of_code(cell, lecture)
    hints = [f"**{lecture.minutes:g} min.**"] if lecture.minutes else []
    hints += [for_the_lecture(lecture.notes)] if lecture.notes else []
    piece.notes = [" ".join(hints), *piece.notes] if hints else piece.notes
    return piece


# Markdown


def piece_of_text(cell: dict[str, Any], lecture: Lecture) -> Piece:
    """Return what a Markdown cell brings: its prose is for the speaker, unless `words` is true."""
    heading, prose = split_heading(for_the_lecture(cell["source"]))
    own, words = given_words(lecture)
    asks = bool(lecture.vote or PREDICT.search(prose))
    if lecture.words is True:
        words = prose
    elif asks:
        words = question_of(prose, words)
    if IMAGE.search(words):
        raise complaint(cell, "shows a picture of its words: let a code cell draw it, with its description")
    if asks and not FOLDED.search(words):
        raise complaint(cell, "asks, and no answer is folded: <details>, <summary>Answer</summary>, ...")
    notes = unfolded(prose) if lecture.words is not True else ""
    vote = asks if lecture.vote is None else lecture.vote
    return Piece(own or heading, parts_of_words(words, vote), [notes] if notes else [], asks)


def given_words(lecture: Lecture) -> tuple[str, str]:
    """Return the heading and the words that the metadata gives; each is "" if there are none."""
    return split_heading(for_the_lecture(lecture.words)) if isinstance(lecture.words, str) else ("", "")


def for_the_lecture(prose: str) -> str:
    """Leave out what only a reader needs: times and needs, and links to other files of the course."""
    for pattern in (SECTION_TIME, NEEDS):
        prose = pattern.sub("", prose)
    return LINK_INTO_COURSE.sub(r"\1", prose)


def split_heading(text: str) -> tuple[str, str]:
    """Return the heading that a text begins with, or "", and the rest."""
    found = HEADING.match(text)
    return (found[1], text[found.end() :].strip()) if found else ("", text.strip())


def parts_of_words(words: str, vote: bool) -> list[Part]:
    """Return words that are shown at once, and what is folded in them, which waits for a click."""
    parts, end = [], 0
    for fold in FOLDED.finditer(words):
        question = words[end : fold.start()].strip()
        parts += [Part("words", question)] if question else []
        parts += [Part("steps", "\n".join(VOTE if CHOICE.search(question) else ESTIMATE))] if vote else []
        parts.append(Part("answer", fold[2].strip(), after_click=True))
        end = fold.end()
    rest = words[end:].strip()
    return parts + ([Part("words", rest)] if rest else [])


def question_of(prose: str, words: str) -> str:
    """Return what a slide asks: the `words` given for it, or *Predict* of the prose, or else all of it.

    Where the words fold no answer, that of the prose is behind them.
    """
    question = with_short_answers("\n\n".join(QUESTION.findall(prose)) or prose)
    if not words or FOLDED.search(words):
        return words or question
    return "\n\n".join([words, *(fold[0] for fold in FOLDED.finditer(question))])


def with_short_answers(text: str) -> str:
    """Keep of each folded answer the first paragraph: the reasons are for the speaker."""

    def shorten(fold: re.Match[str]) -> str:
        first = fold[2].strip().partition("\n\n")[0]
        return f"<details><summary>{fold[1]}</summary>\n\n{first}\n\n</details>"

    return FOLDED.sub(shorten, text)


def unfolded(prose: str) -> str:
    """Return prose as notes: nothing is folded, and headings are words in bold."""
    prose = FOLDED.sub(r"**\1.** \2", IMAGE.sub(r"(\1)", prose))
    return ANY_HEADING.sub(lambda found: f"**{found[1]}**" if found[1] else found[0], prose).strip()


# Code and its outputs


def piece_of_code(cell: dict[str, Any], lecture: Lecture) -> Piece:
    """Return what a code cell brings: words that its metadata may give, its code if asked for, outputs."""
    heading, words = given_words(lecture)
    parts = parts_of_words(words, vote=False)
    if lecture.show_code:
        parts.append(Part("code", shown_code(cell)))
    return Piece(heading, parts + parts_of_outputs(cell))


def shown_code(cell: dict[str, Any]) -> str:
    """Return the code of a cell, if a hall can read it."""
    code = re.sub(r"\n{3,}", "\n\n", cell["source"].strip())
    # A slide breaks a long line.
    count = sum(1 + max(0, len(line) - 1) // CODE_COLUMNS for line in code.splitlines())
    if count > MOST_CODE_LINES:
        limits = f"{MOST_CODE_LINES} lines of {CODE_COLUMNS} characters"
        raise complaint(cell, f"shows {count} lines of code, and a slide holds {limits}: split the cell")
    return code


def parts_of_outputs(cell: dict[str, Any]) -> list[Part]:
    """Return what a cell printed as one block, what it gave as HTML, and its pictures."""
    texts, tables, pictures = [], [], []
    for output in cell["outputs"]:
        data = output.get("data", {})
        if "image/png" in data:
            alt = output["metadata"].get("image/png", {}).get("alt", "")
            pictures.append(Picture(data["image/png"].strip(), " ".join(alt.split())))
        elif "text/html" in data and not data["text/html"].lstrip().startswith("<pre"):
            tables.append(data["text/html"])
        else:
            texts.append(plain_text(cell, output))
    text = cut("\n".join(text.strip("\n") for text in texts))
    found = [Part("text", text)] if text.strip() else []
    found += [Part("html", table) for table in tables]
    return found + ([Part("pictures", pictures=tuple(pictures))] if pictures else [])


def plain_text(cell: dict[str, Any], output: dict[str, Any]) -> str:
    """Return an output as text without colors."""
    if output["output_type"] == "stream":
        return strip_ansi(output["text"])
    if "text/plain" not in output.get("data", {}):
        held = ", ".join(output.get("data", {})) or output["output_type"]
        raise ValueError(f"cell {cell.get('id', '?')}: a slide shows PNG, HTML or text, and no {held}")
    return strip_ansi(output["data"]["text/plain"])


def cut(text: str) -> str:
    """Return the first lines of an output, as many as a slide holds, and how many are left out."""
    lines = [line for long in text.splitlines() for line in textwrap.wrap(long, COLUMNS, **AS_IT_IS) or [""]]
    if len(lines) <= MOST_OUTPUT_LINES:
        return "\n".join(lines)
    left = len(lines) - MOST_OUTPUT_LINES + 1
    return "\n".join([*lines[: MOST_OUTPUT_LINES - 1], f"… {left} more lines in the notebook"])
