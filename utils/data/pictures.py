"""Read one picture, whatever its format: upright, 8 bits a color, on white where it is transparent."""

import contextlib
import warnings
from collections.abc import Iterator
from pathlib import Path

from utils.checks import require_integer
from utils.files import require_regular_file

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

SUFFIXES = frozenset(
    {".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".apng", ".bmp", ".dib", ".gif", ".tif", ".tiff", ".webp"}
    | {".avif", ".jp2", ".ppm", ".pgm", ".pbm", ".pnm"}
)
# Pillow knows more formats, some of which start other programs.
FORMATS = ("JPEG", "PNG", "BMP", "DIB", "GIF", "TIFF", "WEBP", "AVIF", "JPEG2000", "PPM")
MAX_PIXELS = 100_000_000  # 0.4 GB with transparency; a small file can declare far more.
MAX_BYTES = 1_000_000_000
# Of the shorter side: networks for ImageNet see 224 pixels of 256.
CENTER = 224 / 256
FITS = ("crop", "stretch")
# Tags of TIFF, and values of theirs.
BITS_PER_SAMPLE, PHOTOMETRIC, PLANAR, SAMPLE_FORMAT = 258, 262, 284, 339
WHITE_IS_ZERO, IN_PLANES, UNSIGNED = 0, 2, 1


def read_picture(path: Path | str, size: int, *, fit: str = "crop") -> np.ndarray:
    """Read one picture as a square, upright as its camera noted; of several frames, the first.

    Args:
        path: of the file.
        size: height and width of the result in pixels, at least 1.
        fit: "crop" takes the central square, 224/256 of the shorter side, as networks trained on ImageNet
            expect it: at size 224, this is "shorter side to 256, center crop of 224". "stretch" keeps
            the whole picture and scales height and width independently.

    Returns:
        (size, size, 3), uint8. Transparent parts are white; 16 bits a color become 8.

    Raises:
        ValueError: the file is no picture, damaged, larger than 100 megapixels, or of numbers whose
            black and white no file states (floats, signed or 32-bit integers).
    """
    require_integer("size", size, 1)
    require_fit(fit)
    with opened(path) as image:
        picture = as_rgb(image)
    width, height = picture.size
    box = (0.0, 0.0, float(width), float(height))
    if fit == "crop":
        half = CENTER * min(width, height) / 2
        box = (width / 2 - half, height / 2 - half, width / 2 + half, height / 2 + half)
    return np.asarray(picture.resize((size, size), Image.Resampling.BICUBIC, box))


def require_fit(fit: str) -> None:
    """Refuse what `read_picture` does not know.

    Raises:
        ValueError: it is none of `FITS`.
    """
    if fit not in FITS:
        raise ValueError(f'fit must be "crop" or "stretch", got {fit!r}.')


@contextlib.contextmanager
def opened(path: Path | str) -> Iterator[Image.Image]:
    """Open a picture for the block, whose errors get the name of the file; nothing is decoded yet.

    Raises:
        ValueError: as `read_picture`.
    """
    try:
        _require_size(path, require_regular_file(path).st_size, MAX_BYTES, "bytes")
        # Pillow warns of large pictures and of odd metadata; what is too large is refused here.
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with Image.open(path, formats=FORMATS) as image:
                _require_size(path, image.width * image.height, MAX_PIXELS, "pixels")
                yield image
    except Image.DecompressionBombError as error:
        raise ValueError(f"{path} has more than {MAX_PIXELS:,} pixels: scale it down") from error
    except UnidentifiedImageError as error:
        raise ValueError(
            f"{path} cannot be read as a picture (it is none, or none of {', '.join(FORMATS)}): "
            "remove it, or convert it to JPEG"
        ) from error
    except _Refused as error:
        raise ValueError(str(error)) from error
    except Exception as error:  # Damaged bytes can raise anything.
        reason = str(error).removeprefix(f"{path} ")
        raise ValueError(
            f"{path} cannot be read as a picture ({reason}): remove it, or convert it"
        ) from error


def as_rgb(image: Image.Image) -> Image.Image:
    """Return an opened picture upright, in 8-bit RGB, on a white ground.

    Raises:
        ValueError: its numbers are floats, signed, or 32-bit integers, or 16-bit colors in planes.
    """
    _require_known_range(image)
    image.load()
    with contextlib.suppress(Exception):  # Where the camera's notes are damaged, the pixels need not be.
        ImageOps.exif_transpose(image, in_place=True)
    if image.mode.startswith("I"):
        image = _from_16_bits(image)
    if image.mode == "La":
        image = image.convert("LA")
    if not image.has_transparency_data:
        return image.convert("RGB")
    image = image.convert("RGBA")
    return Image.alpha_composite(Image.new("RGBA", image.size, "white"), image).convert("RGB")


def _require_known_range(image: Image.Image) -> None:
    """Refuse numbers of which no file says which are black and white, and what Pillow reads wrongly."""
    tags = getattr(image, "tag_v2", {})
    signed_or_float = tags.get(SAMPLE_FORMAT, (UNSIGNED,))[0] != UNSIGNED
    is_16_bit_gray = image.format == "PPM"  # Of all formats, only this one gives it as "I".
    if image.mode == "F" or signed_or_float or (image.mode == "I" and not is_16_bit_gray):
        raise ValueError("it holds floats or integers without a known range; save it with 8 or 16 bits")
    if tags.get(PLANAR) == IN_PLANES and max(tags.get(BITS_PER_SAMPLE, (8,))) > 8:
        raise ValueError("it holds 16-bit colors in separate planes; save them interleaved")


def _from_16_bits(image: Image.Image) -> Image.Image:
    """Scale gray of up to 16 bits to 8; Pillow's own conversion cuts off all above 255."""
    tags = getattr(image, "tag_v2", {})
    white = 2 ** tags.get(BITS_PER_SAMPLE, (16,))[0] - 1
    gray = np.asarray(image).astype(np.float32)
    transparent = gray == image.info.get("transparency", -1)
    if tags.get(PHOTOMETRIC) == WHITE_IS_ZERO:
        gray = white - gray
    gray[transparent] = white
    return Image.fromarray(np.rint(gray * (255 / white)).clip(0, 255).astype(np.uint8))


class _Refused(ValueError):
    """A refusal whose message already names the file."""


def _require_size(path: Path | str, number: int, largest: int, unit: str) -> None:
    if number > largest:
        raise _Refused(f"{path} has {number:,} {unit}, more than {largest:,}: scale it down")
