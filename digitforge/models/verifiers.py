"""The trained verifiers of a project.

The plain one has ten answers, as the literature's. The strict one and its control have an eleventh, "no digit", which
they learnt from images that are none (outlier exposure, Hendrycks 2019, arXiv:1812.04606, with a class of its own).
"""

from pathlib import Path

import numpy as np

from digitforge import files
from digitforge.models.verifier import VerifierNetwork
from digitforge.settings.judges import NAMES, SEEN_BY

CONTROLLED = 2_000  # images of each set that the control reads


class Verifiers:
    """The trained verifiers of a project, which read the same images.

    root: the project's folder; pictures: as for `VerifierNetwork`. Raises OSError or ValueError for damaged files.
    """

    def __init__(self, root: Path = Path(), *, pictures: bool = False) -> None:
        self.networks = {name: load(root / files.VERIFIER / name, pictures=pictures) for name in NAMES}

    def read(self, images: np.ndarray) -> dict[str, np.ndarray]:
        """uint8 [N, H, W, C] -> probabilities of classes by the plain and the strict one, and features of `SEEN_BY`.

        {"probabilities": [N, C, K], "strict": [N, C, K], "features": [N, C, F]}
        """
        found = {name: self.networks[name].read(images) for name in ("plain", "strict")}
        return {"probabilities": found["plain"][0], "strict": found["strict"][0], "features": found[SEEN_BY][1]}

    def control(self, images: np.ndarray) -> np.ndarray:
        """The same probabilities by the control, of the first 2,000 images."""
        return self.networks["control"].read(images[:CONTROLLED])[0]


def load(folder: Path, *, pictures: bool = False) -> VerifierNetwork:
    """A trained verifier from the folder in artifacts/verifier."""
    judge = files.read_json(folder / "judge.json")
    refuses = judge["answers"] > judge["classes"]
    found = VerifierNetwork(classes=judge["classes"], refuses=refuses, pictures=pictures)
    found.load_weights(folder / "verifier.weights.h5")
    return found
