"""The code as a compressed image, beside image codecs."""

from typing import Any

import numpy as np

from stages.data.subsets import spread
from stages.metrics import compression
from stages.metrics.intervals import mean
from stages.protocol.reconstruction import likeness

CODED = 250  # images that the codecs compress

Arrays = dict[str, np.ndarray]


def of_codes(images: np.ndarray, codes: np.ndarray, training: np.ndarray, found: Arrays) -> dict[str, Any]:
    """Bytes an image against PSNR and SSIM. images: [M, H, W, C], codes: [M, D], training: [T, D] codes.

    `bytes` is bits a coordinate times coordinates; `entropy_bytes` what an ideal entropy coder makes of it. The
    decoder's weights are not counted.
    """
    low, high = compression.code_range(training)
    rows = {}
    for bits in compression.BITS:
        seen, levels = (compression.quantise(z, low, high, bits) for z in (training, codes))
        rows[f"{bits} bits"] = {
            "bytes": codes.shape[1] * bits / 8,
            "entropy_bytes": mean(compression.code_length_bytes(seen, levels, bits)),
            **likeness(images, found[f"compressed_{bits}"]),
        }
    return rows


def of_codecs(images: np.ndarray) -> list[dict[str, Any]]:
    """The same of JPEG, WebP and PNG at several qualities. images: [M, H, W, C].

    `payload_bytes` leaves out what an all-black image takes: container and tables, which many images could share.
    """
    images = images[spread(len(images), CODED)]
    rows = []
    for codec, qualities in compression.CODECS.items():
        for settings in qualities:
            sizes, decoded = compression.encode(images, codec, settings)
            blank, _ = compression.encode(np.zeros_like(images[:1]), codec, settings)
            rows.append(
                {
                    "codec": codec,
                    "quality": settings.get("quality", "lossless"),
                    "bytes": mean(sizes),
                    "payload_bytes": mean(sizes - blank[0]),
                    **likeness(images, decoded),
                }
            )
    return rows
