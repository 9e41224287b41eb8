"""Records that are damaged in any way: each fault is named with its file, its line and the next step."""

import copy
import json
import os
import shutil
from pathlib import Path

from utils.records import load_grid, load_record, load_run, read_columns, read_record, recorded_names
from utils.records.grids import read_lines
from utils.records.places import RUNS_FOLDER, record_folder
from utils.records.reading import DamagedFile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

RUN, GRID, STAGE = "lecture_cifar10", "combinations", "layer_probe"
TABLE = (RUNS_FOLDER / GRID / "cells.csv").read_bytes()
RECORD = (RUNS_FOLDER / RUN / "run.json").read_bytes()
PLACES = {RUN: f"{RUN}/run.json", GRID: f"{GRID}/cells.csv", STAGE: f"transfer/{STAGE}/run.json"}
READERS = {
    RUN: lambda folder: load_run(RUN, folder),
    GRID: lambda folder: load_grid(GRID, folder),
    STAGE: lambda folder: load_record(STAGE, folder / "transfer"),
}


@pytest.fixture
def runs(tmp_path) -> Path:
    """A copy of one run, one grid and one measurement."""
    for place in PLACES.values():
        (tmp_path / place).parent.mkdir(parents=True)
        shutil.copyfile(RUNS_FOLDER / place, tmp_path / place)
    return tmp_path


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("damaged")


def put(folder: Path, place: str, content: bytes) -> Path:
    path = folder / place
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


# Anything in the place of a file


def a_folder(path: Path) -> None:
    path.mkdir()


def a_pipe(path: Path) -> None:
    os.mkfifo(path)


def garbage(path: Path) -> None:
    path.write_bytes(bytes(range(256)) * 20)


def a_byte_order_mark(path: Path) -> None:
    path.write_bytes(b"\xef\xbb\xbf" + (TABLE if path.suffix == ".csv" else RECORD))


def zeros(path: Path) -> None:
    path.write_bytes(bytes(4096))


def a_loop(path: Path) -> None:
    path.symlink_to(path.name)


def a_link_to_nothing(path: Path) -> None:
    path.symlink_to("nothing")


THINGS = [a_folder, garbage, a_byte_order_mark, zeros, a_loop, a_link_to_nothing]
THINGS += [a_pipe] if hasattr(os, "mkfifo") else []


@pytest.mark.parametrize("thing", THINGS, ids=lambda thing: thing.__name__)
@pytest.mark.parametrize("name", PLACES)
def test_what_is_no_such_file_is_named(runs, name, thing):
    """None of them is waited for, and none of them ends in an error without the file's name."""
    path = runs / PLACES[name]
    path.unlink()
    thing(path)
    with pytest.raises(DamagedFile, match=rf"{name}.*python -m laboratory (run|grid) {name}"):
        READERS[name](runs)


@pytest.mark.parametrize("name", [RUN, STAGE])
def test_an_empty_record_is_damaged(runs, name):
    (runs / PLACES[name]).write_bytes(b"")
    with pytest.raises(DamagedFile, match=r"run\.json, line 1, is not JSON"):
        READERS[name](runs)


# Tables


def edited(number: int, edit) -> bytes:
    lines = TABLE.splitlines(keepends=True)
    lines[number - 1] = edit(lines[number - 1])
    return b"".join(lines)


FIELDS = TABLE.splitlines()[0].decode().split(",")
TABLES = {
    "semicolons": (TABLE.replace(b",", b";"), 1, "does not name the columns"),
    "no header": (TABLE.split(b"\n", 1)[1], 1, "does not name the columns"),
    "a column twice": (edited(1, lambda line: line.replace(b"train_loss", b"val_loss")), 1, "columns"),
    "conflict mark": (edited(3, lambda line: b"<<<<<<< HEAD\n" + line), 3, "has 1 fields"),
    "conflict middle": (edited(4, lambda line: line + b"=======\n"), 5, "has 1 fields"),
    "Latin-1": (edited(2, lambda line: line.replace(b"shift", b"sh\xeeft")), 2, "UTF-8"),
    "text in a number": (edited(5, lambda line: line.replace(b",0.6", b",o.6", 1)), 5, "'val_accuracy'"),
    "nothing in a number": (edited(5, lambda line: line.replace(b",0.6578,", b",,")), 5, "holds ''"),
    "underscore in a number": (edited(6, lambda line: line.replace(b",1", b",1_0", 1)), 6, "1_0"),
    "a seed that is none": (edited(2, lambda line: line.replace(b",0,", b",zero,", 1)), 2, "'seed'"),
    "a seed of a half": (edited(2, lambda line: line.replace(b",0,", b",0.5,", 1)), 2, "'seed'"),
    "a seed below zero": (edited(2, lambda line: line.replace(b",0,", b",-1,", 1)), 2, "'seed'"),
    "a line cut in the middle": (edited(4, lambda line: line[: len(line) // 3] + b"\n"), 4, ""),
    "a field too many": (edited(4, lambda line: line[:-1] + b",9\n"), 4, f"has {len(FIELDS) + 1} fields"),
    "decimal commas": (edited(4, lambda line: line.replace(b",0.", b",0,")), 4, "fields"),
    "zero byte": (edited(4, lambda line: line[:50] + b"\0" + line[50:]), 4, "zero byte"),
    "open quote": (edited(4, lambda line: line.rstrip() + b',"\n'), 4, "no line of a table"),
    "two lines glued": (edited(4, lambda line: line.rstrip(b"\n")), 4, "fields"),
    "an empty line": (edited(4, lambda line: b"\n" + line), 4, "has 0 fields"),
    "another table behind": (TABLE + TABLE, TABLE.count(b"\n") + 1, ""),
    "line ends of an old Macintosh": (TABLE.replace(b"\n", b"\r"), 1, "line ends"),
}


@pytest.mark.parametrize(("content", "number", "message"), TABLES.values(), ids=TABLES)
def test_a_damaged_table_is_named_with_its_line(tmp_path, content, number, message):
    path = put(tmp_path, f"{GRID}/cells.csv", content)
    with pytest.raises(DamagedFile, match=rf"cells\.csv, line {number}, .*{message}") as refused:
        read_columns(path)
    assert f"python -m laboratory grid {GRID}" in str(refused.value)
    assert path.read_bytes() == content


def test_line_ends_of_windows_are_read(tmp_path):
    path = put(tmp_path, "cells.csv", TABLE.replace(b"\n", b"\r\n"))
    assert read_lines(path) == read_lines(RUNS_FOLDER / GRID / "cells.csv")


@settings(deadline=None)
@given(size=st.integers(0, len(TABLE)))
def test_a_table_cut_at_any_byte_keeps_its_whole_lines(folder, size):
    whole = read_lines(RUNS_FOLDER / GRID / "cells.csv")
    num_lines = max(TABLE[:size].count(b"\n") - 1, 0)
    assert read_lines(put(folder, "cut/cells.csv", TABLE[:size])) == whole[:num_lines]


@settings(deadline=None)
@given(place=st.integers(0, len(TABLE) - 1), changed=st.binary(min_size=0, max_size=3))
def test_a_changed_table_is_read_or_named(folder, place, changed):
    path = put(folder, "changed/cells.csv", TABLE[:place] + changed + TABLE[place + 1 :])
    try:
        columns = read_columns(path)
    except DamagedFile as error:
        assert str(path) in str(error)
    else:
        assert {len(values) for values in columns.values()} <= {
            TABLE.count(b"\n") - 1,
            TABLE.count(b"\n") - 2,
        }


def test_an_unknown_grid_is_named_with_those_that_exist(runs):
    with pytest.raises(FileNotFoundError, match=f"Recorded are: {GRID}"):
        load_grid("combination", runs)


# Records


@settings(deadline=None)
@given(size=st.integers(0, len(RECORD.rstrip()) - 1))
def test_a_record_cut_at_any_byte_is_named(folder, size):
    put(folder, "cut/run.json", RECORD[:size])
    with pytest.raises(DamagedFile, match=r"cut/run\.json, line \d+, is not JSON"):
        load_run("cut", folder)


@settings(deadline=None)
@given(place=st.integers(0, len(RECORD) - 1), changed=st.binary(min_size=0, max_size=3))
def test_a_changed_record_is_read_or_named(folder, place, changed):
    path = put(folder, "changed/run.json", RECORD[:place] + changed + RECORD[place + 1 :])
    try:
        read_record("changed", folder)
    except DamagedFile as error:
        assert str(path) in str(error)


WRONG = {"null": None, "a text": "0.7", "a list": [1], "an object": {}, "true": True, "-": "missing"}
PARTS = [
    *[(part,) for part in ("config", "metrics", "history", "data", "seconds", "answers")],
    *[("config", part) for part in ("architecture", "options", "epochs", "keep_weights")],
    *[("metrics", part) for part in ("test_accuracy", "test_loss")],
    *[("data", part) for part in ("name", "sha256")],
    ("history", "loss"),
    ("history", "loss", 3),
]
FITS = {("answers", "-"), ("history", "an object"), ("history loss", "-"), ("config options", "an object")}
FITS |= {(f"config {part}", "true") for part in ("keep_weights",)}
FITS |= {(f"{part}", "a text") for part in ("config architecture", "data name", "data sha256")}


@pytest.mark.parametrize("wrong", WRONG)
@pytest.mark.parametrize("part", PARTS, ids=lambda part: " ".join(map(str, part)))
def test_a_record_with_a_wrong_part_is_named(tmp_path, part, wrong):
    content = copy.deepcopy(json.loads(RECORD))
    *outer, last = part
    holder = content
    for name in outer:
        holder = holder[name]
    if wrong == "-":
        holder.pop(last)
    else:
        holder[last] = WRONG[wrong]
    put(tmp_path, f"{RUN}/run.json", json.dumps(content).encode())
    if (" ".join(map(str, part)), wrong) in FITS:
        assert load_run(RUN, tmp_path).record == content
        return
    with pytest.raises(DamagedFile, match=rf"run\.json.*{part[0 if len(part) == 1 else 1]}"):
        load_run(RUN, tmp_path)


@pytest.mark.parametrize("text", ["[" * 100_000, "[]", "7", '"run"', "9" * 5_000, "NaN"])
def test_json_that_is_no_record_is_named(tmp_path, text):
    put(tmp_path, "odd/run.json", text.encode())
    with pytest.raises(DamagedFile, match=r"odd/run\.json"):
        load_run("odd", tmp_path)


@pytest.mark.parametrize("part", ["config", "complete", "parts", "seconds", "summary"])
def test_a_measurement_without_a_part_is_named(runs, part):
    path = runs / PLACES[STAGE]
    content = json.loads(path.read_text())
    del content[part]
    path.write_text(json.dumps(content))
    with pytest.raises(DamagedFile, match=rf"run\.json lacks '{part}'"):
        load_record(STAGE, runs / "transfer")


# Names and leftovers

NAMES = [
    "../runs",
    f"../runs/{RUN}",
    f"{RUN}/",
    f"./{RUN}",
    "",
    ".",
    "..",
    "a/b",
    "a\\b",
    "C:",
    "a\0b",
    " ",
    None,
    7,
]


@pytest.mark.parametrize("name", [*NAMES, "ABSOLUTE"], ids=repr)
@pytest.mark.parametrize("load", [load_run, load_record, load_grid], ids=lambda load: load.__name__)
def test_only_the_name_of_a_folder_is_a_name(runs, load, name):
    name = str(runs / RUN) if name == "ABSOLUTE" else name
    with pytest.raises(ValueError, match=r"recorded are|one word"):
        load(name, runs)


def test_what_a_killed_process_has_left_is_ignored(runs):
    put(runs, f"{RUN}/run.json.1234.part", b"{")
    put(runs, f"{RUN}/partial-1234/run.json", b"{")
    put(runs, f"{RUN}/training.lock", b"1234")
    assert recorded_names(runs) == [RUN]
    assert load_run(RUN, runs).record == json.loads(RECORD)


def test_a_new_record_counts_before_its_files_are_in_their_places(runs):
    new = json.loads(RECORD) | {"seconds": 1.0}
    put(runs, f"{RUN}/checkpoint/record/run.json", json.dumps(new).encode())
    put(runs, "fresh/checkpoint/record/run.json", json.dumps(new).encode())
    assert recorded_names(runs) == ["fresh", RUN]
    assert load_run(RUN, runs).record == load_run("fresh", runs).record == new
    assert record_folder(runs / RUN) == runs / RUN / "checkpoint" / "record"
