"""What is odd about images of one's own, told before anything is trained on them."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from digitforge.data.folder import files_below
from digitforge.data.labelled import ImageFiles, Images, Labelled
from digitforge.data.preparation import FAINTEST, Preparation, has_ink
from digitforge.data.subsets import FEWEST
from digitforge.errors import UserError
from digitforge.wording import printable

MOSTLY = 0.1  # of the images: so many that are the wrong way round are worth a word
TO_COMPARE = 500  # test images: the strict verifier's features have 192 numbers
UNEVEN = 10  # times as many images of the largest class as of the smallest are worth a word


@dataclass(frozen=True)
class Seen:
    """The images of a split, prepared, with what is known of where they come from.

    pixels: uint8 [N, 28, 28], or [N, 28, 28, 3] in colour; labels: [N] str; origin: [N], positions in `source`;
    light: [N] bool, whether the picture was mostly light before its ink was looked for.
    """

    source: Labelled
    pixels: np.ndarray
    labels: np.ndarray
    origin: np.ndarray
    light: np.ndarray
    sizes: Counter[tuple[int, int]]

    @classmethod
    def of(cls, source: Labelled, images: Images) -> "Seen":
        """All that was made of a source."""
        labels, light = source.labels[images.origin], images.light[images.origin]
        return cls(source, images.pixels, labels, images.origin, light, images.sizes)

    def __len__(self) -> int:
        return len(self.pixels)

    def only(self, chosen: np.ndarray) -> "Seen":
        """The images `chosen` [N] bool."""
        parts = {name: getattr(self, name)[chosen] for name in ("pixels", "labels", "origin", "light")}
        return replace(self, **parts)

    def name(self, i: int) -> str:
        """What messages call the i-th image: the file that it was made of."""
        return self.source.name(int(self.origin[i]))

    def in_colour(self) -> np.ndarray:
        """The pixels in three channels."""
        return self.pixels if self.pixels.ndim == 4 else np.repeat(self.pixels[..., None], 3, axis=3)


Splits = Mapping[str, Seen]


def refuse_without_ink(splits: Splits, place: Path, how: Preparation) -> None:
    """Raise UserError where not one image has anything to learn from."""
    brightest = max(int(seen.pixels.max()) for seen in splits.values())
    if any(has_ink(seen.pixels).any() for seen in splits.values()):
        return
    count, first = sum(map(len, splits.values())), next(iter(splits.values())).name(0)
    cure = f"black ink on nothing needs {other(how)}"
    if brightest:
        cure = "masks of 0 and 1 must be multiplied by 255, 12 bits by 16"
    raise UserError(
        f"data.source {place}: received {count} images that are nowhere lighter than {brightest} of 255, the first "
        f"{first}; accepted: light ink on black ({cure})"
    )


def other(how: Preparation) -> str:
    """The setting that takes paper for ground, or ground for paper."""
    return f"`data.background: {'black' if how.background == 'white' else 'white'}`"


def odd(splits: Splits, how: Preparation) -> list[str]:
    """What a user should know, a sentence each; numbers are of all splits together."""
    found = [*without_ink(splits), *on_paper(splits, how), *alike(splits), *of_sizes(splits), *of_classes(splits)]
    found += of_counts(splits)
    return [f"{sentence}." for sentence in found]


def counted(splits: Splits, chosen: Callable[[Seen], np.ndarray]) -> tuple[int, int, str]:
    """How many images are chosen, of how many, and the name of the first."""
    total, count, first = 0, 0, ""
    for seen in splits.values():
        places = np.flatnonzero(chosen(seen))
        first = first or (seen.name(int(places[0])) if len(places) else "")
        total, count = total + len(seen), count + len(places)
    return count, total, first


def is_constant(seen: Seen) -> np.ndarray:
    """Which images have one value alone."""
    flat = seen.pixels.reshape(len(seen), -1)
    return flat.min(axis=1) == flat.max(axis=1)


def is_faint(seen: Seen) -> np.ndarray:
    """Which images show something, but nothing that can be told from black."""
    return ~has_ink(seen.pixels) & ~is_constant(seen)


def without_ink(splits: Splits) -> Iterator[str]:
    """Images, and whole classes, that show nothing."""
    count, total, first = counted(splits, is_constant)
    if count:
        yield f"{count} of {total} images are blank, the first is {first}"
    count, total, first = counted(splits, is_faint)
    if count:
        yield f"{count} of {total} images are nowhere lighter than {FAINTEST} of 255, the first is {first}"
    train = splits["train"]
    inked = np.unique(train.labels[has_ink(train.pixels)])
    for name in np.setdiff1d(train.labels, inked):
        yield f"no training image of the class {name} shows anything"


def on_paper(splits: Splits, how: Preparation) -> Iterator[str]:
    """Images whose ground is light, as if light and dark were the wrong way round."""
    count, total, first = counted(splits, lambda seen: seen.light)
    if count >= MOSTLY * total:
        yield (
            f"{count} of {total} images are mostly white, the first is {first}: models know light ink on black, and "
            f"{other(how)} exchanges them"
        )


def alike(splits: Splits) -> Iterator[str]:
    """Test images that are among the training images, too."""
    train, test = splits["train"], splits["test"]
    firsts = {image.tobytes(): i for i, image in reversed(list(enumerate(train.in_colour())))}
    copies = [(i, firsts[key]) for i, image in enumerate(test.in_colour()) if (key := image.tobytes()) in firsts]
    if copies:
        of_test, of_train = copies[0]
        yield (
            f"{len(copies)} of {len(test)} test images are copies of training images, the first is "
            f"{test.name(of_test)}, of {train.name(of_train)}: models may know them by heart"
        )


def of_sizes(splits: Splits) -> Iterator[str]:
    """Pictures of different sizes."""
    sizes = sorted(sum((seen.sizes for seen in splits.values()), Counter()), key=lambda size: size[0] * size[1])
    if len(sizes) > 1:
        (w, h), (width, height) = sizes[0], sizes[-1]
        yield f"the images have {len(sizes)} sizes, from {w} × {h} to {width} × {height} pixels, and were scaled alike"


def of_classes(splits: Splits) -> Iterator[str]:
    """Too few classes, uneven ones, and ones that aren't in both splits."""
    names, counts = np.unique(splits["train"].labels, return_counts=True)
    if len(names) == 1:
        yield f"all images are of one class, {names[0]}: nothing can be said of classes"
    elif counts.max() > UNEVEN * counts.min():
        most, fewest = names[counts.argmax()], names[counts.argmin()]
        yield f"the class {most} has {counts.max()} training images, {fewest} only {counts.min()}"
    for name in np.setdiff1d(names, splits["test"].labels):
        yield f"no test image is of the class {name}"


def of_counts(splits: Splits) -> Iterator[str]:
    """Splits that are too small for what is measured."""
    train, test = len(splits["train"]), len(splits["test"])
    if train < FEWEST:
        yield f"{train} training images are too few to learn what is none: the strict verifier is a plain one"
    if test < TO_COMPARE:
        yield f"{test} test images are few: FID, KID, precision and recall of fewer than {TO_COMPARE} say little"


def left_out(place: Path, sources: Iterable[Labelled]) -> list[str]:
    """The files of a folder of image files that were not read: those beside the folders of classes, too."""
    read = {path for source in sources if isinstance(source, ImageFiles) for path in source.paths}
    others = sorted(path for path in files_below(place) if path not in read) if read else []
    return [f"{len(others)} other files were left out, the first is {printable(str(others[0]))}."] if others else []
