"""An exercise of a chapter as data: what the reader fills, its hints, its solution and its usual slips.

All of it is text that a lecturer can read and change. The right answer is what the solution comes to, and
the wrong answers are the solution with one slip each, so that nothing stands in two places.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from utils.practice.kinds import Kind


class Verdict(NamedTuple):
    """What is said of an answer: "open" while the cell is untouched, otherwise "wrong" or "right"."""

    status: Literal["open", "wrong", "right"]
    sentence: str


@dataclass(frozen=True)
class Exercise:
    """One "Your turn" cell, and everything that is said about it.

    Args:
        question: what to fill in, as one sentence; it stands in the cell as a comment.
        answer: the name that the cell gives to the answer: a variable or a function.
        solution: the code of a right answer, which defines that name.
        shows: what a right answer shows; said behind "Right."
        kind: how answers are compared: `Numbers()`, `Values()`, `Function(...)`, `Conditions(...)`.
        hints: one to three, from a question over an idea to nearly the solution.
        slips: for each usual wrong answer the sentence that names it, and where it departs from the
            solution: (what stands there, what the reader wrote instead).
        blank: the part of the solution that the reader fills; by default all that follows "answer =".
        given: code that stands in the chapter before, as far as the solution needs it.

    Raises:
        ValueError: the parts do not fit together; the message names the exercise by its answer.
    """

    question: str
    answer: str
    solution: str
    shows: str
    kind: Kind
    hints: tuple[str, ...]
    slips: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    blank: str = ""
    given: str = "import numpy as np"

    def __post_init__(self) -> None:
        if not 1 <= len(self.hints) <= 3:
            raise ValueError(f"Exercise {self.answer!r} has {len(self.hints)} hints; give one to three.")
        for part in [self.blank, *(old for old, _ in self.slips.values())]:
            if part and self.solution.count(part) != 1:
                raise ValueError(f"In exercise {self.answer!r}, {part!r} should stand once in the solution.")

    @property
    def untouched(self) -> str:
        """The code of the cell as the reader finds it, with `...` to fill."""
        return self.solution.replace(self.blank, "...") if self.blank else f"{self.answer} = ..."

    def value(self, code: str) -> object:
        """Run code behind what is given, and return what it calls the answer.

        Args:
            code: the solution, the untouched cell, or a wrong answer.
        """
        names: dict[str, object] = {}
        exec(compile(f"{self.given}\n{code}", f"<exercise {self.answer}>", "exec"), names)
        return names[self.answer]

    def with_slip(self, sentence: str) -> str:
        """Return the code of the wrong answer that a sentence names."""
        return self.solution.replace(*self.slips[sentence])

    def judge(self, answer: object) -> Verdict:
        """Return what is said of an answer; no answer makes this raise an error."""
        if self.kind.is_open(answer):
            return Verdict("open", "Not answered yet.")
        subject = f"Your `{self.answer}`"
        right = self.value(self.solution)
        difference = self.kind.difference(answer, right, subject)
        if not difference:
            return Verdict("right", f"Right. {self.shows}")
        for sentence in self.slips:
            if not self.kind.difference(answer, self.value(self.with_slip(sentence)), subject):
                return Verdict("wrong", f"Not yet. {sentence}")
        return Verdict("wrong", f"Not yet. {self.kind.in_small(answer, right) or difference}")
