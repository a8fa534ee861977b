"""Data sets as stages ask for them: from the first place that has one, or else what `data.offline` says."""

from collections.abc import Mapping

import numpy as np

from digitforge import files
from digitforge.data.folder import from_image_folder
from digitforge.data.idx import FILES, parse_idx
from digitforge.data.places import IdxFiles, fetch, from_scikit_learn
from digitforge.data.sources import SOURCES
from digitforge.errors import UserError

TEST_IMAGES = FILES[2]

Mirrors = Mapping[str, list[str]]  # `data.mirrors` of params.yaml: {source: base URLs}


def by_hand(source: str) -> str:
    """How to place the files by hand."""
    folder = f"data/{SOURCES[source].torchvision}/raw"
    where = f"into {folder}" + (", or into any folder and set DIGITFORGE_MNIST to it" if source == "mnist" else "")
    return f"put {', '.join(f'{name}.gz' for name in SOURCES[source].files)} {where}; or set data.offline: digits"


def obtain(source: str, mirrors: Mirrors, offline: str) -> tuple[str, IdxFiles]:
    """The data set asked for, or the stand-in where `offline` allows it -> (its name, the four files).

    Raises UserError, listing every place asked and why it failed, when there is none and `offline` is `fail`.
    """
    if source == "digits":
        return "digits", from_scikit_learn()
    if source not in SOURCES:
        folder = files.main_repository() / source
        return f"folder {folder.resolve().name}", from_image_folder(folder)  # no name of a data set
    found, failures = fetch(source, mirrors.get(source, []), files.scratch(), files.main_repository())
    if found:
        return source, found
    asked = "; ".join(failures)
    if offline == "fail":
        raise UserError(f"data.source {source}: no place has it. Asked: {asked}. To mend it, {by_hand(source)}")
    print(f"WARNING: {source} could not be had. Asked: {asked}.")
    print(f"WARNING: going on with scikit-learn's 1,797 digits instead of {source}; no number below is of it.")
    print("WARNING: once a place answers, `dvc repro -f download && dvc repro` brings the real data in.")
    return "digits", from_scikit_learn()


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
