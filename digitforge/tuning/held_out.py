"""Training images that a trial doesn't learn from, and what its model makes of them.

The test split stays for the report: it would flatter a winner that it had chosen. Of every six training images one is
held out, at most 10,000, evenly spread; the same ones for every trial. Of stacks whole stacks are held out, whose
digits are in other stacks too.
"""

from functools import cached_property
from typing import Any

import numpy as np
from pydantic import TypeAdapter

from digitforge import files
from digitforge.data.dataset import Dataset
from digitforge.data.subsets import spread
from digitforge.errors import UserError
from digitforge.metrics import distances, likelihood
from digitforge.metrics.intervals import Estimate
from digitforge.models.base import GenerativeModel
from digitforge.models.sampling import decoded_and_read
from digitforge.models.scoring import importance_nats
from digitforge.models.verifiers import Verifiers
from digitforge.nn.samplers import Sampling, fit_sampler
from digitforge.protocol import reconstruction, reference, samples
from digitforge.tuning.study import SECONDS, Study

MOST, SHARE = 10_000, 6
SAMPLING: TypeAdapter[Any] = TypeAdapter(Sampling)


def divided(data: Dataset) -> Dataset:
    """The data of a mode with held-out training images in the place of its test images."""
    count = len(data["x_train"])
    chosen = np.zeros(count, bool)
    chosen[spread(count, min(MOST, count // SHARE))] = True
    parts = {"train": ~chosen, "test": chosen}
    arrays = {
        f"{name}_{to}": data[f"{name}_train"][rows] for to, rows in parts.items() for name in ("x", "y", "digits")
    }
    return Dataset(data.mode, data.source, arrays)


class HeldOut:
    """The data that a study's trials learn from and are measured by, and the verifiers that read images."""

    def __init__(self, study: Study) -> None:
        self.study = study
        self.data = divided(Dataset.read(study.mode, "x_train", "y_train", "digits_train"))
        self.kept = np.full(len(self.data["x_test"]), True)  # a left-out digit is in no training image
        self.verifiers = Verifiers(pictures=self.data.source.pictures)
        self.needed = files.read_json(files.VERIFIER / "strict" / "judge.json")["thresholds"][study.mode.values]
        self.tolerance = study.general["evaluation"]["tolerance"][study.mode.channels]
        self.seed = study.general["seed"]

    @cached_property
    def real(self) -> np.ndarray:
        """Features [N, C F] of the held-out images."""
        train = files.read_npz(files.FEATURES / f"{self.study.mode.values}.npz", "train")["train"]
        return samples.real_features(self.data.arrays, {"test": train}, self.kept)

    @cached_property
    def fitted(self) -> distances.Gaussians:
        """What the Frechet distance needs of them."""
        return distances.gaussians(self.real)

    @cached_property
    def known(self) -> dict[str, np.ndarray]:
        """What all distances need of them, which takes a minute."""
        return reference.of_features(self.real)

    def measure(self, model: GenerativeModel, row: dict[str, Any], count: int) -> dict[str, Estimate]:
        """The study's metrics of a model of a row, of `count` samples; one that the model can't have is left out."""
        found: dict[str, Any] = {}
        for group in {metric.split(".")[0] for metric in self.study.metrics} - {SECONDS}:
            names = {metric.split(".")[1] for metric in self.study.metrics if metric.startswith(f"{group}.")}
            measured = MEASURES[group](self, model, row, count, names)
            found |= {f"{group}.{name}": measured[name] for name in names if name in measured}
        return {name: value if isinstance(value, Estimate) else Estimate(value, 0.0) for name, value in found.items()}

    def samples(self, model: GenerativeModel, row: dict[str, Any], count: int, names: set[str]) -> dict[str, Any]:
        """Group `samples`, as `protocol.samples` has it; distances, which take long, where they are asked for."""
        sampling = SAMPLING.validate_python(row["sample"])
        sampler = fit_sampler(model, self.data["x_train"], sampling, self.seed)
        found = decoded_and_read(model, self.verifiers, sampler.draw(count, self.seed), sampling.threshold, "sample")
        target = samples.target_shares(self.data["y_train"], *found["sample_probabilities"].shape[1:])
        generated = found["sample_features"][: samples.COMPARED].reshape(min(count, samples.COMPARED), -1)
        measured = samples.recognised(found["sample_strict"], target, self.needed)
        measured |= samples.classes(found["sample_probabilities"], target, self.tolerance)
        if "fid" in names:
            measured["fid"] = distances.frechet_distance(self.real, generated, self.fitted)
        if names - measured.keys():
            measured |= samples.spread_of(self.real, generated, self.known)
        return measured

    def reconstruction(
        self, model: GenerativeModel, row: dict[str, Any], count: int, names: set[str]
    ) -> dict[str, Any]:
        """Group `reconstruction`, as `protocol.reconstruction` has it, of up to `count` of the images."""
        self.demand(model.encodes, names)
        rows = spread(len(self.kept), count)
        part = {"y_train": self.data["y_train"], **{name: self.data[name][rows] for name in ("x_test", "y_test")}}
        codes, _ = model.encode(part["x_test"], self.seed)
        found = decoded_and_read(model, self.verifiers, codes, row["sample"]["threshold"], "reconstruction")
        return reconstruction.of_variant(part, found, self.kept[rows], self.tolerance, self.needed)

    def likelihood(self, model: Any, row: dict[str, Any], count: int, names: set[str]) -> dict[str, Any]:
        """The evidence lower bound, of up to `count` of the images."""
        self.demand(model.has_likelihood, names)
        images = self.data["x_test"][spread(len(self.kept), count)]
        draws = self.study.general["evaluation"]["likelihood"]["draws"]
        found = importance_nats(model, model.observe(images, self.seed), draws, self.seed)
        return {"elbo_nats": likelihood.elbo(found["reconstruction_nats"], found["kl_nats"])}

    def demand(self, has: bool, names: set[str]) -> None:
        """Raise UserError where the family has no such metric."""
        if not has:
            raise UserError(
                f"--metric: received {', '.join(names)}; accepted: what family {self.study.row['family']} has"
            )


MEASURES = {"samples": HeldOut.samples, "reconstruction": HeldOut.reconstruction, "likelihood": HeldOut.likelihood}
