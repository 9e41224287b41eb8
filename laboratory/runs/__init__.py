"""Long trainings: how they are specified, made, interrupted, resumed and verified.

`recipe` defines what a run is made from, `registry` lists the course's runs, `training` makes them, and
`verification` measures them again. Everything about a run is stored in data/runs/NAME, where
`utils.records` reads it.
"""

from laboratory.runs.recipe import Experiment
from laboratory.runs.registry import EXPERIMENTS
from laboratory.runs.training import run
from laboratory.runs.verification import verify

__all__ = ["EXPERIMENTS", "Experiment", "run", "verify"]
