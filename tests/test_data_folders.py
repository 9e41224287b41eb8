"""Pictures from folders, their groups of near-duplicates, and cats and dogs from either source."""

import os
import shutil
import warnings
import zipfile

from utils.data import cats_and_dogs
from utils.data.cats_and_dogs import balanced_subset, load_cats_and_dogs
from utils.data.class_folders import load_class_folders
from utils.data.duplicates import grouped_folds, similarity_groups

import numpy as np
import pytest
from PIL import Image

RNG = np.random.default_rng(0)


def write_pictures(folder, colors, num=2):
    folder.mkdir(parents=True)
    for index in range(num):
        Image.new("RGB", (40 + 10 * index, 30), colors).save(folder / f"{index}.png")


@pytest.fixture
def lights(tmp_path):
    for name, color in {"red": (250, 10, 10), "green": (10, 240, 20), "yellow": (240, 220, 0)}.items():
        write_pictures(tmp_path / "lights" / name, color)
    (tmp_path / "lights" / "README.txt").write_text("not a class")
    (tmp_path / "lights" / "red" / "notes.txt").write_text("not a picture")
    return tmp_path / "lights"


def test_classes_are_the_folders(lights):
    with pytest.warns(UserWarning, match=r"passed over \(2 .txt\): README.txt, red/notes.txt$"):
        pictures = load_class_folders(lights, 16)
    assert pictures.class_names == ("green", "red", "yellow")
    assert pictures.images.shape == (6, 16, 16, 3) and pictures.images.dtype == np.uint8
    np.testing.assert_array_equal(pictures.labels, [0, 0, 1, 1, 2, 2])
    assert [path.parent.name for path in pictures.files] == ["green"] * 2 + ["red"] * 2 + ["yellow"] * 2
    np.testing.assert_array_equal(pictures.images[2, 8, 8], [250, 10, 10])


def test_classes_can_be_named(lights):
    with pytest.warns(UserWarning, match=r"passed over .*: README.txt, yellow/, red/notes.txt$"):
        pictures = load_class_folders(str(lights), 8, ("red", "green"))
    np.testing.assert_array_equal(pictures.images[:, 4, 4].argmax(1), [0, 0, 1, 1])
    np.testing.assert_array_equal(pictures.labels, [0, 0, 1, 1])


def test_camera_turns_are_undone(tmp_path):
    """A telephone stores the sensor's pixels, and says in the file how they must be turned."""
    write_pictures(tmp_path / "photos" / "a", (1, 2, 3))
    (tmp_path / "photos" / "b").mkdir()
    pixels = np.zeros((20, 20, 3), np.uint8)
    pixels[:10] = 255
    image = Image.fromarray(pixels)
    exif = image.getexif()
    exif[0x0112] = 3  # upside down
    image.save(tmp_path / "photos" / "b" / "turned.jpg", exif=exif)
    with pytest.warns(UserWarning, match="one picture alone, .*: b$"):
        picture = load_class_folders(tmp_path / "photos", 20).images[-1]
    assert picture[:8].mean() < 10 and picture[12:].mean() > 245


@pytest.mark.parametrize(
    ("damage", "error", "message"),
    [
        (lambda f: f / "nowhere", FileNotFoundError, "there is no folder"),
        (lambda f: f / "red", FileNotFoundError, "a folder for each class"),
        (lambda f: (f / "blue").mkdir() or f, FileNotFoundError, "holds no pictures"),
        (lambda f: (f / "red" / "x.png").write_text("text") and f, ValueError, "x.png cannot be read"),
    ],
)
def test_what_is_wrong_with_a_folder_is_named(lights, damage, error, message):
    with pytest.raises(error, match=message):
        load_class_folders(damage(lights), 16)


# What is found is said


def test_the_table_counts_what_is_read_and_what_is_passed_over(lights, capsys):
    red = lights / "red"
    for name in ("a.heic", "b.HEIC", "c.jfif", ".hidden.png", "._0.png"):
        Image.new("RGB", (9, 9), len(name)).save(red / name, "JPEG")
    (red / "more").mkdir()
    Image.new("RGB", (9, 9)).save(red / "more" / "x.png")
    (lights / "__MACOSX" / "red").mkdir(parents=True)
    with pytest.warns(UserWarning) as caught:
        pictures = load_class_folders(lights, 8)
    assert capsys.readouterr().out.splitlines() == [
        "class   pictures  passed over",
        "green          2  -",
        "red            3  2 .heic, 1 .txt, 1 folder, 2 hidden",
        "yellow         2  -",
    ]
    assert len(pictures.labels) == 7 and pictures.class_names == ("green", "red", "yellow")
    names = "README.txt, __MACOSX/, red/._0.png, red/.hidden.png, red/a.heic, red/b.HEIC, red/more/"
    assert f"passed over (2 .heic, 2 .txt, 1 folder, 3 hidden): {names}, red/notes.txt" in str(
        caught[0].message
    )
    assert caught[0].filename == __file__


@pytest.mark.skipif(os.name == "nt", reason="names of other systems are bytes")
def test_names_that_are_not_in_utf_8_are_printed(tmp_path, capfd):
    folder = os.fsencode(tmp_path)
    for name in (b"B\xe4r", b"Fuchs"):
        write_pictures(tmp_path / os.fsdecode(name), (1, 2, len(name)))
    (tmp_path / os.fsdecode(b"B\xe4r") / os.fsdecode(b"\xfc.txt")).touch()
    with pytest.warns(UserWarning, match="passed over .*: B\N{REPLACEMENT CHARACTER}r/"):
        pictures = load_class_folders(os.fsdecode(folder), 8)
    assert len(pictures.labels) == 4 and "B\N{REPLACEMENT CHARACTER}r" in capfd.readouterr().out


def test_a_folder_without_faults_is_silent(tmp_path, capsys):
    for name, color in (("a", 10), ("b", 200)):
        (tmp_path / name).mkdir()
        for index in range(2):
            Image.new("L", (9, 9), color + index).save(tmp_path / name / f"{index}.png")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        load_class_folders(tmp_path, 8, verbose=False)
    assert capsys.readouterr().out == ""


def test_copies_are_named_also_between_classes(lights):
    shutil.copy(lights / "red" / "0.png", lights / "red" / "0 (copy).png")
    shutil.copy(lights / "red" / "1.png", lights / "green" / "7.png")
    with pytest.warns(UserWarning) as caught:
        load_class_folders(lights, 8)
    line = str(caught[0].message).splitlines()[-1]
    assert line.startswith("the same file several times (2 groups of copies): ")
    assert line.endswith(": green/7.png, red/1.png; red/0 (copy).png, red/0.png")


def break_files(lights):
    (lights / "red" / "empty.jpg").touch()
    (lights / "red" / "text.jpg").write_text("no picture")
    cut = (lights / "green" / "1.png").read_bytes()[:60]
    (lights / "green" / "cut.png").write_bytes(cut)
    Image.fromarray(np.zeros((4, 4), np.float32)).save(lights / "yellow" / "float.tif")
    os.symlink("nowhere.png", lights / "yellow" / "link.png")
    os.mkfifo(lights / "yellow" / "pipe.png")
    return "empty.jpg", "text.jpg", "cut.png", "float.tif", "link.png", "pipe.png"


@pytest.mark.skipif(os.name == "nt", reason="needs POSIX files")
def test_all_broken_files_are_named_at_once(lights):
    names = break_files(lights)
    with pytest.raises(ValueError, match="6 pictures cannot be read:") as caught:
        load_class_folders(lights, 8)
    lines = str(caught.value).splitlines()
    assert len(lines) == 8 and "skip_broken=True" in lines[-1]
    assert all(any(name in line for line in lines) for name in names)


@pytest.mark.skipif(os.name == "nt", reason="needs POSIX files")
def test_one_can_go_on_without_broken_files(lights):
    names = break_files(lights)
    with pytest.warns(UserWarning, match="6 pictures cannot be read") as caught:
        pictures = load_class_folders(lights, 8, skip_broken=True)
    assert all(name in str(caught[0].message) for name in names)
    assert pictures.labels.tolist() == [0, 0, 1, 1, 2, 2]
    assert [path.name for path in pictures.files] == ["0.png", "1.png"] * 3
    np.testing.assert_array_equal(pictures.images[:, 4, 4].argmax(1), [1, 1, 0, 0, 0, 0])


def test_a_message_names_twenty_of_many_broken_files(lights):
    for index in range(30):
        (lights / "red" / f"broken-{index:02}.png").touch()
    with pytest.raises(ValueError, match=r"30 pictures cannot be read:\n(.*\n){20}... and 10 more"):
        load_class_folders(lights, 8)


def test_a_class_without_any_good_picture_is_named(lights):
    for path in (lights / "red").glob("*.png"):
        path.write_bytes(b"")
    with pytest.raises(ValueError, match="No picture of red is left"):
        load_class_folders(lights, 8, skip_broken=True)


@pytest.mark.parametrize("number", [256, 257, 300])
def test_many_classes_keep_different_labels(number, tmp_path):
    for index in range(number):
        write_pictures(tmp_path / f"{index:03}", (index // 256, index % 256, 0), num=1)
    with pytest.warns(UserWarning, match="one picture alone"):
        pictures = load_class_folders(tmp_path, 1, verbose=False)
    assert pictures.labels.tolist() == list(range(number))
    assert pictures.images[:, 0, 0, :2].tolist() == [[i // 256, i % 256] for i in range(number)]


def test_parts_are_not_taken_for_classes(tmp_path):
    for part in ("train", "validation"):
        for name in ("cats", "dogs"):
            write_pictures(tmp_path / part / name, (1, 2, 3))
    with pytest.raises(
        FileNotFoundError, match=r"train holds no pictures but folders \(cats/, dogs/\).*its? own"
    ):
        load_class_folders(tmp_path, 8)
    with pytest.warns(UserWarning, match="cats/0.png, dogs/0.png"):  # all have one color
        assert load_class_folders(tmp_path / "train", 8).class_names == ("cats", "dogs")


def test_a_class_of_unreadable_formats_alone_is_named_with_them(lights):
    (lights / "blue").mkdir()
    for name in ("1.heic", "2.heic", "3.CR2"):
        (lights / "blue" / name).touch()
    with pytest.raises(FileNotFoundError, match=r"blue holds no pictures, only 1 \.cr2, 2 \.heic; convert"):
        load_class_folders(lights, 8)


@pytest.mark.parametrize("names", [("red",), (), ("red", "red")])
def test_too_few_or_equal_classes_are_refused(lights, names):
    with pytest.raises(FileNotFoundError, match="at least two"):
        load_class_folders(lights, 8, names)


def test_an_unknown_fit_is_no_broken_file(lights):
    with pytest.raises(ValueError, match='fit must be "crop" or "stretch"'):
        load_class_folders(lights, 8, fit="squash", skip_broken=True)


# Cats and dogs


def test_cats_and_dogs_of_cifar10(cifar10, monkeypatch):
    monkeypatch.delenv(cats_and_dogs.FOLDER_VARIABLE, raising=False)
    dataset = load_cats_and_dogs()
    assert dataset.x_train.shape == (10_000, 32, 32, 3) and dataset.x_test.shape == (2000, 32, 32, 3)
    assert np.bincount(dataset.y_train).tolist() == [5000, 5000] and dataset.class_names == ("cat", "dog")
    np.testing.assert_array_equal(dataset.x_test[dataset.y_test == 1], cifar10.x_test[cifar10.y_test == 5])


def make_archive(folder):
    for part, num, light in (("train", 3, 200), ("validation", 2, 180)):
        write_pictures(folder / part / "cats", (light, 0, 0), num)
        write_pictures(folder / part / "dogs", (0, 0, light), num)


def check_photographs(dataset):
    assert dataset.name == "photographs of cats and dogs"
    assert dataset.x_train.shape == (6, 224, 224, 3) and dataset.x_test.shape == (4, 224, 224, 3)
    np.testing.assert_array_equal(dataset.x_train[:, 0, 0].argmax(1), 2 * dataset.y_train)


def test_photographs_from_a_folder(tmp_path, monkeypatch):
    make_archive(tmp_path)
    monkeypatch.setenv(cats_and_dogs.FOLDER_VARIABLE, str(tmp_path))
    check_photographs(load_cats_and_dogs())
    for path in (tmp_path / "validation" / "dogs").iterdir():
        path.unlink()
    with pytest.raises(FileNotFoundError, match="dogs holds no pictures"):
        load_cats_and_dogs()


def test_copies_between_training_and_validation_are_named(tmp_path, monkeypatch):
    make_archive(tmp_path)
    shutil.copy(tmp_path / "train" / "cats" / "0.png", tmp_path / "validation" / "cats" / "9.png")
    monkeypatch.setenv(cats_and_dogs.FOLDER_VARIABLE, str(tmp_path))
    with pytest.warns(UserWarning, match=r"copies\): train/cats/0.png, validation/cats/9.png") as caught:
        load_cats_and_dogs()
    assert caught[0].filename == __file__


def test_photographs_are_fetched(tmp_path, monkeypatch):
    """The archive is served from a file here; its layout is the published one."""
    source = tmp_path / "source"
    make_archive(source / "cats_and_dogs_filtered")
    archive = tmp_path / "published.zip"
    with zipfile.ZipFile(archive, "w") as target:
        for path in source.rglob("*.png"):
            target.write(path, path.relative_to(source))
    monkeypatch.delenv(cats_and_dogs.FOLDER_VARIABLE, raising=False)
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))
    monkeypatch.setattr(cats_and_dogs, "ARCHIVE_URL", archive.as_uri())
    check_photographs(load_cats_and_dogs(photographs=True))


def test_missing_archive_says_what_to_do(tmp_path, monkeypatch):
    monkeypatch.delenv(cats_and_dogs.FOLDER_VARIABLE, raising=False)
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))
    monkeypatch.setattr(cats_and_dogs, "ARCHIVE_URL", (tmp_path / "nowhere.zip").as_uri())
    with pytest.raises(FileNotFoundError, match="set CATS_AND_DOGS_DIR"):
        load_cats_and_dogs(photographs=True)


def test_subsets_are_balanced_and_depend_on_the_seed():
    labels = RNG.permutation(np.repeat([0, 1], [40, 60]))
    chosen = balanced_subset(labels, 30, seed=1)
    assert len(set(chosen)) == 60 and np.bincount(labels[chosen]).tolist() == [30, 30]
    np.testing.assert_array_equal(chosen, balanced_subset(labels, 30, seed=1))
    assert set(chosen) != set(balanced_subset(labels, 30, seed=2))
    with pytest.raises(ValueError, match="class 0 has 40 pictures, fewer than 41"):
        balanced_subset(labels, 41, seed=0)


# Near-duplicates


def test_chains_of_alike_pictures_are_one_group():
    """0 is like 1 and 1 like 2, but 0 is not like 2: still no two of them may be torn apart."""
    angles = np.radians([0, 20, 40, 180, 200, 100])
    rows = np.stack([np.cos(angles), np.sin(angles)], 1)
    features = np.concatenate([rows, -rows])  # mean zero
    groups = similarity_groups(features, np.cos(np.radians(25)))
    assert groups[0] == groups[1] == groups[2] and groups[3] == groups[4]
    assert groups[0] != groups[5]
    assert len(np.unique(similarity_groups(RNG.normal(size=(30, 50)), 0.9))) == 30


def test_folds_keep_groups_whole_and_classes_even():
    groups = np.repeat(np.arange(60), RNG.integers(1, 9, 60))
    labels = (groups % 3 == 0).astype(int)
    folds = grouped_folds(groups, labels, 5)
    assert all(len(np.unique(folds[groups == group])) == 1 for group in range(60))
    counts = np.array([np.bincount(labels[folds == fold], minlength=2) for fold in range(5)])
    assert np.ptp(counts, axis=0).max() <= 8
    with pytest.raises(ValueError, match="between 2 and 60"):
        grouped_folds(groups, labels, 61)
    with pytest.raises(ValueError, match="threshold"):
        similarity_groups(np.eye(3), 1.1)


def test_folds_and_subsets_take_labels_in_every_form():
    groups, labels = np.arange(12), np.arange(12) % 3
    for form in (labels[:, None], np.eye(3)[labels], labels.astype(float), labels.tolist()):
        np.testing.assert_array_equal(grouped_folds(groups, form, 4), grouped_folds(groups, labels, 4))
        np.testing.assert_array_equal(balanced_subset(form, 2, 0), balanced_subset(labels, 2, 0))
    with pytest.raises(ValueError, match="as many groups as labels: got 11 for 12"):
        grouped_folds(groups[1:], labels, 4)
    with pytest.raises(ValueError, match="features must be finite"):
        similarity_groups(np.full((3, 2), np.nan), 0.9)
