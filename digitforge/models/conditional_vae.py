"""Family `conditional_vae`: a VAE whose code begins with the image's label (Kingma 2014, arXiv:1406.5298)."""

from typing import Any

import numpy as np

from digitforge.models.base import fold_in
from digitforge.models.variational import VariationalModel
from digitforge.nn.backend import tf
from digitforge.nn.labels import LabelledPosterior, LabelledPrior
from digitforge.nn.networks import Shape
from digitforge.settings.conditional_vae import ConditionalVaeSettings


class ConditionalVae(VariationalModel):
    """y ~ p(y), z ~ N(0, I), x ~ p(x|y, z), and q(y|x) q(z|x, y); trained with the labels (model M2, all labelled).

    A code is [y, z] with y one-hot: to decode a code is to generate by class.
    """

    Settings = ConditionalVaeSettings
    TERMS = ("loss", "reconstruction_nats", "kl_nats", "label_nats")
    needs_labels = True

    def __init__(self, shape: Shape, settings: ConditionalVaeSettings, classes: int) -> None:
        code = classes + settings.code
        posterior = LabelledPosterior(code, classes=classes, hidden=settings.hidden)
        super().__init__(shape, code=code, features=posterior.size, network=settings.network, pixels=settings.pixels)
        self.p_y = LabelledPrior(code, classes=classes)
        self.take(posterior, self.p_y)
        self.classes, self.beta = classes, settings.beta

    def adapt(self, images: np.ndarray, labels: np.ndarray | None = None) -> None:
        """Outputs start at the data's mean; p(y) is as frequent as the labels [N] are."""
        super().adapt(images)
        if labels is not None:
            self.p_y.count(labels)

    @property
    def labels(self) -> np.ndarray:
        """The labels that it was trained on, rising."""
        return self.p_y.known()

    def terms(self, x: tf.Tensor, labels: tf.Tensor | None, seed: tf.Tensor, *, training: bool) -> dict[str, tf.Tensor]:
        """-log p(x|y, z), KL(q(z|x, y) || p(z)) - log p(y) and -log q(y|x), in nats (Kingma 2014, eq. 6 and 9)."""
        y = tf.one_hot(labels, self.classes)
        q: Any = self.q_z(x, training)
        p: Any = self.p_z()
        q_z, p_z = q.second(y), p.second(y)
        z = q_z.sample(seed=fold_in(seed, 1))
        reconstruction = self.pixels.nll(x, self.decoder(tf.concat([y, z], axis=1), training=training))
        kl_nats = q_z.kl_divergence(p_z) - p.first.log_prob(y)
        label_nats = -q.first.log_prob(y)
        loss = reconstruction + self.beta * kl_nats + label_nats
        return {"loss": loss, "reconstruction_nats": reconstruction, "kl_nats": kl_nats, "label_nats": label_nats}
