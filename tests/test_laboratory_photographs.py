"""The blog's stages on photographs, here small ones that are drawn; what cannot work is said first."""

import json

from laboratory.transfer import cats_data, cats_stages, crops, features, records, traps
from utils.data import cats_and_dogs, load_cats_and_dogs
from utils.records import load_record

import numpy as np
import pytest
from PIL import Image

SIZE = 64
RNG = np.random.default_rng(0)


def write_animals(folder, num_train: int, num_test: int) -> None:
    """Write noisy pictures, brighter for dogs, not square, as photographs are."""
    for part, number in (("train", num_train), ("validation", num_test)):
        for name, light in (("cats", 60), ("dogs", 160)):
            (folder / part / name).mkdir(parents=True)
            for index in range(number):
                pixels = RNG.integers(light, light + 60, (80, 90, 3), dtype=np.uint8)
                Image.fromarray(pixels).save(folder / part / name / f"{index}.png")


@pytest.fixture
def photographs(monkeypatch, tmp_path):
    """Return a function that names a folder with so many pictures of each class."""
    monkeypatch.setattr(features, "_features_folder", lambda: tmp_path / "features")
    monkeypatch.setattr(records, "MEASUREMENTS_FOLDER", tmp_path / "records")
    monkeypatch.setattr(cats_and_dogs, "PHOTOGRAPH_SIZE", SIZE)
    for module in (cats_data, cats_stages):
        monkeypatch.setattr(module, "SIZE", SIZE)
    monkeypatch.setattr(cats_data, "NUM_VARIED", 1)

    def name(num_train: int, num_test: int = 3) -> None:
        write_animals(tmp_path / "animals", num_train, num_test)
        monkeypatch.setenv(cats_and_dogs.FOLDER_VARIABLE, str(tmp_path / "animals"))

    return name


@pytest.fixture
def short(monkeypatch):
    """Let a stage take seconds: five pictures of each class, a few steps."""
    for name, value in {
        "PER_CLASS": 5,
        "SEEDS": (0,),
        "PROBE_SEEDS": (0, 1),
        "CURVE": {2: (0, 1), 5: (0,)},
        "STEPS": (1, 2),
        "SCRATCH": cats_stages.SCRATCH | {"steps": 3},
        "STAGES": ("stem", "top"),
    }.items():
        monkeypatch.setattr(cats_stages, name, value)


def test_the_three_ways_run_at_the_size_of_photographs(photographs, short, tmp_path):
    photographs(num_train=5)
    content = cats_stages.run_five_seeds()
    assert content["complete"] and content["name"] == "cats_and_dogs_photographs"
    assert set(content["summary"]) == {"scratch", "bottleneck", "fine_tuned", "fine_tuned_two_views"}
    assert content["summary"]["bottleneck"][0] == 1.0  # bright or dark: nothing is easier
    dataset = load_cats_and_dogs()
    assert dataset.x_train.shape == (10, SIZE, SIZE, 3)
    assert content["data"] == {"name": "photographs of cats and dogs", "sha256": dataset.sha256}
    recorded = load_record("cats_and_dogs_photographs", tmp_path / "records")
    assert recorded == json.loads(json.dumps(content))


def test_the_three_ways_run_at_224_pixels(photographs, short, monkeypatch):
    """Real photographs have 49 times as many pixels as those of CIFAR-10."""
    for module, name in ((cats_and_dogs, "PHOTOGRAPH_SIZE"), (cats_data, "SIZE"), (cats_stages, "SIZE")):
        monkeypatch.setattr(module, name, 224)
    photographs(num_train=5)
    summary = cats_stages.run_five_seeds()["summary"]
    assert load_cats_and_dogs().x_train.shape == (10, 224, 224, 3)
    assert all(0 <= accuracy <= 1 for accuracy, _ in summary.values()) and len(summary) == 4


def test_layers_and_curve_have_records_of_their_own(photographs, short, monkeypatch):
    photographs(num_train=5)
    labels = np.array([0, 1] * 5)
    rows = {"stem": RNG.normal(size=(10, 3)), "top": labels[:, None] + RNG.normal(size=(10, 3)) / 9}
    part = cats_data.Part(np.zeros((10, SIZE, SIZE, 3), np.uint8), labels, rows, rows, ())
    monkeypatch.setattr(cats_stages, "load_parts", lambda dataset: (part, part))
    monkeypatch.setattr(
        cats_stages, "compare_ways", lambda *a: dict.fromkeys(("scratch", "bottleneck", "fine_tuned"), 0.5)
    )
    layers, curve = cats_stages.run_layers(), cats_stages.run_curve()
    assert layers["name"] == "layer_probe_photographs" and curve["name"] == "cats_and_dogs_curve_photographs"
    assert layers["summary"]["top"] == (1.0, 0.0) and set(layers["summary"]) == {"stem", "top"}
    assert layers["data"] == curve["data"] and set(curve["summary"]) == {"2", "5"}


def test_other_photographs_do_not_replace_the_record_of_the_first(photographs, short, monkeypatch, tmp_path):
    photographs(num_train=5)
    cats_stages.open_record("layer_probe", load_cats_and_dogs(), {}).finish()
    path = tmp_path / "animals" / "train" / "cats" / "0.png"
    Image.new("RGB", (80, 80), "pink").save(path)
    monkeypatch.setattr(
        cats_data, "compute_features", lambda *a, **o: pytest.fail("computed before the check")
    )
    with pytest.raises(ValueError, match=r"layer_probe_photographs.run\.json is a record of other data"):
        cats_stages.run_layers()


@pytest.mark.parametrize(
    ("run", "num_train", "num_test", "message"),
    [
        (cats_stages.run_five_seeds, 6, 3, "1,000 pictures of each class for the training"),
        (cats_stages.run_curve, 6, 3, "2,000 pictures of each class for the training"),
        (cats_stages.run_layers, 6, 3, "1,000 pictures of each class for the training"),
        (traps.run_traps, 6, 3, "500 pictures of each class for the training"),
    ],
)
def test_too_few_photographs_are_noticed_first(run, num_train, num_test, message, photographs, monkeypatch):
    photographs(num_train, num_test)
    monkeypatch.setattr(
        cats_data, "compute_features", lambda *a, **o: pytest.fail("computed before the check")
    )
    with pytest.raises(ValueError, match=rf"{message}, .* have 6 cats, 6 dogs: add pictures"):
        run()


def test_too_few_test_pictures_are_noticed_first(photographs):
    photographs(num_train=6, num_test=3)
    with pytest.raises(
        ValueError, match=r"needs 4 pictures of each class for the test.* have 3 cats, 3 dogs"
    ):
        cats_data.load_data(6, 4)
    assert len(cats_data.load_data(6, 3).y_test) == 6


@pytest.mark.parametrize("size", [8, 32, 150, 224])
def test_the_small_network_fits_every_size(size):
    network = cats_stages.small_network(size)
    assert network.input_shape == (None, size, size, 3) and network.output_shape == (None, 2)
    assert network.layers[6].output.shape == (None, 64 * (size // 8) ** 2)


@pytest.mark.parametrize("size", [7, 0, 32.0, None])
def test_the_small_network_needs_pixels(size):
    with pytest.raises(ValueError, match="size must be an integer of at least 8"):
        cats_stages.small_network(size)


@pytest.mark.parametrize("shape", [(2, 8, 9, 3), (8, 8, 3), (2, 3, 8, 8)])
def test_only_square_bytes_are_varied(shape):
    with pytest.raises(ValueError, match="images must be"):
        cats_data.vary(np.zeros(shape, np.uint8), seed=0)
    with pytest.raises(ValueError, match="uint8"):
        cats_data.vary(np.zeros((2, 8, 8, 3)), seed=0)


def test_crops_are_read_whole_and_missing_colors_are_named(tmp_path):
    for name in ("red", "green"):
        (tmp_path / name).mkdir()
        for index in range(5):
            pixels = np.zeros((30, 10, 3), np.uint8)
            pixels[:10] = 200 + index  # the uppermost lamp
            Image.fromarray(pixels).save(tmp_path / name / f"{name}{index}.png")
    with pytest.warns(UserWarning, match="copies"):
        images = crops.load_crops(tmp_path).images
    assert abs((images[:, :, 64] > 100).any(-1).sum(1) - crops.SIZE / 3).max() <= 2
    (tmp_path / "red" / "red0.png").unlink()
    with (
        pytest.raises(ValueError, match="red and green with 5 pictures or more; got"),
        pytest.warns(UserWarning),
    ):
        crops.load_crops(tmp_path)
