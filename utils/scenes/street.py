"""The street behind the traffic lights, drawn or from a free photograph, and things that mislead."""

import functools

from utils.scenes.canvas import BLACK, Canvas, Color, dimmed, mixed

import numpy as np
import skimage

# CC0 or in the public domain, as each function of skimage.data says; they come with the package.
PHOTOGRAPHS = ("astronaut", "chelsea", "coffee", "rocket", "brick", "grass", "gravel")
WALLS: tuple[Color, ...] = (
    (0.62, 0.56, 0.50),
    (0.55, 0.36, 0.28),
    (0.70, 0.66, 0.58),
    (0.45, 0.47, 0.50),
    (0.80, 0.76, 0.66),
    (0.50, 0.30, 0.24),
)
CARS: tuple[Color, ...] = (
    (0.75, 0.76, 0.78),
    (0.12, 0.12, 0.14),
    (0.60, 0.10, 0.10),
    (0.14, 0.24, 0.50),
    (0.90, 0.90, 0.88),
    (0.10, 0.34, 0.20),
    (0.75, 0.55, 0.12),
)
SKIES: tuple[tuple[Color, Color], ...] = (
    ((0.35, 0.58, 0.90), (0.78, 0.87, 0.96)),  # above, and at the horizon
    ((0.62, 0.67, 0.72), (0.80, 0.82, 0.84)),
    ((0.42, 0.48, 0.66), (0.95, 0.74, 0.52)),
    ((0.80, 0.84, 0.88), (0.93, 0.94, 0.95)),
)
RED_LIGHT: Color = (1.0, 0.10, 0.06)
GREEN_LIGHT: Color = (0.10, 0.95, 0.45)
WARM_LIGHT: Color = (1.0, 0.78, 0.45)


def draw_photograph(rng: np.random.Generator, canvas: Canvas) -> None:
    """Cover the canvas with a piece of a photograph, slightly tinted."""
    photograph = _photograph(PHOTOGRAPHS[rng.integers(len(PHOTOGRAPHS))])
    side = int(min(photograph.shape[:2]) * rng.uniform(0.45, 1.0))
    top, left = (rng.integers(0, length - side + 1) for length in photograph.shape[:2])
    piece = photograph[top : top + side, left : left + side]
    if rng.random() < 0.5:
        piece = piece[:, ::-1]
    tint = rng.uniform(0.75, 1.1, 3)
    canvas.paste(np.clip(piece * tint, 0, 255).astype(np.uint8))


@functools.cache
def _photograph(name: str) -> np.ndarray:
    photograph = getattr(skimage.data, name)()
    return np.stack([photograph] * 3, axis=-1) if photograph.ndim == 2 else photograph


def draw_street(rng: np.random.Generator, canvas: Canvas, night: bool) -> float:
    """Draw sky, houses, trees and a road; return the height of the horizon, from 0 at the top."""
    horizon = rng.uniform(0.46, 0.62)
    above, below = SKIES[rng.integers(len(SKIES))]
    steps = 40
    for step in range(steps):
        color = mixed(above, below, step / (steps - 1))
        canvas.box(0, horizon * step / steps, 1, horizon * (step + 1) / steps + 0.01, color)
    vanishing = rng.uniform(0.35, 0.65)
    ground = _vary(rng, (0.42, 0.40, 0.38), 0.06)
    canvas.box(0, horizon, 1, 1, ground)
    for side in (-1, 1):
        _draw_houses(rng, canvas, horizon, vanishing, side, night)
    _draw_road(rng, canvas, horizon, vanishing)
    for _ in range(rng.integers(0, 4)):
        _draw_tree(rng, canvas, horizon)
    return horizon


def _draw_houses(rng, canvas, horizon, vanishing, side, night) -> None:
    """Draw a row of houses that become larger toward the edge of the picture."""
    x = 0.06
    reach = vanishing if side < 0 else 1 - vanishing
    houses = []
    while x < reach:
        width = x * rng.uniform(0.5, 0.9) + 0.02
        height = (0.05 + x * rng.uniform(0.5, 1.1)) * rng.uniform(0.7, 1.3)
        houses.append((x, min(x + width, 1.0), height))
        x += width * rng.uniform(0.95, 1.15)
    for near, far, height in houses:
        left, right = sorted((vanishing + side * near, vanishing + side * far))
        base = horizon + 0.30 * near
        wall = _vary(rng, WALLS[rng.integers(len(WALLS))], 0.08)
        canvas.box(left, horizon - height, right, base, wall)
        _draw_windows(rng, canvas, left, horizon - height, right, base, wall, night)


def _draw_windows(rng, canvas, left, top, right, bottom, wall, night) -> None:
    columns = max(1, int((right - left) / rng.uniform(0.04, 0.07)))
    rows = max(1, int((bottom - top) / rng.uniform(0.06, 0.1)))
    width, height = (right - left) / columns, (bottom - top) / rows
    dark = dimmed(wall, 0.35)
    for row in range(rows):
        for column in range(columns):
            x, y = left + width * (column + 0.25), top + height * (row + 0.25)
            lit = night and rng.random() < 0.35
            light = dimmed(WARM_LIGHT, 0.55) if lit else BLACK
            canvas.box(x, y, x + width / 2, y + height / 2, dark, light)


def _draw_road(rng, canvas, horizon, vanishing) -> None:
    asphalt = _vary(rng, (0.30, 0.30, 0.32), 0.05)
    left, right = vanishing - rng.uniform(0.6, 0.9), vanishing + rng.uniform(0.6, 0.9)
    canvas.polygon([(vanishing - 0.02, horizon), (vanishing + 0.02, horizon), (right, 1), (left, 1)], asphalt)
    middle = (left + right) / 2
    for dash in range(6):
        near, far = (0.12 + 0.15 * (dash + part) for part in (0.55, 0))
        corners = []
        for depth, sides in ((far, (-1, 1)), (near, (1, -1))):
            y, x = horizon + (1 - horizon) * depth**1.6, vanishing + (middle - vanishing) * depth**1.6
            corners += [(x + side * 0.012 * depth**1.6, y) for side in sides]
        canvas.polygon(corners, (0.82, 0.82, 0.78))


def _draw_tree(rng, canvas, horizon) -> None:
    x, size = rng.uniform(0, 1), rng.uniform(0.05, 0.16)
    ground = horizon + size * rng.uniform(0.3, 0.8)
    canvas.box(x - size / 12, ground - 2 * size, x + size / 12, ground, (0.25, 0.18, 0.12))
    leaves = _vary(rng, (0.16, 0.34, 0.12), 0.08)
    for _ in range(9):
        dx, dy = rng.normal(0, 0.4 * size, 2)
        shade = _vary(rng, leaves, 0.05)
        canvas.disc(x + dx, ground - 2 * size + dy, size * rng.uniform(0.25, 0.5), shade)


def draw_car(rng: np.random.Generator, canvas: Canvas, horizon: float) -> None:
    """Draw a car from behind; its brake lights may be on."""
    width = rng.uniform(0.08, 0.32)
    x, bottom = rng.uniform(0.1, 0.9), min(horizon + width * rng.uniform(0.7, 1.1), 0.99)
    paint, height = _vary(rng, CARS[rng.integers(len(CARS))], 0.05), 0.75 * width
    half, top = width / 2, bottom - height
    for side in (-1, 1):
        inner, outer = sorted((x + side * 0.30 * width, x + side * 0.46 * width))
        canvas.box(inner, bottom - 0.12 * width, outer, bottom + 0.04 * width, (0.05, 0.05, 0.05))
    roof = [(x - 0.36 * width, top), (x + 0.36 * width, top), (x + half, top + 0.42 * height)]
    canvas.polygon([*roof, (x - half, top + 0.42 * height)], paint)
    window = [(x - 0.31 * width, top + 0.06 * height), (x + 0.31 * width, top + 0.06 * height)]
    window += [(x + 0.41 * width, top + 0.38 * height), (x - 0.41 * width, top + 0.38 * height)]
    canvas.polygon(window, (0.10, 0.12, 0.15))
    canvas.box(x - half, top + 0.42 * height, x + half, bottom - 0.06 * height, paint)
    canvas.box(
        x - 0.12 * width, bottom - 0.3 * height, x + 0.12 * width, bottom - 0.18 * height, (0.8, 0.8, 0.75)
    )
    shine = rng.uniform(0.6, 1.0) if rng.random() < 0.6 else 0.0
    light = dimmed(RED_LIGHT, shine)
    for side in (-1, 1):
        inner, outer = sorted((x + side * 0.34 * width, x + side * 0.48 * width))
        canvas.box(inner, top + 0.5 * height, outer, top + 0.66 * height, (0.45, 0.04, 0.04), light)


def draw_sign(rng: np.random.Generator, canvas: Canvas, horizon: float, night: bool) -> None:
    """Draw a shop sign, a pharmacy's cross, a road sign or a street lamp: no traffic light."""
    x, y = rng.uniform(0.05, 0.95), rng.uniform(0.08, horizon + 0.05)
    kind = rng.choice(["shop", "cross", "round", "lamp"])
    red = rng.random() < 0.5
    color = _vary(rng, (0.75, 0.10, 0.10) if red else (0.10, 0.50, 0.25), 0.08)
    shine = rng.uniform(0.4, 0.9) if night or rng.random() < 0.3 else 0.0
    light = dimmed(RED_LIGHT if red else GREEN_LIGHT, shine)
    size = rng.uniform(0.015, 0.06)
    if kind == "shop":
        canvas.box(x - 2.2 * size, y - 0.5 * size, x + 2.2 * size, y + 0.5 * size, color, light)
        for letter in np.linspace(-1.7, 1.4, rng.integers(3, 7)):
            left = x + letter * size
            canvas.box(left, y - 0.25 * size, left + 0.35 * size, y + 0.25 * size, (0.9, 0.9, 0.85))
    elif kind == "cross":
        canvas.box(x - size, y - 0.35 * size, x + size, y + 0.35 * size, color, light)
        canvas.box(x - 0.35 * size, y - size, x + 0.35 * size, y + size, color, light)
    elif kind == "round":
        canvas.box(x - 0.1 * size, y, x + 0.1 * size, min(y + 0.35, 1), (0.5, 0.5, 0.5))
        canvas.disc(x, y, size, color)
        canvas.disc(x, y, 0.72 * size, (0.92, 0.92, 0.92) if red else color)
    else:
        canvas.box(x - 0.006, y, x + 0.006, horizon + 0.1, (0.2, 0.2, 0.2))
        canvas.disc(x, y, 0.35 * size, (0.8, 0.8, 0.75), WARM_LIGHT if night else BLACK)


def _vary(rng: np.random.Generator, color: Color, amount: float) -> Color:
    shift = rng.uniform(-amount, amount) + rng.uniform(-amount, amount, 3) / 2
    red, green, blue = np.clip(np.add(color, shift), 0, 1).tolist()
    return red, green, blue
