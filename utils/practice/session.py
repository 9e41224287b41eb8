"""What a reader types in a chapter: `practice.check`, `practice.hint` and `practice.solution`."""

import textwrap
from collections.abc import Mapping

from utils.practice.exercises import Exercise, Verdict

WIDTH = 88  # characters a line, so that a page without a kernel need not scroll


class Practice:
    """The exercises of a chapter, and how many hints the reader of this kernel has asked for.

    Args:
        exercises: each by a short name, in the order of the chapter.

    Attributes:
        hints_asked: for each name the number of hints given so far. It is kept nowhere else.
    """

    def __init__(self, exercises: Mapping[str, Exercise]) -> None:
        self.exercises = dict(exercises)
        self.hints_asked = dict.fromkeys(exercises, 0)

    def check(self, name: str, answer: object) -> None:
        """Print whether an answer is right, and otherwise what is wrong with it, in words.

        Args:
            name: of the exercise. For an unknown one the names of all exercises are printed.
            answer: what the cell made. No answer makes this raise an error.
        """
        if self._knows(name):
            verdict = self.verdict(name, answer)
            say(verdict.sentence)
            if verdict.status != "right":
                say(f'For a hint, run practice.hint("{name}").')

    def verdict(self, name: str, answer: object) -> Verdict:
        """Return what `check` says of an answer, for code that counts points instead of printing.

        Raises:
            KeyError: there is no exercise of that name.
        """
        return self.exercises[name].judge(answer)

    def hint(self, name: str) -> None:
        """Print the next hint; after the last one, that one again."""
        if not self._knows(name):
            return
        hints = self.exercises[name].hints
        number = self.hints_asked[name] = min(self.hints_asked[name] + 1, len(hints))
        say(f"Hint {number} of {len(hints)}. {hints[number - 1]}")
        if number == len(hints):
            self._say_after_hints(name)

    def _say_after_hints(self, name: str) -> None:
        say(f'That was the last one. The solution: practice.solution("{name}").')

    def solution(self, name: str) -> None:
        """Print the code of a right answer."""
        if self._knows(name):
            print(self.exercises[name].solution)

    def cell(self, name: str) -> str:
        """Return the code of the exercise's cell, as it stands in the chapter.

        Raises:
            KeyError: there is no exercise of that name.
        """
        exercise = self.exercises[name]
        question = textwrap.fill(f"Your turn. {exercise.question}", WIDTH - 2).replace("\n", "\n# ")
        is_function = exercise.untouched.splitlines()[-1].startswith(" ")
        gap = "\n\n" if is_function else ""  # two empty lines follow a function
        return f'# {question}\n{exercise.untouched}\n{gap}practice.check("{name}", {exercise.answer})'

    def _knows(self, name: object) -> bool:
        known = isinstance(name, str) and name in self.exercises
        if not known:
            names = ", ".join(f'"{one}"' for one in self.exercises)
            asked = f'There is no exercise "{name}".' if isinstance(name, str) else "Give a name first."
            say(f"{asked} The exercises of this chapter are {names}.")
        return known


def say(text: str) -> None:
    """Print a sentence in lines of `WIDTH`; further lines of the text, which are code, as they are."""
    sentence, _, code = text.partition("\n")
    print(textwrap.fill(sentence, WIDTH, break_long_words=False, break_on_hyphens=False))
    if code:
        print(code)
