"""About how much memory a training takes, by its settings alone: sizes that can't fit are refused before any work.

An estimate within a factor of two or so is enough for that: a key with too many zeros is off by thousands.
"""

import math
from collections import Counter
from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import Any

from digitforge.data.pixels import SIZE

COPIES = 5  # of every weight: itself, gradient, two moments, average
PASSES = 4  # copies of every activation, over forward and backward pass
BYTES = 4  # of a number
POSITIONS = (SIZE // 4) ** 2  # of patches
FITTED_CODES = 20_000  # that a density is fitted to
READ = 25_000  # activations of an image in a verifier

Width = tuple[str, float]  # a key, and how many values a layer that it sizes gives
Cost = tuple[str, float, float]  # a key, the weights it costs, and the activations of an image


def estimate(row: Mapping[str, Any], channels: int) -> Counter[str]:
    """Bytes by the key that costs them, of a row as plain data: its `model`, its `fit` and, if it has one, `sample`."""
    found: Counter[str] = Counter()
    batch, draws = row["fit"]["batch"], row["model"].get("objective", {}).get("draws", 1)
    for key, weights, activations in costs(row, channels):
        found[key] += round(weights * BYTES * COPIES)
        # Of a batch, each image of which may have several codes: the larger number is to blame.
        of_batch = max(("fit.batch", batch), ("model.objective.draws", draws), (key, activations), key=lambda of: of[1])
        found[of_batch[0]] += round(activations * batch * draws * BYTES * PASSES)
    return found


def verifier(row: Mapping[str, Any]) -> Counter[str]:
    """Bytes of training a verifier, by the key that costs them."""
    return Counter({"fit.batch": row["fit"]["batch"] * READ * BYTES * PASSES})


def samples(content: Mapping[str, Any]) -> Counter[str]:
    """Bytes of the generated images of a variant, expected pixels and those shown, by the key that costs them."""
    channels = {"mono": 1, "color": 3}
    counts = content["evaluation"]["samples"]
    sizes = {name: counts[name] * SIZE * SIZE * channels[name] * BYTES * 2 for name in channels}
    largest = max(sizes, key=lambda name: sizes[name])
    return Counter({f"evaluation.samples.{largest}": sizes[largest]})


def costs(row: Mapping[str, Any], channels: int) -> Iterator[Cost]:
    """What each part of a model costs."""
    model = row["model"]
    code = ("model.code", float(model["code"]))
    pixels = ("", float(SIZE * SIZE * channels))
    posterior, prior = (model.get(part, {}) for part in ("posterior", "prior"))
    # A lower triangle has as many values as half a square.
    features = ("model.code", code[1] ** 2 / 2 if posterior.get("name") == "tril" else 2 * code[1])
    yield from NETWORKS[model["network"]["name"]](model["network"], pixels, code, features, channels)
    for name, part in (("model.posterior", posterior), ("model.prior", prior)):
        if "hidden" in part:
            yield from in_layers(name, part.get("layers", 1), part["hidden"], code)
        if "components" in part:
            each = pixels[1] if part["name"] == "vamp" else code[1]
            yield f"{name}.components", part["components"] * each, part["components"] * code[1]
    if "entries" in model:
        yield "model.entries", model["entries"] * code[1], model["entries"] * POSITIONS
        units, depth = model["prior_units"], model["prior_depth"]
        key = larger(("model.prior_units", units), ("model.prior_depth", depth))
        yield key, depth * 9 * units**2, POSITIONS * units * depth
        yield "model.entries", model["entries"] * units, 0
    if "hidden" in model:
        yield from dense_layers([pixels, ("model.hidden", model["hidden"]), features])
    sampling = row.get("sample", {})
    if "components" in sampling:
        fitted = sampling["components"] * (code[1] ** 2 + FITTED_CODES) / COPIES
        yield larger(("sample.components", sampling["components"]), code), fitted, 0
    if "hidden" in sampling:
        yield from in_layers("sample", sampling["layers"], sampling["hidden"], code)
        yield "sample.batch", sampling["batch"] * sampling["hidden"], 0


def larger(*widths: Width) -> str:
    """The key of the largest of widths, among those that have one."""
    return max((width for width in widths if width[0]), key=lambda width: width[1], default=("", 0.0))[0]


def dense_layers(widths: list[Width]) -> Iterator[Cost]:
    """Fully connected layers from each width to the next."""
    for before, after in pairwise(widths):
        yield larger(before, after), before[1] * after[1], after[1]


def in_layers(name: str, count: int, hidden: int, code: Width) -> Iterator[Cost]:
    """`count` times a small network of two hidden layers on a code."""
    width = (f"{name}.hidden", float(hidden))
    for key, weights, activations in dense_layers([code, width, width, (code[0], 2 * code[1])]):
        many = larger((key, max(hidden, code[1])), (f"{name}.layers", count))
        yield many, count * weights, count * activations


def dense(network: Mapping[str, Any], pixels: Width, code: Width, features: Width, channels: int) -> Iterator[Cost]:
    """Of the network `dense`."""
    encoder, decoder = (
        [(f"model.network.{half}", float(size)) for size in network[half]] for half in ("encoder", "decoder")
    )
    yield from dense_layers([pixels, *encoder, features])
    yield from dense_layers([code, *decoder, pixels])


def conv(network: Mapping[str, Any], pixels: Width, code: Width, features: Width, channels: int) -> Iterator[Cost]:
    """Of the network `conv`."""
    side, inputs = float(SIZE), float(channels)
    for filters, kernel, stride in network["encoder"]:
        side = math.ceil(side / stride)
        yield "model.network.encoder", kernel**2 * inputs * filters, side**2 * filters
        inputs = filters
    top = [("model.network.encoder_hidden", float(size)) for size in network["encoder_hidden"]]
    yield from dense_layers([("model.network.encoder", side**2 * inputs), *top, features])
    low = [("model.network.decoder_hidden", float(size)) for size in network["decoder_hidden"]]
    yield from dense_layers([code, *low, ("model.network.start", side**2 * network["start"])])
    inputs = network["start"]
    for filters, kernel, stride in network["decoder"]:
        side *= stride
        yield "model.network.decoder", kernel**2 * inputs * filters, side**2 * filters
        inputs = filters
    if network["output_hidden"] is not None:
        flat = pixels[1] if network["output_kernel"] else side**2 * inputs
        last = [("model.network.output_hidden", float(size)) for size in network["output_hidden"]]
        yield from dense_layers([("model.network.decoder", flat), *last, pixels])


def pooled(network: Mapping[str, Any], pixels: Width, code: Width, features: Width, channels: int) -> Iterator[Cost]:
    """Of the network `pooled`."""
    side, inputs, key = SIZE, float(channels), "model.network.filters"
    for filters in network["filters"]:
        yield key, 9 * inputs * filters * 2, side**2 * filters * 2  # the decoder mirrors it
        side, inputs = math.ceil(side / 2), filters
    yield from dense_layers([(key, side**2 * inputs), features])
    yield from dense_layers([code, (key, side**2 * inputs)])


def patches(network: Mapping[str, Any], pixels: Width, code: Width, features: Width, channels: int) -> Iterator[Cost]:
    """Of the networks `patch`, `dcgan` and `grid`, the last of which has no dense layers."""
    count, blocks = float(network["channels"]), network["blocks"]
    wide = ("model.network.channels", count)
    yield larger(wide, ("model.network.blocks", blocks)), 4 * blocks * 9 * count**2, 4 * blocks * POSITIONS * count
    yield wide[0], 2 * 36 * channels * count, 2 * POSITIONS * count
    if "hidden" in network:
        hidden, flat = ("model.network.hidden", float(network["hidden"])), (wide[0], POSITIONS * count)
        yield from dense_layers([flat, hidden, features])
        yield from dense_layers([code, hidden, flat])


NETWORKS = {"dense": dense, "conv": conv, "pooled": pooled, "patch": patches, "dcgan": patches, "grid": patches}
