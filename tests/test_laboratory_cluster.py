"""Grids on a cluster: a scheduler and two workers, in processes of their own, on this machine."""

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from laboratory import __main__
from laboratory.grids import cluster as cluster_module
from laboratory.grids.cluster import run_grid_on_cluster
from laboratory.grids.grid import Grid
from laboratory.locks import InUse
from utils.records import load_grid

import grid_cells
import pytest
from distributed import Client

NUM_SEEDS = 4
TESTS = Path(__file__).parent


class Cluster(NamedTuple):
    """The scheduler's address, and the processes of the workers by their ids."""

    address: str
    workers: dict[int, subprocess.Popen]
    scheduler: subprocess.Popen


def start(program: str, *arguments: str) -> subprocess.Popen:
    command = [sys.executable, "-m", f"distributed.cli.dask_{program}", *arguments, "--no-dashboard"]
    environment = {**os.environ, "PYTHONPATH": str(TESTS)}
    return subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


@pytest.fixture(scope="module")
def cluster(tmp_path_factory) -> Iterator[Cluster]:
    """A scheduler and two workers."""
    with running_cluster(tmp_path_factory.mktemp("cluster")) as started:
        yield started


@pytest.fixture
def own_cluster(tmp_path_factory) -> Iterator[Cluster]:
    """A scheduler and two workers, for a test that kills the scheduler."""
    with running_cluster(tmp_path_factory.mktemp("cluster")) as started:
        yield started


@contextlib.contextmanager
def running_cluster(folder: Path) -> Iterator[Cluster]:
    address_file = folder / "scheduler.json"
    processes = [
        start("scheduler", "--host", "127.0.0.1", "--port", "0", "--scheduler-file", str(address_file))
    ]
    try:
        options = ("--scheduler-file", str(address_file), "--nthreads", "1", "--no-nanny")
        processes += [start("worker", *options, "--host", "127.0.0.1") for _ in range(2)]
        written = lambda: address_file.exists() and address_file.read_text().strip()  # noqa: E731
        wait_for(written, "the scheduler did not start")
        address = json.loads(address_file.read_text())["address"]
        with Client(address, set_as_default=False) as client:
            client.wait_for_workers(2, timeout=60)
        yield Cluster(address, {process.pid: process for process in processes[1:]}, processes[0])
    finally:
        for process in processes:
            process.kill()
            process.wait()


def wait_for(condition, message: str):
    """Return the first true value of `condition()`, within a minute."""
    for _ in range(3000):
        if value := condition():
            return value
        time.sleep(0.02)
    raise AssertionError(message)


@pytest.fixture
def grid(tmp_path) -> Grid:
    log = str(tmp_path / "starts")
    settings = {f"row {value}": grid_cells.Setting(value, log, seconds=0.2) for value in (1.0, 2.0, 3.0)}
    return Grid("waiting", settings, NUM_SEEDS, grid_cells.train)


def starts(grid: Grid) -> list[tuple[str, int, int]]:
    """Row, seed and process of every cell that was begun, in this order."""
    log = Path(next(iter(grid.settings.values())).log)
    lines = log.read_text().splitlines() if log.exists() else []
    return [(f"row {value}", int(seed), int(process)) for value, seed, process in map(str.split, lines)]


def recorded(grid: Grid, folder: Path) -> list[tuple[str, int]]:
    columns = load_grid(grid.name, folder)
    return [*zip(columns["row"].tolist(), columns["seed"].tolist(), strict=True)]


def test_a_failing_cell_does_not_stop_the_others(cluster, grid, tmp_path):
    failing = replace(grid.settings["row 1.0"], fails=True)
    broken = replace(grid, settings={**grid.settings, "row 1.0": failing}, num_seeds=1)
    with pytest.raises(RuntimeError, match=r"1 of 3 cells failed, first 'row 1\.0' with seed 0: Arithmetic"):
        run_grid_on_cluster(broken, cluster.address, tmp_path)
    assert sorted(recorded(broken, tmp_path)) == [("row 2.0", 0), ("row 3.0", 0)]


def test_a_time_limit_gives_up_what_has_not_finished(cluster, grid, tmp_path):
    grid = replace(grid, num_seeds=40)  # twelve seconds for two workers, if nothing else is to be done
    lacking = run_grid_on_cluster(grid, cluster.address, tmp_path, max_minutes=4 / 60)
    assert 0 < lacking < len(grid.cells)
    assert len(recorded(grid, tmp_path)) == len(grid.cells) - lacking


def test_the_command_line_sends_a_grid_to_the_cluster(cluster, grid, tmp_path, monkeypatch, capsys):
    monkeypatch.setitem(__main__.GRIDS, "waiting", replace(grid, num_seeds=1))
    arguments = ["grid", "waiting", "--scheduler", cluster.address, "--folder", str(tmp_path)]
    assert __main__.main(arguments) == 0
    assert "waiting: 3 of 3 cells" in capsys.readouterr().out
    assert {process for *_, process in starts(grid)} <= set(cluster.workers)


def test_no_cell_is_lost_or_recorded_twice_when_a_worker_is_killed(cluster, grid, tmp_path):
    """SIGKILL to one of two workers while it trains a cell; the last test: one worker is left."""
    cell = ("row 2.0", 1)
    hanging = replace(grid.settings[cell[0]], hangs_with_seed=cell[1])
    grid = replace(grid, settings={**grid.settings, cell[0]: hanging})
    victim = kill_worker_that_trains(cell, cluster, grid, tmp_path)
    assert sorted(recorded(grid, tmp_path)) == sorted(grid.cells)
    begun = Counter((row, seed) for row, seed, _ in starts(grid))
    assert set(begun) == set(grid.cells)
    # Only what the victim had begun was begun again, above all the cell in which it died.
    again = {cell for cell, count in begun.items() if count > 1}
    assert cell in again
    assert again <= {(row, seed) for row, seed, process in starts(grid) if process == victim}
    process_of_record = load_grid(grid.name, tmp_path)["process"][recorded(grid, tmp_path).index(cell)]
    assert {process_of_record} == set(cluster.workers) - {victim}


def kill_worker_that_trains(cell: tuple[str, int], cluster: Cluster, grid: Grid, folder: Path) -> int:
    """Run the grid, kill the worker that hangs in `cell` once the other works too; return its process."""

    def worker_that_hangs():
        by_cell = {(row, seed): process for row, seed, process in starts(grid)}
        both_work = len(set(by_cell.values())) == 2
        return both_work and by_cell.get(cell)

    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(run_grid_on_cluster, grid, cluster.address, folder)
        victim = wait_for(worker_that_hangs, "the two workers did not begin")
        os.kill(victim, signal.SIGKILL)
        assert running.result(timeout=60) == 0
    assert cluster.workers[victim].wait() == -signal.SIGKILL
    return victim


ADDRESSES = ["", " ", "no address", "tcp://", "tcp://127.0.0.1", "tcp://127.0.0.1:9", "inproc://here", "a:b"]


@pytest.mark.parametrize("address", ADDRESSES, ids=repr)
def test_an_address_where_nobody_answers_is_named(grid, tmp_path, address):
    with pytest.raises(ConnectionError, match=rf"answers at {address!r}: start one with `dask scheduler`"):
        run_grid_on_cluster(grid, address, tmp_path)


@pytest.mark.parametrize(
    "answer", [b"", b"HTTP/1.1 400 Bad Request\r\n\r\n"], ids=["nothing", "a web server"]
)
def test_what_is_no_scheduler_is_not_waited_for(grid, tmp_path, monkeypatch, answer):
    monkeypatch.setattr(cluster_module, "REACH_SECONDS", 0.5)
    monkeypatch.setattr(cluster_module, "CONNECT_SECONDS", 0.5)
    with socket.create_server(("127.0.0.1", 0)) as server, ThreadPoolExecutor(1) as pool:

        def serve():
            with contextlib.suppress(OSError):  # the server is closed at the end of the test
                while True:
                    connection, _ = server.accept()
                    if answer:
                        connection.sendall(answer)
                    connections.append(connection)

        connections = []
        pool.submit(serve)
        with pytest.raises(ConnectionError, match="no Dask scheduler answers"):
            run_grid_on_cluster(grid, f"tcp://127.0.0.1:{server.getsockname()[1]}", tmp_path)
        server.shutdown(socket.SHUT_RDWR)
        for connection in connections:
            connection.close()


def test_a_killed_scheduler_is_named_as_such(grid, tmp_path, own_cluster):
    """Its cells did not fail; what was recorded before stays, and the grid goes on with another scheduler."""
    grid = replace(grid, num_seeds=40)
    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(run_grid_on_cluster, grid, own_cluster.address, tmp_path)
        wait_for(grid.table_path(tmp_path).exists, "no cell was recorded")
        own_cluster.scheduler.kill()
        message = rf"the Dask scheduler at '{own_cluster.address}' has ended.*Start a scheduler and workers"
        with pytest.raises(ConnectionError, match=message):
            running.result(timeout=60)
    assert 0 < len(recorded(grid, tmp_path)) < len(grid.cells)
    assert len(grid.remaining(tmp_path)) == len(grid.cells) - len(recorded(grid, tmp_path))


def test_a_grid_on_a_cluster_is_left_alone_by_a_second_one(grid, tmp_path, cluster):
    with grid.locked(tmp_path, 0), pytest.raises(InUse, match="the grid 'waiting' is being worked on"):
        run_grid_on_cluster(grid, cluster.address, tmp_path, max_minutes=0.2 / 60)


@pytest.mark.parametrize("minutes", [float("nan"), float("inf"), -1, 0])
def test_a_time_limit_is_a_positive_number(grid, tmp_path, minutes):
    with pytest.raises(ValueError, match="max_minutes must be a positive number"):
        run_grid_on_cluster(grid, "tcp://127.0.0.1:9", tmp_path, max_minutes=minutes)
