r"""*Predict* and *Remember*: questions in a chapter's Markdown, with the answer folded below each.

There is one form everywhere. A question with choices:

    **Predict.** All weights of a kernel sum to 0. What does it make of a gray wall?

    - **a.** The same gray
    - **b.** Black
    - **c.** White

    <details>
    <summary>Answer</summary>

    **b.** Each product is gray times a weight, and their sum is gray times 0.

    - **a.** That takes weights whose sum is 1.
    - **c.** That takes a large sum, so that the result leaves the range.

    </details>

- It begins with `**Predict.**` or `**Remember.**`. Its text may have several paragraphs, formulas and tables.
- Two to four choices follow, lettered from a. A choice goes on in lines indented by two spaces.
- The fold is written as above, empty lines included: GitHub reads Markdown in it only behind an empty line.
- In the fold the right letter comes first, then why it is right; then each wrong letter, and why it is wrong.

Without choices a number is asked for, and the fold begins with it: `**64.** Because ...` or
`**67%.** Because ...`. Below, usual wrong numbers may follow: `- **297.** This adds all nine pixels.`
A *Remember* may also be answered in words: the fold then holds them, as `**Pooling.** Because ...`
or as plain sentences. A *Remember* section holds three questions.
"""

import re
import textwrap
from dataclasses import dataclass, field
from typing import Literal

from course.question_blocks import END, FOLD, SUMMARY, MalformedQuestion, blocks

__all__ = ["MalformedQuestion", "Question", "as_number", "parse_questions"]

LETTERS = "abcd"
NUMBER = re.compile(r"([-−]?\d[\d,]*(?:\.\d+)?)(?: ?%| [^\W\d].*)?")  # "−3", "67%", "1,200 weights"
UNFOUNDED = "say why the right answer is right, and why each wrong one is wrong"


@dataclass(frozen=True)
class Question:
    """A question with its folded answer; all texts are Markdown.

    Args:
        kind: "predict" or "remember".
        text: the question.
        answer: the right letter, number or words.
        why: what makes it right; may be empty where the answer is words.
        choices: the text of each choice by its letter; empty where a number or words are asked for.
        reasons: why an answer is wrong: for each wrong choice, or for usual wrong numbers.
    """

    kind: Literal["predict", "remember"]
    text: str
    answer: str
    why: str = ""
    choices: dict[str, str] = field(default_factory=dict)
    reasons: dict[str, str] = field(default_factory=dict)

    @property
    def number(self) -> float | None:
        """The answer as a number, where one is asked for ("67%" is 67), otherwise None."""
        return None if self.choices else as_number(self.answer)

    def fault(self) -> str:
        """Return what is to change so that the question can be asked, or "" if nothing is."""
        if self.choices:
            return self._fault_of_choices()
        if self.number is not None:
            others = [as_number(wrong) for wrong in self.reasons]
            if None in others or self.number in others:
                return "below the right number, list wrong numbers alone"
            return "" if self.why and all(self.reasons.values()) else UNFOUNDED
        if self.kind == "predict":
            return "ask for a choice (- **a.** ...), or begin the answer with a number (**64.** ...)"
        if self.reasons:
            return "an answer in words has no list of wrong ones"
        return "" if self.answer else "write the answer into the fold"

    def as_markdown(self) -> str:
        """Return the question in the form that `parse_questions` reads."""
        is_labeled = self.choices or self.why or self.number is not None
        answer = f"**{self.answer}.** {self.why}" if is_labeled else self.answer
        text = f"**{self.kind.capitalize()}.** {self.text}"
        parts = [text, _as_list(self.choices), f"{FOLD}\n{SUMMARY}", answer, _as_list(self.reasons), END]
        return "\n\n".join(filter(None, parts))

    def _fault_of_choices(self) -> str:
        letters = list(self.choices)
        if not 2 <= len(letters) <= 4 or letters != list(LETTERS[: len(letters)]):
            return f"give two to four choices, lettered a, b, c, d in order, not {', '.join(letters)}"
        if self.answer not in letters:
            return (
                f'begin the answer with one of the letters, as "**a.** Because ...", not "{self.answer[:30]}"'
            )
        if {self.answer, *self.reasons} != set(letters) or self.answer in self.reasons:
            return "say of each wrong choice, and of no other, why it is wrong"
        if not all(self.choices.values()):
            return "a choice is empty"
        return "" if self.why and all(self.reasons.values()) else UNFOUNDED


def parse_questions(markdown: str) -> list[Question]:
    """Return the questions of a text, in order; what stands between them is passed over.

    Args:
        markdown: the text of a cell or of a chapter. Blocks of code in it are not searched.

    Raises:
        MalformedQuestion: something begins like a question and is not in its form. The message quotes
            the heading that it stands under, and its first words.
    """
    found = []
    for block in blocks(markdown):
        text, choices, label, answer, reasons = block.parts()
        kind = "predict" if block.marker == "Predict" else "remember"
        question = Question(kind, text, label or answer, answer if label else "", choices, reasons)
        if fault := question.fault():
            raise block.malformed(fault)
        found.append(question)
    return found


def as_number(words: str) -> float | None:
    """Return the number that words begin with ("1,200 weights", "67%"), or None if they are no number."""
    match = NUMBER.fullmatch(words)
    return float(match.group(1).replace(",", "").replace("−", "-")) if match else None


def _as_list(items: dict[str, str]) -> str:
    indented = {label: textwrap.indent(text, "  ").lstrip() for label, text in items.items()}
    return "\n".join(f"- **{label}.** {text}" for label, text in indented.items())
