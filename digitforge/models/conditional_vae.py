"""Family `conditional_vae`: a VAE whose code begins with the image's label (Kingma 2014, arXiv:1406.5298)."""

from collections.abc import Mapping
from typing import Any

import tensorflow as tf

from digitforge.models.base import fold_in
from digitforge.models.vae import Vae
from digitforge.nn.networks import Shape
from digitforge.nn.objectives import beta_loss


class ConditionalVae(Vae):
    """y ~ p(y), z ~ N(0, I), x ~ p(x|y, z), and q(y|x) q(z|x, y); trained with the labels (model M2, all labelled).

    A code is [y, z] with y one-hot: to decode a code is to generate by class.
    """

    TERMS = ("loss", "reconstruction_nats", "kl_nats", "label_nats")
    needs_labels = True

    def __init__(
        self,
        shape: Shape,
        *,
        code: int,
        network: Mapping[str, Any],
        pixels: str,
        classes: int,
        hidden: int,
        beta: float,
    ) -> None:
        super().__init__(
            shape,
            code=classes + code,
            network=network,
            pixels=pixels,
            posterior={"name": "labelled", "classes": classes, "hidden": hidden},
            prior={"name": "labelled", "classes": classes},
            beta=beta,
            free_bits=0.0,
            warmup=0.0,
            draws=1,
        )
        self.classes = classes

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
        loss = beta_loss(reconstruction, kl_nats, self.beta, 0.0) + label_nats
        return {"loss": loss, "reconstruction_nats": reconstruction, "kl_nats": kl_nats, "label_nats": label_nats}
