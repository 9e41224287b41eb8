"""A canvas of two layers: what surfaces reflect, and what gives off light."""

from collections.abc import Sequence

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

Color = tuple[float, float, float]  # red, green, blue, from 0 to 1
Point = tuple[float, float]  # x to the right and y downwards, from 0 to 1 across the picture
BLACK: Color = (0.0, 0.0, 0.0)
WHITE: Color = (1.0, 1.0, 1.0)


def dimmed(color: Color, share: float) -> Color:
    """Return a color with this share of its brightness."""
    red, green, blue = color
    return share * red, share * green, share * blue


def mixed(color: Color, other: Color, share: float) -> Color:
    """Return the color that lies this share of the way from one to the other."""
    red, green, blue = (a + (b - a) * share for a, b in zip(color, other, strict=True))
    return red, green, blue


class Canvas:
    """A square picture to draw on, far things first: each drawing hides what lies behind it.

    Attributes:
        width: height and width in pixels; several per pixel of the finished picture, so that
            edges become smooth.
        surface: the colors that daylight shows.
        light: the colors of what shines in the dark.
    """

    def __init__(self, width: int):
        self.width = width
        self.surface = Image.new("RGB", (width, width))
        self.light = Image.new("RGB", (width, width))
        self._brushes = [ImageDraw.Draw(layer) for layer in (self.surface, self.light)]

    def paste(self, picture: np.ndarray) -> None:
        """Cover the whole canvas with a photograph: (H, W, 3), uint8."""
        self.surface.paste(Image.fromarray(picture).resize((self.width, self.width)))
        self.light.paste((0, 0, 0), (0, 0, self.width, self.width))

    def polygon(self, points: Sequence[Point] | np.ndarray, color: Color, light: Color = BLACK) -> None:
        """Fill a polygon with a color and with the light that it gives off.

        Args:
            points: its corners, (x, y) each.
            color: of the surface.
            light: black where it does not shine.
        """
        corners = [(x * self.width, y * self.width) for x, y in points]
        for brush, value in zip(self._brushes, (color, light), strict=True):
            brush.polygon(corners, fill=_to_bytes(value))

    def box(
        self, left: float, top: float, right: float, bottom: float, color: Color, light: Color = BLACK
    ) -> None:
        """Fill an upright rectangle."""
        self.polygon([(left, top), (right, top), (right, bottom), (left, bottom)], color, light)

    def disc(self, x: float, y: float, radius: float, color: Color, light: Color = BLACK) -> None:
        """Fill a circle."""
        corners = [(c * self.width) for c in (x - radius, y - radius, x + radius, y + radius)]
        for brush, value in zip(self._brushes, (color, light), strict=True):
            brush.ellipse(corners, fill=_to_bytes(value))

    def turn(self, degrees: float) -> None:
        """Turn the picture about its center, and enlarge it just enough to leave no empty corner."""
        self.surface, self.light = (turn_image(layer, degrees) for layer in (self.surface, self.light))
        self._brushes = [ImageDraw.Draw(layer) for layer in (self.surface, self.light)]

    def expose(self, ambient: np.ndarray, glow: float) -> np.ndarray:
        """Light the surfaces and add what shines, with a halo: (width, width, 3), float32.

        Args:
            ambient: (3,), the color of the daylight or of the night.
            glow: how strong the halo of a lamp is.
        """
        surface, light = (np.asarray(layer, np.float32) / 255 for layer in (self.surface, self.light))
        picture = surface * ambient.astype(np.float32) + light
        for radius, strength in ((0.012, 0.5), (0.05, 0.8)):
            blurred = self.light.filter(ImageFilter.GaussianBlur(radius * self.width))
            picture += glow * strength * (np.asarray(blurred, np.float32) / 255)
        return picture


def turn_image(image: Image.Image, degrees: float) -> Image.Image:
    """Turn an image counterclockwise, and enlarge it just enough to leave no empty corner."""
    angle = np.radians(degrees)
    scale = float(np.cos(angle) + np.sin(abs(angle)))
    cos, sin = (float(f(angle)) / scale for f in (np.cos, np.sin))
    center = image.width / 2
    shift = center - cos * center + sin * center, center - sin * center - cos * center
    matrix = (cos, -sin, shift[0], sin, cos, shift[1])
    return image.transform(image.size, Image.Transform.AFFINE, matrix, Image.Resampling.BILINEAR)


def _to_bytes(color: Color) -> tuple[int, int, int]:
    red, green, blue = (int(min(max(value, 0.0), 1.0) * 255) for value in color)
    return red, green, blue
