"""One trained variant: new images, reconstructions, codes, likelihoods and anomaly scores."""

from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from digitforge import files
from digitforge.data.dataset import Dataset
from digitforge.data.pixels import crisp
from digitforge.data.preparation import Preparation
from digitforge.data.stacked import binarize
from digitforge.errors import UserError
from digitforge.images import InputError, array, to_pictures, whole
from digitforge.metrics.neighbours import neighbour_distance
from digitforge.settings.variants import Row
from digitforge.wording import shown

if TYPE_CHECKING:  # both import TensorFlow
    from digitforge.models.base import GenerativeModel
    from digitforge.nn.samplers import Sampler


MOST_IMAGES = 1_000_000  # at once
MOST_DRAWS = 100_000  # of an image, as in params.yaml
MOST_SEED = 2**31 - 1  # above, TensorFlow would draw what it draws for a lower one
MOST_NAMED = 26  # labels that an error lists

Label = int | str


class Variant:
    """A trained row of params.yaml; `digitforge.load` gives it.

    Everywhere `x` are images [N, H, W, C] (grey ones also [N, H, W]), uint8 or floats in [0, 1]; where the variant was
    trained on binary pixels (`binary`) they are thresholded at one half first, as its training images were. Another
    shape, type or range raises InputError, as does what the variant can't do.

    key, title, family: of params.yaml. shape: (H, W, C) of its images. code: length of its codes. encodes: whether it
    has an encoder; without, it only samples and decodes. has_likelihood: whether `log_prob` is defined. classes: number
    of labels that its data have, where it can generate by label, or None; labels: those of them that it was trained on.
    threshold: from where on a pixel is shown as lit, or None for grey.
    preparation: how pictures of any size become images of its kind.
    """

    def __init__(
        self, key: str, row: Row, model: "GenerativeModel", preparation: Preparation, *, root: Path, missing_digit: int
    ) -> None:
        self.key, self.title, self.family, self.data = key, row.title, row.family, row.data
        self.threshold = row.sample.threshold
        self.binary = row.data.binary
        self.model = model
        self.preparation = preparation
        self.shape, self.code = model.image_shape, model.code
        self.encodes, self.has_likelihood = model.encodes, model.has_likelihood
        self.classes: int | None = getattr(model, "classes", None)
        self.labels: list[int] | None = model.labels.tolist() if self.classes else None
        self._root, self._missing_digit = root, missing_digit

    def __repr__(self) -> str:
        return f"<{self.key}: {self.title}, {self.shape} images, {self.code} numbers a code>"

    def sample(self, n: int, seed: int = 0, label: Label | Sequence[Label] | None = None) -> np.ndarray:
        """`n` new images: expected pixels, float32 [n, H, W, C] in [0, 1].

        Their codes come from the sampler that the report's samples come from, a fitted density or the prior: with the
        `seed` and number of params.yaml these are the report's samples. label: generate this one, or one for each
        image: one of `labels`, or the name of a class.
        """
        return self.decode(self.draw(n, seed, label))

    def draw(self, n: int, seed: int = 0, label: Label | Sequence[Label] | None = None) -> np.ndarray:
        """The codes of `sample`'s images -> float32 [n, code]; with `classes`, the first so many say the label."""
        n, seed = whole("n", n, 1, MOST_IMAGES), whole("seed", seed, 0, MOST_SEED)
        codes = self._sampler.draw(n, seed)
        if label is None:
            return codes
        y = self._one_hot(label, n)
        return np.concatenate([y, codes[:, y.shape[1] :]], axis=1)

    def encode(self, x: np.ndarray) -> np.ndarray:
        """Each image's best code, of a VAE the mean of q(z|x) -> float32 [N, code]."""
        return self.model.encode(self._to_encode(x), 0)[0]

    def decode(self, z: np.ndarray) -> np.ndarray:
        """Codes [N, code] -> expected pixels, float32 [N, H, W, C] in [0, 1]."""
        z = array("codes", z)
        if z.ndim != 2 or z.shape[1] != self.code or not len(z):
            raise InputError(f"{self.key}: received codes of shape {z.shape}; accepted: [N, {self.code}], at least one")
        if z.dtype.kind not in "fiu" or not np.isfinite(z).all():
            raise InputError(f"{self.key}: received codes that are no finite real numbers; accepted: floats")
        return self.model.decode(z.astype(np.float32))

    def reconstruct(self, x: np.ndarray) -> np.ndarray:
        """Decode each image's best code -> expected pixels, float32 [N, H, W, C] in [0, 1]."""
        return self.decode(self.encode(x))

    def log_prob(self, x: np.ndarray, draws: int = 100, seed: int = 0) -> np.ndarray:
        """log p(x) in nats, higher is likelier -> [N].

        The importance-weighted bound of `draws` codes an image (Burda 2016, eq. 8): on average too low, by less with
        more draws; 1 is the ELBO. Where training draws pixels anew (`pixels: dynamic`), of one such draw.
        """
        from digitforge.models.scoring import importance_nats

        if not self.has_likelihood:
            raise InputError(f"{self.key}: a model of family {self.family} has no likelihood; accepted: a VAE")
        draws, seed = whole("draws", draws, 1, MOST_DRAWS), whole("seed", seed, 0, MOST_SEED)
        seen = self.model.observe(self._to_encode(x), seed)
        return importance_nats(self.model, seen, draws, seed)["log_p"]

    def anomaly_score(self, x: np.ndarray) -> np.ndarray:
        """The report's leading score: distance to the nearest codes of training images, higher is stranger -> [N].

        Mean cosine distance to the five nearest of 20,000, 0 to 2.
        """
        codes = self.encode(x)
        return neighbour_distance(self.training_codes, codes)

    def anomaly_percentile(self, x: np.ndarray) -> np.ndarray:
        """Per cent of the test images of known digits that are no stranger, 0 to 100 -> [N]."""
        scores = self.anomaly_score(x)
        return 100 * np.searchsorted(self.known_scores, scores, side="right") / len(self.known_scores)

    def as_seen(self, x: np.ndarray) -> np.ndarray:
        """Images as the model gets them, thresholded at one half where it is `binary` -> uint8 [N, H, W, C]."""
        pictures = to_pictures(x, self.shape)
        return binarize(pictures) if self.binary else pictures

    def as_shown(self, pixels: np.ndarray) -> np.ndarray:
        """Expected pixels, as of `x`, as the report shows them and the verifier reads them -> uint8 [N, H, W, C].

        Lit or dark by `threshold`, where the variant has one.
        """
        return crisp(to_pictures(pixels, self.shape), self.threshold)

    def _to_encode(self, x: np.ndarray) -> np.ndarray:
        if not self.encodes:
            raise InputError(f"{self.key}: a model of family {self.family} has no encoder; it can sample and decode")
        return self.as_seen(x)

    @cached_property
    def names(self) -> list[str]:
        """What `labels` are called: their classes, or of stacks their numbers."""
        data = Dataset.read(self.data, "y_test", root=self._root)
        return [data.name_of(label) for label in self.labels or []]

    def _one_hot(self, label: Label | Sequence[Label], n: int) -> np.ndarray:
        if self.classes is None or self.labels is None:
            raise InputError(f"label: {self.key} doesn't generate by label; accepted: None, or another variant")
        given = np.asarray(label, object)
        if given.shape not in ((), (n,)):
            raise InputError(f"label: received {shown(label)}; accepted: a label, or one for each of {n} images")
        labels = [self._label(one) for one in np.broadcast_to(given, n)]
        return np.eye(self.classes, dtype=np.float32)[labels]

    def _label(self, given: Any) -> int:
        labels: list[int] = self.labels or []
        if isinstance(given, str) and given in self.names:
            return labels[self.names.index(given)]
        if isinstance(given, int | np.integer) and not isinstance(given, bool) and given in labels:
            return int(given)
        accepted = ", ".join(
            name if name == str(label) else f"{label} or {name!r}"
            for label, name in zip(labels[:MOST_NAMED], self.names, strict=False)
        )
        more = ", …" if len(labels) > MOST_NAMED else ""
        raise InputError(f"label: received {shown(given)}; accepted: {accepted}{more}")

    @cached_property
    def _sampler(self) -> "Sampler":
        from digitforge.nn.samplers import from_arrays

        return from_arrays(self.model, self._kept(files.SAMPLERS))

    @cached_property
    def training_codes(self) -> np.ndarray:
        """The best codes of up to 20,000 training images, [T, code]."""
        return self._kept(files.SAMPLES, "training_means")["training_means"]

    @cached_property
    def known_scores(self) -> np.ndarray:
        """`anomaly_score` of the test images of known digits, rising."""
        scores = self._kept(files.SAMPLES, "code_distance")["code_distance"]
        data = Dataset.read(self.data, "y_test", root=self._root)
        return np.sort(scores[data.known(self._missing_digit)])

    def _kept(self, folder: Path, *names: str) -> dict[str, np.ndarray]:
        path = self._root / folder / f"{self.key}.npz"
        weights = self._root / files.MODELS / self.key / "model.weights.h5"
        try:
            found = files.read_npz(path, *names, *(("model_sha256",) if names else ()))
            if str(found.pop("model_sha256")) == files.sha256(weights):
                return found
        except FileNotFoundError:
            pass
        except files.DAMAGED:
            from digitforge.damage import cure  # it reads dvc.lock, which a served model hasn't got

            again = f"dvc repro -f -s sample@{self.key}"
            raise UserError(f"{path}: damaged; {cure(path, self._root, again)}") from None
        raise UserError(f"{path}: missing or of another training, `dvc repro sample@{self.key}` makes it")
