"""The results as a page: README.md beside this file, from the templates and the newest results of each measure."""

import json
from pathlib import Path
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.ticker import LogLocator
from scipy.optimize import curve_fit

from benchmarks import scaling
from benchmarks.machine import named, stale
from digitforge.report import rendering
from digitforge.report.figures import style
from digitforge.settings.seeds import kind

HERE = Path(__file__).parent
SECTIONS = ("speed", "quality", "scale", "stages", "photographs")
BESIDE = ("before",)  # results without a section of their own
HISTORIC_EPOCHS = 100
EPOCH = 60_000 / 256  # steps of the historic recipe


def result_file(name: str) -> Path:
    """Where a measure's numbers are kept."""
    return HERE / "results" / f"{name}.json"


def clock(seconds: float) -> str:
    """Minutes and seconds."""
    return f"{int(seconds) // 60}:{int(seconds) % 60:02}"


def exponent(costs: dict[str, float], least: float = 0) -> float:
    """Slope of log cost against log size, over sizes from `least` on: 1 is cost in proportion."""
    sizes = np.array([float(size) for size in costs])
    kept = sizes >= least
    return float(np.polyfit(np.log(sizes[kept]), np.log(np.array(list(costs.values()))[kept]), 1)[0])


def costs_of(curve: list[dict[str, float]]) -> dict[str, float]:
    """Seconds against steps."""
    return {str(row["step"]): row["seconds"] for row in curve}


def parts(contest: dict[str, Any]) -> dict[str, float]:
    """Milliseconds of a training step, part by part; they add up to the whole."""
    measured, whole = contest["parts"], contest["seconds_per_step"]["digitforge"]
    arithmetic = contest["operations"] * contest["batch"] / contest["ceiling"]
    marks = [0, arithmetic, measured["kernels"], measured["gradients"], measured["one_batch"], measured["full"], whole]
    names = ("arithmetic", "kernels", "elementwise", "optimiser", "input", "host")
    return {name: 1e3 * (b - a) for name, a, b in zip(names, marks, marks[1:], strict=False)}


def kinds(stages: dict[str, dict[str, float]]) -> dict[str, dict[str, float]]:
    """{kind: how many stages, their seconds in all, of training and other, and the most memory}, by their seconds."""
    found: dict[str, dict[str, float]] = {}
    for name, facts in stages.items():
        row = found.setdefault(kind(name), dict.fromkeys(("count", "seconds", "training", "gigabytes"), 0))
        row["count"] += 1
        row["seconds"] += facts["seconds"]
        row["training"] += facts.get("training_seconds", 0.0)
        row["other"] = row["seconds"] - row["training"]
        row["gigabytes"] = max(row["gigabytes"], facts["gigabytes"])
    return dict(sorted(found.items(), key=lambda kind: -kind[1]["seconds"]))


def historic(found: dict[str, Any], step_seconds: float) -> dict[str, float]:
    """The historic recipe after its 100 epochs: its loss extrapolated, its seconds by plain Keras `fit`.

    The loss of the epochs that were trained is fitted as a + b t^-c (from the second epoch on) and read at 100.
    """
    curve = found["historic"]["curve"]
    epochs, nats = (np.array([row[key] for row in curve]) for key in ("step", "nats"))
    epochs = epochs / EPOCH
    kept = epochs >= 2
    start = (nats[-1] - 5, nats[kept][0] - nats[-1] + 5, 0.5)
    bounds = ([0, 0, 0.05], [np.inf, np.inf, 3])
    (a, b, c), _ = curve_fit(lambda t, a, b, c: a + b * t**-c, epochs[kept], nats[kept], start, bounds=bounds)
    return {
        "nats": float(a + b * HISTORIC_EPOCHS**-c),
        "seconds": HISTORIC_EPOCHS * EPOCH * step_seconds,
        "trained_to": float(nats[-1]),
    }


def growth_figure(growth: dict[str, dict[str, float]]) -> None:
    """Milliseconds of a step against the batch, on logarithmic axes."""
    figure, axes = plt.subplots(figsize=(6, 4))
    for (name, costs), look in zip(growth.items(), style.LINES, strict=False):
        axes.plot(
            [int(size) for size in costs], [1e3 * cost for cost in costs.values()], marker="o", label=name, **look
        )
    sizes = [int(size) for size in next(iter(growth.values()))]
    axes.set(title="One training step (ms)", xlabel="batch", xscale="log", yscale="log", xticks=sizes)
    axes.set_xticklabels([str(size) for size in sizes])
    axes.yaxis.set_major_locator(LogLocator(subs=(1, 3)))
    axes.yaxis.set_major_formatter("{x:g}")
    axes.minorticks_off()
    axes.legend()
    style.save(figure, HERE / "growth.png")


def shared(results: dict[str, Any]) -> dict[str, Any]:
    """What templates may call and say beside their own results."""
    return {
        "beside": scaling.beside,
        "clock": clock,
        "costs_of": costs_of,
        "exponent": exponent,
        "historic": historic,
        "kinds": kinds,
        "named": named,
        "of_ray": scaling.of_ray,
        "overhead": scaling.overhead,
        "parts": parts,
        "predicted": scaling.predicted,
        "results": results,
        "simulated": scaling.simulated(results) if "scale" in results else None,
        "stale": stale,
    }


def render() -> dict[str, str]:
    """Write README.md -> the text of each section that has results."""
    results = {
        name: json.loads(result_file(name).read_text()) for name in (*SECTIONS, *BESIDE) if result_file(name).exists()
    }
    common, folder = shared(results), HERE / "templates"
    texts = {
        name: rendering.render(f"{name}.md", results[name] | common, folder) for name in SECTIONS if name in results
    }
    if "speed" in results:
        growth_figure(results["speed"]["growth"])
    if "scale" in results:
        scaling.figure(common["simulated"].found, HERE / "scale.png")
    (HERE / "README.md").write_text(rendering.render("README.md", {"texts": texts}, folder).rstrip() + "\n")
    return texts
