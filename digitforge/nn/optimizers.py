"""Optimisers: each gets its learning rate and the arguments that average weights."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, Any, Literal, TypeAlias

from digitforge.nn.backend import keras
from digitforge.schema import Schema, Share, one_of

if TYPE_CHECKING:
    Rate: TypeAlias = float | keras.optimizers.schedules.LearningRateSchedule


class OptimizerSettings(Schema):
    """What every optimiser has."""

    name: str


class Adam(OptimizerSettings):
    """`momentum` is beta_1 of the paper."""

    name: Literal["adam"]
    momentum: Share


def adam(rate: Rate, average: dict[str, Any], settings: Adam) -> keras.optimizers.Optimizer:
    """Adam (Kingma & Ba 2015, arXiv:1412.6980, algorithm 1)."""
    from digitforge.nn.keras_optimizers import FusedAdam

    return FusedAdam(rate, beta_1=settings.momentum, **average)


class RmsProp(OptimizerSettings):
    name: Literal["rmsprop"]


def rmsprop(rate: Rate, average: dict[str, Any], settings: RmsProp) -> keras.optimizers.Optimizer:
    """RMSProp (Hinton 2012, lecture 6e)."""
    from digitforge.nn.keras_optimizers import AveragedRmsProp

    return AveragedRmsProp(rate, **average)


OPTIMIZERS: dict[type[OptimizerSettings], Callable[..., keras.optimizers.Optimizer]] = {Adam: adam, RmsProp: rmsprop}
Optimizer = Annotated[OptimizerSettings, one_of(OPTIMIZERS)]


def build(settings: OptimizerSettings, rate: Rate, ema: float) -> keras.optimizers.Optimizer:
    """An optimiser with its learning rate; `ema` above 0 averages weights, and is the longest memory's momentum."""
    average = {"use_ema": True, "ema_momentum": ema} if ema else {}
    return OPTIMIZERS[type(settings)](rate, average, settings)
