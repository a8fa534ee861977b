"""Stage `sample KEY`: a trained variant's reconstructions, samples and scores, read by the verifier, as npz.

Arrays over S samples, the N test images (in the order of the data file), and a `subset` [M] of test positions, all of
digits that the model was trained on:
samples [S, H, W, C], expected pixels, uint8; sample_probabilities [S, C, 10] and sample_features [S, C, F] of the
verifier (C = 1 of colour pictures, which it reads whole). Where codes come from elsewhere than the prior, baselines
[100, H, W, C], baseline_probabilities and baseline_features are of samples from the prior.
Where the model encodes: codes [N, code]; training_codes and training_means [T, code], drawn and best ones;
reconstructions [N, H, W, C] and reconstruction_probabilities [N, C, 10]; denoised [L, M, H, W, C], of the subset at
each noise level; compressed_8 and compressed_4 [M, H, W, C], decoded from codes of so many bits a coordinate; NAME [N]
of `scoring.score`, and SET_NAME for each out-of-distribution set. Where the model has a likelihood: tight_log_p [n] at
the test positions tight_images [n], and log_q_zx, log_q_z, log_p_z of `scoring.aggregate_posterior` if its posterior is
Gaussian. And the pictures of code space of `models.exploring`.

The sampler that drew the samples is an npz of its own, of `models.codes.to_arrays`. In both `model_sha256` names the
weights that they are of.
"""

import numpy as np

from digitforge import files
from digitforge.data.dataset import Dataset
from digitforge.data.outliers import in_mode
from digitforge.data.pixels import crisp, to_bytes
from digitforge.data.subsets import examined, spread
from digitforge.errors import argument, user_errors
from digitforge.models import load
from digitforge.models.base import GenerativeModel
from digitforge.models.classifier import Classifier
from digitforge.models.codes import Sampler, fit_sampler, to_arrays
from digitforge.models.exploring import between_draws, explore
from digitforge.models.restoring import restore
from digitforge.models.scoring import aggregate_posterior, score, weigh_closely
from digitforge.settings.params import load_params

SETTINGS = (
    "seed",
    "data.missing_digit",
    "evaluation.samples",
    "evaluation.likelihood",
    "evaluation.noise",
    "variant.family",
    "variant.data",
    "variant.sample",
)
CODE = ("digitforge.models.{variant.family}",)

KEPT = 20_000  # training images, evenly spread, whose codes are kept: images are compared with them


def generate(
    model: GenerativeModel, verifier: Classifier, sampler: Sampler, threshold: float | None, count: int, seed: int
) -> dict[str, np.ndarray]:
    """New images by the variant's sampler, and by the prior where that is another, as the verifier reads them."""
    found = look(model, verifier, sampler.draw(count, seed), threshold, "sample")
    if sampler is not model:
        found |= look(model, verifier, model.draw(count, seed), threshold, "baseline")
        found["baselines"] = found["baselines"][:100]
    return found


def look(
    model: GenerativeModel, verifier: Classifier, codes: np.ndarray, threshold: float | None, name: str
) -> dict[str, np.ndarray]:
    """Decode codes, and let the verifier read the images."""
    decoded = to_bytes(model.decode(codes))
    probabilities, features = verifier.read(crisp(decoded, threshold))
    return {f"{name}s": decoded, f"{name}_probabilities": probabilities, f"{name}_features": features}


def main(key: str) -> None:
    """Write artifacts/samples/KEY.npz and artifacts/samplers/KEY.npz."""
    params = load_params()
    variant, settings, seed = params.variant(key), params.evaluation, params.seed
    data = Dataset.read(variant.data, "x_train", "x_test", "y_test")
    images = data["x_test"]
    kept = data.known(params.data.missing_digit)
    of_known, subset = np.flatnonzero(kept), examined(kept)
    model = load(files.MODELS / key)
    verifier = Classifier(pictures=data.source.pictures)
    verifier.load_weights(files.VERIFIER / "verifier.weights.h5")

    found = {"subset": subset}
    if model.encodes:
        codes, _ = model.encode(images, seed)
        means, training = model.encode(data["x_train"][spread(len(data["x_train"]), KEPT)], seed)
        found |= {"codes": codes, "training_codes": training, "training_means": means}
        found |= look(model, verifier, codes, variant.sample.threshold, "reconstruction")
        del found["reconstruction_features"]  # distances are of samples
        found |= restore(model, images[subset], training, settings.noise, seed)
        sets = {
            name: in_mode(strange, data.mode, pictures=data.source.pictures)
            for name, strange in files.read_npz(files.OOD).items()
        }
        found |= score(model, images, means, sets, settings.likelihood.draws, seed)
        found |= explore(model, means, codes, data["y_test"], subset, seed)
    else:
        found |= between_draws(model, seed)
    sampler = fit_sampler(model, data["x_train"], variant.sample, seed)
    found |= generate(model, verifier, sampler, variant.sample.threshold, settings.samples.of(variant.data), seed)
    if model.has_likelihood:
        chosen = of_known[spread(len(of_known), settings.likelihood.tight_images)]
        seen = model.observe(images, seed)
        found |= weigh_closely(model, seen, chosen, settings.likelihood.tight_draws, seed)
        if model.posterior.gaussian:
            found |= aggregate_posterior(model, seen[of_known], seed)
    of_model = {"model_sha256": np.array(files.sha256(files.MODELS / key / "model.weights.h5"))}
    files.write_npz(files.SAMPLES / f"{key}.npz", **found, **of_model)
    files.write_npz(files.SAMPLERS / f"{key}.npz", **to_arrays(sampler), **of_model)
    print(f"{key}: {len(found['samples'])} samples" + (f", {len(images)} reconstructions" if model.encodes else ""))


if __name__ == "__main__":
    with user_errors():
        main(argument("the key of a variant"))
