"""Assignments: what a student sees, how answers are graded, and self-study without a lecturer.

`release` derives from a source what a student sees, and `submission` takes the answers from what comes
back. `grading` runs them: `checker` is the process of the checks, and holds in `student` the process
`worker` of the answers, which keeps within `limits`; `values` is what passes between the two.

`python -m course.assignments` hands out assignments, shows progress and shows solutions. `with_nbgrader`
and `export` are what nbgrader uses of this for a class; nothing else needs nbgrader, or TensorFlow.
"""
