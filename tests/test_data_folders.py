"""Pictures from folders, their groups of near-duplicates, and cats and dogs from either source."""

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
    pictures = load_class_folders(lights, 16)
    assert pictures.class_names == ("green", "red", "yellow")
    assert pictures.images.shape == (6, 16, 16, 3) and pictures.images.dtype == np.uint8
    np.testing.assert_array_equal(pictures.labels, [0, 0, 1, 1, 2, 2])
    assert [path.parent.name for path in pictures.files] == ["green"] * 2 + ["red"] * 2 + ["yellow"] * 2
    np.testing.assert_array_equal(pictures.images[2, 8, 8], [250, 10, 10])


def test_classes_can_be_named(lights):
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


# Cats and dogs


def test_cats_and_dogs_of_cifar10(cifar10, monkeypatch):
    monkeypatch.delenv(cats_and_dogs.FOLDER_VARIABLE, raising=False)
    dataset = load_cats_and_dogs()
    assert dataset.x_train.shape == (10_000, 32, 32, 3) and dataset.x_test.shape == (2000, 32, 32, 3)
    assert np.bincount(dataset.y_train).tolist() == [5000, 5000] and dataset.class_names == ("cat", "dog")
    np.testing.assert_array_equal(dataset.x_test[dataset.y_test == 1], cifar10.x_test[cifar10.y_test == 5])


def make_archive(folder):
    for part, num in (("train", 3), ("validation", 1)):
        write_pictures(folder / part / "cats", (200, 0, 0), num)
        write_pictures(folder / part / "dogs", (0, 0, 200), num)


def check_photographs(dataset):
    assert dataset.name == "photographs of cats and dogs"
    assert dataset.x_train.shape == (6, 224, 224, 3) and dataset.x_test.shape == (2, 224, 224, 3)
    np.testing.assert_array_equal(dataset.x_train[:, 0, 0].argmax(1), 2 * dataset.y_train)


def test_photographs_from_a_folder(tmp_path, monkeypatch):
    make_archive(tmp_path)
    monkeypatch.setenv(cats_and_dogs.FOLDER_VARIABLE, str(tmp_path))
    check_photographs(load_cats_and_dogs())
    (tmp_path / "validation" / "dogs" / "0.png").unlink()
    with pytest.raises(FileNotFoundError, match="dogs holds no pictures"):
        load_cats_and_dogs()


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
