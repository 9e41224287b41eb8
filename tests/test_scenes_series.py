"""A folder of pictures in series: its files, and what their frames have in common."""

from utils.scenes.series import CLASSES, FRAME, write_series

import numpy as np
import pytest
from PIL import Image


def test_every_object_has_its_frames(tmp_path):
    write_series(tmp_path, 2, seed=1)
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(CLASSES)
    for name in CLASSES:
        files = sorted((tmp_path / name).glob("*.jpg"))
        assert len(files) == 6 and len({path.stem[:-1] for path in files}) == 2
        assert [path.stem[-1] for path in files] == ["a", "b", "c"] * 2
        assert all(Image.open(path).size == FRAME for path in files)


def test_frames_are_alike_and_not_the_same(tmp_path):
    write_series(tmp_path, 2, num_frames=2, seed=1)
    first, second, other, _ = sorted((tmp_path / "heart").glob("*.jpg"))
    small = [np.asarray(Image.open(p).resize((10, 9)), float) for p in (first, second, other)]
    assert first.read_bytes() != second.read_bytes()
    assert np.abs(small[0] - small[1]).mean() < np.abs(small[0] - small[2]).mean() / 2


def test_the_same_seed_writes_the_same_files(tmp_path):
    folders = [tmp_path / name for name in "xyz"]
    for folder, seed in zip(folders, (1, 1, 2), strict=True):
        folder.mkdir()
        write_series(folder, 1, num_frames=1, seed=seed)
    one, same, other = [[p.read_bytes() for p in sorted(f.rglob("*.jpg"))] for f in folders]
    assert one == same and one != other
    with pytest.raises(ValueError, match="num_objects must be an integer of at least 1"):
        write_series(tmp_path, 0)
