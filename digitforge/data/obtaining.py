"""Data sets as stages ask for them: from the first place that has one, or else what `data.offline` says."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from digitforge import files
from digitforge.data import own
from digitforge.data.idx import FILES, format_idx, parse_idx
from digitforge.data.places import IdxFiles, fetch, from_scikit_learn
from digitforge.data.preparation import Preparation
from digitforge.data.sources import SOURCES
from digitforge.errors import UserError

TEST_IMAGES = FILES[2]

Mirrors = Mapping[str, list[str]]  # `data.mirrors` of params.yaml: {source: base URLs}


def by_hand(source: str) -> str:
    """How to place the files by hand."""
    folder = f"data/{SOURCES[source].torchvision}/raw"
    where = f"into {folder}" + (", or into any folder and set DIGITFORGE_MNIST to it" if source == "mnist" else "")
    return f"put {', '.join(f'{name}.gz' for name in SOURCES[source].files)} {where}; or set data.offline: digits"


@dataclass(frozen=True)
class Obtained:
    """A data set. files: the four IDX files by name; classes: as of `SourceFacts`; odd: what `own.read` found odd."""

    name: str
    files: IdxFiles
    classes: tuple[str, ...] = ()
    odd: tuple[str, ...] = ()


def obtain(source: str, mirrors: Mirrors, offline: str, how: Preparation) -> Obtained:
    """The data set asked for, its stand-in where `offline` allows it, or images of one's own, prepared as `how` says.

    Raises UserError, listing every place asked and why it failed, when there is none and `offline` is `fail`.
    """
    if source == "digits":
        return Obtained("digits", from_scikit_learn())
    if source not in SOURCES:
        return of_ones_own(source, how)
    found, failures = fetch(source, mirrors.get(source, []), files.scratch(), files.main_repository())
    if found:
        return Obtained(source, found)
    asked = "; ".join(failures)
    if offline == "fail":
        raise UserError(f"data.source {source}: no place has it. Asked: {asked}. To mend it, {by_hand(source)}")
    print(f"WARNING: {source} could not be had. Asked: {asked}.")
    print(f"WARNING: going on with scikit-learn's 1,797 digits instead of {source}; no number below is of it.")
    print("WARNING: once a place answers, `dvc repro -f download && dvc repro` brings the real data in.")
    return Obtained("digits", from_scikit_learn())


def of_ones_own(source: str, how: Preparation) -> Obtained:
    """Images of one's own; its name is never that of a known data set."""
    place = own.place_of(source)
    found = own.read(place, how)
    kind = "file" if place.is_file() else "folder"
    arrays = [of[split] for split in ("train", "test") for of in (found.images, found.labels)]
    content = {name: format_idx(array) for name, array in zip(FILES, arrays, strict=True)}
    return Obtained(f"{kind} {place.resolve().name}", content, found.classes, found.odd)


def fetch_test_images(name: str, mirrors: Mirrors, offline: str) -> np.ndarray | None:
    """Test images [N, H, W] of another data set; None where no place has it and `offline` doesn't say `fail`."""
    found, failures = fetch(name, mirrors.get(name, []), files.scratch(), files.main_repository())
    if found:
        return parse_idx(found[TEST_IMAGES], TEST_IMAGES)
    asked = "; ".join(failures)
    if offline == "fail":
        raise UserError(f"evaluation.ood: no place has {name}. Asked: {asked}. Take it off the list, or mend a place")
    print(f"NOTE: {name} could not be had, so it is no out-of-distribution set. Asked: {asked}")
    print(f"NOTE: once a place has {name}, `dvc repro -f ood && dvc repro` brings it in.")
    return None
