"""Long trainings, recorded: how each was made, its history, and its weights.

`recipe` says what a run is made from, `registry` lists the course's runs, `runs` makes, loads and
verifies them, and `python -m utils.experiments` does the same from the command line. Everything of
a run stands in data/runs/NAME: `run.json` and `model.weights.h5`.
"""

from utils.experiments.grid import load_grid
from utils.experiments.recipe import Experiment
from utils.experiments.registry import EXPERIMENTS
from utils.experiments.runs import RUNS_FOLDER, Run, evaluate, load_run, recorded_names, run, verify
from utils.experiments.table import read_columns

__all__ = [
    "EXPERIMENTS",
    "RUNS_FOLDER",
    "Experiment",
    "Run",
    "evaluate",
    "load_grid",
    "load_run",
    "read_columns",
    "recorded_names",
    "run",
    "verify",
]
