"""Damaged image files: each is an image, or one line says which file is wrong."""

import io
import random
import struct
import tempfile
import zlib
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from digitforge.data.image_files import FORMATS, MOST_PIXELS, open_image
from digitforge.data.preparation import BACKGROUNDS, FITS, Preparation, prepared
from digitforge.errors import UserError
from tests.soak.outcome import Outcome, Progress, one_line

SURVIVAL = "images of 28 x 28 pixels, or one line that names the file"
MODES = {
    "PNG": ("1", "L", "LA", "P", "RGB", "RGBA", "I;16"),
    "JPEG": ("L", "RGB", "CMYK"),
    "BMP": ("1", "L", "P", "RGB"),
    "GIF": ("L", "P"),
    "TIFF": ("1", "L", "LA", "P", "RGB", "RGBA", "CMYK", "I;16", "I", "F"),
    "WEBP": ("RGB", "RGBA"),
}


def picture(mode: str, size: tuple[int, int], rng: random.Random) -> Image.Image:
    """A stroke, noise, or nothing at all, in any mode."""
    width, height = size
    pixels = np.zeros((height, width, 3), np.uint8)
    kind = rng.choice(["stroke", "stroke", "noise", "blank"])
    if kind == "stroke":
        pixels[height // 5 : height - height // 5, width // 3 : width // 3 + max(1, width // 6)] = 255
        pixels = 255 - pixels if rng.random() < 0.5 else pixels
    elif kind == "noise":
        pixels = np.random.default_rng(rng.randrange(2**32)).integers(0, 256, pixels.shape, np.uint8)
    image = Image.fromarray(pixels)
    if mode == "I;16":
        return Image.fromarray(np.asarray(image.convert("L")).astype(np.uint16) * 257)
    if mode in ("LA", "RGBA"):
        image = image.convert(mode)
        image.putalpha(rng.choice([0, 1, 128, 255]))
    return image.convert(mode)


def encoded(rng: random.Random) -> tuple[str, bytes]:
    """What a real encoder made -> what it is, and its bytes."""
    name = rng.choice([*FORMATS])
    mode = rng.choice(MODES[name])
    size = (rng.choice([1, 2, 27, 28, 29, 60, 200]), rng.choice([1, 3, 28, 31, 90, 150]))
    settings: dict[str, Any] = {}
    if name in ("JPEG", "PNG", "WEBP", "TIFF") and rng.random() < 0.4:
        tags = Image.Exif()
        tags[0x0112] = rng.choice([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 65535])
        settings["exif"] = tags
    if name == "JPEG":
        settings |= {"quality": rng.choice([1, 50, 95]), "progressive": rng.random() < 0.3}
    if name == "TIFF" and mode not in ("I", "F", "I;16", "LA", "1"):
        settings["compression"] = rng.choice([None, "tiff_lzw", "tiff_deflate", "packbits"])
    if name in ("GIF", "WEBP", "TIFF") and rng.random() < 0.2:
        settings |= {"save_all": True, "append_images": [picture(mode, size, rng)]}
    file = io.BytesIO()
    image = picture(mode, size, rng)
    try:
        image.save(file, name, **settings)
    except RuntimeError:  # libtiff refuses to write an orientation that isn't one, which others do write
        image.save(file, name, **{key: value for key, value in settings.items() if key != "compression"})
    return f"{name} {mode} {size[0]}x{size[1]} {', '.join(settings)}", file.getvalue()


def chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def huge(rng: random.Random) -> bytes:
    """A PNG whose header promises more than any machine has, or a bomb of nothing but zeros."""
    width, height = rng.choice(
        [(2**31 - 1, 1), (60_000, 60_000), (10_000, 9_000), (0, 5), (2**31 - 1, 2**31 - 1), (7_000, 7_000)]
    )
    header = struct.pack(
        ">IIBBBBB", width, height, rng.choice([8, 16]), rng.choice([0, 2, 3, 6, 7]), 0, 0, rng.choice([0, 1])
    )
    body = chunk(b"IDAT", zlib.compress(bytes(rng.choice([0, 10, 1_000_000]))))
    extra = chunk(b"zTXt", b"a\0\0" + zlib.compress(bytes(5_000_000))) if rng.random() < 0.3 else b""
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + extra + body + chunk(b"IEND", b"")


def exif_oddity(content: bytes, rng: random.Random) -> bytes:
    """A JPEG with a damaged block of EXIF."""
    entry = struct.pack("<HHI", 0x0112, rng.choice([0, 2, 3, 5, 7, 12, 99]), rng.choice([0, 1, 900, 2**31, 2**32 - 1]))
    block = b"Exif\0\0II*\0" + struct.pack("<IH", rng.choice([8, 0, 2**32 - 1]), rng.choice([1, 0, 65535])) + entry
    block += bytes(rng.randrange(256) for _ in range(8))
    return content[:2] + b"\xff\xe1" + struct.pack(">H", len(block) + 2) + block + content[2:]


def damaged(content: bytes, rng: random.Random) -> tuple[str, bytes]:
    """Bytes that something happened to."""
    made = bytearray(content)
    kind = rng.choice(
        ["none", "bytes", "bytes", "bytes", "head", "cut", "insert", "swap", "zeros", "huge", "exif", "twice", "noise"]
    )
    if kind == "bytes":
        for _ in range(rng.choice([1, 3, 20])):
            made[rng.randrange(len(made))] = rng.randrange(256)
    elif kind == "head":
        for _ in range(rng.choice([1, 2, 5])):
            made[rng.randrange(min(64, len(made)))] = rng.randrange(256)
    elif kind == "cut":
        del made[rng.randrange(len(made)) :]
    elif kind == "insert":
        place = rng.randrange(len(made))
        made[place:place] = bytes(rng.randrange(256) for _ in range(rng.choice([1, 4, 100])))
    elif kind == "swap":
        a, b = sorted(rng.randrange(len(made)) for _ in range(2))
        made = made[b:] + made[a:b] + made[:a]
    elif kind == "zeros":
        place = rng.randrange(len(made))
        made[place : place + 40] = bytes(len(made[place : place + 40]))
    elif kind == "huge":
        made = bytearray(huge(rng))
    elif kind == "exif" and content[:2] == b"\xff\xd8":
        made = bytearray(exif_oddity(content, rng))
    elif kind == "twice":
        made = made + made
    elif kind == "noise":
        made = bytearray(rng.randrange(256) for _ in range(rng.choice([0, 1, 20, 3000])))
    return kind, bytes(made)


def wrong_of(path: Path, how: Preparation) -> str | None:
    """What is wrong with how reading a file ended."""
    try:
        opened = open_image(path)
        if opened.mode != "RGBA" or opened.width * opened.height > MOST_PIXELS:
            return f"opened as {opened.mode}, {opened.size}"
        images = prepared(opened, how)
    except UserError as error:
        return one_line(str(error)) or (None if path.name in str(error) else f"doesn't name the file: {error}")
    if images.shape[1:] != (28, 28, 3) or images.dtype != np.uint8 or (how.fit != "page" and len(images) != 1):
        return f"prepared to {images.shape} {images.dtype}"
    return None


def run(count: int, start: int, workplace: Any = None) -> Outcome:
    """Open and prepare `count` files."""
    outcome = Outcome("images", SURVIVAL)
    progress = Progress(outcome.name, count)
    with tempfile.TemporaryDirectory() as folder:
        for number in range(count):
            rng = random.Random(f"{start}-images-{number}")
            what, content = encoded(rng)
            kind, content = damaged(content, rng)
            path = Path(folder) / f"picture-{number}.{rng.choice(['png', 'jpg', 'tif', 'webp'])}"
            path.write_bytes(content)
            how = Preparation(rng.choice(BACKGROUNDS), rng.choice(FITS))
            said = f"image {number} of seed {start} ({what}, {kind}, {how.background}, {how.fit})"
            outcome.inject(said, wrong_of, path, how)
            path.unlink()
            progress.step()
    return outcome
