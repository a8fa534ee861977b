"""The verifier: what digit an image shows, and how sure that is."""

from typing import Any

import numpy as np

from digitforge.images import to_pictures
from digitforge.metrics.verifier import beliefs_and_classes


class Verifier:
    """The network that judges every image of the report. `digitforge.verifier()` gives it."""

    def __init__(self, network: Any) -> None:
        self.network = network  # digitforge.models.verifier.VerifierNetwork

    def read(self, x: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Read images [N, 28, 28, C], or [N, 28, 28] if grey, of uint8 or of floats in [0, 1].

        -> labels [N], beliefs [N] in 0..1, probabilities [N, C, 10]. Of a stack the label is the number 0..10^C - 1
        that its channels show, ones first, and the belief the product of theirs. Where the project's data are colour
        pictures these are read whole, as if C were 1.
        """
        x = np.asarray(x)
        channels = 3 if x.ndim == 4 and x.shape[3] == 3 else 1
        probabilities, _ = self.network.read(to_pictures(x, (28, 28, channels)))
        beliefs, labels = beliefs_and_classes(probabilities)
        return labels, beliefs, probabilities
