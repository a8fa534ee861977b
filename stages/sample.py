"""Stage `sample KEY`: a trained variant's reconstructions, samples and scores, read by the verifier, as npz.

Arrays over the N test images (in the order of the data file), S samples, and a `subset` [M] of test positions, all of
digits that the model was trained on:
codes [N, code] and training_codes [T, code]; reconstructions [N, H, W, C] and samples [S, H, W, C], expected pixels,
uint8; reconstruction_probabilities [N, C, 10], sample_probabilities [S, C, 10] and sample_features [S, C, F] of the
verifier; denoised [L, M, H, W, C], of the subset at each noise level; compressed_8 and compressed_4 [M, H, W, C],
decoded from codes of so many bits a coordinate.
NAME [N] of `scoring.image_nats`, and SET_NAME for each out-of-distribution set. Where the model has a likelihood
tight_log_p [n] at the test positions tight_images [n], and log_q_zx, log_q_z, log_p_z of `scoring.aggregate_posterior`.
"""

import numpy as np

from stages.data.outliers import in_mode
from stages.data.pixels import crisp, to_bytes
from stages.data.subsets import known, spread
from stages.models import load
from stages.models.classifier import Classifier
from stages.models.codes import FIT_ON, from_mixture, from_prior
from stages.models.restoring import restore
from stages.models.scoring import aggregate_posterior, score, weigh_closely
from stages.pipeline import files
from stages.pipeline.errors import argument, user_errors
from stages.pipeline.params import Sampling, load_params

SUBSET = 1_000


def draw_codes(training: np.ndarray, sampling: Sampling, count: int, seed: int) -> np.ndarray:
    """New codes [count, code] by the variant's choice; `training` are codes [T, code] of training images."""
    if sampling.codes == "prior":
        return from_prior(count, training.shape[1], seed)
    assert sampling.components is not None
    return from_mixture(training, count, sampling.components, seed)


def main(key: str) -> None:
    """Write artifacts/samples/KEY.npz."""
    params = load_params()
    variant, settings, seed = params.variant(key), params.evaluation, params.seed
    data = files.read_npz(files.DATA / f"{variant.data}.npz", "x_train", "x_test", "y_test")
    images = data["x_test"]
    of_known = np.flatnonzero(known(data["y_test"], variant.data, params.data.missing_digit))
    subset = of_known[spread(len(of_known), SUBSET)]
    model = load(files.MODELS / key)
    verifier = Classifier()
    verifier.load_weights(files.VERIFIER / "verifier.weights.h5")

    codes, _ = model.encode(images, seed)
    _, training = model.encode(data["x_train"][:FIT_ON], seed)
    found = {"codes": codes, "training_codes": training, "subset": subset}
    new = draw_codes(training, variant.sample, settings.samples.of(variant.data), seed)
    for name, source in (("reconstruction", codes), ("sample", new)):
        decoded = to_bytes(model.decode(source))
        probabilities, features = verifier.read(crisp(decoded, variant.sample.threshold))
        found |= {f"{name}s": decoded, f"{name}_probabilities": probabilities, f"{name}_features": features}
    del found["reconstruction_features"]  # distances are of samples
    found |= restore(model, images[subset], training, settings.noise, seed)
    sets = {name: in_mode(strange, variant.data) for name, strange in files.read_npz(files.DATA / "ood.npz").items()}
    found |= score(model, images, sets, settings.likelihood.draws, seed)
    if model.has_likelihood:
        chosen = of_known[spread(len(of_known), settings.likelihood.tight_images)]
        found |= weigh_closely(model, images, chosen, settings.likelihood.tight_draws, seed)
        found |= aggregate_posterior(model, images[of_known], seed)
    files.write_npz(files.SAMPLES / f"{key}.npz", **found)
    print(f"{key}: {len(codes)} reconstructions and {len(new)} samples")


if __name__ == "__main__":
    with user_errors():
        main(argument("the key of a variant"))
