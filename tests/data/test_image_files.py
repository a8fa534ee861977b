import io
import struct
import zlib

import numpy as np
import pytest
from PIL import Image

from digitforge.data.image_files import FORMATS, open_image, to_png
from digitforge.errors import UserError

RNG = np.random.default_rng(0)
PICTURE = RNG.integers(0, 256, (20, 30, 3)).astype(np.uint8)


def exif(value, kind, count=1):
    """EXIF with one tag, `Orientation`, of any type and size."""
    entry = struct.pack("<HHI", 0x0112, kind, count) + value.ljust(4, b"\0")[:4]
    return b"Exif\0\0II*\0" + struct.pack("<I", 8) + struct.pack("<H", 1) + entry + struct.pack("<I", 0)


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_is_read(tmp_path, name):
    path = tmp_path / f"picture{FORMATS[name][0]}"
    Image.fromarray(PICTURE).save(path, name)
    found = open_image(path)
    assert found.mode == "RGBA"
    assert found.size == (30, 20)
    if name in ("PNG", "BMP", "TIFF"):
        assert (np.asarray(found)[..., :3] == PICTURE).all()


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "CMYK"])
def test_every_mode_is_read(tmp_path, mode):
    path = tmp_path / ("picture.tif" if mode == "CMYK" else "picture.png")
    Image.fromarray(np.full((8, 8, 3), 255, np.uint8)).convert(mode).save(path)
    assert (np.asarray(open_image(path)) == 255).all()


@pytest.mark.parametrize("suffix", ["png", "tif"])
def test_grey_of_16_bits_keeps_its_upper_half(tmp_path, suffix):
    values = (np.arange(256) * 257).astype(np.uint16).reshape(16, 16)
    Image.fromarray(values).save(tmp_path / f"deep.{suffix}")
    assert (np.asarray(open_image(tmp_path / f"deep.{suffix}"))[..., 0].ravel() == np.arange(256)).all()


def test_pixels_of_32_bits_are_refused(tmp_path):
    Image.fromarray(np.zeros((4, 4), np.float32)).save(tmp_path / "deep.tif")
    with pytest.raises(UserError, match=r"deep.tif: received pixels of 32 bits; accepted: 8 or 16 bits a channel"):
        open_image(tmp_path / "deep.tif")


@pytest.mark.parametrize("format", ["JPEG", "PNG"])
def test_a_photograph_is_set_upright(tmp_path, format):
    tags = Image.Exif()
    tags[0x0112] = 6
    Image.fromarray(PICTURE).save(tmp_path / "turned", format, exif=tags)
    assert open_image(tmp_path / "turned").size == (20, 30)


# As a text, as eight bytes that are not there, as a fraction, with no value, with an absurd count, of an unknown type.
@pytest.mark.parametrize(
    ("kind", "count"), [(2, 1), (2, 900), (5, 1), (12, 1), (3, 0), (3, 2**31), (99, 1), (4, 3), (7, 2**32 - 1), (10, 7)]
)
@pytest.mark.parametrize("format", ["JPEG", "PNG"])
def test_a_damaged_tag_says_nothing_of_the_pixels(tmp_path, format, kind, count):
    Image.fromarray(PICTURE).save(tmp_path / "tagged", format, exif=exif(b"\xff\xff\xff\xff", kind, count))
    assert open_image(tmp_path / "tagged").size == (30, 20)


def chunk(kind, content):
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def png_of(width, height):
    """The start of a PNG file of this size, a few bytes long."""
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")


@pytest.mark.parametrize(("width", "height"), [(13_300, 13_300), (10_000, 9_000), (8_000, 7_000), (2**31 - 1, 1)])
def test_a_large_picture_is_refused_by_its_header(tmp_path, width, height):
    (tmp_path / "large.png").write_bytes(png_of(width, height))
    with pytest.raises(UserError, match=r"large.png: .*; accepted: PNG, .* of at most 50 megapixels"):
        open_image(tmp_path / "large.png")


@pytest.mark.parametrize("content", [b"", b"no image", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff\xe0", b"GIF89a", b"II*\0"])
def test_what_is_no_image_is_one_line_with_its_name(tmp_path, content):
    (tmp_path / "bad.png").write_bytes(content)
    with pytest.raises(UserError, match=r"bad.png: can't be read as an image \(.*\); accepted: PNG") as told:
        open_image(tmp_path / "bad.png")
    assert "\n" not in str(told.value)


def test_damaged_images_end_in_one_line_or_an_image():
    for format in ("PNG", "JPEG", "GIF", "TIFF", "BMP"):
        file = io.BytesIO()
        Image.fromarray(PICTURE).save(file, format)
        for _ in range(60):
            damaged = bytearray(file.getvalue())
            for place in RNG.integers(0, len(damaged), 3):
                damaged[place] = RNG.integers(256)
            assert "\n" not in outcome(bytes(damaged[: RNG.integers(1, len(damaged) + 1)]))


def outcome(content):
    """What opening a file of this content ends in: the mode of the picture, or the line that is told."""
    try:
        return open_image(io.BytesIO(content)).mode
    except UserError as error:
        return str(error)


def test_a_missing_file_is_no_damaged_one(tmp_path):
    (tmp_path / "link.png").symlink_to(tmp_path / "none.png")
    for name in ("none.png", "link.png"):
        with pytest.raises(UserError, match=f"{name}: no such file, or a link to none"):
            open_image(tmp_path / name)


@pytest.mark.parametrize("mode", ["uint8", "uint16"])
@pytest.mark.parametrize("suffix", ["tif", "png"])
def test_pictures_of_any_depth_are_set_upright(tmp_path, mode, suffix):
    exif = Image.Exif()
    exif[0x112] = 6
    Image.fromarray(np.zeros((20, 30), mode)).save(tmp_path / f"o.{suffix}", exif=exif)
    assert open_image(tmp_path / f"o.{suffix}").size == (20, 30)


def test_white_is_zero_in_16_bits_too(tmp_path):
    ink = np.zeros((28, 28), np.uint16)
    ink[5:9] = 65_535
    Image.fromarray(ink).save(tmp_path / "ink.tif", tiffinfo={262: 0})
    assert (np.asarray(open_image(tmp_path / "ink.tif"))[..., 0] == 255 - ink // 257).all()


def test_what_is_transparent_in_16_bits_stays_so(tmp_path):
    image = np.full((28, 28), 65_535, np.uint16)
    image[5:9] = 1_000
    Image.fromarray(image).save(tmp_path / "t.png", transparency=65_535)
    assert (np.asarray(open_image(tmp_path / "t.png"))[..., 3] == np.where(image == 1_000, 255, 0)).all()


@pytest.mark.parametrize("channels", [1, 3])
def test_an_image_as_png_comes_back(channels):
    image = RNG.integers(0, 256, (28, 28, channels)).astype(np.uint8)
    assert (np.asarray(open_image(io.BytesIO(to_png(image))))[..., :channels] == image).all()
