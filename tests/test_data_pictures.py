"""Pictures of every mode and format: the right colors against another reader, or refused by name."""

import os
import socket
import struct
import zlib

from utils.data import pictures, read_picture

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from picture_files import write_png, write_tiff
from PIL import Image, ImageCms

SIDE = 64
RAMP = np.linspace(0, 1, SIDE * SIDE).reshape(SIDE, SIDE)
GRAY = np.rint(255 * RAMP).astype(np.uint8)
DEEP = np.rint(65535 * RAMP).astype(np.uint16)
# Large blocks of color, which survive JPEG and a palette.
BLOCKS = np.random.default_rng(0).integers(0, 256, (4, 4, 3)).astype(np.uint8).repeat(16, 0).repeat(16, 1)
COLORS = Image.fromarray(BLOCKS)
LUMINANCE = np.asarray(COLORS.convert("L"))


def read(path) -> np.ndarray:
    """Read a picture of 64 x 64 as it is."""
    return read_picture(path, SIDE, fit="stretch").astype(int)


def assert_close(found, expected, tolerance=2.0):
    """Compare means, and nearly all pixels; JPEG's blocks and dithering blur a few."""
    expected = np.broadcast_to(expected if expected.ndim == 3 else expected[..., None], found.shape)
    assert abs(found.mean((0, 1)) - expected.mean((0, 1))).max() <= tolerance
    assert np.median(abs(found - expected)) <= tolerance


# What Pillow writes.

WRITTEN = {
    "L": "png tif jpg jpeg jpe jfif webp gif bmp dib jp2 avif pgm JPG PNG Tiff",
    "RGB": "png apng tif jpg jfif webp gif bmp jp2 avif ppm JPEG",
    "RGBA": "png tif webp gif bmp jp2 avif",
    "LA": "png tif webp jp2",
    "RGBX": "tif jpg",
    "CMYK": "tif jpg jp2",
    "YCbCr": "tif jpg jp2",
    "LAB": "tif",
    "PA": "tif",
    "P": "png tif gif bmp webp",
}


@pytest.mark.parametrize(("mode", "suffix"), [(m, s) for m, each in WRITTEN.items() for s in each.split()])
def test_every_mode_of_every_format_has_its_colors(mode, suffix, tmp_path):
    if mode in ("P", "PA"):
        picture = COLORS.quantize(16).convert(mode) if mode == "PA" else COLORS.quantize(16)
    else:
        picture = COLORS.convert(mode)
    path = tmp_path / f"x.{suffix}"
    kind = {"apng": "PNG", "jpe": "JPEG", "dib": "DIB"}.get(suffix)
    picture.save(path, kind, **({"quality": 95} if suffix.lower() in ("jpg", "webp", "avif") else {}))
    assert path.suffix.lower() in pictures.SUFFIXES
    assert_close(read(path), LUMINANCE if mode in ("L", "LA") else BLOCKS, 4.0)


def test_black_and_white_is_black_and_white(tmp_path):
    for suffix in ("png", "tif", "gif", "bmp", "pbm"):
        Image.fromarray(RAMP > 0.25).save(tmp_path / f"x.{suffix}")
        np.testing.assert_array_equal(read(tmp_path / f"x.{suffix}")[..., 0], 255 * (RAMP > 0.25))


def test_lab_is_converted_by_its_profile(tmp_path):
    COLORS.convert("LAB").save(tmp_path / "x.tif")
    profiles = ImageCms.createProfile("LAB"), ImageCms.createProfile("sRGB")
    back = ImageCms.applyTransform(COLORS.convert("LAB"), ImageCms.buildTransform(*profiles, "LAB", "RGB"))
    assert_close(read(tmp_path / "x.tif"), np.asarray(back), 1.0)


def test_progressive_and_inverted_jpeg(tmp_path):
    """Adobe's programs store the four inks inverted, and Pillow writes them so, too."""
    COLORS.save(tmp_path / "progressive.jpg", progressive=True, quality=95)
    COLORS.convert("CMYK").save(tmp_path / "inks.jpg", quality=95)
    assert b"Adobe" in (tmp_path / "inks.jpg").read_bytes()
    for name in ("progressive", "inks"):
        assert_close(read(tmp_path / f"{name}.jpg"), BLOCKS, 3.0)


@pytest.mark.parametrize("suffix", ["gif", "png", "webp", "tif", "avif"])
def test_of_several_frames_the_first_is_read(suffix, tmp_path):
    others = [Image.new("RGB", (SIDE, SIDE), "red")] * 2
    COLORS.save(tmp_path / f"x.{suffix}", save_all=True, append_images=others)
    assert_close(read(tmp_path / f"x.{suffix}"), BLOCKS, 6.0)


# What is transparent is white.


@pytest.mark.parametrize("suffix", ["png", "webp", "tif", "jp2", "gif"])
def test_transparent_parts_are_white(suffix, tmp_path):
    pixels = np.zeros((SIDE, SIDE, 4), np.uint8)
    pixels[:32, :, 3] = 255
    options = {"lossless": True} if suffix == "webp" else {}
    Image.fromarray(pixels).save(tmp_path / f"x.{suffix}", **options)
    found = read(tmp_path / f"x.{suffix}")
    assert (found[:32] == 0).all() and (found[32:] == 255).all()


def test_half_transparent_black_is_gray(tmp_path):
    pixels = np.zeros((SIDE, SIDE, 2), np.uint8)
    pixels[..., 1] = 128
    Image.fromarray(pixels, "LA").save(tmp_path / "x.png")
    assert_close(read(tmp_path / "x.png"), np.full((SIDE, SIDE), 127), 1.0)


DEEP_COLORS = np.stack([DEEP, DEEP // 2, 65535 - DEEP], -1)
OPAQUE = np.full_like(DEEP, 65535)
BLEND = BLOCKS * RAMP[..., None] + 255 * (1 - RAMP[..., None])
DIMMED = np.rint(BLOCKS * (128 / 255)).astype(np.uint8)


@pytest.mark.parametrize(
    ("rows", "color_type", "expected"),
    [
        (DEEP, 0, DEEP),
        (DEEP_COLORS, 2, DEEP_COLORS),
        (np.stack([DEEP, OPAQUE], -1), 4, DEEP),
        (np.dstack([DEEP_COLORS, OPAQUE]), 6, DEEP_COLORS),
    ],
    ids=["gray", "color", "gray, opaque", "color, opaque"],
)
def test_png_of_16_bits(rows, color_type, expected, tmp_path):
    assert_close(read(write_png(tmp_path / "x.png", rows, 16, color_type)), expected / 257, 1.0)


@pytest.mark.parametrize(
    ("rows", "depth", "color_type", "chunks"),
    [
        (GRAY, 8, 0, {"tRNS": struct.pack(">H", 0)}),
        (DEEP, 16, 0, {"tRNS": struct.pack(">H", 0)}),
        (DEEP_COLORS >> 8, 8, 2, {"tRNS": struct.pack(">HHH", 0, 0, 255)}),
        (GRAY, 8, 3, {"PLTE": np.arange(256, dtype=np.uint8).repeat(3).tobytes(), "tRNS": b"\0"}),
    ],
    ids=["gray", "16 bits", "color", "palette"],
)
def test_the_transparent_color_is_white(rows, depth, color_type, chunks, tmp_path):
    found = read(write_png(tmp_path / "x.png", rows, depth, color_type, **chunks))
    assert (found[0, 0] == 255).all() and found[2, 0, 0] < 20


# What scientists' programs write.


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize(
    ("numbers", "options", "expected"),
    [
        (DEEP, {"photometric": 1}, DEEP / 257),
        (GRAY, {"photometric": 0}, 255 - GRAY),
        (DEEP_COLORS, {"photometric": 2}, DEEP_COLORS / 257),
        (BLOCKS, {"photometric": 2, "planes": True}, BLOCKS),
        (np.dstack([BLOCKS, GRAY]), {"photometric": 2, "extra": 0}, BLOCKS),
        (np.dstack([BLOCKS, GRAY]), {"photometric": 2, "extra": 2}, BLEND),
        (np.dstack([255 - BLOCKS, 0 * GRAY]), {"photometric": 5}, BLOCKS),
        (np.dstack([DIMMED, 0 * GRAY + 128]), {"photometric": 2, "extra": 1}, DIMMED.astype(int) + 127),
    ],
    ids=["deep", "white is 0", "deep colors", "planes", "fourth", "opacity", "inks", "multiplied"],
)
def test_tiff_of_other_programs(numbers, options, expected, order, tmp_path):
    assert_close(read(write_tiff(tmp_path / "x.tif", numbers, order=order, **options)), expected, 1.0)


def test_deep_tiff_where_white_is_zero(tmp_path):
    """Pillow does not read the other byte order."""
    found = read(write_tiff(tmp_path / "x.tif", DEEP, photometric=0))
    assert_close(found, 255 - DEEP / 257, 1.0)
    with pytest.raises(ValueError, match=r"x\.tif cannot be read"):
        read(write_tiff(tmp_path / "x.tif", DEEP, photometric=0, order=">"))


def test_tiff_of_12_bits(tmp_path):
    numbers = np.rint(4095 * RAMP).astype(int).ravel()
    first, second = numbers[::2], numbers[1::2]
    packed = np.stack([first >> 4, (first & 15) << 4 | second >> 8, second & 255], 1).astype(np.uint8)
    path = write_tiff(tmp_path / "x.tif", DEEP, packed=(12, packed.tobytes()))
    assert_close(read(path), 255 * RAMP, 1.0)


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64", "int8", "int16", "int32", "uint32"])
@pytest.mark.parametrize("order", ["<", ">"])
def test_numbers_without_a_known_range_are_refused(dtype, order, tmp_path):
    top = 1 if dtype.startswith("f") else np.iinfo(dtype).max
    write_tiff(tmp_path / "x.tif", (RAMP * top).astype(dtype), order=order)
    with pytest.raises(ValueError, match=r"x\.tif cannot be read as a picture"):
        read(tmp_path / "x.tif")


def test_planes_of_16_bits_are_refused(tmp_path):
    """Pillow gives wrong colors for them."""
    write_tiff(tmp_path / "x.tif", DEEP_COLORS, photometric=2, planes=True)
    with pytest.raises(ValueError, match=r"x\.tif .* separate planes"):
        read(tmp_path / "x.tif")


# Up is up.


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("suffix", ["jpg", "png", "webp", "tif", "avif"])
def test_the_camera_turns_are_undone_once(orientation, suffix, tmp_path):
    upright = np.zeros((SIDE, SIDE, 3), np.uint8)
    upright[:32] = (200, 0, 0)
    upright[:32, :32] = (0, 0, 200)
    turn = {
        1: upright,
        2: upright[:, ::-1],
        3: upright[::-1, ::-1],
        4: upright[::-1],
        5: upright.transpose(1, 0, 2),
        6: np.rot90(upright),
        7: upright[::-1, ::-1].transpose(1, 0, 2),
        8: np.rot90(upright, -1),
    }[orientation]
    exif = Image.Exif()
    exif[0x0112] = orientation
    Image.fromarray(np.ascontiguousarray(turn)).save(tmp_path / f"x.{suffix}", exif=exif, quality=95)
    assert np.median(abs(read(tmp_path / f"x.{suffix}") - upright)) <= 5
    assert abs(read(tmp_path / f"x.{suffix}")[8, 8] - (0, 0, 200)).max() < 20


@settings(deadline=None, max_examples=40)
@given(
    suffix=st.sampled_from(["jpg", "png", "webp"]),
    changes=st.lists(st.tuples(st.integers(6, 60), st.integers(0, 255)), min_size=1, max_size=4),
)
def test_damaged_notes_of_the_camera_do_no_harm(suffix, changes, tmp_path_factory):
    exif = Image.Exif()
    exif[0x0112], exif[0x010F] = 1, "camera"
    notes = bytearray(exif.tobytes())
    for place, value in changes:
        notes[place % (len(notes) - 6) + 6] = value
    path = tmp_path_factory.mktemp("notes") / f"x.{suffix}"
    Image.new("RGB", (20, 20), (10, 200, 30)).save(path, exif=bytes(notes))
    assert abs(read_picture(path, 8) - np.array((10, 200, 30))).max() <= 8


# Into a square.


def test_the_center_is_cropped_as_networks_were_trained(tmp_path):
    """The usual recipe in two steps: shorter side to 256, then the central 224."""
    rng = np.random.default_rng(1)
    coarse = Image.fromarray(rng.integers(0, 256, (12, 18, 3), dtype=np.uint8))
    for width, height in ((600, 400), (400, 600), (300, 300), (1000, 260)):
        picture = coarse.resize((width, height), Image.Resampling.BICUBIC)
        scale = 256 / min(width, height)
        small = picture.resize((round(scale * width), round(scale * height)), Image.Resampling.BICUBIC)
        left, top = (small.width - 224) // 2, (small.height - 224) // 2
        expected = np.asarray(small.crop((left, top, left + 224, top + 224)), int)
        picture.save(tmp_path / "x.png")
        found = read_picture(tmp_path / "x.png", 224).astype(int)
        assert found.shape == (224, 224, 3) and abs(found - expected).mean() < 1.5


def test_a_circle_stays_a_circle_unless_stretched(tmp_path):
    x, y = np.meshgrid(np.arange(300) - 149.5, np.arange(100) - 49.5)
    Image.fromarray(np.where(np.hypot(x, y) < 30, 255, 0).astype(np.uint8)).save(tmp_path / "x.png")
    cropped = read_picture(tmp_path / "x.png", 70)[..., 0] > 127
    stretched = read_picture(tmp_path / "x.png", 70, fit="stretch")[..., 0] > 127
    assert abs(cropped.any(0).sum() - cropped.any(1).sum()) <= 1 and cropped.any(0).sum() == 48
    assert stretched.any(0).sum() == 14 and stretched.any(1).sum() == 42


@pytest.mark.parametrize("fit", ["squash", None, 3])
def test_another_fit_is_refused(fit, tmp_path):
    with pytest.raises(ValueError, match='fit must be "crop" or "stretch"'):
        read_picture(tmp_path / "x.png", 8, fit=fit)


@pytest.mark.parametrize("shape", [(1, 1), (1, 50), (3, 2)])
def test_tiny_pictures_are_enlarged(shape, tmp_path):
    Image.fromarray(np.full(shape, 77, np.uint8)).save(tmp_path / "x.png")
    assert (read_picture(tmp_path / "x.png", 8) == 77).all()


# What is no picture, or more than the memory holds.


@pytest.mark.parametrize(
    ("width", "height"), [(13_000, 13_000), (20_000, 10_000), (2**31 - 1, 1), (40_000, 27_000)]
)
def test_huge_pictures_are_refused_before_they_are_decoded(width, height, tmp_path, monkeypatch):
    path = write_png(tmp_path / "x.png", np.zeros((1, 1), np.uint8), 8, 0)
    content = path.read_bytes().replace(struct.pack(">II", 1, 1), struct.pack(">II", width, height), 1)
    header = content[12:29]
    path.write_bytes(content.replace(content[29:33], struct.pack(">I", zlib.crc32(header)), 1))
    monkeypatch.setattr(Image.Image, "load", lambda *arguments: pytest.fail("decoded"))
    with pytest.raises(ValueError, match=r"x\.png has .* pixels"):
        read_picture(path, 8)


def test_a_large_photograph_is_read(tmp_path):
    Image.new("RGB", (9000, 8000), (10, 200, 30)).save(tmp_path / "x.jpg")
    assert abs(read_picture(tmp_path / "x.jpg", 8) - np.array((10, 200, 30))).max() <= 2


def test_gigabytes_are_refused_before_they_are_read(tmp_path):
    with open(tmp_path / "x.webp", "wb") as file:
        file.truncate(3_200_000_000)
    with pytest.raises(ValueError, match=r"x\.webp has 3,200,000,000 bytes"):
        read_picture(tmp_path / "x.webp", 8)


NO_FILES = {
    "pipe": (os.mkfifo, "is a named pipe"),
    "folder": (os.mkdir, "is a folder"),
    "dangling": (lambda path: os.symlink("nowhere", path), "is a link to nowhere"),
    "device": (lambda path: os.symlink("/dev/zero", path), "is a device"),
    "missing": (lambda path: None, "No such file"),
    "socket": (lambda path: socket.socket(socket.AF_UNIX).bind(str(path)), "is a socket"),
}


@pytest.mark.skipif(os.name == "nt", reason="needs POSIX files")
@pytest.mark.parametrize("name", NO_FILES)
def test_what_is_no_file_is_refused_and_not_waited_for(name, tmp_path, monkeypatch):
    make, message = NO_FILES[name]
    monkeypatch.chdir(tmp_path)  # the path of a socket must be short
    make("x.jpg")
    with pytest.raises(ValueError, match=rf"x\.jpg.*{message}"):
        read_picture("x.jpg", 8)


@pytest.mark.parametrize(
    "content", [b"", b"no picture", b"%!PS-Adobe-3.0 EPSF-3.0\n", b"<svg/>", b"%PDF-1.7\n"]
)
def test_another_kind_of_file_is_refused_by_name(content, tmp_path):
    (tmp_path / "x.jpg").write_bytes(content)
    with pytest.raises(ValueError, match=r"x\.jpg cannot be read as a picture"):
        read_picture(tmp_path / "x.jpg", 8)


@settings(deadline=None, max_examples=60)
@given(suffix=st.sampled_from(["png", "jpg", "gif", "bmp", "tif", "webp"]), share=st.floats(0, 0.9))
def test_a_cut_picture_is_refused_by_name(suffix, share, tmp_path_factory):
    path = tmp_path_factory.mktemp("cut") / f"x.{suffix}"
    noise = np.random.default_rng(0).integers(0, 256, (40, 40, 3), dtype=np.uint8)
    Image.fromarray(noise).save(path)
    content = path.read_bytes()
    path.write_bytes(content[: int(share * len(content))])
    with pytest.raises(ValueError, match=rf"x\.{suffix} cannot be read as a picture"):
        read_picture(path, 8)
