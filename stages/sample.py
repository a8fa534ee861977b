"""Stage `sample KEY`: a trained variant's reconstructions, samples and scores, read by the verifiers, as npz.

`digitforge.models.sampling` lists the arrays. The sampler that drew the samples is an npz of its own, of
`nn.samplers.to_arrays`. Both files name the model's weights in `model_sha256`.
"""

import numpy as np
from pydantic import TypeAdapter

from digitforge import files
from digitforge.data.dataset import Dataset
from digitforge.data.modes import Mode
from digitforge.data.subsets import examined
from digitforge.errors import argument, user_errors
from digitforge.models import load
from digitforge.models.sampling import generate, likelihoods, of_test_images
from digitforge.models.verifiers import Verifiers
from digitforge.nn.samplers import Sampling, fit_sampler, to_arrays
from digitforge.settings.recipe import Recipe

SETTINGS = (
    "seed",
    "data.missing_digit",
    "evaluation.samples.{channels}",
    "evaluation.likelihood",
    "evaluation.noise",
    "variant.family",
    "variant.data",
    "variant.sample",
)
CODE = ("digitforge.models.{variant.family}",)


def main(key: str) -> None:
    """Write artifacts/samples/KEY.npz and artifacts/samplers/KEY.npz."""
    recipe = Recipe.read("sample", key)
    mode, seed, likelihood = Mode.parse(recipe["variant.data"]), recipe["seed"], recipe["evaluation.likelihood"]
    sampling = TypeAdapter(Sampling).validate_python(recipe["variant.sample"])
    data, threshold = Dataset.read(mode, "x_train", "x_test", "y_test"), sampling.threshold
    kept, model = data.known(recipe["data.missing_digit"]), load(files.MODELS / key)
    verifiers = Verifiers(pictures=data.source.pictures)

    strange, noise, draws = files.read_npz(files.OOD), recipe["evaluation.noise"], likelihood["draws"]
    found = {"subset": examined(kept)}
    found |= of_test_images(model, verifiers, data, strange, kept, threshold, noise, draws, seed)
    sampler, count = fit_sampler(model, data["x_train"], sampling, seed), recipe[f"evaluation.samples.{mode.channels}"]
    found |= generate(model, verifiers, sampler, threshold, count, seed)
    if model.has_likelihood:
        found |= likelihoods(model, data["x_test"], kept, likelihood["tight_images"], likelihood["tight_draws"], seed)
    of_model = {"model_sha256": np.array(files.sha256(files.MODELS / key / "model.weights.h5"))}
    files.write_npz(files.SAMPLES / f"{key}.npz", **found, **of_model)
    files.write_npz(files.SAMPLERS / f"{key}.npz", **to_arrays(sampler), **of_model)
    print(f"{key}: {len(found['samples'])} samples")


if __name__ == "__main__":
    with user_errors():
        main(argument("the key of a variant"))
