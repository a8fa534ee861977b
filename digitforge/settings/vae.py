"""Family `vae`: its section `model`."""

from typing import Literal

from pydantic import model_validator

from digitforge.nn.networks import Network
from digitforge.nn.objectives import Objective
from digitforge.nn.posteriors import POSTERIORS, PosteriorOf
from digitforge.nn.priors import PriorOf
from digitforge.settings.model import ModelSettings


class VaeSettings(ModelSettings):
    """The posterior q(z|x), the prior p(z), the kind of pixels, and what is minimised."""

    network: Network
    pixels: Literal["bernoulli", "dynamic", "gaussian"]
    posterior: PosteriorOf
    prior: PriorOf
    objective: Objective

    @model_validator(mode="after")
    def parts_fit_together(self) -> "VaeSettings":
        self.posterior.check(self.code)
        self.prior.check(self.code)
        for key, part in (("prior", self.prior), ("objective", self.objective)):
            if part.needs_gaussian and not POSTERIORS[type(self.posterior)].gaussian:
                accepted = f"another with posterior: {self.posterior.name}"
                raise ValueError(f"{key}: received {part.name}; accepted: {accepted}")
        self.objective.check(self.posterior, self.prior)
        return self
