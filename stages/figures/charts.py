"""Charts that compare variants."""

from collections.abc import Mapping, Sequence
from itertools import cycle
from pathlib import Path
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure

from stages.figures.style import BLUE, GREY, LINES, ORANGE, save
from stages.templates.numbers import label

Named = Mapping[str, Any]


def class_shares(shares: Mapping[str, Named]) -> Figure:
    """Share of samples that are read as each digit, a panel a variant, beside that of its training data.

    shares: {variant: {"class_shares": [10], "trained_class_shares": [10]}}
    """
    columns = min(4, len(shares))
    rows = -(-len(shares) // columns)
    figure, axes = plt.subplots(rows, columns, figsize=(3.2 * columns, 0.4 + 2.6 * rows), sharey=True, squeeze=False)
    for axis in axes.flat[len(shares) :]:
        axis.remove()
    for axis, (name, found) in zip(axes.flat, shares.items(), strict=False):
        axis.bar(range(10), 100 * np.asarray(found["class_shares"]), color=BLUE, width=0.7, label="samples")
        trained = 100 * np.append(found["trained_class_shares"], found["trained_class_shares"][-1])
        axis.step(np.arange(11) - 0.5, trained, where="post", color=ORANGE, label="training data")
        axis.set(title=name, xticks=range(10), xlabel="digit")
        axis.grid(axis="x", visible=False)
    for axis in axes[:, 0]:
        axis.set(ylabel="% of images")
    handles, labels = axes[0, 0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=2)
    return figure


def denoising_curves(levels: Mapping[str, Named]) -> Figure:
    """PSNR and SSIM against the noise's deviation: each variant, a median filter, the noisy images themselves.

    levels: {variant: {deviation: {"model" | "median" | "noisy": {"psnr_db": {"value": v}, "ssim": ...}}}}
    """
    figure, axes = plt.subplots(1, 2, figsize=(10, 4))
    first = next(iter(levels.values()))
    lines = [(name, found, "model", look) for (name, found), look in zip(levels.items(), cycle(LINES), strict=False)]
    lines.append(("median filter", first, "median", {"color": GREY, "linestyle": "--"}))
    lines.append(("noisy image", first, "noisy", {"color": GREY, "linestyle": ":"}))
    for axis, metric, title in zip(axes, ("psnr_db", "ssim"), ("PSNR (dB)", "SSIM"), strict=True):
        for name, found, kind, look in lines:
            values = [found[sigma][kind][metric]["value"] for sigma in found]
            axis.plot([float(sigma) for sigma in found], values, marker="o", markersize=4, label=name, **look)
        axis.set(title=title, xlabel="deviation of the noise")
    figure.legend(*axes[0].get_legend_handles_labels(), loc="outside right center")
    return figure


def compression_curves(codes: Mapping[str, Named], codecs: Sequence[Named]) -> Figure:
    """PSNR against bytes an image, on a logarithmic scale: each variant's code, and image codecs.

    codes: {variant: {"8 bits": {"entropy_bytes": ..., "psnr_db": ...}, ...}}; codecs: rows of `of_codecs`.
    """
    figure, axes = plt.subplots(figsize=(8, 4.2))
    for (name, rows), look in zip(codes.items(), cycle(LINES), strict=False):
        points = [(row["entropy_bytes"]["value"], row["psnr_db"]["value"]) for row in rows.values()]
        axes.plot(*zip(*points, strict=True), marker="o", label=name, **look)
    for codec, marker in zip(dict.fromkeys(row["codec"] for row in codecs), cycle("s^Dv"), strict=False):
        points = [
            (row["payload_bytes"]["value"], row["psnr_db"]["value"])
            for row in codecs
            if row["codec"] == codec and row["psnr_db"]["value"] < 99
        ]
        if points:
            axes.plot(*zip(*points, strict=True), marker=marker, color=GREY, linestyle=":", label=codec)
    axes.set(title="PSNR (dB) of what fits in so many bytes", xlabel="bytes an image", xscale="log")
    ticks = [2, 5, 10, 20, 50, 100, 200, 500]
    axes.set_xticks(ticks, [str(tick) for tick in ticks], minor=False)
    axes.minorticks_off()
    figure.legend(*axes.get_legend_handles_labels(), loc="outside right center")
    return figure


def left_out_digits(table: Mapping[str, Named], score: str) -> Figure:
    """AUROC of one score for each left-out digit, with its interval. table: {digit: {score: {"auroc": ...}}}."""
    figure, axes = plt.subplots(figsize=(8, 3))
    found = [rows[score]["auroc"] for rows in table.values()]
    axes.axhline(0.5, color=GREY, linestyle="--", linewidth=1.5)
    axes.annotate("guessing", (-0.6, 0.51), va="bottom", color=GREY)
    values, errors = [one["value"] for one in found], [one["ci95"] for one in found]
    axes.errorbar(range(len(found)), values, yerr=errors, color=BLUE, fmt="o", markersize=8, capsize=4)
    axes.set(title=f"AUROC of {label(score)} for each left-out digit", ylim=(0, 1.02), xlim=(-0.7, len(found) - 0.3))
    axes.set_xticks(range(len(found)), list(table))
    axes.set(xlabel="left-out digit")
    return figure


def draw(rows: Sequence[Named], left_out: Mapping[str, Named], folder: Path) -> None:
    """Write every chart. rows: {"key": ..., "details": ...} of each variant; left_out: as for `left_out_digits`."""
    shares = {row["key"]: row["details"]["samples"] for row in rows if "class_shares" in row["details"]["samples"]}
    if shares:
        save(class_shares(shares), folder / "classes.png")
    levels = {row["key"]: row["details"]["denoising"]["levels"] for row in rows}
    save(denoising_curves(levels), folder / "denoising.png")
    codes = {row["key"]: row["details"]["compression"]["codes"] for row in rows}
    save(compression_curves(codes, rows[0]["details"]["compression"]["codecs"]), folder / "compression.png")
    if left_out:
        save(left_out_digits(left_out, "importance_sampling"), folder / "leave-one-out.png")
