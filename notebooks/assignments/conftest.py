"""Assignments store no outputs; tests/test_course_assignments.py checks them."""

collect_ignore_glob = ["*.ipynb"]
