"""Long trainings: what each is made from, how it is made, cut and resumed, and whether it still holds.

`recipe` says what a run is made from, `registry` lists the course's runs, `training` makes them,
`verification` lets them answer again. Everything of a run goes to data/runs/NAME, where
`utils.records` reads it.
"""

from laboratory.runs.recipe import Experiment
from laboratory.runs.registry import EXPERIMENTS
from laboratory.runs.training import run
from laboratory.runs.verification import verify

__all__ = ["EXPERIMENTS", "Experiment", "run", "verify"]
