"""Stage `ood`: out-of-distribution sets, to be told from test images by their anomaly scores.

Writes artifacts/ood.npz: NAME [1000, H, W] uint8, or [1000, H, W, 3] where the source is colour pictures, for
each of `evaluation.ood` that can be had. Those made from test images always can; another data set, only where some
place has it.
"""

import numpy as np

from digitforge import files
from digitforge.data.idx import FILES, parse_idx
from digitforge.data.outliers import MAKERS
from digitforge.data.places import fetch
from digitforge.data.raw import SourceFacts, read_images
from digitforge.data.subsets import spread
from digitforge.errors import UserError, user_errors
from digitforge.settings.params import Params, load_params

TEST_IMAGES = FILES[2]
SETTINGS = ("seed", "data.offline", "data.mirrors", "evaluation.ood")
SIZE = 1_000


def fetch_images(name: str, params: Params) -> np.ndarray | None:
    """Test images [N, H, W] of another data set; None where no place has it and `data.offline` doesn't say `fail`."""
    found, failures = fetch(name, params.data.mirrors.get(name, []), files.scratch(), files.main_repository())
    if found:
        return parse_idx(found[TEST_IMAGES], TEST_IMAGES)
    asked = "; ".join(failures)
    if params.data.offline == "fail":
        raise UserError(f"evaluation.ood: no place has {name}. Asked: {asked}. Take it off the list, or mend a place")
    print(f"NOTE: {name} could not be had, so it is no out-of-distribution set. Asked: {asked}")
    print(f"NOTE: once a place has {name}, `dvc repro -f ood && dvc repro` brings it in.")
    return None


def main() -> None:
    """Write artifacts/ood.npz."""
    params = load_params()
    source, test = SourceFacts.read(), read_images("test")
    sets: dict[str, np.ndarray] = {}
    rng = np.random.default_rng(params.seed)
    for name in params.evaluation.ood:
        if name in MAKERS:
            sets[name] = MAKERS[name](test[spread(len(test), SIZE)], rng)
        elif name != source.name:
            images = fetch_images(name, params)
            if images is not None:
                chosen = images[spread(len(images), SIZE)]
                sets[name] = np.repeat(chosen[..., None], 3, axis=3) if source.pictures else chosen
    files.write_npz(files.OOD, **sets)
    print(f"ood: {', '.join(sets) or 'none'}")


if __name__ == "__main__":
    with user_errors():
        main()
