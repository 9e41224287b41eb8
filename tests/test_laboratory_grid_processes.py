"""Grids and tables between processes: each line and each cell once, and no lock survives its process."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from dataclasses import replace
from pathlib import Path

from laboratory import locks
from laboratory.grids.grid import Grid, run_grid
from laboratory.grids.table import append_line
from laboratory.locks import InUse, locked
from utils.records import load_grid
from utils.records.grids import read_lines
from utils.records.reading import DamagedFile

import grid_cells
import pytest

TESTS = Path(__file__).parent
GRID = """
import sys; sys.path.insert(0, {tests!r})
import grid_cells
from laboratory.grids.grid import Grid, run_grid
settings = {{f"row {{value}}": grid_cells.Setting(value, {log!r}, 0.05) for value in (1.0, 2.0, 3.0)}}
settings["row 1.0"] = grid_cells.Setting(1.0, {log!r}, 0.05, hangs_with_seed={hangs})
raise SystemExit(run_grid(Grid("waiting", settings, 4, grid_cells.train), {folder!r}))
"""
LINES = """
import sys
from laboratory.grids.table import append_line
for number in range(20):
    append_line({path!r}, {{"row": f"process {{sys.argv[1]}}", "seed": number, "text": "a, b " * 200}})
"""
HOLDS = """
import sys, time
from laboratory.locks import locked
with locked({path!r}, "the table"):
    print("held", flush=True)
    time.sleep(600)
"""


def start(program: str, *arguments: str) -> subprocess.Popen:
    command = [sys.executable, "-c", program, *arguments]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def ends_well(process: subprocess.Popen) -> str:
    printed, errors = process.communicate(timeout=120)
    assert process.returncode == 0, errors
    return printed


@pytest.fixture
def grid(tmp_path) -> Grid:
    settings = {
        f"row {value}": grid_cells.Setting(value, str(tmp_path / "starts"), seconds=0.05)
        for value in (1.0, 2.0, 3.0)
    }
    return Grid("waiting", settings, 4, grid_cells.train)


def grid_program(folder: Path, hangs: int | None = None) -> str:
    return GRID.format(tests=str(TESTS), log=str(folder / "starts"), hangs=hangs, folder=str(folder))


@pytest.fixture
def holder(tmp_path):
    """Return a function that starts a process that holds the lock at a path, until it is killed."""
    processes = []

    def hold(path: Path) -> subprocess.Popen:
        processes.append(start(HOLDS.format(path=str(path))))
        assert processes[-1].stdout.readline() == "held\n"
        return processes[-1]

    yield hold
    for process in processes:
        process.kill()
        process.communicate()


def test_six_processes_write_whole_lines_to_one_table(tmp_path):
    path = tmp_path / "cells.csv"
    for process in [start(LINES.format(path=str(path)), str(number)) for number in range(6)]:
        ends_well(process)
    lines = read_lines(path)
    assert Counter(line["row"] for line in lines) == {f"process {number}": 20 for number in range(6)}
    assert path.read_text().count("\n") == 121
    assert list(tmp_path.iterdir()) == [path]


def test_threads_write_whole_lines_to_one_table(tmp_path):
    path = tmp_path / "cells.csv"
    write = lambda row: [append_line(path, {"row": row, "seed": seed}) for seed in range(10)]  # noqa: E731
    threads = [threading.Thread(target=write, args=(f"thread {number}",)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(read_lines(path)) == 40


def test_three_processes_at_one_grid_train_each_cell_once(grid, tmp_path):
    for process in [start(grid_program(tmp_path)) for _ in range(3)]:
        ends_well(process)
    starts = [" ".join(line.split()[:2]) for line in (tmp_path / "starts").read_text().splitlines()]
    assert sorted(starts) == sorted(f"{float(cell.row[4:])} {cell.seed}" for cell in grid.cells)
    assert len(load_grid("waiting", tmp_path)["row"]) == 12
    assert [path.name for path in (tmp_path / "waiting").iterdir()] == ["cells.csv"]


def test_the_process_that_waits_goes_on_where_the_other_was_killed(grid, tmp_path):
    """The first hangs in a cell of seed 1 until it is killed; the second trains that cell and the rest."""
    starts = tmp_path / "starts"
    first = start(grid_program(tmp_path, hangs=1))
    while not starts.exists() or "1.0 1 " not in starts.read_text():
        assert first.poll() is None, first.communicate()
        time.sleep(0.02)
    second = start(grid_program(tmp_path, hangs=1))
    assert f"worked on by process {first.pid}: waiting" in second.stdout.readline()
    first.kill()
    first.communicate()
    ends_well(second)
    hanging = {**grid.settings, "row 1.0": replace(grid.settings["row 1.0"], hangs_with_seed=1)}
    assert replace(grid, settings=hanging).remaining(tmp_path) == []
    begun = Counter(" ".join(line.split()[:2]) for line in starts.read_text().splitlines())
    assert begun == {f"{float(cell.row[4:])} {cell.seed}": 1 for cell in grid.cells} | {"1.0 1": 2}


def test_a_grid_in_use_is_left_alone_when_the_time_is_over(grid, tmp_path, holder):
    process = holder(tmp_path / "waiting" / locks.LOCK_FILE)
    with pytest.raises(InUse, match=rf"the grid 'waiting' is being worked on by process {process.pid}: wait"):
        run_grid(grid, tmp_path, max_minutes=0.2 / 60)
    assert not (tmp_path / "starts").exists()


@pytest.mark.parametrize("end", [signal.SIGKILL, signal.SIGTERM], ids=lambda end: end.name)
def test_a_killed_process_locks_nothing(tmp_path, holder, end):
    path = tmp_path / "table.lock"
    process = holder(path)
    with pytest.raises(InUse), locked(path, "the table"):
        pass
    process.send_signal(end)
    process.wait()
    assert path.exists(), "the lock's file stays, and locks nothing"
    with locked(path, "the table"):
        assert path.read_text() == str(os.getpid())
    assert not path.exists()


def test_a_lock_is_opened_by_an_error_too(tmp_path):
    with pytest.raises(ZeroDivisionError), locked(tmp_path / "lock", "the table"):
        raise ZeroDivisionError
    with locked(tmp_path / "lock", "the table"), pytest.raises(InUse), locked(tmp_path / "lock", "the table"):
        pass


def test_nothing_is_written_to_a_damaged_table(tmp_path):
    path = tmp_path / "cells.csv"
    append_line(path, {"row": "a", "seed": 0, "accuracy": 0.5})
    path.write_text(path.read_text() + "b,0\n" + "c,")
    before = path.read_bytes()
    with pytest.raises(DamagedFile, match="line 3, has 2 fields"):
        append_line(path, {"row": "a", "seed": 1, "accuracy": 0.5})
    assert path.read_bytes() == before


@pytest.mark.parametrize("text", ["a\nb", "a\r", "\0"], ids=["line", "return", "zero"])
def test_a_value_of_two_lines_is_refused(tmp_path, text):
    with pytest.raises(ValueError, match="'note' is"):
        append_line(tmp_path / "cells.csv", {"row": "a", "seed": 0, "note": text})
    assert not (tmp_path / "cells.csv").exists()


def test_results_on_other_data_are_not_mixed_in(grid, tmp_path):
    def on(data: str) -> Grid:
        return replace(grid, train=lambda setting, seed: {"accuracy": 0.5, "data": data})

    run_grid(replace(on("CIFAR-10 80387ddb9a0e"), num_seeds=1), tmp_path)
    before = grid.table_path(tmp_path).read_bytes()
    with pytest.raises(ValueError, match="mix results on different data: CIFAR-10 80387ddb9a0e, own 123"):
        run_grid(on("own 123"), tmp_path)
    assert grid.table_path(tmp_path).read_bytes() == before
    grid.table_path(tmp_path).write_bytes(before.replace(b"CIFAR-10 80387ddb9a0e", b"own 123", 1))
    with pytest.raises(ValueError, match="different data"):
        run_grid(on("own 123"), tmp_path)


@pytest.mark.parametrize("minutes", [float("nan"), float("inf"), -1, 0])
def test_a_time_limit_is_a_positive_number(grid, tmp_path, minutes):
    with pytest.raises(ValueError, match="max_minutes must be a positive number"):
        run_grid(grid, tmp_path, max_minutes=minutes)


@pytest.mark.parametrize("name", ["../grades", "/tmp/grid", "", "a/b"])
def test_a_grid_has_a_plain_name(grid, name):
    with pytest.raises(ValueError, match="one word"):
        replace(grid, name=name)
