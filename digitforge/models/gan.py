"""Family `gan`: a generator against a discriminator (Goodfellow 2014, arXiv:1406.2661)."""

from collections.abc import Callable

from digitforge.models.base import GenerativeModel, fold_in
from digitforge.nn.adversarial import GAMES
from digitforge.nn.backend import tf
from digitforge.nn.networks import Shape
from digitforge.nn.replicas import Gradients
from digitforge.settings.gan import GanSettings


class Gan(GenerativeModel):
    """G turns z ~ N(0, I) into images, D tells them from real ones; in every step both move.

    `game`: the losses, with the gradient penalty that belongs to them (`nn/adversarial.py`), taken
    at every `penalty_every`-th step, and there so many times as strongly (Karras 2020, arXiv:1912.04958, section 3.1,
    "lazy regularisation"): it costs as much as the rest of a step. With `pack` above 1, D judges so many images
    together, side by side as channels (Lin 2018, PacGAN, arXiv:1712.04086): a lack of variety shows. `encoder` is D,
    `decoder` is G.
    """

    Settings = GanSettings
    TERMS = ("loss", "discriminator_loss", "penalty")
    encodes = False

    def __init__(self, shape: Shape, settings: GanSettings) -> None:
        super().__init__(
            shape,
            code=settings.code,
            features=1,
            network=settings.network,
            pixels="bernoulli",
            encodes_together=settings.pack,
        )
        self.pack, self.game = settings.pack, settings.game
        self.adversarial = GAMES[type(settings.game)]

    def together(self, x: tf.Tensor) -> tf.Tensor:
        """Images side by side as channels. [B, H, W, C] -> [B / pack, H, W, pack C]."""
        height, width, channels = self.image_shape
        packs = tf.reshape(x, (-1, self.pack, height, width, channels))
        return tf.reshape(tf.transpose(packs, [0, 2, 3, 1, 4]), (-1, height, width, self.pack * channels))

    def gradients(
        self, x: tf.Tensor, labels: tf.Tensor | None, seed: tf.Tensor
    ) -> tuple[dict[str, tf.Tensor], Gradients]:
        """Each network's weights by the gradient of its own loss, both from the same images."""
        with tf.GradientTape(persistent=True) as tape:
            terms = self.terms(x, labels, seed, training=True)
            loss = tf.reduce_mean(terms["loss"])
            against = tf.reduce_mean(terms["discriminator_loss"] + terms["penalty"])
        sides = ((loss, self.decoder.trainable_variables), (against, self.encoder.trainable_variables))
        pairs = [pair for goal, own in sides for pair in zip(tape.gradient(goal, own), own, strict=True)]
        return terms, pairs

    def terms(self, x: tf.Tensor, labels: tf.Tensor | None, seed: tf.Tensor, *, training: bool) -> dict[str, tf.Tensor]:
        """The generator's and the discriminator's loss, and its gradient penalty, per pack."""
        count = tf.shape(x)[0] // self.pack * self.pack
        z = tf.random.stateless_normal((count, self.code), fold_in(seed, 1))
        fake = self.together(self.pixels.mean(tf.cast(self.decoder(z, training=training), tf.float32)))
        real = self.together(x[:count])
        of_real, of_fake = self.features(real, training)[:, 0], self.features(fake, training)[:, 0]
        of_generator, of_discriminator = self.adversarial.losses(of_real, of_fake)

        def penalty() -> tf.Tensor:
            slope = self.adversarial.penalty(lambda at: self.features(at)[:, 0], real, fake, fold_in(seed, 2))
            return self.game.penalty * slope

        found = penalty() if self.game.penalty_every == 1 or not training else self._sometimes(penalty, of_real)
        return {"loss": of_generator, "discriminator_loss": of_discriminator, "penalty": found}

    def _sometimes(self, penalty: Callable[[], tf.Tensor], like: tf.Tensor) -> tf.Tensor:
        due = tf.cast(self.optimizer.iterations, tf.int32) % self.game.penalty_every == 0
        return tf.cond(due, lambda: self.game.penalty_every * penalty(), lambda: tf.zeros_like(like))
