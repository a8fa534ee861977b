"""Family `vae`: the variational autoencoder (Kingma & Welling 2014, arXiv:1312.6114)."""

from digitforge.models.variational import VariationalModel
from digitforge.nn import posteriors, priors
from digitforge.nn.backend import tf
from digitforge.nn.networks import Shape
from digitforge.nn.objectives import OBJECTIVES, Terms
from digitforge.settings.vae import VaeSettings


class Vae(VariationalModel):
    """z ~ q(z|x), x ~ p(x|z); minimises its `objective`: the negative ELBO, say, -E log p(x|z) + KL(q(z|x) || p(z))."""

    Settings = VaeSettings
    TERMS = Terms._fields

    def __init__(self, shape: Shape, settings: VaeSettings) -> None:
        code = settings.code
        posterior = posteriors.build(code, settings.posterior)
        super().__init__(shape, code=code, features=posterior.size, network=settings.network, pixels=settings.pixels)
        self.take(posterior, priors.build(code, shape, settings.prior))
        self.objective = settings.objective

    def terms(self, x: tf.Tensor, labels: tf.Tensor | None, seed: tf.Tensor, *, training: bool) -> dict[str, tf.Tensor]:
        """The objective's terms per image, in nats."""
        found = OBJECTIVES[type(self.objective)](self, x, seed, self.objective, training=training)
        return found._asdict()
