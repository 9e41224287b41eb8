"""Results of the benchmarks, kept: one CSV file per benchmark, a line per run, never changed.

A line holds what was measured, and by which versions on which hardware, for a figure without them
says nothing. Compare ratios within a line; figures of different lines come from different hours.
"""

import datetime
from pathlib import Path

from laboratory.grids.table import append_line
from laboratory.machine import environment

FOLDER = Path(__file__).parent / "results"


def keep(name: str, measured: dict[str, object], row: str = "") -> Path:
    """Add a line to the table of the benchmark `name`, print it, and return the table's path."""
    found = environment()
    now = datetime.datetime.now(datetime.UTC)
    line = {
        "row": row or f"{now:%Y-%m-%d %H:%M}",
        # The table's key is row and seed; a benchmark may be run again in the same minute.
        "seed": now.strftime("%Y%m%d%H%M%S%f"),
        **measured,
        "processor": f"{found['hardware']['processor']}, {found['hardware']['num_cores']} cores",
        "versions": ", ".join(f"{key} {value}" for key, value in found["versions"].items()),
    }
    path = FOLDER / f"{name}.csv"
    append_line(path, line)
    print(", ".join(f"{key} {value}" for key, value in line.items() if key != "seed"))
    return path
