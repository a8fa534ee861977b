"""What the judge refuses, and what its features notice."""

from collections.abc import Mapping, Sequence
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure

from digitforge.report.colors import BLUE, ORANGE
from digitforge.report.figures.gallery import gallery
from digitforge.report.numbers import label

EXAMPLES = 8  # images of each kind
DISTANCES = {"fid": "FID", "kid": "KID", "precision": "precision", "recall": "recall", "coverage_prdc": "coverage"}
STYLES: dict[str, dict[str, Any]] = {
    "strict": {"color": BLUE, "marker": "o", "markersize": 4},
    "plain": {"color": ORANGE, "marker": "s", "markersize": 4, "linestyle": "--"},
}


def nondigits(kinds: Mapping[str, Mapping[str, Any]], images: Mapping[str, np.ndarray]) -> Figure:
    """Images of each kind of non-digit, and the shares of them that the plain and the strict verifier accept.

    kinds: of stage `judge`; images: of stage `nondigits`.
    """
    rows = {
        f"{label(name)}: {100 * found['plain']:.0f} → {100 * found['strict']:.0f} %": images[name][:EXAMPLES]
        for name, found in kinds.items()
    }
    return gallery(rows, side_by_side=2)


def disturbances(curves: Mapping[str, Mapping[str, Mapping[str, Sequence[float]]]], levels: Sequence[float]) -> Figure:
    """Each distance against the strength of each disturbance, in the features of both verifiers.

    curves: {verifier: {disturbance: {metric: [at each level]}}}; FID and KID are drawn as shares of their greatest.
    """
    names = list(next(iter(curves.values())))
    figure, axes = plt.subplots(
        len(DISTANCES), len(names), figsize=(1.75 * len(names), 1.5 * len(DISTANCES)), sharex=True
    )
    for axis, name in zip(axes[0], names, strict=True):
        axis.set_title(name, fontsize=10.5)
    for row, (metric, title) in zip(axes, DISTANCES.items(), strict=True):
        row[0].set_ylabel(title)
        for axis, name in zip(row, names, strict=True):
            for verifier, of in curves.items():
                values = np.array(of[name][metric])
                scaled = values / max(values.max(), 1e-12) if metric in ("fid", "kid") else values
                axis.plot(levels, scaled, label=verifier, **STYLES[verifier])
            axis.set(ylim=(-0.06, 1.06), yticks=[0, 1], xticks=[0, 1])
    handles, labels = axes[0, 0].get_legend_handles_labels()
    figure.legend(handles, [f"features of the {name} verifier" for name in labels], loc="outside lower center", ncols=2)
    return figure
