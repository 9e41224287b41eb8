"""A network that takes photographs: Pillow scales them as the layer does, and other runtimes answer alike."""

import json
import subprocess
import sys
from pathlib import Path

import utils.layers
from utils.data import read_picture
from utils.layers import CenterSquare

import keras
import numpy as np
import pytest
import skimage
from keras import layers
from PIL import Image

PHOTOGRAPHS = {"wide": (400, 600), "high": (300, 200), "odd": (201, 333), "square": (224, 224)}
SIZE = 32


def photograph(height: int, width: int) -> np.ndarray:
    """Return a piece of a photograph, with fine stripes, which alias, over a part of it."""
    piece = skimage.data.coffee()[:height, :width].copy()
    piece[: height // 2, ::2] = (255, 0, 255)
    return piece


@pytest.fixture
def files(tmp_path) -> list[Path]:
    paths = []
    for name, shape in PHOTOGRAPHS.items():
        paths.append(tmp_path / f"{name}.png")
        Image.fromarray(photograph(*shape)).save(paths[-1])
    return paths


@pytest.mark.parametrize("size", [16, 32, 128, 250])
def test_it_reads_a_photograph_as_pillow_does(size, files):
    """Larger and smaller than the file. Which direction Pillow scales first depends on its version."""
    for path in files:
        found = np.asarray(CenterSquare(size)(np.asarray(Image.open(path))[None]))[0]
        difference = np.abs(found - read_picture(path, size))
        assert found.shape == (size, size, 3)
        assert difference.mean() < 0.3 and (difference > 1).mean() < 0.01
        if path.stem in ("wide", "square"):  # the order of the layer: the same but for ties
            assert difference.max() <= 1 and (difference > 0).mean() < 0.003


def test_the_whole_square_can_be_kept(files):
    pixels = np.asarray(Image.open(files[0]))
    left = (600 - 400) // 2
    expected = Image.fromarray(pixels[:, left : left + 400]).resize((50, 50), Image.Resampling.BICUBIC)
    found = np.asarray(CenterSquare(50, center=1.0)(pixels[None]))[0]
    inside = np.s_[:, 2:-2]  # at the sides, the layer also sees pixels beyond the square
    assert np.abs(found - np.asarray(expected, np.float32))[inside].max() <= 1


def test_a_batch_is_a_batch():
    batch = np.stack([photograph(60, 90), photograph(60, 90)[::-1]])
    together, alone = CenterSquare(20)(batch), [CenterSquare(20)(one[None])[0] for one in batch]
    np.testing.assert_array_equal(np.asarray(together), np.stack(alone))


@pytest.fixture(scope="module")
def network() -> keras.Model:
    keras.utils.set_random_seed(0)
    photographs = keras.Input((None, None, 3), dtype="uint8")
    x = layers.Rescaling(1 / 128, offset=-1)(CenterSquare(SIZE)(photographs))
    x = layers.BatchNormalization()(layers.Conv2D(8, 3, strides=2, activation="relu")(x))
    x = layers.Flatten()(x)
    return keras.Model(photographs, layers.Dense(3, activation="softmax")(x))


def answers_of_arrays(network: keras.Model, files: list[Path]) -> np.ndarray:
    """Return what the part behind the layer says of pictures as the training has read them."""
    behind = keras.Model(network.layers[1].output, network.output)
    pictures = np.stack([read_picture(path, SIZE) for path in files])
    return behind.predict(pictures.astype(np.float32), verbose=0)


RUNTIMES = {
    "keras": """
import utils.layers, keras
network = keras.models.load_model(model)
answer = lambda pixels: network.predict(pixels, verbose=0)
""",
    "tflite": """
from ai_edge_litert.interpreter import Interpreter
network = Interpreter(model)
def answer(pixels):
    source, target = network.get_input_details()[0], network.get_output_details()[0]
    network.resize_tensor_input(source["index"], pixels.shape)
    network.allocate_tensors()
    network.set_tensor(source["index"], pixels)
    network.invoke()
    return network.get_tensor(target["index"])
""",
    "onnx": """
import onnxruntime
network = onnxruntime.InferenceSession(model)
answer = lambda pixels: network.run(None, {network.get_inputs()[0].name: pixels})[0]
""",
}
ANSWER_FILES = """
import json, sys
import numpy as np
from PIL import Image
model, *files = sys.argv[1:]
{}
print(json.dumps([answer(np.asarray(Image.open(file))[None])[0].tolist() for file in files]))
"""
NEEDED = {"keras": (), "tflite": ("ai_edge_litert",), "onnx": ("onnx", "tf2onnx", "onnxruntime")}


@pytest.mark.parametrize("kind", RUNTIMES)
def test_every_form_answers_for_files_as_the_training_does(kind, network, files, tmp_path):
    """Each is loaded by its own runtime in a process of its own."""
    for package in NEEDED[kind]:
        pytest.importorskip(package, reason="the group export is not installed")
    path = tmp_path / f"network.{kind}"
    if kind == "keras":
        network.save(path)
    else:
        network.export(path, format={"tflite": "litert"}.get(kind, kind), verbose=False)
    program = ANSWER_FILES.format(RUNTIMES[kind])
    run = subprocess.run(
        [sys.executable, "-c", program, path, *files],
        capture_output=True,
        text=True,
        cwd=Path(utils.layers.__file__).parents[2],
    )
    assert run.returncode == 0, run.stderr
    found = np.array(json.loads(run.stdout.splitlines()[-1]))
    np.testing.assert_allclose(found, answers_of_arrays(network, files), atol=0.005)
    np.testing.assert_allclose(found.sum(axis=1), 1, atol=1e-5)
