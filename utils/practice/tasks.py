"""The tasks of an assignment: checked as a chapter's exercises are, but a wrong answer stops the cell.

The notebook of an assignment writes

    from utils.practice.assignment_04 import tasks

    tasks.expect("fold", fold, points=2)

and its reader may ask for `tasks.hint("fold")`. What the task is stands in utils/practice/assignment_04.py.
"""

from utils.practice.session import Practice, say

import numpy as np

HINT = "For a hint, run"


class NotYet(AssertionError):
    """A check does not accept an answer; its message says why. IPython shows the message alone."""

    def _render_traceback_(self) -> list[str]:
        return [str(self)]


class Tasks(Practice):
    """The tasks of an assignment, and how many hints its reader has asked for."""

    def expect(self, name: str, answer: object, points: int) -> None:
        """Accept a right answer, and print its points.

        Args:
            name: of the task.
            answer: what the cell made.
            points: that the task earns.

        Raises:
            NotYet: the answer is not right; the message says why.
            KeyError: there is no task of that name.
        """
        with np.errstate(all="ignore"):  # usual slips are tried as well, and some of them divide by zero
            verdict = self.verdict(name, answer)
        if verdict.status != "right":
            raise NotYet(f'{verdict.sentence}\n{HINT} tasks.hint("{name}").')
        print(f"Right, {points} point{'s' if points > 1 else ''}. {self.exercises[name].shows}")

    def _say_after_hints(self, name: str) -> None:
        """Say nothing more: a check has no solution to give."""

    def solution(self, name: str) -> None:
        """Say where solutions are; a check has none to give."""
        say("If you study alone, python -m course.assignments solutions writes a worked solution.")
