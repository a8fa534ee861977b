"""Family `autoencoder`: a deterministic code (Hinton & Salakhutdinov 2006, doi:10.1126/science.1127647)."""

from collections.abc import Mapping
from typing import Any

import tensorflow as tf

from stages.models.base import GenerativeModel
from stages.nn.networks import Shape
from stages.nn.objectives import cross_entropy


class Autoencoder(GenerativeModel):
    """z = e(x), x' = d(z); minimises the cross-entropy between x and x'."""

    def __init__(self, shape: Shape, *, code: int, network: Mapping[str, Any]) -> None:
        super().__init__(shape, code=code, features=code, network=network)

    def terms(self, x: tf.Tensor, seed: tf.Tensor) -> dict[str, tf.Tensor]:
        """Cross-entropy per image, in nats."""
        return {"loss": cross_entropy(x, self.decoder(self.encoder(x)))}

    def codes(self, x: tf.Tensor, seed: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        """The code is deterministic: both are e(x)."""
        z = self.encoder(x)
        return z, z
