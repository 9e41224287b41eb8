"""A grid on a cluster: dask.distributed trains the cells, and only this process writes the table.

Start `dask scheduler` on one machine, and `dask worker ADDRESS --nthreads 1` on each machine that is
to work, with this repository installed; then add `--scheduler ADDRESS` to the command that runs the
grid. If a worker dies, the scheduler gives its cell to another one.
"""

import time
from pathlib import Path

from laboratory.grids.grid import Cell, Grid, progress
from utils.records.places import RUNS_FOLDER

from distributed import Client, Future, as_completed

CONNECT_SECONDS = 15
# How long to wait for a grid that has no time limit.
LONGEST_SECONDS = 30 * 24 * 3600


def run_grid_on_cluster(
    grid: Grid,
    scheduler: str,
    folder: Path = RUNS_FOLDER,
    max_minutes: float | None = None,
) -> int:
    """Run the cells that the table lacks on a cluster; return how many are still missing.

    Args:
        grid: what to run; its function `train` must be importable on the workers.
        scheduler: address of a Dask scheduler, such as tcp://10.0.0.1:8786.
        folder: where the grid's folder with the table is, on this machine.
        max_minutes: time after which unfinished cells are given up.

    Raises:
        ConnectionError: no scheduler answers at the address.
        RuntimeError: cells failed; the message names the first, and all others are recorded.
    """
    deadline = time.monotonic() + (LONGEST_SECONDS if max_minutes is None else 60 * max_minutes)
    remaining = grid.remaining(folder)
    with _connect(scheduler) as client:
        # Not pure, so that nothing is reused that another client has computed, perhaps with other code.
        futures = {
            client.submit(grid.train, grid.settings[cell.row], cell.seed, pure=False): cell
            for cell in remaining
        }
        failures = _record_results(client, grid, futures, folder, deadline)
    if failures:
        cell, error = next(iter(failures.items()))
        raise RuntimeError(
            f"{len(failures)} of {len(remaining)} cells failed, first {cell.row!r} with seed "
            f"{cell.seed}: {error!r}. The others are recorded; start the grid again to try these again."
        ) from error
    return len(grid.remaining(folder))


def _connect(scheduler: str) -> Client:
    try:
        client = Client(scheduler, timeout=CONNECT_SECONDS, set_as_default=False)
    except (OSError, ValueError) as error:
        raise ConnectionError(
            f"no Dask scheduler answers at {scheduler!r}: start one with `dask scheduler`, and give "
            f"the address that it prints ({error})."
        ) from error
    if not client.scheduler_info()["workers"]:
        print(f"No workers yet: start some with `dask worker {scheduler} --nthreads 1`.")
    return client


def _record_results(
    client: Client, grid: Grid, futures: dict[Future, Cell], folder: Path, deadline: float
) -> dict[Cell, BaseException]:
    """Record the results as they arrive, until the deadline; return the errors, by cell."""
    failures = {}
    finished = as_completed(list(futures), loop=client.loop, timeout=_seconds_until(deadline))
    with progress(grid, len(futures)) as bar:
        try:
            for future in finished:
                cell = futures[future]
                if future.status in ("error", "cancelled"):
                    failures[cell] = future.exception() or RuntimeError("cancelled")
                else:
                    # If its worker has died meanwhile, this waits until the cell is computed again.
                    grid.record(cell, future.result(timeout=_seconds_until(deadline)), folder)
                # Let the scheduler forget it; otherwise it trains it again if its worker dies later.
                future.release()
                bar.update(1)
        except TimeoutError:
            bar.write("The time is over; unfinished cells are given up.")
    return failures


def _seconds_until(deadline: float) -> float:
    return max(deadline - time.monotonic(), 0.001)
