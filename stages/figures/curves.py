"""Training curves."""

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.figure import Figure

from stages.figures.style import BLUE, GREEN, ORANGE

LABELS = {"reconstruction_nats": "reconstruction", "kl_nats": "KL"}


def loss_curves(history: pd.DataFrame) -> Figure:
    """Loss on training and on test images, and the latter's parts where it has parts.

    history: columns step, loss, val_loss, and val_NAME for each part. The scale leaves out the first tenth's peak.
    """
    parts = [name for name in LABELS if f"val_{name}" in history]
    figure, axes = plt.subplots(1, 1 + bool(parts), figsize=(4.2 * (1 + bool(parts)), 3.2), squeeze=False)
    loss = axes[0, 0]
    loss.plot(history["step"], history["loss"], color=BLUE, label="training")
    loss.plot(history["step"], history["val_loss"], color=ORANGE, label="test images", linestyle="--")
    settled = history[["loss", "val_loss"]].iloc[len(history) // 10 :]
    low, high = settled.min().min(), settled.max().max()
    loss.set(
        title="Loss (nats per image)",
        xlabel="step",
        ylim=(low - 0.05 * (high - low), high + 0.05 * (high - low)),
    )
    loss.legend()
    if parts:
        for name, color, line in zip(parts, (BLUE, GREEN), ("-", "--"), strict=False):
            axes[0, 1].plot(history["step"], history[f"val_{name}"], color=color, linestyle=line, label=LABELS[name])
        axes[0, 1].set(title="Parts of the test loss", xlabel="step", ylim=(0, None))
        axes[0, 1].legend()
    return figure


def accuracy_curve(history: pd.DataFrame) -> Figure:
    """The verifier's accuracy on warped training images and on test images."""
    figure, axes = plt.subplots(figsize=(5, 3.2))
    axes.plot(history["step"], 100 * history["accuracy"], color=BLUE, label="training, warped")
    axes.plot(history["step"], 100 * history["val_accuracy"], color=ORANGE, linestyle="--", label="test images")
    low = 100 * history[["accuracy", "val_accuracy"]].iloc[len(history) // 10 :].min().min()
    axes.set(title="Verifier accuracy (%)", xlabel="step", ylim=(min(low, 99) - 0.2, 100.2))
    axes.legend()
    return figure
