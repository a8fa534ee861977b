"""Training curves."""

import math
from collections.abc import Mapping
from itertools import cycle

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator, MaxNLocator, NullLocator

from digitforge.report.colors import BLUE, ORANGE
from digitforge.report.figures.style import LINES
from digitforge.report.numbers import label

LABELS = {"kl_nats": "KL"}


def settle(axes: Axes, curves: pd.DataFrame) -> None:
    """Scale to what the curves do after the first tenth, whose peak would hide it."""
    settled = curves.iloc[len(curves) // 10 :]
    low, high = settled.min().min(), settled.max().max()
    margin = 0.05 * (high - low) or 1.0
    axes.set(ylim=(low - margin, high + margin), xlabel="step")


def loss_curves(history: pd.DataFrame) -> Figure:
    """Loss on training and on test images, and the latter's parts where it has parts that ever are other than 0.

    history: columns step, loss, val_loss, and val_NAME for each part.
    """
    named = [name for name in map(str, history) if name.startswith("val_") and name != "val_loss"]
    moving = [name for name in named if history[name].notna().any() and (history[name] != 0).any()]
    parts = [name for name in moving if not history[name].equals(history["val_loss"])]
    figure, axes = plt.subplots(1, 1 + bool(parts), figsize=(4.2 * (1 + bool(parts)), 3.2), squeeze=False)
    loss = axes[0, 0]
    loss.plot(history["step"], history["loss"], color=BLUE, label="training")
    loss.plot(history["step"], history["val_loss"], color=ORANGE, label="test images", linestyle="--")
    loss.set(title="Loss")
    settle(loss, history[["loss", "val_loss"]])
    loss.legend()
    if parts:
        for name, style in zip(parts, LINES, strict=False):
            plain = name.removeprefix("val_")
            text = LABELS.get(plain, label(plain.removesuffix("_nats")))
            axes[0, 1].plot(history["step"], history[name], label=text, **style)
        settle(axes[0, 1], history[parts])
        axes[0, 1].set(title="Parts of the test loss")
        axes[0, 1].legend()
    return figure


def trainings(panels: Mapping[str, Mapping[str, pd.DataFrame]]) -> Figure:
    """The loss on test images of many trainings, in panels. panels: {title: {variant: history}}.

    Short and long trainings stand side by side: steps and losses are on logarithmic scales, where losses are positive.
    """
    columns = min(2, len(panels))
    lines = math.ceil(len(panels) / columns)
    figure, axes = plt.subplots(lines, columns, figsize=(5.6 * columns, 3.7 * lines), squeeze=False)
    for axis, (title, histories) in zip(axes.flat, panels.items(), strict=False):
        for (key, history), style in zip(histories.items(), cycle(LINES), strict=False):
            late = history.iloc[len(history) // 10 :]
            axis.plot(late["step"], late["val_loss"], label=key, **style)
        axis.set_xscale("log")
        axis.xaxis.set(major_locator=LogLocator(subs=(1, 2, 5)), major_formatter="{x:,g}", minor_locator=NullLocator())
        if all((history["val_loss"] > 0).all() for history in histories.values()):
            axis.set_yscale("log")
            axis.yaxis.set(major_locator=MaxNLocator(6), major_formatter="{x:g}", minor_locator=NullLocator())
        axis.set_title(title, fontsize=11.5)
        axis.set_xlabel("step")
        axis.legend(loc="upper right", fontsize=9)
    for axis in axes.flat[len(panels) :]:
        axis.remove()
    return figure


def accuracy_curve(name: str, history: pd.DataFrame) -> Figure:
    """A verifier's accuracy on what it learns from, warped, and on test digits."""
    figure, axes = plt.subplots(figsize=(3.6, 3))
    axes.plot(history["step"], 100 * history["accuracy"], color=BLUE, label="training, warped")
    axes.plot(history["step"], 100 * history["val_accuracy"], color=ORANGE, linestyle="--", label="test digits")
    low = 100 * history[["accuracy", "val_accuracy"]].iloc[len(history) // 10 :].min().min()
    axes.set(title=f"{name}: accuracy (%)", xlabel="step", ylim=(min(low, 99) - 0.2, 100.2))
    axes.legend()
    return figure
