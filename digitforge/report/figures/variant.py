"""The pictures of one variant."""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from digitforge.data.album import Images
from digitforge.data.dataset import Dataset
from digitforge.data.noise import add_noise, median
from digitforge.data.pixels import PAPER, crisp
from digitforge.data.subsets import one_of_each
from digitforge.metrics.verifier import beliefs_and_classes
from digitforge.protocol.anomaly import leading_score
from digitforge.report.figures import latent
from digitforge.report.figures.curves import loss_curves
from digitforge.report.figures.gallery import gallery
from digitforge.report.figures.images import image_grid, strips
from digitforge.report.figures.style import save
from digitforge.report.sizes import GRID, ROW

Arrays = dict[str, np.ndarray]
Strips = Mapping[str, np.ndarray]


def reconstructions(data: Dataset, found: Arrays, threshold: float | None) -> Strips:
    """Test images above their reconstructions."""
    chosen = one_of_each(data["y_test"], data.digits_per_image)
    return {
        "original": data["x_test"][chosen],
        "reconstruction": crisp(found["reconstructions"][chosen], threshold),
    }


def denoised(data: Dataset, found: Arrays, noise: list[float], sigma: float, seed: int) -> Strips:
    """Noisy test images above what the model, and a median filter, make of them."""
    images = data["x_test"][found["subset"]]
    noisy = add_noise(images, sigma, seed)
    chosen = one_of_each(data["y_test"][found["subset"]], data.digits_per_image)
    return {
        "original": images[chosen],
        f"noisy ({sigma})": noisy[chosen],
        "model": found["denoised"][noise.index(sigma)][chosen],
        "median filter": median(noisy[chosen]),
    }


def neighbours(data: Dataset, found: Arrays, nearest: Mapping[str, Any], threshold: float | None) -> Strips:
    """The samples, and the test images, nearest to a training image, above those images.

    nearest: `shown` of `samples.copies`."""
    kinds = {"sample": nearest["samples"], "test image": nearest["held_out"]}
    images = {"sample": crisp(found["samples"], threshold), "test image": data["x_test"]}
    rows = {}
    for kind, chosen in kinds.items():
        rows[kind] = images[kind][chosen["images"]]
        rows[f"training image nearest to the {kind} in pixels"] = data["x_train"][chosen["pixels"]]
        rows[f"training image nearest to the {kind} in features"] = data["x_train"][chosen["features"]]
    return rows


def anomalies(data: Dataset, scores: np.ndarray) -> Strips:
    """The most and the least anomalous test images, with their labels."""
    order = np.argsort(-scores, kind="stable")
    rows = {"most": order[:ROW], "least": order[-ROW:]}
    labels = {name: " ".join(map(data.name_of, data["y_test"][chosen])) for name, chosen in rows.items()}
    return {f"{name} anomalous (labels {labels[name]})": data["x_test"][chosen] for name, chosen in rows.items()}


def samplers(found: Arrays, threshold: float | None, names: tuple[str, str]) -> Strips:
    """Samples of the chosen sampler above those of the historic one, of the prior. names: what they draw codes from."""
    rows: dict[str, np.ndarray] = {}
    for name, arrays in zip(names, ("samples", "baselines"), strict=True):
        images = crisp(found[arrays][: 2 * ROW], threshold)
        rows |= {f"codes from {name}": images[:ROW], f"codes from {name}, more": images[ROW:]}
    return rows


def judged(found: Arrays, needed: float, threshold: float | None) -> Strips:
    """The samples that the strict verifier just accepts, and those that it just refuses, the nearest to it first.

    needed: the belief that it accepts from.
    """
    beliefs, _ = beliefs_and_classes(found["sample_strict"])
    order = np.argsort(beliefs, kind="stable")
    border = np.searchsorted(beliefs[order], needed)
    rows: dict[str, np.ndarray] = {}
    for name, chosen in (("just accepted", order[border:]), ("just refused", order[:border][::-1])):
        images = crisp(found["samples"][chosen[: 2 * ROW]], threshold)
        rows |= {name: images[:ROW], f"{name}, more": images[ROW:]}
    return {name: images for name, images in rows.items() if len(images)}


def forming(moments: Mapping[int, Images], threshold: float | None) -> Figure:
    """A row for each moment of a training: reconstructions of the same images, a gap, samples of the same draws."""
    rows = {}
    for step, images in moments.items():
        parts = [crisp(images["samples"][:ROW], threshold)]
        if "reconstructions" in images:
            seen = crisp(images["reconstructions"], threshold)
            parts = [seen, np.full_like(seen[:1], PAPER if seen.shape[-1] == 3 else 0), *parts]
        rows[f"step {step:,}"] = np.concatenate(parts)
    return gallery(rows)


def pictures(
    data: Dataset, found: Arrays, row: Mapping[str, Any], needed: float, noise: list[float], sigma: float, seed: int
) -> dict[str, Strips]:
    """Every picture of strips that a variant's arrays allow. data: of stage `stack`, found: of stage `sample`.

    row: of `cards.describe`; needed: the belief from which on the strict verifier accepts a sample.
    """
    threshold, details = row["sample"]["threshold"], row["details"]
    rows: dict[str, Strips] = {}
    if "reconstructions" in found:
        rows["reconstructions"] = reconstructions(data, found, threshold)
    if "baselines" in found:
        rows["samplers"] = samplers(found, threshold, (row["sampler"], row["prior"]))
    rows["judged"] = judged(found, needed, threshold)
    rows["neighbours"] = neighbours(data, found, details["samples"]["copies"]["shown"], threshold)
    if "denoised" in found:
        rows["denoised"] = denoised(data, found, noise, sigma, seed)
    if "auroc" in details.get("anomaly", {}):
        rows["anomalies"] = anomalies(data, leading_score(found)[1])
    return rows


def figures(
    data: Dataset,
    found: Arrays,
    row: Mapping[str, Any],
    history: pd.DataFrame,
    moments: Mapping[int, Images],
    needed: float,
    noise: list[float],
    sigma: float,
    seed: int,
) -> Iterator[tuple[str, Figure]]:
    """Every picture of a variant, one after the other: strips, code space, a grid of samples, the training."""
    for name, rows in pictures(data, found, row, needed, noise, sigma, seed).items():
        yield name, strips(rows)
    yield from latent.pictures(found, data).items()
    yield "samples", image_grid(crisp(found["samples"][:GRID], row["sample"]["threshold"]), 2 * ROW)
    yield "forming", forming(moments, row["sample"]["threshold"])
    yield "curves", loss_curves(history)


def draw(figures: Iterable[tuple[str, Figure]], path: Path) -> list[str]:
    """Write every picture as `path`-NAME.png -> NAMEs."""
    names = []
    for name, figure in figures:
        save(figure, path.with_name(f"{path.name}-{name}.png"))
        names.append(name)
    return names
