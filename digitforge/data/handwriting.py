"""Ink on a dark ground, under any light: found, cut out, and made like MNIST's digits.

MNIST's makers scaled the ink of a digit to fit 20 x 20 pixels, and put its centre of mass in the middle of 28 x 28
(LeCun et al. 1998, section III.A).
"""

from itertools import pairwise

import numpy as np
from PIL import Image
from scipy import ndimage
from skimage.filters import threshold_otsu
from skimage.measure import label
from skimage.morphology import skeletonize

from digitforge.data.pixels import SIZE

INK = 20  # pixels along the longer side of a digit
PEN = 2.2  # pixels: thinner strokes are thickened to this width, that of MNIST's finer pens
SMALLEST, LARGEST = 200, 1_600  # pixels along the longer side in which ink is looked for
COARSE = 6  # pixels that strokes are thickened by, before the picture is made smaller instead
FAINTEST = 0.12  # contrast that is still ink, 1 being white on black
CELLS = 8  # along each side of a picture: how light paper is in each tells from where light comes
UNEXPLAINED = 0.15  # of the variance of those: more of it is no light from one side
DARKEST = 16  # of 255: nothing stands out where even paper is darker
SHADOW = 0.5  # contrast that no shadow reaches at the edge of a picture
SPECK = 0.02  # of the area of the largest piece: what is smaller is dirt

Ink = tuple[np.ndarray, np.ndarray]  # how much ink, [H, W] in 0..1, and which pixels are ink, [H, W] bool


def found(light: Image.Image, stroke: float = 1 / 3, piece: float = 1) -> Ink:
    """The ink of a picture in RGB, light on black, at a resolution to work in.

    stroke, piece: of the picture's shorter side, how wide a stroke is at most, and how large a connected piece of ink.
    The threshold is Otsu's (1979, doi:10.1109/TSMC.1979.4310076) on `brightness`. Both arrays are empty without ink.
    """
    small = np.asarray(resized(light))
    ink, mask = standing_out(small, stroke, piece)
    if mask.any():
        return ink, mask
    # A shape that is wider than any stroke; a shadow would reach the edge.
    ink, mask = standing_out(small, 1, piece)
    framed = not np.concatenate([mask[0], mask[-1], mask[:, 0], mask[:, -1]]).any()
    return (ink, mask) if framed else (np.zeros_like(ink), np.zeros_like(mask))


def standing_out(light: np.ndarray, stroke: float, piece: float) -> Ink:
    """What stands out from the ground within windows of the width `stroke`. light: [H, W, 3] uint8."""
    bright = brightness(light, stroke)
    least = max(float(threshold_otsu(bright)) if bright.any() else 1.0, FAINTEST)
    mask = without_dirt(bright >= least, bright, piece)
    full = np.median(bright[mask]) if mask.any() else 1.0
    near = ndimage.binary_dilation(mask, iterations=2)
    return (np.clip(bright / full, 0, 1) * near).astype(np.float32), mask


def without_dirt(mask: np.ndarray, bright: np.ndarray, piece: float) -> np.ndarray:
    """The mask without pieces that are too large, faint ones at the edge, and those much smaller than the largest left.

    Unless that one touches the edge, without all that do.
    """
    pieces = label(mask, connectivity=2)
    areas = np.bincount(pieces.ravel())
    areas[0] = 0
    at_edge = np.unique(np.concatenate([pieces[0], pieces[-1], pieces[:, 0], pieces[:, -1]]))
    for number, box in enumerate(ndimage.find_objects(pieces), start=1):
        large = max(side.stop - side.start for side in box) > piece * max(mask.shape)
        faint = number in at_edge and np.median(bright[box][pieces[box] == number]) < SHADOW
        if large or faint:
            areas[number] = 0
    if areas.argmax() not in at_edge:
        areas[at_edge] = 0
    return np.isin(pieces, np.flatnonzero(areas >= max(2, SPECK * areas.max())))


def resized(picture: Image.Image) -> Image.Image:
    """The picture with its longer side within SMALLEST and LARGEST."""
    longer = max(picture.size)
    scale = min(max(longer, SMALLEST), LARGEST) / longer
    width, height = (max(1, round(scale * side)) for side in picture.size)
    return picture.resize((width, height), Image.Resampling.LANCZOS if scale < 1 else Image.Resampling.BICUBIC)


def brightness(light: np.ndarray, stroke: float) -> np.ndarray:
    """How far each pixel stands out from the ground around it, whatever the light. [H, W, 3] uint8 -> [H, W] in 0..1.

    Seen as dark ink on paper: light multiplies what paper reflects, so the ratio to the lightest neighbours is that of
    ink alone. Of the three channels the one that stands out most counts: blue ink is as dark as black.
    """
    window = max(3, int(stroke * min(light.shape[:2])))
    most = np.zeros(light.shape[:2])
    for channel in np.moveaxis(255 - light.astype(np.float64), 2, 0):
        if channel.max() < DARKEST:
            continue
        smooth = evenly_lit(ndimage.gaussian_filter(channel, 1))
        paper = ndimage.gaussian_filter(ndimage.grey_closing(smooth, window, mode="nearest"), window / 12)
        most = np.maximum(most, 1 - smooth / np.maximum(np.maximum(paper, smooth), 1))
    return most


def evenly_lit(paper: np.ndarray) -> np.ndarray:
    """Paper [H, W] under light from one side, as if from above: divided by the slope that its logarithm has.

    A window at the picture's edge sees only the lighter side of a slope, and would take the edge for ink.
    """
    rows, columns = (np.linspace(0, size, CELLS + 1).astype(int) for size in paper.shape)
    cells = [
        (top + bottom, left + right, paper[top:bottom, left:right].max(initial=1))
        for top, bottom in pairwise(rows)
        for left, right in pairwise(columns)
    ]
    y, x, lightest = np.array(cells, float).T
    plane = np.stack([y / 2, x / 2, np.ones_like(x)], axis=1)
    slope, left_over, *_ = np.linalg.lstsq(plane, np.log(lightest), rcond=None)
    if not left_over.size or left_over[0] > UNEXPLAINED * len(x) * np.log(lightest).var():
        return paper  # no slope, but a shadow
    across = slope[0] * np.arange(paper.shape[0])[:, None] + slope[1] * np.arange(paper.shape[1])
    return paper * np.exp(across.mean() - across)


def thickened(ink: np.ndarray, mask: np.ndarray) -> Ink:
    """Ink whose strokes are at least PEN wide once it is scaled to 20 pixels."""
    length = max(1, int(skeletonize(mask).sum()))
    wanted = PEN * max(mask.shape) / INK
    radius = round((wanted - mask.sum() / length) / 2)
    if radius < 1:
        return ink, mask
    factor = max(1, radius // COARSE)  # the largest of each few pixels: a pen of 3 in 3,000 would take minutes
    ink, mask, radius = pooled(ink, factor), pooled(mask, factor), max(1, round((radius - factor / 2) / factor))
    ink, mask = np.pad(ink, radius), np.pad(mask, radius)
    y, x = np.ogrid[-radius : radius + 1, -radius : radius + 1]
    disk = x**2 + y**2 <= radius**2
    return ndimage.grey_dilation(ink, footprint=disk), ndimage.binary_dilation(mask, structure=disk)


def pooled(array: np.ndarray, factor: int) -> np.ndarray:
    """The largest value of each `factor` x `factor` pixels."""
    if factor == 1:
        return array
    height, width = (-(-side // factor) for side in array.shape)
    padded = np.pad(array, [(0, height * factor - array.shape[0]), (0, width * factor - array.shape[1])])
    return padded.reshape(height, factor, width, factor).max(axis=(1, 3))


def cut_out(ink: np.ndarray, mask: np.ndarray) -> Ink:
    """Both within the smallest box around the ink."""
    rows, columns = (np.flatnonzero(mask.any(axis=axis)) for axis in (1, 0))
    box = slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1)
    return ink[box], mask[box]


def as_digit(ink: np.ndarray, mask: np.ndarray) -> np.ndarray:
    """Ink as of `found` -> [28, 28] uint8, as MNIST's makers made theirs."""
    strokes = thickened(*cut_out(ink, mask))
    return centred(cut_out(*strokes)[0])


def centred(ink: np.ndarray) -> np.ndarray:
    """Ink [h, w] in 0..1, cut out -> [28, 28] uint8: in a box of 20 x 20, its centre of mass in the middle."""
    scale = INK / max(ink.shape)
    height, width = (max(1, round(scale * side)) for side in ink.shape)
    small = Image.fromarray(ink.astype(np.float32)).resize((width, height), Image.Resampling.LANCZOS)
    weight = np.clip(np.asarray(small), 0, 1)
    canvas = np.zeros((SIZE, SIZE), np.uint8)
    corner = []
    for size, part in ((height, weight.sum(axis=1)), (width, weight.sum(axis=0))):
        mass = np.arange(size) @ part / max(part.sum(), 1e-9)
        # A centre of mass that is far off may not push ink out of the image.
        corner.append(int(np.clip(round((SIZE - 1) / 2 - mass), 0, SIZE - size)))
    top, left = corner
    canvas[top : top + height, left : left + width] = np.rint(255 * weight)
    return canvas
