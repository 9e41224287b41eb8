"""A grid on a cluster: dask.distributed trains the cells, and only this process writes the table.

Start `dask scheduler` on one machine, and `dask worker ADDRESS --nthreads 1` on each machine that is
to work, with this repository installed; then add `--scheduler ADDRESS` to the command that runs the
grid. If a worker dies, the scheduler gives its cell to another one.
"""

import logging
import socket
import time
from concurrent.futures import CancelledError
from pathlib import Path

from laboratory.grids.grid import Cell, CellsFailed, Grid, progress, seconds_of
from utils.records.places import RUNS_FOLDER

from distributed import Client, Future, as_completed
from distributed.comm.addressing import get_address_host_port, parse_address
from distributed.comm.core import CommClosedError

CONNECT_SECONDS = 15
# How long a machine has to accept a connection, and then to speak.
REACH_SECONDS = 5
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
        ValueError: the table is not one of this grid, or damaged, or the time is no positive number.
        InUse: another process has worked on this grid all this time.
        ConnectionError: no scheduler answers at the address, or it ended before the grid did.
        CellsFailed: cells failed; the message names the first, and all others are recorded.
    """
    seconds = min(seconds_of(max_minutes), LONGEST_SECONDS)
    deadline = time.monotonic() + seconds
    with grid.locked(folder, seconds), _connect(scheduler) as client:
        remaining = grid.remaining(folder)
        # Not pure, so that nothing is reused that another client has computed, perhaps with other code.
        futures = {
            client.submit(grid.train, grid.settings[cell.row], cell.seed, pure=False): cell
            for cell in remaining
        }
        failures, lost = _record_results(client, grid, futures, folder, deadline)
    num_lacking = len(grid.remaining(folder))
    if lost:
        raise ConnectionError(
            f"the Dask scheduler at {scheduler!r} has ended, or cannot be reached any more; {num_lacking} "
            f"of {len(grid.cells)} cells are missing. Start a scheduler and workers, and the grid again: "
            "it continues."
        )
    if failures:
        cell, error = next(iter(failures.items()))
        raise CellsFailed(
            f"{len(failures)} of {len(remaining)} cells failed, first {cell.row!r} with seed "
            f"{cell.seed}: {error!r}. The others are recorded; start the grid again to try these again."
        ) from error
    return num_lacking


def _connect(scheduler: str) -> Client:
    # Of a lost connection, Dask logs tracebacks; our errors say what there is to say.
    logging.getLogger("distributed.client").setLevel(logging.CRITICAL)
    try:
        _require_answer(scheduler)
        client = Client(scheduler, timeout=CONNECT_SECONDS, set_as_default=False)
    except Exception as error:  # what is no scheduler may answer anything
        raise ConnectionError(
            f"no Dask scheduler answers at {scheduler!r}: start one with `dask scheduler`, and give "
            f"the address that it prints, such as tcp://10.0.0.1:8786 ({error})."
        ) from error
    if not client.scheduler_info()["workers"]:
        print(f"No workers yet: start some with `dask worker {scheduler} --nthreads 1`.")
    return client


def _require_answer(scheduler: str) -> None:
    """Refuse at once an address for which Dask would ask again and again, or wait for ever."""
    with socket.create_connection(get_address_host_port(scheduler), REACH_SECONDS) as connection:
        # A scheduler speaks first, except under encryption.
        if parse_address(scheduler)[0] == "tcp" and not connection.recv(1):
            raise ConnectionError("the connection was closed")


def _record_results(
    client: Client, grid: Grid, futures: dict[Future, Cell], folder: Path, deadline: float
) -> tuple[dict[Cell, BaseException], bool]:
    """Record the results as they arrive, until the deadline.

    Returns:
        the errors, by cell, and whether the scheduler was lost: nobody else cancels cells.
    """
    failures = {}
    finished = as_completed(list(futures), loop=client.loop, timeout=_seconds_until(deadline))
    with progress(grid, len(futures)) as bar:
        try:
            for future in finished:
                cell = futures[future]
                if future.status == "error":
                    failures[cell] = future.exception()
                else:
                    # If its worker has died meanwhile, this waits until the cell is computed again.
                    grid.record(cell, future.result(timeout=_seconds_until(deadline)), folder)
                # Let the scheduler forget it; otherwise it trains it again if its worker dies later.
                future.release()
                bar.update(1)
        except TimeoutError:
            bar.write("The time is over; unfinished cells are given up.")
        except (CancelledError, CommClosedError):
            return failures, True
    return failures, False


def _seconds_until(deadline: float) -> float:
    return max(deadline - time.monotonic(), 0.001)
