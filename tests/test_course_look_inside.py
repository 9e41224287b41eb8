"""The page "Look inside": its numbers against Keras, its address, its words for what goes wrong."""

import base64
import io
import shutil
from collections.abc import Iterator
from pathlib import Path

from course.build.look_inside import RUN, build_look_inside
from utils.explain import deconvnet, grad_cam, occlusion
from utils.records import load_run
from utils.scenes import shapes10

import keras
import numpy as np
import pytest
import skimage
from axe import violations
from browser import Reader
from built_pages import reading, served
from PIL import Image
from playwright.sync_api import expect

PATIENCE = 120_000  # milliseconds
NUM_PICTURES = 20
LAYERS = ("conv1", "pool1", "conv2", "pool2", "conv3", "conv4", "conv5", "pool5")
OCCLUSION = {"size": 8, "strides": 12}
# Numbers come as text, which is much faster than as a list.
ASK = """async ([kind, details]) => {
  const found = await lookInside.ask(kind, details);
  const { shape, data } = found.heat ?? found;
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  let text = '';
  for (let place = 0; place < bytes.length; place += 8192) {
    text += String.fromCharCode(...bytes.subarray(place, place + 8192));
  }
  return [shape, btoa(text)];
}"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    build_look_inside(folder / "look_inside")
    return folder


@pytest.fixture(scope="module")
def visitor(folder) -> Iterator[Reader]:
    with reading(folder) as reader:
        reader.page.set_default_timeout(PATIENCE)
        yield reader


@pytest.fixture
def opened(visitor) -> Reader:
    """Somebody who has loaded the network; the errors of earlier visits are forgotten."""
    visitor.page.set_viewport_size({"width": 1366, "height": 768})
    open_page(visitor)
    visitor.errors.clear()
    return visitor


def open_page(reader: Reader, state: str = "", address: str = "") -> None:
    reader.page.goto("about:blank")
    reader.page.goto(f"{address or reader.address}/look_inside/index.html{state}")
    reader.page.locator("#load").click()
    expect(reader.page.locator("#message")).to_contain_text("The network answers", timeout=PATIENCE)
    expect(reader.page.locator("#sum .result").first).to_be_visible(timeout=PATIENCE)


def as_file(pixels: np.ndarray) -> dict:
    stream = io.BytesIO()
    Image.fromarray(pixels).save(stream, "PNG")
    return {"name": "picture.png", "mimeType": "image/png", "buffer": stream.getvalue()}


def ask(page, kind: str, **details) -> np.ndarray:
    shape, text = page.evaluate(ASK, [kind, details])
    return np.frombuffer(base64.b64decode(text), "<f4").reshape(shape)


def upload(page, file: dict) -> None:
    shown = page.evaluate("lookInside.shown")
    page.locator("#file").set_input_files(file)
    page.wait_for_function("before => lookInside.shown > before", arg=shown)


# --- equal to Keras ---


def pictures() -> np.ndarray:
    """Twelve drawings and eight parts of a photograph, (20, 32, 32, 3), uint8."""
    cat = skimage.data.chelsea()
    parts = [cat[row : row + 32, column : column + 32] for row in (60, 130) for column in (90, 150, 210, 270)]
    return np.concatenate([shapes10(NUM_PICTURES - len(parts), seed=3).images, parts])


def places(index: int, shape: tuple[int, ...]) -> tuple[int, int, int]:
    rng = np.random.default_rng(index)
    return tuple(int(rng.integers(length)) for length in shape)


def compare(page, images: np.ndarray) -> float:
    """Return the largest difference between page and Keras, as a share of the spread of what is compared."""
    model = load_run(RUN).model
    floats = images.astype("float32") / 255
    outputs = keras.Model(model.inputs[0], [model.get_layer(name).output for name in (*LAYERS, "dropout7")])
    *expected_maps, hidden = (one.numpy() for one in outputs(floats, training=False))
    kernel, bias = model.get_layer("predictions").get_weights()
    scores = hidden @ kernel + bias
    classes = np.arange(len(images)) % 10
    covered = occlusion(model, floats, classes, size=OCCLUSION["size"], stride=OCCLUSION["strides"]).drops
    cams = grad_cam(model, floats, "conv5", classes, resize=False)
    differences = []

    def note(found, expected):
        differences.append(np.abs(found.reshape(expected.shape) - expected).max() / expected.std())

    for index, image in enumerate(images):
        upload(page, as_file(image))
        note(ask(page, "scores"), scores[index])
        for name, maps in zip(LAYERS, expected_maps, strict=True):
            note(ask(page, "maps", layer=name), maps[index])
        number = index % len(LAYERS)
        row, column, map_ = places(index, expected_maps[number].shape[1:])
        if expected_maps[number][index, row, column, map_] > 0:
            place = {"layer": LAYERS[number], "map": map_, "row": row, "column": column}
            found = ask(page, "deconvnet", **place)
            note(found, deconvnet(model, floats[[index]], LAYERS[number], map_, (row, column))[0])
        chosen = {"classIndex": int(classes[index])}
        if cams[index].any():
            note(ask(page, "gradCam", **chosen), cams[index])
        note(ask(page, "occlusion", **chosen, **OCCLUSION), covered[index])
    return max(differences)


def test_every_number_is_that_of_keras(opened):
    assert compare(opened.page, pictures()) < 1e-4
    assert opened.errors == [] and opened.hosts == {"127.0.0.1"}


def test_a_changed_weight_is_noticed(visitor, folder, tmp_path):
    """The sign of one weight of 73,728 in the second convolution."""
    changed = tmp_path / "site"
    shutil.copytree(folder, changed)
    weights = np.fromfile(changed / "look_inside" / "weights.bin", "<f2")
    first = 5 * 5 * 3 * 64 + 64
    weights[first + int(np.abs(weights[first : first + 3 * 3 * 64 * 128]).argmax())] *= -1
    weights.tofile(changed / "look_inside" / "weights.bin")
    with served(changed) as address:
        open_page(visitor, address=address)
        assert compare(visitor.page, pictures()[-1:]) > 1e-4


def test_the_sum_is_the_number_of_the_map(opened):
    """The page's own words: all products and the bias, rounded to two decimals each."""
    opened.page.locator('[data-layer="conv2"]').click()
    line = opened.page.locator("#sum .result").first
    expect(line).to_contain_text("(all others)")
    found = opened.page.evaluate(
        "lookInside.ask('composition', {layer: 'conv2', map: 7, row: 3, column: 15})"
    )
    total = found["bias"] + sum(channel["sum"] for channel in found["channels"])
    assert max(0, total) == pytest.approx(found["value"], abs=1e-4)
    products = [cell["product"] for channel in found["channels"] for row in channel["cells"] for cell in row]
    assert sum(products) + found["bias"] == pytest.approx(total, abs=1e-4)
    # Padding outside the map: one column of three, for each of the 64 maps below.
    outside = [row[2]["pixel"] for channel in found["channels"] for row in channel["cells"]]
    assert len(outside) == 3 * 64 and set(outside) == {None}


@pytest.mark.parametrize(
    ("layer", "expected"),
    [("conv1", (8, 8, 5, 5)), ("pool1", (16, 16, 7, 7)), ("conv5", (0, 0, 32, 32))],
)
def test_the_frame_is_the_receptive_field(opened, layer, expected):
    """By hand for the first two; conv5 in the middle sees all of the picture."""
    place = {"conv1": (10, 10), "pool1": (9, 9), "conv5": (4, 4)}[layer]
    details = {"layer": layer, "map": 0, "row": place[0], "column": place[1]}
    field = opened.page.evaluate("details => lookInside.ask('composition', details)", details)["field"]
    assert (field["top"], field["left"], field["height"], field["width"]) == expected


# --- the address ---


def test_a_view_can_be_linked_to(visitor):
    state = "#picture=rocket.jpg&layer=conv3&map=12&row=2&column=5&class=8"
    open_page(visitor, state)
    page = visitor.page
    expect(page.locator("#map-name")).to_have_text("Map 12 of conv3")
    assert (page.locator("#row").input_value(), page.locator("#column").input_value()) == ("2", "5")
    assert page.locator("#class").input_value() == "8"
    assert page.evaluate("location.hash") == state


def test_an_impossible_address_is_brought_into_range(visitor):
    open_page(visitor, "#picture=none.jpg&layer=conv9&map=9999&row=-4&column=x&class=77")
    state = dict(part.split("=") for part in visitor.page.evaluate("location.hash")[1:].split("&"))
    assert state == {
        "picture": "cat.jpg",
        "layer": "conv1",
        "map": "63",
        "row": "0",
        "column": "0",
        "class": "9",
    }


def test_every_step_of_the_tour_leads_somewhere(opened):
    page = opened.page
    for index in range(page.locator("#tour a").count()):
        shown = page.evaluate("lookInside.shown")
        page.locator("#tour a").nth(index).click()
        page.wait_for_function("before => lookInside.shown > before", arg=shown)
        address = page.locator("#tour a").nth(index).get_attribute("href")
        assert page.evaluate("location.hash") == address
    assert opened.errors == []


# --- people ---


def test_nothing_large_is_loaded_before_the_click(visitor):
    visitor.page.goto("about:blank")
    sizes = {}
    visitor.page.on("response", lambda answer: sizes.update({answer.url: len(answer.body())}))
    visitor.page.goto(f"{visitor.address}/look_inside/index.html")
    visitor.page.wait_for_load_state("networkidle")
    assert 0 < sum(sizes.values()) < 200_000
    assert not any(url.endswith("weights.bin") for url in sizes)
    expect(visitor.page.locator("#megabytes")).to_have_text("2.8")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
def test_the_page_is_accessible_and_fits(opened, width, scheme):
    page = opened.page
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size({"width": width, "height": 720})
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.emulate_media(color_scheme="light")


def test_maps_and_places_are_reached_by_keyboard(opened):
    page = opened.page
    page.locator("#maps button").first.focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    expect(page.locator("#map-name")).to_have_text("Map 1 of conv1")
    page.locator("#row").fill("6")
    page.locator("#column").fill("7")
    page.keyboard.press("Enter")
    page.locator("#map").focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowLeft")
    expect(page.locator("#row")).to_have_value("7")
    expect(page.locator("#column")).to_have_value("6")


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("empty.png", b"", "is empty"),
        ("letter.jpg", b"Dear all,", "no picture that this browser can open"),
        ("photo.heic", b"\0\0\0\x18ftypheic", "save it as JPEG first"),
        ("huge.png", bytes(51_000_000), "51 MB"),
    ],
)
def test_files_that_are_no_pictures_are_refused_in_words(opened, name, content, words, tmp_path):
    path = tmp_path / name
    path.write_bytes(content)
    before = opened.page.evaluate("location.hash")
    opened.page.locator("#file").set_input_files(path)
    expect(opened.page.locator("#message")).to_contain_text(words)
    assert opened.page.evaluate("location.hash") == before


@pytest.mark.parametrize("mode", ["L", "RGBA", "P", "CMYK"])
def test_pictures_of_other_kinds_and_shapes_are_taken(opened, mode):
    stream = io.BytesIO()
    picture = Image.new(mode, (75, 1200))
    picture.save(stream, "JPEG" if mode == "CMYK" else "PNG")
    upload(opened.page, {"name": "own", "mimeType": "image/png", "buffer": stream.getvalue()})
    assert "picture=own" in opened.page.evaluate("location.hash")


def test_a_large_picture_is_averaged(opened):
    """Black and white lines one pixel wide become gray; a browser that skips pixels would show stripes."""
    lines = np.zeros((320, 320, 3), np.uint8)
    lines[::2] = 255
    upload(opened.page, as_file(lines))
    pixels = opened.page.evaluate(
        "[...document.getElementById('picture').getContext('2d').getImageData(0, 0, 32, 32).data]"
    )
    np.testing.assert_allclose(np.reshape(pixels, (32, 32, 4))[..., :3], 127.5, atol=1)


def test_a_camera_that_is_missing_is_no_error(opened):
    opened.page.locator("#camera").click()
    expect(opened.page.locator("#message")).to_contain_text("no camera")
    assert opened.errors == []


def test_weights_that_are_cut_short_are_named(visitor, folder, tmp_path):
    cut = tmp_path / "site"
    shutil.copytree(folder, cut)
    path = cut / "look_inside" / "weights.bin"
    path.write_bytes(path.read_bytes()[:-1000])
    with served(cut) as address:
        visitor.page.goto(f"{address}/look_inside/index.html")
        visitor.page.locator("#load").click()
        expect(visitor.page.locator("#message")).to_contain_text("not whole", timeout=PATIENCE)
        expect(visitor.page.locator("#load")).to_be_enabled()


def test_a_page_opened_as_a_file_says_what_to_do(folder, visitor):
    visitor.page.goto((folder / "look_inside" / "index.html").as_uri())
    expect(visitor.page.locator("#message")).to_contain_text("python -m http.server")
    expect(visitor.page.locator("#load")).to_be_hidden()


def test_covering_shows_progress_and_ends_in_words(opened):
    opened.page.locator("#cover").click()
    expect(opened.page.locator("#covering")).to_be_visible()
    expect(opened.page.locator("#drop")).to_contain_text("falls by up to", timeout=PATIENCE)
    expect(opened.page.locator("#covering")).to_be_hidden()
