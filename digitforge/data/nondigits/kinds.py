"""Every kind of image that is no digit, by name."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from digitforge.data.nondigits import damages, mixtures, patterns


@dataclass(frozen=True)
class Kind:
    """One kind. make(digits, labels, rng): [N, H, W] float32 in [0, 1], labels [N] -> [N, H, W].

    of: the digits that it makes non-digits of, or None for all. The others would stay digits: a mirrored 8 is an 8.
    oriented: whether only the way that an image is turned makes it a non-digit, which holds of digits and not of any
    class of shapes.
    """

    make: Callable[[np.ndarray, np.ndarray, np.random.Generator], np.ndarray]
    of: tuple[int, ...] | None = None
    oriented: bool = False


KINDS = {
    "overlaid": Kind(mixtures.overlaid),
    "averaged": Kind(mixtures.averaged),
    "top_on_bottom": Kind(mixtures.top_on_bottom),
    "left_by_right": Kind(mixtures.left_by_right),
    "diagonal_halves": Kind(mixtures.diagonal_halves),
    "four_quarters": Kind(mixtures.four_quarters),
    "chequered": Kind(mixtures.chequered),
    "interlaced": Kind(mixtures.interlaced),
    "patched": Kind(mixtures.patched),
    "side_by_side": Kind(mixtures.side_by_side),
    "four_small": Kind(mixtures.four_small),
    "quarters_shuffled": Kind(damages.quarters_shuffled),
    "tiles_shuffled": Kind(damages.tiles_shuffled),
    "pixels_shuffled": Kind(damages.pixels_shuffled),
    "band_erased": Kind(damages.band_erased),
    "half_erased": Kind(damages.half_erased, of=(0, 2, 3, 5, 8)),
    "boxes_erased": Kind(damages.boxes_erased),
    "shredded": Kind(damages.shredded),
    "rows_jittered": Kind(damages.rows_jittered),
    "strips_shifted": Kind(damages.strips_shifted),
    "folded": Kind(damages.folded, of=(2, 4, 7)),
    "quarter_turned": Kind(damages.quarter_turned, of=(1, 2, 3, 4, 5, 6, 7, 8, 9), oriented=True),
    "mirrored": Kind(damages.mirrored, of=(3, 4, 6, 7, 9), oriented=True),
    "upside_down": Kind(damages.upside_down, of=(4, 6, 7, 9), oriented=True),
    "warped": Kind(damages.warped),
    "swirled": Kind(damages.swirled),
    "waved": Kind(damages.waved, of=(0, 2, 3, 4, 5, 6, 7, 8, 9)),
    "enlarged": Kind(damages.enlarged),
    "blurred": Kind(damages.blurred),
    "coarse": Kind(damages.coarse),
    "fattened": Kind(damages.fattened),
    "noisy": Kind(damages.noisy),
    "inverted": Kind(damages.inverted),
    "phases_scrambled": Kind(damages.phases_scrambled),
    "noise": Kind(patterns.noise),
    "blobs": Kind(patterns.blobs),
    "blank": Kind(patterns.blank),
    "constant": Kind(patterns.constant),
    "gratings": Kind(patterns.gratings),
    "strokes": Kind(patterns.strokes),
    "scribbles": Kind(patterns.scribbles),
    "lines": Kind(patterns.lines),
    "shapes": Kind(patterns.shapes),
}


def make(name: str, images: np.ndarray, labels: np.ndarray, count: int, rng: np.random.Generator) -> np.ndarray:
    """`count` non-digits of one kind. images: [N, H, W] uint8, labels: [N] -> [count, H, W] uint8.

    Each is made of another image as far as there are enough; labels that the kind leaves digits are not used.
    """
    kind = KINDS[name]
    fit = np.arange(len(labels)) if kind.of is None else np.flatnonzero(np.isin(labels, kind.of))
    chosen = rng.choice(fit, count, replace=count > len(fit))
    found = kind.make(images[chosen].astype(np.float32) / 255, labels[chosen], rng)
    return np.round(255 * found).astype(np.uint8)
