"""Assignments: the words that checks use, the limits of grading, and self-study without a lecturer.

`checks` is what the notebooks in notebooks/assignments import; `records` reads the recorded trainings
for them; `release` derives what a student sees; `limits` holds a grading kernel in bounds; and
`python -m course.assignments` hands out assignments, shows progress and shows solutions. None of it
needs TensorFlow, and only the grading of a class needs nbgrader.
"""
