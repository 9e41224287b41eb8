"""Pictures of the home page, and the card that a shared link shows, from figures of the chapters."""

import io
from collections.abc import Sequence
from pathlib import Path

from course.build.chapters import Chapter, Figure

from matplotlib import font_manager
from PIL import Image, ImageDraw, ImageFont, ImageOps

FOLDER = "home"  # in _static
SIZE = (720, 405)
CARD = "card.jpg"
CARD_SIZE = (1200, 630)  # what networks and messengers show whole
CARD_TITLE = "Deep\nConvolutional\nNeural\nNetworks"
CARD_WORDS = "An open course\nof Jupyter notebooks"
CARD_ALT = (
    "Deep Convolutional Neural Networks, an open course of Jupyter notebooks; six figures of its chapters"
)
BLUE, PALE = "#1f5799", "#dbe8f7"
NUM_TILES, TILES_LEFT, GAP = 6, 520, 12


def save_pictures(folder: Path, chapters: Sequence[Chapter]) -> None:
    """Write the picture of each chapter that has one, NN.webp, and the card into `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    shown = {one.number: framed(one.figure, SIZE) for one in chapters if one.figure}
    for number, picture in shown.items():
        picture.save(folder / f"{number}.webp", quality=82, method=6)
    draw_card(list(shown.values())).save(folder / CARD, quality=88, optimize=True)


def framed(figure: Figure, size: tuple[int, int]) -> Image.Image:
    """Return the part of a figure that is shown, whole, as large as a white frame of `size` allows."""
    with Image.open(io.BytesIO(figure.png)) as opened:
        picture = opened.convert("RGB")
    left, top, right, bottom = figure.part
    width, height = picture.size
    part = (round(left * width), round(top * height), round(right * width), round(bottom * height))
    return ImageOps.pad(picture.crop(part), size, Image.Resampling.LANCZOS, color="white")


def draw_card(pictures: Sequence[Image.Image]) -> Image.Image:
    """Return the title of the course beside six pictures, spread over those given."""
    card = Image.new("RGB", CARD_SIZE, BLUE)
    draw = ImageDraw.Draw(card)
    draw.multiline_text((48, 60), CARD_TITLE, fill="white", font=_font(58, "bold"), spacing=10)
    draw.multiline_text((48, 400), CARD_WORDS, fill=PALE, font=_font(34), spacing=10)
    step = max(1, len(pictures) / NUM_TILES)
    chosen = [pictures[int(step * place)] for place in range(min(NUM_TILES, len(pictures)))]
    size = ((CARD_SIZE[0] - TILES_LEFT - GAP) // 2, (CARD_SIZE[1] - 4 * GAP) // 3)
    for place, picture in enumerate(chosen):
        row, column = divmod(place, 2)
        tile = ImageOps.pad(picture, (size[0] - GAP, size[1]), Image.Resampling.LANCZOS, color="white")
        card.paste(tile, (TILES_LEFT + column * size[0], GAP + row * (size[1] + GAP)))
    return card


def _font(size: int, weight: str = "normal") -> ImageFont.FreeTypeFont:
    """Return the font that Matplotlib brings, so that the card is the same on every machine."""
    found = font_manager.findfont(font_manager.FontProperties(family="DejaVu Sans", weight=weight))
    return ImageFont.truetype(found, size)
