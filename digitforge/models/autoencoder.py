"""Family `autoencoder`: a deterministic code (Hinton & Salakhutdinov 2006, doi:10.1126/science.1127647)."""

import numpy as np

from digitforge.models.base import GenerativeModel, fold_in
from digitforge.nn.backend import tf
from digitforge.nn.networks import Shape
from digitforge.nn.penalties import PENALTIES
from digitforge.settings.autoencoder import AutoencoderSettings


class Autoencoder(GenerativeModel):
    """z = e(x), x' = d(z); minimises -log p(x|z) + a penalty on z + decay 1/2 |decoder's weights|^2.

    Plain; sparse by an L1 or KL penalty; denoising (Vincent 2008, doi:10.1145/1390156.1390294), if Gaussian noise of
    deviation `noise` spoils what the encoder sees; regularised (RAE; Ghosh 2020, arXiv:1903.12436, eq. 7-9) by L2
    penalties on code and decoder; Wasserstein (Tolstikhin 2018, eq. 4) by an MMD from N(0, I).
    """

    Settings = AutoencoderSettings
    TERMS = ("loss", "reconstruction_nats", "penalty")

    def __init__(self, shape: Shape, settings: AutoencoderSettings) -> None:
        code = settings.code
        super().__init__(shape, code=code, features=code, network=settings.network, pixels=settings.pixels)
        self.penalty, self.noise, self.decay = settings.penalty, settings.noise, settings.decay

    def adapt(self, images: np.ndarray, labels: np.ndarray | None = None) -> None:
        """Nothing: logits start around 0. A deep ReLU network that starts at the data's mean settles there."""

    def terms(self, x: tf.Tensor, labels: tf.Tensor | None, seed: tf.Tensor, *, training: bool) -> dict[str, tf.Tensor]:
        """Nats of the clean image per image, and the penalties."""
        seen = x
        if self.noise:
            drawn = tf.random.stateless_normal(tf.shape(x), fold_in(seed, 2), stddev=self.noise)
            seen = tf.clip_by_value(x + drawn, 0.0, 1.0)
        z = self.features(seen, training)
        reconstruction = self.pixels.nll(x, self.decoder(z, training=training))
        penalty = PENALTIES[type(self.penalty)](z, fold_in(seed, 3), self.penalty)
        if self.decay:
            kernels = [weight for weight in self.decoder.trainable_variables if len(weight.shape) > 1]
            penalty += self.decay * tf.add_n([tf.nn.l2_loss(kernel) for kernel in kernels])
        return {"loss": reconstruction + penalty, "reconstruction_nats": reconstruction, "penalty": penalty}

    def codes(self, x: tf.Tensor, seed: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        """The code is deterministic: both are e(x)."""
        z = self.encoder(x)
        return z, z
