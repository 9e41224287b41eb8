"""Assignments: what a student sees, the limits of grading, and self-study without a lecturer.

`release` derives from a source what a student sees; `limits` keeps a grading kernel within bounds; and
`python -m course.assignments` hands out assignments, shows progress and shows solutions. None of it
needs TensorFlow, and only the grading of a class needs nbgrader.
"""
