"""What was recorded: runs, grids and measurements of long trainings, read only.

Everything lies in data/runs: NAME/run.json with the weights beside it, or NAME/cells.csv. The
`laboratory` makes it; nothing here needs TensorFlow until a network is asked for.
"""

from utils.records.grids import load_grid, read_columns
from utils.records.measurements import load_record
from utils.records.runs import Run, load_run, read_record, recorded_names

__all__ = ["Run", "load_grid", "load_record", "load_run", "read_columns", "read_record", "recorded_names"]
