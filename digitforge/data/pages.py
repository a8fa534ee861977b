"""A page of handwriting, cut into single digits: set straight, and read line by line."""

from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageDraw
from scipy import ndimage
from skimage.measure import label, regionprops

from digitforge.data import handwriting

STROKE, PIECE = 1 / 12, 1 / 3  # of the page: strokes are thinner, and pieces of ink smaller
NEAR = 0.12  # of the usual height: pieces that are nearer to each other are of one digit
LOW, HIGH, WIDE = 0.4, 3.0, 3.0  # of the usual height: what is lower, higher or wider is no digit
TURNS = np.arange(-15, 15.25, 0.25)  # degrees that a page may be turned by
FEWEST = 5  # digits by which a page can be set straight

Box = tuple[int, int, int, int]  # left, top, right, bottom, in pixels; right and bottom lie outside


@dataclass(frozen=True)
class Digit:
    """A digit's place on a page, and its ink there, as of `handwriting.found`."""

    box: Box
    ink: np.ndarray
    mask: np.ndarray


def cut(light: Image.Image) -> tuple[Image.Image, list[Digit]]:
    """A page in RGB, light on black -> the page set straight, and its digits, line by line."""
    page = handwriting.resized(light)
    ink, mask = handwriting.found(page, STROKE, PIECE)
    digits = digits_of(ink, mask)
    turn = turn_of([digit.box for digit in digits])
    if turn:
        page, drawn, lit = (turned(picture, turn) for picture in (page, Image.fromarray(ink), Image.fromarray(mask)))
        digits = digits_of(np.asarray(drawn), np.asarray(lit))
    return page, in_lines(digits)


def turned(picture: Image.Image, degrees: float) -> Image.Image:
    """The whole picture, turned counter-clockwise."""
    how = Image.Resampling.NEAREST if picture.mode == "1" else Image.Resampling.BICUBIC
    return picture.rotate(degrees, how, expand=True)


def digits_of(ink: np.ndarray, mask: np.ndarray) -> list[Digit]:
    """What may be digits in ink as of `handwriting.found`, in no order."""
    heights = [piece.bbox[2] - piece.bbox[0] for piece in regionprops(label(mask, connectivity=2))]
    if not heights:
        return []
    usual = float(np.median([height for height in heights if height >= max(heights) / 4]))
    regions = label(ndimage.binary_dilation(mask, iterations=max(1, round(NEAR * usual / 2))), connectivity=2)
    digits = []
    for piece in regionprops(regions * mask):
        top, left, bottom, right = piece.bbox
        if LOW * usual <= bottom - top <= HIGH * usual and right - left <= WIDE * usual:
            own = regions[piece.slice] == piece.label
            digits.append(Digit((left, top, right, bottom), ink[piece.slice] * own, mask[piece.slice] & own))
    return digits


def turn_of(boxes: list[Box]) -> float:
    """Degrees, counter-clockwise, that make lines level: those for which digits gather at the fewest heights.

    0 of fewer than five digits, which may stand anywhere.
    """
    if len(boxes) < FEWEST:
        return 0.0
    left, top, right, bottom = np.array(boxes, float).T
    x, y, usual = (left + right) / 2, (top + bottom) / 2, np.median(bottom - top)
    # Distances to the next digit below are small within lines and large between them.
    spread = []
    for degrees in TURNS:
        radians = np.deg2rad(degrees)
        heights = np.sort(y * np.cos(radians) - x * np.sin(radians))
        spread.append(np.minimum(np.diff(heights), usual / 2).sum())
    return float(TURNS[int(np.argmin(spread))])


def in_lines(digits: list[Digit]) -> list[Digit]:
    """The digits in the order in which one reads: each belongs to the line that its middle lies in."""
    lines: list[list[Digit]] = []
    for digit in sorted(digits, key=lambda digit: digit.box[1] + digit.box[3]):
        middle = (digit.box[1] + digit.box[3]) / 2
        if lines and middle < np.mean([other.box[3] for other in lines[-1]]):
            lines[-1].append(digit)
        else:
            lines.append([digit])
    return [digit for line in lines for digit in sorted(line, key=lambda digit: digit.box)]


def marked(page: Image.Image, digits: list[Digit]) -> Image.Image:
    """The page with a frame around each digit."""
    drawn = page.copy()
    pen = ImageDraw.Draw(drawn)
    for digit in digits:
        left, top, right, bottom = digit.box
        pen.rectangle((left - 3, top - 3, right + 2, bottom + 2), outline=(90, 160, 255), width=2)
    return drawn
