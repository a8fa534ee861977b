"""Everything that stage `sample` asks of a trained model, as the verifiers read it.

Arrays over S samples, the N test images (in the order of the data file), and a `subset` [M] of test positions, all of
digits that the model was trained on:
samples [S, H, W, C], expected pixels, uint8; sample_probabilities [S, C, K] by the plain verifier, sample_strict
[S, C, K] by the strict one, sample_control [2000, C, K] by its control, and sample_features [S, C, F] (C = 1 of
colour pictures, which they read whole). Where codes come from elsewhere than the prior, baselines [100, H, W, C],
baseline_probabilities, baseline_strict and baseline_features are of samples from the prior.
Where the model encodes: codes [N, code]; training_codes and training_means [T, code], drawn and best ones;
reconstructions [N, H, W, C], reconstruction_probabilities and reconstruction_strict [N, C, K]; denoised
[L, M, H, W, C], of the subset at each noise level; compressed_8 and compressed_4 [M, H, W, C], decoded from codes of so
many bits a coordinate; NAME [N] of `scoring.score`, and SET_NAME for each out-of-distribution set. Where the model has
a likelihood: tight_log_p [n] at the test positions tight_images [n], and log_q_zx, log_q_z, log_p_z of
`scoring.aggregate_posterior` if its posterior is Gaussian. And the pictures of code space of `models.exploring`.
"""

from typing import Any

import numpy as np

from digitforge.data.dataset import Dataset
from digitforge.data.outliers import in_mode
from digitforge.data.pixels import crisp, to_bytes
from digitforge.data.stacked import shown
from digitforge.data.subsets import examined, spread
from digitforge.models.base import GenerativeModel
from digitforge.models.exploring import between_draws, explore
from digitforge.models.restoring import restore
from digitforge.models.scoring import aggregate_posterior, score, weigh_closely
from digitforge.models.verifiers import Verifiers
from digitforge.nn.samplers import Sampler

KEPT = 20_000  # training images, evenly spread, whose codes are kept: images are compared with them

Arrays = dict[str, np.ndarray]


def decoded_and_read(
    model: GenerativeModel, verifiers: Verifiers, codes: np.ndarray, threshold: float | None, name: str
) -> Arrays:
    """Decode codes [N, code] -> images as NAMEs, and what the verifiers read in them as NAME_...."""
    decoded = to_bytes(model.decode(codes))
    read = verifiers.read(crisp(decoded, threshold))
    return {f"{name}s": decoded} | {f"{name}_{what}": array for what, array in read.items()}


def generate(
    model: GenerativeModel, verifiers: Verifiers, sampler: Sampler, threshold: float | None, count: int, seed: int
) -> Arrays:
    """New images by the variant's sampler, and by the prior where that is another, as the verifiers read them."""
    found = decoded_and_read(model, verifiers, sampler.draw(count, seed), threshold, "sample")
    found["sample_control"] = verifiers.control(crisp(found["samples"], threshold))
    if sampler is not model:
        found |= decoded_and_read(model, verifiers, model.draw(count, seed), threshold, "baseline")
        found["baselines"] = found["baselines"][:100]
    return found


def of_test_images(
    model: GenerativeModel,
    verifiers: Verifiers,
    data: Dataset,
    strange: Arrays,
    kept: np.ndarray,
    threshold: float | None,
    noise: list[float],
    draws: int,
    seed: int,
) -> Arrays:
    """What a model makes of the test images; of one without an encoder, pictures between draws alone.

    strange: out-of-distribution sets, [N, H, W] or in colour; kept: [N] bool, the test images of digits that the model
    was trained on.
    """
    if not model.encodes:
        return between_draws(model, seed)
    images, subset = data["x_test"], examined(kept)
    codes, _ = model.encode(images, seed)
    means, training = model.encode(data["x_train"][spread(len(data["x_train"]), KEPT)], seed)
    found = {"codes": codes, "training_codes": training, "training_means": means}
    found |= decoded_and_read(model, verifiers, codes, threshold, "reconstruction")
    del found["reconstruction_features"]  # distances are of samples
    found |= restore(model, images[subset], training, noise, seed)
    sets = {name: in_mode(others, data.mode, pictures=data.source.pictures) for name, others in strange.items()}
    found |= score(model, images, means, sets, draws, seed)
    labels = shown(data["y_test"], data.digits_per_image)[:, 0]
    return found | explore(model, means, codes, labels, subset, seed)


def likelihoods(
    model: Any, images: np.ndarray, kept: np.ndarray, tight_images: int, tight_draws: int, seed: int
) -> Arrays:
    """log p(x) by many draws for a few of the test images `kept` [N] bool, and densities of codes of all of them.

    model: a generative model that is a `scoring.HasLikelihood` too.
    """
    of_known = np.flatnonzero(kept)
    chosen = of_known[spread(len(of_known), tight_images)]
    seen = model.observe(images, seed)
    found = weigh_closely(model, seen, chosen, tight_draws, seed)
    if model.posterior.gaussian:
        found |= aggregate_posterior(model, seen[of_known], seed)
    return found
