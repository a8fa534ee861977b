"""Charts that compare variants."""

from collections.abc import Mapping, Sequence
from itertools import cycle
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure

from digitforge.data.raw import DIGITS
from digitforge.metrics.catalogue import metric
from digitforge.report.colors import BLUE, GREY, MORE_OR_LESS
from digitforge.report.figures.points import dots, finish, scatter
from digitforge.report.figures.style import LINES
from digitforge.report.numbers import label
from digitforge.report.tables import Column, at, mode_name, name_of, of_metric, of_pictures, ranked

Named = Mapping[str, Any]
Rows = Sequence[Named]  # "key", "kind", "data", "details" of each variant

OVERVIEW = (
    of_metric("samples.recognised", "Samples recognised (%)"),
    of_metric("reconstruction.right", "Reconstructed right (%)"),
    of_metric("samples.recall", "Recall of samples"),
    of_metric("samples.coverage_prdc", "Coverage of samples"),
)
DENOISING = (of_metric("denoising.psnr_db"), of_metric("denoising.ssim"))
MOST_CLASSES, LONGEST = 26, 8  # that a chart has room for, and letters of a name
RECOGNISED, RECALL = metric("samples.recognised"), metric("samples.recall")
BYTES, PSNR = metric("compression.codes.8.entropy_bytes"), metric("reconstruction.psnr_db")
AUROC = metric("anomaly.auroc")
REAL = at(RECOGNISED.companion_path)
BESIDE_RECOGNISED = {
    "test images": {"color": GREY, "marker": "|", "markersize": 11, "markeredgewidth": 2, "linestyle": "none"}
}
BESIDE_DENOISED = {
    "median filter": {"color": GREY, "marker": "|", "markersize": 11, "markeredgewidth": 2, "linestyle": "none"},
    "noisy image": {"color": GREY, "marker": "x", "markersize": 6, "linestyle": "none"},
}


def estimates(rows: Rows, column: Column) -> list[dict[str, Any]]:
    """One number of every variant that has it, for `dots`; shares in percent."""
    scale = 100 if column.metric and column.metric.unit == "%" else 1
    found = [(row["key"], column.find(row)) for row in rows]
    return [
        {"key": key, "value": scale * one["value"], "ci95": scale * one["ci95"]}
        for key, one in found
        if one is not None
    ]


def overview(rows: Rows) -> Figure:
    """Every variant by its main numbers, and the share of test images that is recognised."""
    panels = {column.title: estimates(rows, column) for column in OVERVIEW}
    for row, one in zip(rows, panels[OVERVIEW[0].title], strict=True):
        one["beside"] = {"test images": 100 * REAL(row)["value"]}
    return dots({title: values for title, values in panels.items() if values}, rows, BESIDE_RECOGNISED)


def by_psnr(rows: Rows, sigma: str) -> list[Named]:
    """The variants by what they make of noisy images at one level of noise, the best first."""
    return ranked(rows, DENOISING[0].within(f"denoising/levels/{sigma}/model"))


def denoised(rows: Rows, sigma: str) -> Figure:
    """PSNR and SSIM of what each variant makes of noisy images, the best on top, beside filter and noisy image."""
    level = f"denoising/levels/{sigma}"
    order = by_psnr(rows, sigma)
    panels = {}
    for column in DENOISING:
        values = estimates(order, column.within(f"{level}/model"))
        for row, one in zip(order, values, strict=True):
            one["beside"] = {
                name: column.within(f"{level}/{kind}").find(row)["value"]
                for kind, name in (("median", "median filter"), ("noisy", "noisy image"))
            }
        panels[f"{column.title}, noise of deviation {sigma}"] = values
    return dots(panels, order, BESIDE_DENOISED)


def samples(rows: Rows, peers: Mapping[str, Named]) -> Figure:
    """Share of recognised samples against recall, of single digits and of stacks, beside real images and peers."""
    panels: dict[str, Named] = {}
    of_three = "Pictures in colour" if any(map(of_pictures, rows)) else "Stacks of three digits"
    for title, color in (("Single digits", False), (of_three, True)):
        group = [row for row in rows if row["data"].color == color]
        compared = [(row["key"], row["kind"], row["details"]["samples"]) for row in group]
        by_mode = {row["data"]: row["details"]["samples"]["real"] for row in group if row["data"].complete}
        compared += [
            (f"real, {'thresholded' if mode.binary else 'grey'}", "real images", real) for mode, real in by_mode.items()
        ]
        if not color:
            compared += [(name, "other libraries", found) for name, found in peers.items()]
        points = [
            {"key": key, "kind": kind, "x": 100 * found[RECOGNISED.name]["value"], "y": found[RECALL.name]["value"]}
            for key, kind, found in compared
            if RECOGNISED.name in found and RECALL.name in found
        ]
        panels |= {title: {"points": points}} if group else {}
    return finish(scatter(panels, "recognised samples (%)", "recall"), panels)


def compression(rows: Rows, missing: str) -> Figure:
    """PSNR against bytes an image on a logarithmic scale: codes of 8 bits a coordinate, and image codecs."""
    panels: dict[str, Named] = {}
    for mode in dict.fromkeys(row["data"] for row in rows):
        group = [row for row in rows if row["data"] == mode]
        code = at("compression/codes/8")
        points = [
            {"key": r["key"], "kind": r["kind"], "x": c[BYTES.name]["value"], "y": c[PSNR.name]["value"]}
            for r in group
            if (c := code(r))
        ]
        curves: dict[str, list[tuple[float, float]]] = {}
        for found in group[0]["details"]["compression"]["codecs"]:
            if found[PSNR.name]["value"] < 9 + max(one["y"] for one in points):  # better ones are off the chart
                point = (found["payload_bytes"]["value"], found[PSNR.name]["value"])
                curves.setdefault(found["codec"], []).append(point)
        panels[mode_name(mode, missing, of_pictures(group[0])).split(" (")[0]] = {
            "points": points,
            "curves": curves,
        }
    figure = scatter(panels, "bytes an image", "PSNR (dB)")
    for axis in figure.axes:
        axis.set_xscale("log")
        low, high = axis.get_xlim()
        ticks = [tick for tick in (2, 5, 10, 20, 50, 100, 200, 500, 1000) if low <= tick <= high]
        axis.set_xticks(ticks, [str(tick) for tick in ticks], minor=False)
        axis.minorticks_off()
    return finish(figure, panels)


def class_shares(shares: Mapping[str, Named], names: Sequence[str]) -> Figure:
    """Share of samples that are read as each class, in percent, coloured by how far it is from the training data's.

    Classes that are neither read nor in anything's training data are left out, and of more than 26 those that are off
    the least.

    shares: {variant: {"class_shares": [K], "trained_class_shares": [K]}}; names: of the K classes.
    """
    found = 100 * np.array([one["class_shares"] for one in shares.values()])
    trained = 100 * np.array([one["trained_class_shares"] for one in shares.values()])
    there = np.flatnonzero((found + trained).any(axis=0))
    there = np.sort(there[np.argsort(-np.abs(found - trained)[:, there].max(axis=0), kind="stable")[:MOST_CLASSES]])
    found, off = found[:, there], (found - trained)[:, there]
    figure, axis = plt.subplots(figsize=(max(8, 2 + 0.5 * len(there)), 1.5 + 0.3 * len(shares)))
    limit = 6.0
    image = axis.imshow(off, cmap=MORE_OR_LESS, vmin=-limit, vmax=limit, aspect="auto")
    for (i, j), share in np.ndenumerate(found):
        dark = abs(off[i, j]) > 0.7 * limit
        axis.text(j, i, f"{share:.1f}", ha="center", va="center", fontsize=9, color="white" if dark else "black")
    axis.set_yticks(range(len(shares)), list(shares), fontsize=10)
    axis.set_xticks(range(len(there)), [names[label][:LONGEST] for label in there.tolist()])
    axis.set(xlabel="class", title="% of samples read as each class")
    axis.grid(False)
    axis.spines[:].set_visible(False)
    bar = figure.colorbar(image, ax=axis, extend="both", shrink=0.6, pad=0.02)
    bar.set_label("more (+) or fewer (−)\nthan in the training data", fontsize=10)
    return figure


def denoising_curves(levels: Mapping[str, Named]) -> Figure:
    """PSNR and SSIM against the noise's deviation: each variant, a median filter, the noisy images themselves.

    levels: {variant: {deviation: {"model" | "median" | "noisy": {"psnr_db": {"value": v}, "ssim": ...}}}}
    """
    figure, axes = plt.subplots(1, 2, figsize=(10, 4))
    first = next(iter(levels.values()))
    lines = [(name, found, "model", style) for (name, found), style in zip(levels.items(), cycle(LINES), strict=False)]
    lines.append(("median filter", first, "median", {"color": GREY, "linestyle": "--"}))
    lines.append(("noisy image", first, "noisy", {"color": GREY, "linestyle": ":"}))
    for axis, column in zip(axes, DENOISING, strict=True):
        for name, found, kind, style in lines:
            values = [column.within("").find({"details": found[sigma][kind]})["value"] for sigma in found]
            axis.plot([float(sigma) for sigma in found], values, marker="o", markersize=4, label=name, **style)
        axis.set(title=column.title, xlabel="deviation of the noise")
    figure.legend(*axes[0].get_legend_handles_labels(), loc="outside right center")
    return figure


def left_out_digits(table: Mapping[str, Named], score: str, names: Sequence[str] = DIGITS) -> Figure:
    """AUROC of one score for each left-out class, with its interval.

    table: {digit: {score: {"auroc": ...}}}; names: of the classes.
    """
    figure, axes = plt.subplots(figsize=(8, 3))
    found = [rows[score][AUROC.name] for rows in table.values()]
    axes.axhline(0.5, color=GREY, linestyle="--", linewidth=1.5)
    axes.annotate("guessing", (-0.6, 0.51), va="bottom", color=GREY)
    values, errors = [one["value"] for one in found], [one["ci95"] for one in found]
    axes.errorbar(range(len(found)), values, yerr=errors, color=BLUE, fmt="o", markersize=8, capsize=4)
    axes.set(title=f"AUROC of {label(score)} for each left-out class", ylim=(0, 1.02), xlim=(-0.7, len(found) - 0.3))
    axes.set_xticks(range(len(found)), [name_of(int(digit), names)[:LONGEST] for digit in table])
    axes.set(xlabel="left-out class")
    return figure
