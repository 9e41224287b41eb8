"""Every form of CIFAR-10 comes back exactly, and damage in any of them is a FormatError."""

import io
import os
import pickle
import tempfile
from pathlib import Path

from utils.data.cifar10_formats import (
    CLASS_NAMES,
    TRAIN_BATCHES,
    Arrays,
    FormatError,
    find_arrays,
    read_archive,
    read_batches,
    read_class_folders,
    read_npm_package,
    read_npz,
)

import numpy as np
import pytest
from cifar10_copies import (
    assert_same,
    npm_members,
    pickle_batch,
    small_arrays,
    write_archive,
    write_batches,
    write_class_folders,
    write_npm_package,
    write_npz,
    write_tar,
)
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

ARRAYS = small_arrays()
FILES = {
    "x.npz": (write_npz, read_npz),
    "x.tar.gz": (write_archive, read_archive),
    "x.tgz": (write_npm_package, read_npm_package),
}
FOLDERS = {
    "batches": (write_batches, read_batches),
    "folders": (write_class_folders, read_class_folders),
}


@pytest.mark.parametrize("name", FILES | FOLDERS)
def test_every_form_comes_back_exactly(name, tmp_path):
    write, read = (FILES | FOLDERS)[name]
    assert_same(read(write(tmp_path / name, ARRAYS)), ARRAYS)


@settings(deadline=None, max_examples=12)
@given(
    seed=st.integers(0, 2**32 - 1),
    per_batch=st.integers(1, 12),
    name=st.sampled_from([*FILES, "batches"]),
)
def test_any_images_and_labels_come_back(seed, per_batch, name):
    rng = np.random.default_rng(seed)
    arrays = Arrays(
        rng.integers(0, 256, (5 * per_batch, 32, 32, 3), dtype=np.uint8),
        rng.integers(0, 10, 5 * per_batch, dtype=np.uint8),
        rng.integers(0, 256, (per_batch, 32, 32, 3), dtype=np.uint8),
        rng.integers(0, 10, per_batch, dtype=np.uint8),
    )
    write, read = (FILES | FOLDERS)[name]
    with tempfile.TemporaryDirectory() as folder:
        assert_same(read(write(Path(folder) / name, arrays)), arrays)


def test_batches_pickled_anew_by_python_3_come_back(tmp_path):
    assert_same(read_batches(write_batches(tmp_path, ARRAYS, pickle.Pickler)), ARRAYS)


def test_a_batch_holds_red_then_green_then_blue():
    image = np.zeros((1, 32, 32, 3), np.uint8)
    image[0, 0, 1] = (7, 8, 9)
    row = pickle.loads(pickle_batch(image, np.array([3])), encoding="bytes")[b"data"]
    assert row.shape == (1, 3072)
    assert [row[0, 1], row[0, 1024 + 1], row[0, 2048 + 1]] == [7, 8, 9]


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # a changed name of a dtype
@pytest.mark.parametrize("name", FILES)
@settings(deadline=None, max_examples=25)
@given(data=st.data())
def test_a_cut_or_changed_file_is_a_format_error_or_whole(name, data):
    write, read = FILES[name]
    with tempfile.TemporaryDirectory() as folder:
        path = write(Path(folder) / name, ARRAYS)
        content = bytearray(path.read_bytes())
        place = data.draw(st.integers(0, len(content) - 1))
        if data.draw(st.booleans()):
            content = content[:place]
        else:
            content[place] ^= data.draw(st.integers(1, 255))
        path.write_bytes(content)
        try:
            arrays = read(path)
        except FormatError as error:
            assert name in str(error)
        else:  # the change was in a time stamp, in padding, in an unused name...
            assert isinstance(arrays, Arrays) and arrays.x_test.shape[1:] == (32, 32, 3)


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # a changed name of a dtype
@settings(deadline=None, max_examples=40)
@given(data=st.data())
def test_a_cut_or_changed_batch_is_a_format_error_or_whole(data):
    whole = pickle_batch(ARRAYS.x_test, ARRAYS.y_test)
    with tempfile.TemporaryDirectory() as folder:
        for name in (*TRAIN_BATCHES, "test_batch"):
            (Path(folder) / name).write_bytes(whole)
        # Most bytes are pixels: take half of the places from the pickle's own at both ends.
        place = data.draw(st.integers(0, len(whole) - 1) | st.integers(-400, -1) | st.integers(0, 400))
        content = bytearray(whole)
        content[place] ^= data.draw(st.integers(1, 255))
        content = content[:place] if data.draw(st.booleans()) else content
        (Path(folder) / "data_batch_3").write_bytes(content)
        try:
            arrays = read_batches(Path(folder))
        except FormatError as error:
            assert "data_batch_3" in str(error) or "train" in str(error)
        else:
            assert arrays.x_train.shape == (200, 32, 32, 3)


@pytest.mark.parametrize("content", [b"", b"not an archive", b"\x1f\x8b\x08", b"PK\x03\x04"])
@pytest.mark.parametrize("name", FILES)
def test_something_else_is_a_format_error(name, content, tmp_path):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(FormatError, match=name):
        FILES[name][1](tmp_path / name)


@pytest.mark.parametrize("name", FILES | FOLDERS)
def test_nothing_there_is_a_format_error(name, tmp_path):
    with pytest.raises(FormatError, match=name):
        (FILES | FOLDERS)[name][1](tmp_path / name)


@pytest.mark.parametrize("missing", [*TRAIN_BATCHES, "test_batch"])
def test_a_missing_batch_is_named(missing, tmp_path):
    (write_batches(tmp_path, ARRAYS) / missing).unlink()
    with pytest.raises(FormatError, match=f"{missing} .* cannot be read"):
        read_batches(tmp_path)


@pytest.mark.parametrize("missing", ["data_batch_5.png", "test_batch.png", "train_lables.json"])
def test_a_missing_part_of_the_package_is_named(missing, tmp_path):
    members = npm_members(ARRAYS)
    del members[f"package/{missing}"]
    with pytest.raises(FormatError, match=missing):
        read_npm_package(write_tar(tmp_path / "x.tgz", members))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"x_train": ARRAYS.x_train.transpose(0, 3, 1, 2)}, r"x_train is uint8 \(200, 3, 32, 32\)"),
        ({"x_train": ARRAYS.x_train / 255}, "x_train is float64"),
        ({"x_test": ARRAYS.x_test[:, :28, :28]}, r"x_test is uint8 \(40, 28, 28, 3\)"),
        ({"x_test": np.uint8(3)}, r"x_test is uint8 \(\)"),
        ({"y_train": ARRAYS.y_train[:-1]}, r"y_train .* \(199,\) for 200 images"),
        ({"y_test": np.eye(10)[ARRAYS.y_test]}, r"y_test .* \(400,\) for 40 images"),
        ({"y_test": ARRAYS.y_test + 1}, "expected one label from 0 to 9"),
        ({"y_test": ARRAYS.y_test.astype(int) - 256}, "expected one label from 0 to 9"),
        ({"y_test": ARRAYS.y_test + 0.5}, "expected one label from 0 to 9"),
        ({"y_test": np.array(["cat"] * 40)}, "expected one label from 0 to 9"),
    ],
)
def test_wrong_shapes_types_and_labels_are_named(changes, message, tmp_path):
    arrays = ARRAYS._asdict() | changes
    np.savez(tmp_path / "x.npz", **arrays)
    with pytest.raises(FormatError, match=message):
        read_npz(tmp_path / "x.npz")


@pytest.mark.parametrize("labels", [np.int64, np.int32, np.float32])
@pytest.mark.parametrize("shape", [(-1,), (-1, 1)])
def test_labels_come_out_as_uint8_vectors(labels, shape, tmp_path):
    arrays = ARRAYS._replace(
        y_train=ARRAYS.y_train.astype(labels).reshape(shape),
        y_test=ARRAYS.y_test.astype(labels).reshape(shape),
    )
    assert_same(read_npz(write_npz(tmp_path / "x.npz", arrays)), ARRAYS)


def test_an_npz_file_may_hold_no_pickle(tmp_path):
    arrays = ARRAYS._asdict() | {"y_test": np.array([Bomb(tmp_path / "ran")], dtype=object)}
    np.savez(tmp_path / "x.npz", **arrays)
    with pytest.raises(FormatError, match="allow_pickle"):
        read_npz(tmp_path / "x.npz")
    assert not (tmp_path / "ran").exists()


class Bomb:
    """Runs code, harmless here, in whoever unpickles it."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return os.mkdir, (str(self.path),)


def test_a_hostile_batch_is_refused_before_it_runs(tmp_path):
    hostile = pickle.dumps({b"labels": Bomb(tmp_path / "ran"), b"data": ARRAYS.x_test}, protocol=2)
    (write_batches(tmp_path / "x", ARRAYS) / "data_batch_2").write_bytes(hostile)
    with pytest.raises(FormatError, match=r"data_batch_2 .* refused to load (posix|nt)\.mkdir"):
        read_batches(tmp_path / "x")
    assert not (tmp_path / "ran").exists()
    pickle.load(io.BytesIO(hostile))  # an ordinary unpickler would have run it
    assert (tmp_path / "ran").exists()


@pytest.mark.parametrize("name", ["builtins.eval", "os.system", "numpy.load", "subprocess.Popen"])
def test_no_other_name_is_looked_up(name, tmp_path):
    module, function = name.rsplit(".", 1)
    hostile = f"c{module}\n{function}\n.".encode()
    (write_batches(tmp_path, ARRAYS) / "data_batch_1").write_bytes(hostile)
    with pytest.raises(FormatError, match=f"refused to load {name}"):
        read_batches(tmp_path)


@settings(deadline=None, max_examples=10)
@given(
    order=st.permutations(range(10)),
    pattern=st.sampled_from(["{}", "{:05d}", "image{}", "{}_of_10", "train-{:03d}"]),
)
def test_class_folders_come_back_in_the_order_of_their_numbers(order, pattern):
    one_per_class = Arrays(
        ARRAYS.x_train[:10],
        np.array(order, np.uint8),
        ARRAYS.x_test[:10],
        np.array(order, np.uint8),
    )
    with tempfile.TemporaryDirectory() as folder:
        write_class_folders(Path(folder), one_per_class, lambda index: pattern.format(index + 95))
        assert_same(read_class_folders(Path(folder)), one_per_class)


def test_class_folders_without_numbers_come_in_the_order_of_names_then_classes(tmp_path):
    for split in ("train", "test"):
        for value, name in enumerate(CLASS_NAMES):
            for stem in ("b", "a"):
                path = tmp_path / split / name / f"{stem}.png"
                path.parent.mkdir(parents=True, exist_ok=True)
                Image.new("RGB", (32, 32), (value, ord(stem), 0)).save(path)
    arrays = read_class_folders(tmp_path)
    assert arrays.y_test.tolist() == [*range(10), *range(10)]
    assert arrays.x_test[:, 0, 0, 1].tolist() == [ord("a")] * 10 + [ord("b")] * 10


def test_class_folders_take_gray_and_transparent_images_and_pass_over_other_files(tmp_path):
    write_class_folders(tmp_path, ARRAYS)
    cat = tmp_path / "train" / "cat"
    gray = Image.new("L", (32, 32), 77)
    gray.save(cat / "990.PNG")
    gray.convert("RGBA").save(cat / "991.png")
    (cat / "notes.txt").write_text("no image")
    (cat / "._990.png").write_bytes(b"what macOS leaves beside a file")
    arrays = read_class_folders(tmp_path)
    assert len(arrays.x_train) == 202 and (arrays.x_train[-2:] == 77).all()


@pytest.mark.parametrize("split", ["train", "test"])
def test_a_missing_or_empty_class_is_named(split, tmp_path):
    write_class_folders(tmp_path, ARRAYS)
    cats = tmp_path / split / "cat"
    for path in cats.iterdir():
        path.unlink()
    with pytest.raises(FormatError, match=r"cat holds no images; expected .* airplane, .* truck"):
        read_class_folders(tmp_path)
    cats.rmdir()
    with pytest.raises(FormatError, match="cat holds no images"):
        read_class_folders(tmp_path)


def test_a_wrong_or_broken_image_is_named(tmp_path):
    path = write_class_folders(tmp_path, ARRAYS) / "test" / "frog" / "900.png"
    Image.new("RGB", (40, 30)).save(path)
    with pytest.raises(FormatError, match=r"900\.png is 40 x 30 pixels; expected 32 x 32"):
        read_class_folders(tmp_path)
    other = path.with_name("901.png")
    Image.new("RGB", (32, 32)).save(other)
    other.write_bytes(other.read_bytes()[:50])
    with pytest.raises(FormatError, match=r"900\.png is 40 x 30 .*\n.*901\.png cannot be read"):
        read_class_folders(tmp_path)


def test_copies_are_found_wherever_they_are_usual(tmp_path):
    assert list(find_arrays(tmp_path, "*.npz")) == []
    assert list(find_arrays(tmp_path / "missing", "*.npz")) == []
    (tmp_path / "data_batch_4").touch()
    keras_folder = tmp_path / "cifar-10-batches-py-target" / "cifar-10-batches-py"
    for folder in (tmp_path / "cifar-10-batches-py", keras_folder):
        folder.mkdir(parents=True)
        (folder / "test_batch").touch()
    (tmp_path / "b.npz").touch()
    (tmp_path / "a.npz").touch()
    (tmp_path / "cifar-10-python.tar.gz").touch()
    assert list(find_arrays(tmp_path, "*.npz")) == [
        (tmp_path / "a.npz", read_npz),
        (tmp_path / "b.npz", read_npz),
        (tmp_path, read_batches),
        (tmp_path / "cifar-10-batches-py", read_batches),
        (keras_folder, read_batches),
        (tmp_path / "cifar-10-python.tar.gz", read_archive),
    ]
    assert next(find_arrays(tmp_path, "b.npz"))[0].name == "b.npz"
