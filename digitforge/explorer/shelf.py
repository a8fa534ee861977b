"""What is trained, loaded when it is first asked for, and kept."""

from contextlib import suppress
from functools import cache
from pathlib import Path
from threading import RLock

import numpy as np

import digitforge
from digitforge import files
from digitforge.data.dataset import Dataset
from digitforge.data.raw import DIGITS, SourceFacts
from digitforge.data.sources import SOURCES
from digitforge.errors import UserError
from digitforge.explorer import coordinates
from digitforge.project import settings
from digitforge.reading import answer
from digitforge.settings.params import PARAMS_FILE, Params

Choices = list[tuple[str, str]]  # (what a list shows, the variant's key)
PRIOR_CODES = 2_000  # enough to say how far codes reach, where nothing encodes

NOTHING = """### Nothing is trained yet

In the project's folder run

    make repro

for everything (one to two hours on two cores), or, for one model alone,

    source .venv/bin/activate
    dvc repro sample@vae_tril

with any key of `variants:` in `params.yaml`. Then load this page again.
"""


class Shelf:
    """The trained variants of a project, its verifier and its test digits."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._loading = RLock()  # two events at once would load the same model twice
        self._params = cache(lambda edited: settings(root))
        self._variant = cache(lambda key: digitforge.load(key, root))
        self._verifier = cache(lambda: digitforge.verifier(root))
        self._mode = cache(lambda mode: Dataset.read(mode, "x_test", root=root))
        self._axes = cache(self._make_axes)

    def params(self) -> Params:
        """The project's params.yaml, read again only after an edit."""
        return self._params((self.root / PARAMS_FILE).stat().st_mtime_ns)

    def trained(self) -> Choices:
        """Every variant that is trained and sampled."""
        rows = self.params().variants
        return [(f"{row.title} ({key})", key) for key, row in rows.items() if self._sampled(key)]

    def favourite(self) -> str | None:
        """The best VAE, which the page begins with; None before one is measured."""
        with suppress(UserError):
            return digitforge.champion(root=self.root)
        return None

    def source(self) -> str | None:
        """The data set that they learnt, and what it stands in for; None before there is any."""
        with suppress(FileNotFoundError):
            return SourceFacts.read(self.root).label
        return None

    def of_ink(self) -> bool:
        """Whether the training images are ink that was cut out and centred, as MNIST's and their like are."""
        data = self.params().data
        return data.source in SOURCES or data.prepare != "frame"

    def of_pictures(self) -> bool:
        """Whether the training images are colour pictures."""
        with suppress(FileNotFoundError):
            return SourceFacts.read(self.root).pictures
        return False

    def encoders(self) -> Choices:
        """Those of `trained` that can encode images."""
        return [(title, key) for title, key in self.trained() if "codes" in self._sampled(key)]

    def _sampled(self, key: str) -> list[str]:
        """Names of the arrays that stage `sample` left of a variant; none where a copy broke off."""
        try:
            path = self.root / files.SAMPLES / f"{key}.npz"
            with path.open("rb") as content, np.load(content, allow_pickle=False) as archive:
                return list(archive.files)
        except files.DAMAGED:
            return []

    def variant(self, key: str | None) -> digitforge.Variant:
        """A trained variant; raises UserError if none is chosen."""
        if key is None:
            raise UserError("no variant is chosen; accepted: one of the list")
        with self._loading:
            return self._variant(key)

    def verifier(self) -> digitforge.Verifier:
        """What reads digits."""
        with self._loading:
            return self._verifier()

    def threshold(self, key: str) -> float:
        """The belief from which on the verifier recognises an image of this variant."""
        variant = self.variant(key)
        return self.verifier().threshold(variant.shape[2], binary=variant.binary)

    def answer(self, key: str, label: int, belief: float) -> str:
        """What the verifier says of an image of this variant, as a sentence."""
        verifier, channels = self.verifier(), self.variant(key).shape[2]
        name, digits = verifier.name_of(label, channels), verifier.names == DIGITS
        return answer(name, belief, self.threshold(key), digits=digits)

    def test_images(self, key: str) -> np.ndarray:
        """The test images of a variant's data mode, [N, H, W, C] uint8."""
        return self._mode(self.variant(key).data)["x_test"]

    def axes(self, key: str) -> coordinates.Axes:
        """The sliders of a variant's codes."""
        with self._loading:
            return self._axes(key)

    def _make_axes(self, key: str) -> coordinates.Axes:
        variant = self.variant(key)
        known = variant.training_codes if variant.encodes else variant.draw(PRIOR_CODES)
        return coordinates.axes(known, variant.decode, variant.classes or 0)
