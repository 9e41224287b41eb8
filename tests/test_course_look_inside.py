"""The page "Look inside": its numbers against Keras, its address, touch, its words for what goes wrong.

In Chromium, and in Firefox where one is installed.
"""

import base64
import contextlib
import io
import json
import re
import shutil
import tomllib
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qsl

from course.build.chapters import HOME
from course.build.look_inside import RUN, SOURCES, build_look_inside
from utils.explain import deconvnet, grad_cam, occlusion
from utils.records import load_run
from utils.scenes import shapes10

import keras
import numpy as np
import pytest
import skimage
from axe import violations
from browser import Reader, find_browser, start_reader
from built_pages import served
from firefox import start_firefox
from PIL import Image
from playwright.sync_api import Page, expect

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


LOADED = """() => Object.fromEntries(
  [...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')]
    .map(one => [one.name, one.encodedBodySize]))"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    build_look_inside(folder / "look_inside")
    return folder


def start_chromium() -> contextlib.AbstractContextManager[Reader]:
    return start_reader(find_browser())


@pytest.fixture(scope="module", params=[start_chromium, start_firefox], ids=["chromium", "firefox"])
def visitor(request, folder) -> Iterator[Reader]:
    with served(folder) as address, request.param() as reader:
        reader.address = address
        reader.page.set_default_timeout(PATIENCE)
        yield reader


@pytest.fixture
def opened(visitor) -> Reader:
    """Somebody who has loaded the network, and let it look at all pictures; earlier errors are forgotten."""
    visitor.page.set_viewport_size({"width": 1366, "height": 768})
    open_page(visitor)
    visitor.errors.clear()
    return visitor


def open_page(reader: Reader, state: str = "", address: str = "") -> None:
    load(reader.page, f"{address or reader.address}/look_inside/index.html{state}")


def load(page: Page, address: str) -> None:
    page.goto("about:blank")
    page.goto(address)
    page.locator("#load").click()
    expect(page.locator("#message")).to_contain_text("The network answers", timeout=PATIENCE)
    num_pictures = page.locator("#pictures button").count()
    page.wait_for_function(
        "number => lookInside.ask('peaks', { layer: 'conv1', map: 0 }).then(all => all.length === number)",
        arg=num_pictures,
    )


def hash_of(page: Page) -> dict[str, str]:
    return dict(parse_qsl(page.evaluate("location.hash")[1:]))


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
    expect(line).to_contain_text("(all other maps)")
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
    state = "#picture=none.jpg&layer=conv9&map=9999&row=-4&column=99&class=77&part=x&tour=99&toString=1"
    open_page(visitor, state)
    assert hash_of(visitor.page) | {"part": ""} == {
        "picture": "cat.jpg",
        "layer": "conv1",
        "map": "63",
        "row": "0",
        "column": "31",
        "class": "9",
        "part": "",
    }
    expect(visitor.page.locator("#guide")).to_be_hidden()


def test_what_the_address_leaves_open_is_the_largest_number_and_the_answer(visitor):
    """Also a number that is none."""
    open_page(visitor, "#layer=conv2&row=x")
    page, state = visitor.page, hash_of(visitor.page)
    maps = ask(page, "maps", layer="conv2")
    place = tuple(int(state[name]) for name in ("row", "column", "map"))
    assert maps[place] == maps.max() > 0
    assert int(state["class"]) == ask(page, "scores").argmax()


# What is done on the page, and what then shows it.
VIEWS = {
    "picture": ("#pictures button >> nth=2", ["#picture", "#answers"]),
    "layer": ('[data-layer="pool2"]', ["#scale", "#map-name", "#maps [aria-pressed=true]"]),
    "map": ("#maps button >> nth=5", ["#map-name", "#place"]),
    "number": ('[data-step="ArrowRight"]', ["#place", "#field", "#sum"]),
    "patches": ("#patches button >> nth=1", ["#picture", "#place", "#patches [aria-pressed=true]"]),
    "why": ("#cover", ["#drop", "#occlusion"]),
    "tour": ("#tour a >> nth=3", ["#guide-text", "#map-name", "#place"]),
}
SHOWN = """names => names.map(name => {
  const one = document.querySelector(name);
  return [one.ariaLabel, one.ariaPressed, one.innerText];
})"""


@pytest.mark.parametrize("part", VIEWS)
def test_every_part_of_the_view_stands_in_the_address(opened, part):
    page, (control, shows) = opened.page, VIEWS[part]
    before = page.evaluate("location.hash")
    page.locator(control).click()
    page.wait_for_function("before => location.hash !== before", arg=before)
    if part == "why":
        expect(page.locator("#drop")).to_contain_text("Full color", timeout=PATIENCE)
    seen = settled(page, shows)
    open_page(opened, page.evaluate("location.hash"))
    if part == "why":
        expect(page.locator("#drop")).to_contain_text("Full color", timeout=PATIENCE)
    assert settled(page, shows) == seen
    assert opened.errors == []


def settled(page: Page, names: list[str]) -> list:
    """Return the address and what parts of the page show, once they no longer change."""
    seen, now = None, []
    while seen != now:
        page.wait_for_timeout(500)
        seen, now = now, [page.evaluate("location.hash"), *page.evaluate(SHOWN, names)]
    return now


def test_the_chapters_link_to_views_that_there_are(opened):
    told = tomllib.loads(HOME.read_text(encoding="utf-8")).values()
    views = [chapter["look_inside"] for chapter in told if "look_inside" in chapter]
    assert views
    for view in views:
        shown = opened.page.evaluate("lookInside.shown")
        opened.page.evaluate("view => location.hash = view", view)
        opened.page.wait_for_function("before => lookInside.shown > before", arg=shown)
        chosen = dict(parse_qsl(view))
        assert chosen.items() <= hash_of(opened.page).items()
        expect(opened.page.locator(f"#part-{chosen['part']}")).to_be_in_viewport()


def test_the_tour_leads_from_view_to_view_and_shows_what_it_speaks_of(opened):
    page = opened.page
    steps = json.loads((SOURCES / "tour.json").read_text(encoding="utf-8"))
    for number, step in enumerate(steps, start=1):
        shown = page.evaluate("lookInside.shown")
        if number == 1:
            page.locator("#tour-start").click()
        else:
            expect(page.locator("#next")).to_be_focused()
            page.keyboard.press("Enter")
        page.wait_for_function("before => lookInside.shown > before", arg=shown)
        expect(page.locator("#guide-text")).to_have_text(f"{number} of {len(steps)}. {step['text']}")
        expected = {name: str(value) for name, value in step["state"].items()} | {"tour": str(number)}
        found = hash_of(page)
        assert {name: found.get(name) for name in expected} | {"cover": ""} == expected | {"cover": ""}
        expect(page.locator(f"#part-{step['state']['part']}")).to_be_in_viewport()
    expect(page.locator("#next")).to_be_disabled()
    expect(page.locator("#end")).to_be_focused()
    page.locator("#back").click()
    expect(page.locator("#guide-text")).to_contain_text(f"{len(steps) - 1} of")
    page.locator("#end").click()
    expect(page.locator("#guide")).to_be_hidden()
    assert "tour" not in hash_of(page) and opened.errors == []


# --- people ---


def test_nothing_large_is_loaded_before_the_click(visitor):
    visitor.page.goto("about:blank")
    visitor.page.goto(f"{visitor.address}/look_inside/index.html")
    expect(visitor.page.locator("#megabytes")).to_have_text("2.8")
    sizes = visitor.page.evaluate(LOADED)
    assert 0 < sum(sizes.values()) < 200_000
    assert not any(url.endswith("weights.bin") for url in sizes)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
def test_the_page_is_accessible_and_fits(opened, width, scheme):
    page = opened.page
    page.emulate_media(color_scheme=scheme)
    if not page.evaluate("scheme => matchMedia(`(prefers-color-scheme: ${scheme})`).matches", scheme):
        pytest.skip(f"this browser cannot be asked for {scheme} colors")
    page.set_viewport_size({"width": width, "height": 720})
    page.locator("#tour a").first.click()
    expect(page.locator("#guide")).to_be_visible()
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.emulate_media(color_scheme="light")


def test_maps_and_places_are_reached_by_keyboard(opened):
    page = opened.page
    page.locator("#maps button").first.focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    expect(page.locator("#message")).to_contain_text("Map 1 of conv1")
    expect(page.locator("#map-name")).to_have_text("Map 1 of conv1")
    for name, digit in (("#row", "6"), ("#column", "7")):
        page.locator(name).focus()
        page.keyboard.press("Control+A")
        page.keyboard.press(digit)
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
    expect(opened.page.locator("#drop")).to_contain_text("again and again")
    expect(opened.page.locator("#drop")).to_contain_text("The probability of", timeout=PATIENCE)
    expect(opened.page.locator("#drop")).to_contain_text("Full color")
    expect(opened.page.locator("#covering")).to_be_hidden()


def test_another_class_ends_the_covering(opened):
    page = opened.page
    page.locator("#cover").click()
    expect(page.locator("#covering")).to_be_visible()
    page.locator("#class").select_option("ship")
    expect(page.locator("#covering")).to_be_hidden()
    expect(page.locator("#drop")).to_have_text("")
    assert "cover" not in hash_of(page) and opened.errors == []


def test_the_patches_are_the_largest_numbers_of_the_map_in_all_pictures(opened):
    """And a choice goes to the number."""
    page = opened.page
    page.locator('[data-layer="conv3"]').click()
    expect(page.locator("#map-name")).to_contain_text("conv3")
    upload(page, as_file(pictures()[-1]))
    number = int(hash_of(page)["map"])
    labels = [one.get_attribute("aria-label") for one in page.locator("#patches button").all()]
    values = [float(re.search(r": (\S+) at", label)[1]) for label in labels]
    assert values == sorted(values, reverse=True) and values
    for index, value in enumerate(values):
        shown = page.evaluate("lookInside.shown")
        page.locator("#patches button").nth(index).click()
        page.wait_for_function("before => lookInside.shown > before", arg=shown)
        maps = ask(page, "maps", layer="conv3")[:, :, number]
        state = hash_of(page)
        assert maps.max() == pytest.approx(value, abs=0.006)
        assert maps[int(state["row"]), int(state["column"])] == maps.max()


def test_a_number_that_is_zero_projects_nothing_and_says_so(visitor):
    open_page(visitor, "#layer=conv4")
    page = visitor.page
    maps = ask(page, "maps", layer="conv4")
    row, column, number = np.argwhere(maps == 0)[0]
    open_page(visitor, f"#layer=conv4&map={number}&row={row}&column={column}")
    expect(page.locator("#projected")).to_contain_text("nothing to project")
    expect(page.locator("#place")).to_have_text(f"Row {row}, column {column}: 0.00")


# --- touch ---

TOUCHED = "button, .button, select, input:not([type=file]), #tour a, #map"
SMALL = """([touched, least]) => [...document.querySelectorAll(touched)]
  .filter(one => one.checkVisibility())
  .map(one => [one.id || one.textContent || one.ariaLabel, one.getBoundingClientRect()])
  .filter(([, box]) => Math.min(box.width, box.height) < least)
  .map(([name, box]) => `${name}: ${box.width} x ${box.height}`)"""


@pytest.fixture
def phone(visitor) -> Iterator[Page]:
    """The page on a phone, all fingers."""
    browser = visitor.page.context.browser
    if browser.browser_type.name != "chromium":
        pytest.skip("only Chromium can be made a phone")
    context = browser.new_context(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    page = context.new_page()
    page.set_default_timeout(PATIENCE)
    load(page, f"{visitor.address}/look_inside/index.html")
    yield page
    context.close()


def test_what_is_touched_is_large_enough(phone):
    """44 pixels, which WCAG calls enhanced."""
    phone.locator("#tour a").first.tap()
    expect(phone.locator("#guide")).to_be_visible()
    assert phone.evaluate(SMALL, [TOUCHED, 44]) == []
    assert phone.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_everything_works_by_touch(phone):
    phone.locator("#pictures button").nth(1).tap()
    expect(phone.locator("#pictures button").nth(1)).to_have_attribute("aria-pressed", "true")
    phone.locator('[data-layer="conv2"]').tap()
    phone.locator("#maps button").nth(3).tap()
    expect(phone.locator("#map-name")).to_have_text("Map 3 of conv2")
    phone.locator("#map").scroll_into_view_if_needed()
    box = phone.locator("#map").bounding_box()
    phone.touchscreen.tap(box["x"] + 5.5 / 16 * box["width"], box["y"] + 9.5 / 16 * box["height"])
    expect(phone.locator("#place")).to_contain_text("Row 9, column 5:")
    phone.locator('[data-step="ArrowUp"]').tap()
    expect(phone.locator("#place")).to_contain_text("Row 8, column 5:")
    phone.locator("#strongest").tap()
    expect(phone.locator("#place")).not_to_contain_text("Row 8, column 5:")
    phone.locator("#class").select_option("frog")
    phone.locator("#cover").tap()
    expect(phone.locator("#drop")).to_contain_text("The probability of frog", timeout=PATIENCE)
    phone.locator("#camera").tap()
    expect(phone.locator("#message")).to_contain_text("no camera")
    expect(phone.locator("#message")).to_be_in_viewport()
    phone.locator("#tour-start").tap()
    phone.locator("#next").tap()
    expect(phone.locator("#guide-text")).to_contain_text("2 of")
    phone.locator("#end").tap()
    expect(phone.locator("#guide")).to_be_hidden()
