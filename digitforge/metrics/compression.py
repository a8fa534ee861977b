"""A code as a compressed image: quantised coordinates, their length in bytes, and image codecs to compare with."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

if TYPE_CHECKING:
    from jaxtyping import Float, Float32, Int, UInt8

BITS = (8, 4)  # a coordinate

# Pillow's settings of each codec, from the smallest file to the best image; PNG and lossless WebP have one.
CODECS: dict[str, list[dict[str, object]]] = {
    "JPEG": [{"quality": quality, "optimize": True} for quality in (1, 10, 25, 50, 75)],
    "WebP": [{"quality": quality, "method": 6} for quality in (0, 10, 25, 50, 75)],
    "PNG": [{"optimize": True}],
}


def code_range(training: Float[np.ndarray, "T D"]) -> tuple[Float[np.ndarray, "D"], Float[np.ndarray, "D"]]:
    """Least and greatest value of each coordinate among training codes: [T, D] -> ([D], [D])."""
    return training.min(axis=0), training.max(axis=0)


def quantise(
    codes: Float[np.ndarray, "N D"], low: Float[np.ndarray, "D"], high: Float[np.ndarray, "D"], bits: int
) -> Int[np.ndarray, "N D"]:
    """Uniform scalar quantiser of each coordinate over [low, high], clipped: [N, D] -> int [N, D] in 0..2^bits - 1."""
    levels = 2**bits
    width = np.where(high > low, (high - low) / levels, np.inf)  # a constant coordinate has one level
    return np.clip(np.floor((codes - low) / width), 0, levels - 1).astype(np.int64)


def dequantise(
    levels: Int[np.ndarray, "N D"], low: Float[np.ndarray, "D"], high: Float[np.ndarray, "D"], bits: int
) -> Float32[np.ndarray, "N D"]:
    """The middles of the cells: int [N, D] -> float32 [N, D]."""
    return (low + (levels + 0.5) * (high - low) / 2**bits).astype(np.float32)


def code_length_bytes(
    training: Int[np.ndarray, "T D"], levels: Int[np.ndarray, "N D"], bits: int
) -> Float[np.ndarray, "N"]:
    """Bytes that an ideal arithmetic coder needs for each quantised code: -sum_d log2 p_d(level) / 8 -> [N].

    p_d: frequencies of coordinate d's levels among training codes [T, D], one count added to each (Laplace), so that
    the decoder knows them; within 2 bits of what a real coder emits (Witten 1987). levels: int [N, D].
    """
    total = np.zeros(len(levels))
    for seen, found in zip(training.T, levels.T, strict=True):
        counts = np.bincount(seen, minlength=2**bits) + 1
        total -= np.log2(counts / counts.sum())[found]
    return total / 8


def encode(
    images: UInt8[np.ndarray, "N H W C"], codec: str, settings: dict[str, object]
) -> tuple[Int[np.ndarray, "N"], UInt8[np.ndarray, "N H W C"]]:
    """Compress and decompress each image by itself.

    images: uint8 [N, H, W, C], C of 1 or 3 -> (bytes of each file [N], decoded uint8 [N, H, W, C]). PNG files of
    black and white images have one bit a pixel.
    """
    sizes, decoded = [], []
    bilevel = codec == "PNG" and images.shape[-1] == 1 and bool(np.all((images == 0) | (images == 255)))
    for pixels in images:
        picture = Image.fromarray(pixels[..., 0] if pixels.shape[-1] == 1 else pixels)
        file = io.BytesIO()
        (picture.convert("1") if bilevel else picture).save(file, codec, **settings)
        sizes.append(file.tell())
        with Image.open(file) as again:
            found = np.asarray(again.convert("L" if pixels.shape[-1] == 1 else "RGB"))
        decoded.append(found.reshape(pixels.shape))
    return np.array(sizes), np.stack(decoded)
