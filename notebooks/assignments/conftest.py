"""Assignments are no chapters: their sources store no outputs, and tests/test_assignments.py checks them."""

collect_ignore_glob = ["*.ipynb"]
