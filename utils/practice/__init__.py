"""Let the reader act: cells to fill, with a check, hints and a solution; questions with folded answers.

A chapter writes

    from utils.practice.chapter_01 import practice

    # Your turn. Fill in a kernel that moves the picture ...
    move_right = ...
    practice.check("shift", move_right)

and its reader may ask for `practice.hint("shift")` and `practice.solution("shift")`. What the exercise
"shift" is stands in utils/practice/chapter_01.py, as data. The tasks of the assignments are exercises as
well (`utils.practice.tasks`). The form of *Predict* and *Remember* is described in `course.questions`.
"""

from utils.practice.exercises import Exercise, Verdict
from utils.practice.functions import Function
from utils.practice.kinds import Conditions, Kind, Numbers, Values
from utils.practice.session import Practice

__all__ = [
    "Conditions",
    "Exercise",
    "Function",
    "Kind",
    "Numbers",
    "Practice",
    "Values",
    "Verdict",
]
