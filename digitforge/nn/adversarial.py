"""Adversarial games: losses per image or pack of images, with the gradient penalty that belongs to each."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field

from digitforge.nn.backend import tf
from digitforge.schema import Schema, Weight, one_of

if TYPE_CHECKING:
    Judge = Callable[[tf.Tensor], tf.Tensor]  # images [B, H, W, C] -> scores [B], higher is realer


class GameSettings(Schema):
    """The weight of the gradient penalty, and at every how many steps it is taken (and weighs so many times more)."""

    name: str
    penalty: Weight
    penalty_every: Annotated[int, Field(ge=1, le=1000)]


def squared_slope(judge: Judge, at: tf.Tensor) -> tf.Tensor:
    """|grad D(x)|^2 at images [B, H, W, C] -> [B]."""
    with tf.GradientTape() as tape:
        tape.watch(at)
        scores = judge(at)
    return tf.reduce_sum(tf.square(tape.gradient(scores, at)), axis=[1, 2, 3])


class Nonsaturating(GameSettings):
    name: Literal["nonsaturating"]


class NonsaturatingGame:
    """The classic game, its generator maximising log D(G(z)) (Goodfellow 2014, section 3)."""

    @staticmethod
    def losses(of_real: tf.Tensor, of_fake: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        """Scores [B], log-odds of being real -> losses of generator and discriminator [B], in nats."""
        return tf.math.softplus(-of_fake), tf.math.softplus(-of_real) + tf.math.softplus(of_fake)

    @staticmethod
    def penalty(judge: Judge, real: tf.Tensor, fake: tf.Tensor, seed: tf.Tensor) -> tf.Tensor:
        """1/2 |grad D|^2 at real images: R1 (Mescheder 2018, arXiv:1801.04406, eq. 9). -> [B]."""
        return squared_slope(judge, real) / 2


class Wasserstein(GameSettings):
    name: Literal["wasserstein"]


class WassersteinGame:
    """The critic's difference estimates the earth mover's distance (Arjovsky 2017, arXiv:1701.07875, eq. 2)."""

    @staticmethod
    def losses(of_real: tf.Tensor, of_fake: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        """Scores [B] -> losses of generator and critic [B]."""
        return -of_fake, of_fake - of_real

    @staticmethod
    def penalty(judge: Judge, real: tf.Tensor, fake: tf.Tensor, seed: tf.Tensor) -> tf.Tensor:
        """(|grad D| - 1)^2 at random points between real and fake (Gulrajani 2017, arXiv:1704.00028, eq. 3). -> [B]."""
        share = tf.random.stateless_uniform((tf.shape(real)[0], 1, 1, 1), seed)
        between = share * real + (1 - share) * tf.stop_gradient(fake)
        return tf.square(tf.sqrt(squared_slope(judge, between) + 1e-12) - 1)


GAMES: dict[type[GameSettings], type[NonsaturatingGame] | type[WassersteinGame]] = {
    Nonsaturating: NonsaturatingGame,
    Wasserstein: WassersteinGame,
}
Game = Annotated[GameSettings, one_of(GAMES)]
