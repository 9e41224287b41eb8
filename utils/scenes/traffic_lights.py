"""Street scenes with traffic lights, and exactly where the lights are."""

from typing import NamedTuple

from utils.checks import require_integer
from utils.scenes.canvas import BLACK, WHITE, Canvas, Color, dimmed, mixed, turn_image
from utils.scenes.street import draw_car, draw_photograph, draw_sign, draw_street
from utils.scenes.weather import add_glare, add_noise, add_rain, blur

import numpy as np
from PIL import Image, ImageDraw

STATES = ("none", "red", "green")
MAX_LIGHTS = 3
HOUSINGS: tuple[Color, ...] = ((0.06, 0.06, 0.06), (0.10, 0.14, 0.10), (0.55, 0.42, 0.08))
LIT: dict[str, tuple[Color, ...]] = {  # Lamps and camera differ, so no color is the exact one.
    "red": ((1.0, 0.12, 0.08), (1.0, 0.22, 0.06), (0.95, 0.05, 0.12)),
    "green": ((0.10, 1.0, 0.55), (0.20, 0.95, 0.35), (0.15, 0.95, 0.75)),
}
UNLIT: tuple[Color, ...] = ((0.16, 0.05, 0.05), (0.17, 0.14, 0.05), (0.05, 0.14, 0.09))


class StreetScenes(NamedTuple):
    """N street scenes, with up to three traffic lights each, all showing the same."""

    images: np.ndarray  # (N, size, size, 3), uint8
    labels: np.ndarray  # (N,), uint8: index into class_names
    masks: np.ndarray  # (N, size, size), bool: the pixel belongs to a traffic light's housing
    boxes: np.ndarray  # (N, 3, 4), int16: top, left, bottom, right of each light; -1 where none is
    class_names: tuple[str, ...]
    quarters: np.ndarray  # (N,), uint8: by how many quarters the picture was turned


def traffic_lights(
    num_images: int,
    *,
    size: int = 128,
    seed: int = 0,
    heights: tuple[float, float] = (0.12, 0.40),
    turned: float = 0.0,
    distractors: int = 3,
) -> StreetScenes:
    """Draw street scenes with no traffic light, with red ones, or with green ones.

    The lights vary in size, number, place, tilt and color; there is day and night, rain and
    glare; brake lights, shop signs and road signs are red and green as well. The street, the weather
    and whatever misleads are drawn independently of the class. Every three pictures, counted from
    the first, show each class once. The same seed gives the same pictures again; a smaller
    `num_images` gives the first of them.

    Args:
        num_images: number of pictures, at least 1.
        size: height and width in pixels, at least 32.
        seed: integer, at least 0.
        heights: smallest and largest height of a light's housing, as a share of the picture's.
        turned: share of the pictures that lie on their side or stand on their head.
        distractors: at most so many cars, and so many signs.

    Raises:
        ValueError: an argument is out of its range.
    """
    _check(num_images, size, seed, heights, turned, distractors)
    images = np.empty((num_images, size, size, 3), np.uint8)
    masks = np.zeros((num_images, size, size), bool)
    boxes = np.full((num_images, MAX_LIGHTS, 4), -1, np.int16)
    labels, quarters = np.empty((2, num_images), np.uint8)
    for index in range(num_images):
        block, place = divmod(index, len(STATES))
        labels[index] = np.random.default_rng([seed, block]).permutation(len(STATES))[place]
        rng = np.random.default_rng([seed, block, place])
        image, light_masks = _draw_scene(rng, STATES[labels[index]], size, heights, distractors)
        quarters[index] = rng.integers(1, 4) if rng.random() < turned else 0
        images[index] = np.rot90(image, quarters[index])
        for number, mask in enumerate(light_masks):
            mask = np.rot90(mask, quarters[index])
            masks[index] |= mask
            boxes[index, number] = _box_around(mask)
    return StreetScenes(images, labels, masks, boxes, STATES, quarters)


def _check(num_images, size, seed, heights, turned, distractors) -> None:
    require_integer("num_images", num_images, 1)
    require_integer("size", size, 32)
    require_integer("seed", seed, 0)
    require_integer("distractors", distractors, 0)
    if not 0 <= turned <= 1:
        raise ValueError(f"turned must lie between 0 and 1, got {turned!r}.")
    if len(heights) != 2 or not 0.05 <= heights[0] <= heights[1] <= 0.8:
        raise ValueError(f"heights must be two numbers from 0.05 to 0.8, the smaller first, got {heights!r}.")


def _draw_scene(rng, state, size, heights, distractors) -> tuple[np.ndarray, list[np.ndarray]]:
    subpixels = max(2, -(-192 // size))
    canvas = Canvas(size * subpixels)
    night = rng.random() < 0.35
    if rng.random() < 0.7:
        horizon = draw_street(rng, canvas, night)
    else:
        draw_photograph(rng, canvas)
        horizon = rng.uniform(0.45, 0.6)
    for _ in range(rng.integers(0, distractors + 1)):
        draw_sign(rng, canvas, horizon, night)
    for _ in range(rng.integers(0, distractors + 1)):
        draw_car(rng, canvas, horizon)
    # The lights have random numbers of their own, so that the rest of the scene does not reveal the class.
    tilt = rng.uniform(-5, 5)
    lights_rng, weather_rng = rng.spawn(2)
    housings = [] if state == "none" else _draw_lights(lights_rng, canvas, state, heights)
    canvas.turn(tilt)
    ambient = _ambient(weather_rng, night)
    picture = canvas.expose(ambient, glow=1.0 if night else 0.35)
    picture = picture.reshape(size, subpixels, size, subpixels, 3).mean((1, 3))
    picture = _add_weather(weather_rng, picture, night)
    masks = [_mask(corners, canvas.width, tilt, size, subpixels) for corners in housings]
    return np.rint(255 * picture.clip(0, 1)).astype(np.uint8), masks


def _ambient(rng: np.random.Generator, night: bool) -> np.ndarray:
    if night:
        return rng.uniform(0.12, 0.30) * np.array([0.80, 0.85, 1.0]) * rng.uniform(0.9, 1.1, 3)
    return rng.uniform(0.65, 1.10) * rng.uniform(0.93, 1.07, 3)


def _add_weather(rng: np.random.Generator, picture: np.ndarray, night: bool) -> np.ndarray:
    rain, glare, unsharp = rng.random(3) < (0.25, 0.2, 0.3)
    if rain:
        picture = add_rain(rng, picture, night)
    if glare:
        picture = add_glare(rng, picture, night)
    if unsharp:
        picture = blur(rng, picture)
    return add_noise(rng, picture)


def _draw_lights(rng, canvas: Canvas, state: str, heights) -> list[np.ndarray]:
    """Draw one to three lights that do not overlap; return the corners of their housings."""
    housings: list[np.ndarray] = []
    wanted = rng.choice([1, 2, 3], p=[0.55, 0.3, 0.15])
    largest = heights[0] * (heights[1] / heights[0]) ** rng.random()
    paint, colors = HOUSINGS[rng.integers(len(HOUSINGS))], LIT[state]
    lit = colors[rng.integers(len(colors))]
    places: list[tuple[float, float, float]] = []
    for _ in range(20):
        height = max(heights[0], largest * rng.uniform(0.75, 1.0))
        x = rng.uniform(0.1 + 0.25 * height, 0.9 - 0.25 * height)
        y = rng.uniform(0.12 + height / 2, max(0.62 - height / 2, 0.13 + height / 2))
        free = all(abs(x - a) > 0.4 * (height + h) or abs(y - b) > 0.6 * (height + h) for a, b, h in places)
        if free and len(places) < wanted:
            places.append((x, y, height))
    for x, y, height in places:
        housings.append(_draw_light(rng, canvas, x, y, height, state, paint, lit))
    return housings


def _draw_light(rng, canvas: Canvas, x, y, height, state, paint, lit) -> np.ndarray:
    """Draw one light with its pole or arm; return the corners of its housing: (4, 2)."""
    width = height * rng.uniform(0.36, 0.44)
    angle = np.radians(rng.uniform(-6, 6))
    turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])

    def placed(*points) -> np.ndarray:
        return np.array(points) * (width / 2, height / 2) @ turn + (x, y)

    _draw_pole(rng, canvas, x, y, height)
    if rng.random() < 0.3:  # a white edge that makes it stand out
        canvas.polygon(placed((-1.25, -1.1), (1.25, -1.1), (1.25, 1.1), (-1.25, 1.1)), (0.85, 0.85, 0.85))
    corners = placed((-1, -1), (1, -1), (1, 1), (-1, 1))
    canvas.polygon(corners, paint)
    lit_lamp = {"red": 0, "green": 2}[state]
    for lamp, place in enumerate(placed((0, -0.62), (0, 0.0), (0, 0.62))):
        _draw_lamp(canvas, place, 0.13 * height, paint, UNLIT[lamp], lit if lamp == lit_lamp else None)
    return corners


def _draw_pole(rng, canvas: Canvas, x, y, height) -> None:
    """Draw what holds a light up: a pole from the ground, or an arm from one side."""
    half, metal = 0.03 * height, (0.22, 0.23, 0.24)
    if rng.random() < 0.6:
        canvas.box(x - half, y, x + half, 1.2, metal)
    else:
        end = -0.2 if rng.random() < 0.5 else 1.2
        arm = y - 0.55 * height
        canvas.box(min(x, end), arm - half, max(x, end), arm + half, metal)
        canvas.box(x - half, arm, x + half, y, metal)


def _draw_lamp(canvas: Canvas, place, radius, paint: Color, unlit: Color, lit: Color | None) -> None:
    """Draw a lamp under its hood, dark or, when `lit` is a color, shining."""
    x, y = place
    canvas.disc(x, y - 0.18 * radius, 1.22 * radius, dimmed(paint, 0.4))
    if lit is None:
        canvas.disc(x, y, radius, unlit)
    else:
        canvas.disc(x, y, radius, BLACK, lit)
        canvas.disc(x, y, 0.45 * radius, BLACK, mixed(lit, WHITE, 0.5))


def _mask(corners: np.ndarray, width: int, tilt: float, size: int, subpixels: int) -> np.ndarray:
    """Return which pixels a housing covers, wholly or in part, once the picture is turned."""
    housing = Image.new("L", (width, width))
    ImageDraw.Draw(housing).polygon([(x * width, y * width) for x, y in corners], fill=255)
    covered = np.asarray(turn_image(housing, tilt)) > 127
    return np.any(covered.reshape(size, subpixels, size, subpixels), axis=(1, 3))


def _box_around(mask: np.ndarray) -> tuple[int, int, int, int]:
    rows, columns = (np.flatnonzero(mask.any(axis)) for axis in (1, 0))
    if not len(rows):
        return (-1, -1, -1, -1)
    return rows[0], columns[0], rows[-1] + 1, columns[-1] + 1
