"""Picture files that Pillow does not write: PNG and TIFF of many bits, byte orders and layouts."""

import struct
import zlib
from pathlib import Path

import numpy as np

SHORT, LONG = ("H", 3), ("I", 4)  # letter for struct, and number in TIFF


def write_png(path: Path, rows: np.ndarray, depth: int, color_type: int, **chunks: bytes) -> Path:
    """Write numbers (H, W) or (H, W, C), as 8 or 16 bits, with more chunks, such as tRNS."""

    def chunk(name: bytes, content: bytes) -> bytes:
        check = zlib.crc32(name + content)
        return struct.pack(">I", len(content)) + name + content + struct.pack(">I", check)

    raw = b"".join(b"\0" + row.astype(">u2" if depth == 16 else "u1").tobytes() for row in rows)
    header = struct.pack(">IIBBBBB", rows.shape[1], rows.shape[0], depth, color_type, 0, 0, 0)
    parts = [chunk(b"IHDR", header), *(chunk(name.encode(), content) for name, content in chunks.items())]
    parts += [chunk(b"IDAT", zlib.compress(raw)), chunk(b"IEND", b"")]
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + b"".join(parts))
    return path


def write_tiff(
    path: Path,
    samples: np.ndarray,
    *,
    photometric: int = 1,
    order: str = "<",
    planes: bool = False,
    extra: int | None = None,
    packed: tuple[int, bytes] | None = None,
) -> Path:
    """Write an uncompressed TIFF.

    Args:
        samples: (H, W) or (H, W, C), of any type of number.
        photometric: 0 white is zero, 1 black is zero, 2 RGB, 5 inks.
        order: "<" little-endian or ">" big-endian.
        planes: whether each color comes in a plane of its own.
        extra: what the last channel is: 0 unspecified, 1 opacity already multiplied in, 2 opacity.
        packed: bits of each sample, and all of them as bytes, instead of the samples' own.
    """
    height, width, count = (*samples.shape, 1)[:3]
    strips = np.moveaxis(samples.reshape(height, width, count), -1, 0) if planes else samples[None]
    bits, data = packed or (
        8 * samples.itemsize,
        np.ascontiguousarray(strips, samples.dtype.newbyteorder(order)).tobytes(),
    )
    length = len(data) // len(strips)
    kind = {"u": 1, "i": 2, "f": 3}[samples.dtype.kind]
    tags = [(256, SHORT, [width]), (257, SHORT, [height]), (258, SHORT, [bits] * count), (259, SHORT, [1])]
    tags += [(262, SHORT, [photometric]), (273, LONG, [8 + length * n for n in range(len(strips))])]
    tags += [(277, SHORT, [count]), (278, SHORT, [height]), (279, LONG, [length] * len(strips))]
    tags += [(284, SHORT, [2 if planes else 1])]
    tags += [(338, SHORT, [extra])] if extra is not None else []
    tags += [(339, SHORT, [kind] * count)]
    table, far = b"", b""  # values of more than four bytes lie before the table
    for tag, (letter, number), values in tags:
        content = struct.pack(f"{order}{len(values)}{letter}", *values)
        if len(content) > 4:
            content, far = struct.pack(f"{order}I", 8 + len(data) + len(far)), far + content
        table += struct.pack(f"{order}HHI", tag, number, len(values)) + content.ljust(4, b"\0")
    start = struct.pack(f"{order}HI", 42, 8 + len(data) + len(far))
    head = (b"II" if order == "<" else b"MM") + start
    path.write_bytes(head + data + far + struct.pack(f"{order}H", len(tags)) + table + bytes(4))
    return path
