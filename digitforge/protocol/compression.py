"""The code as a compressed image, beside image codecs."""

from typing import Any

import numpy as np

from digitforge.data.subsets import spread
from digitforge.metrics import compression
from digitforge.metrics.intervals import mean
from digitforge.protocol.reconstruction import likeness

CODED = 250  # images that are compressed

Arrays = dict[str, np.ndarray]


def chosen(subset: np.ndarray) -> np.ndarray:
    """Test images that are compressed, some of the `subset` [M] of positions -> up to 250 positions."""
    return subset[spread(len(subset), CODED)]


def of_variant(images: np.ndarray, found: Arrays, codecs: list[dict[str, Any]]) -> dict[str, Any]:
    """Codes beside image codecs, of `reference`, on the same images. images: [N, H, W, C], found: of stage `sample`."""
    positions, rows = chosen(found["subset"]), spread(len(found["subset"]), CODED)
    decoded = {bits: found[f"compressed_{bits}"][rows] for bits in compression.BITS}
    training = found["training_codes"], found["training_means"]
    codes = of_codes(images[positions], found["codes"][positions], training, decoded)
    return {"codes": codes, "codecs": codecs}


def of_codes(
    images: np.ndarray, codes: np.ndarray, training: tuple[np.ndarray, np.ndarray], decoded: dict[int, np.ndarray]
) -> dict[str, Any]:
    """Bytes an image against PSNR and SSIM. images: [M, H, W, C], codes: [M, D], the best ones.

    training: codes of training images, drawn ones [T, D], whose range is quantised, and best ones [T, D], which are
    what is coded and whose frequencies the coder knows: a coordinate that the model doesn't use then costs next to
    nothing. decoded: bits a coordinate -> [M, H, W, C]. `bytes` is bits times coordinates; `entropy_bytes` what an
    ideal entropy coder makes of it. The decoder's weights are not counted.
    """
    drawn, best = training
    low, high = compression.code_range(drawn)
    rows = {}
    for bits, restored in decoded.items():
        seen, levels = (compression.quantise(z, low, high, bits) for z in (best, codes))
        rows[f"{bits}"] = {
            "bytes": codes.shape[1] * bits / 8,
            "entropy_bytes": mean(compression.code_length_bytes(seen, levels, bits)),
            **likeness(images, restored),
        }
    return rows


def of_codecs(images: np.ndarray) -> list[dict[str, Any]]:
    """The same of JPEG, WebP and PNG at several qualities. images: [M, H, W, C].

    `payload_bytes` leaves out what an all-black image takes: container and tables, which many images could share.
    """
    with_blank = np.concatenate([images, np.zeros_like(images[:1])])
    rows = []
    for codec, qualities in compression.CODECS.items():
        for settings in qualities:
            sizes, decoded = compression.encode(with_blank, codec, settings)
            rows.append(
                {
                    "codec": codec,
                    "quality": settings.get("quality", "lossless"),
                    "bytes": mean(sizes[:-1]),
                    "payload_bytes": mean(sizes[:-1] - sizes[-1]),
                    **likeness(images, decoded[:-1]),
                }
            )
    return rows
