"""The card of one variant: what it is, its facts, its pictures."""

from collections.abc import Iterable, Mapping
from typing import Any

from digitforge.report.card_numbers import numbers, scores
from digitforge.report.numbers import label
from digitforge.report.portfolio import Card, card_of
from digitforge.report.seeds import listed
from digitforge.report.sizes import GRID
from digitforge.settings.families import FAMILIES

Settings = Mapping[str, Any]

# picture -> what it shows, in the order of the page
PICTURES = {
    "reconstructions": "Test images above their reconstructions",
    "samples": f"The first {GRID} samples, not chosen, with codes from {{sampler}}",
    "judged": "Samples that the strict verifier just accepts, and samples that it just refuses: judge the judge",
    "latent": "Test images by their codes, on the plane of the first two principal components, and what they decode to",
    "traversals": "One coordinate of the code moves in each row, the most active one first",
    "interpolations": "From one {ends} to another",
    "classes": "A style in each row, a label in each column",
    "samplers": "One model, two samplers: codes from {sampler}, and from {prior}",
    "neighbours": "Samples above their nearest training images, the nearest of each digit; the same of test images",
    "denoised": "Test images with noise, and what the model makes of them",
    "anomalies": "The most and the least anomalous test images",
    "forming": "{forming}",
    "curves": "Training curves",
}
OF_GANS = {"ends": "draw", "forming": "What the same codes drew, step by step of the training"}
OF_ENCODERS = {
    "ends": "test image",
    "forming": "Step by step of the training: reconstructions of the same images, left, and samples of the same draws "
    "from the prior, right",
}


def settings_text(settings: Settings) -> str:
    """{"name": "dense", "encoder": [256, 64]} -> "dense: encoder 256-64"; null and empty settings are left out."""

    def text(found: Any) -> str:
        if isinstance(found, Mapping):
            return f"({settings_text(found)})"
        if isinstance(found, list | tuple):
            nested = any(isinstance(one, list | tuple) for one in found)
            return ", ".join(map(text, found)) if nested else "-".join(map(str, found))
        return str(found)

    kept = {name: found for name, found in settings.items() if name != "name" and found not in (None, [])}
    named = "; ".join(f"{label(name)} {text(found)}" for name, found in kept.items())
    return ": ".join(part for part in (settings.get("name", ""), named) if part)


def facts(row: Settings) -> dict[str, str]:
    """What is known of a variant before anything is measured: {name: text}. row: as `describe` gives it."""
    model, fit = row["model"], row["fit"]
    simple = {name: found for name, found in model.items() if name not in ("code", "network")}
    parts = {name: settings_text(found) for name, found in simple.items() if isinstance(found, Mapping)}
    numbers = settings_text({name: found for name, found in simple.items() if not isinstance(found, Mapping)})
    code = f"{model['code']}" if row["code"] == model["code"] else f"{model['code']} ({row['code']} numbers in all)"
    threshold = row["sample"]["threshold"]
    return {
        "family": FAMILIES[row["family"]].title,
        "data": f"`{row['data']}`",
        "network": settings_text(model["network"]),
        "code": code,
        **{label(name): text for name, text in parts.items()},
        **({"settings": numbers} if numbers else {}),
        "weights": f"{row['weights']:,}",
        "training": f"{row['steps']:,} steps of {fit['batch']} images",
        "optimisation": settings_text({name: fit[name] for name in fit if name not in ("steps", "batch")}),
        "new codes": row["sampler"],
        "pixels shown": "as grey values" if threshold is None else f"lit from {threshold} on",
        **({"seeds": listed(row)} if row["several"] else {}),
    }


def sampler(family: str, sample: Settings) -> str:
    """Where the codes of new images come from, in words."""
    if sample["codes"] == "prior":
        return "N(0, I)" if family in ("gan", "autoencoder") else "the prior"
    fitted = {"mixture": f"a mixture of up to {sample.get('components')} Gaussians", "flow": "a coupling flow"}
    of = "each channel's share of training codes" if sample.get("shared_channels") else "training codes"
    narrowed = f" at temperature {sample['temperature']:g}" if sample.get("temperature", 1) < 1 else ""
    return f"{fitted[sample['codes']]} fitted to {of}{narrowed}"


def to_try(row: Any, steps: int) -> list[str]:
    """Edits of one number that show something, as `dvc exp run -S 'variants.KEY....'` takes them.

    Steps are halved from those that were trained: so the edit also changes a training that `max_epochs` cut.
    """
    edits = [f"fit.steps={max(1, min(row.fit.steps, steps) // 2)}"]
    for path, settings in (("model", row.model), ("model.objective", getattr(row.model, "objective", None))):
        beta = getattr(settings, "beta", None)
        if beta is not None:
            edits.append(f"{path}.beta={2 * beta or 1.0}")
    return edits


def describe(
    key: str,
    row: Any,
    config: Settings,
    steps: int,
    details: dict[str, Any],
    code: int | None = None,
    pictures: bool = False,
    several: Settings | None = None,
) -> dict[str, Any]:
    """What the pages say of one variant. row: of params.yaml, config: of the trained model, steps: as trained.

    code: how many numbers a code has, if more than the row says, as with a grid of vectors. pictures: whether the
    source is colour pictures, which are not stacked. several: of `seeds.of_row`.
    """
    described = {
        "key": key,
        "title": row.title,
        "family": row.family,
        "kind": FAMILIES[row.family].kind,
        "data": row.data,
        "stacked": row.data.color and not pictures,
        "model": row.model.model_dump(),
        "fit": row.fit.model_dump(),
        "sample": row.sample.model_dump(),
        "sampler": sampler(row.family, row.sample.model_dump()),
        "prior": sampler(row.family, {"codes": "prior"}),
        "code": code or row.model.code,
        "weights": config["weights"],
        "steps": steps,
        "to_try": to_try(row, steps),
        "details": details,
        "several": several,
        "card": card(key, row, steps),
    }
    return {
        **described,
        "facts": facts(described),
        "numbers": numbers(details, several["details"] if several else {}),
        "scores": scores(details),
    }


def card(key: str, row: Any, steps: int) -> Card | None:
    """A variant's text with its own numbers in the recipe; None if neither it nor its family has a text."""
    found = card_of(key, row.family)
    if found is None:
        return None
    return found._replace(recipe=found.recipe.format(steps=f"{steps:,}", batch=row.fit.batch, code=row.model.code))


def captions(row: Settings, pictures: Iterable[str]) -> dict[str, str]:
    """Picture -> what it shows, of those that a variant has, in the order of the page."""
    there, words = set(pictures), {**row, **(OF_GANS if row["family"] == "gan" else OF_ENCODERS)}
    return {name: text.format(**words) for name, text in PICTURES.items() if name in there}
