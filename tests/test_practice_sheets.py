"""Questions for numbers: three digits are enough, and no usual wrong answer comes near enough for that."""

from utils.practice.assignment_04 import tasks
from utils.practice.sheets import Sheet

import pytest

QUESTIONS = [
    pytest.param(name, question, id=name)
    for exercise in tasks.exercises.values()
    if isinstance(exercise.kind, Sheet)
    for name, question in exercise.kind.questions.items()
]


def middle(number) -> float:
    return sum(number) / 2 if isinstance(number, tuple) else number


@pytest.mark.parametrize(("name", "question"), QUESTIONS)
def test_a_right_number_rounded_to_three_digits_is_right(name, question):
    assert question.difference(float(f"{middle(question.right):.3g}"), name) == ""


@pytest.mark.parametrize(("name", "question"), QUESTIONS)
def test_a_usual_wrong_number_rounded_to_three_digits_is_told(name, question):
    for sentence, number in question.slips.items():
        assert sentence in question.difference(float(f"{middle(number):.3g}"), name)
