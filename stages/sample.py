"""Stage `sample KEY`: a trained variant's reconstructions, samples and scores, judged by the verifier, as npz.

Arrays over the N test images (in the order of the data file) and S samples:
reconstructions [N, H, W, C] and samples [S, H, W, C], expected pixels, uint8; codes [N, code];
reconstruction_probabilities [N, C, 10] and sample_probabilities [S, C, 10] of the verifier;
reconstruction_nats and kl_nats [N] where the family has a likelihood; anomaly_scores [N] in `missing` modes.
"""

import sys

import numpy as np

from stages.models import load
from stages.models.base import GenerativeModel
from stages.models.classifier import Classifier
from stages.models.codes import from_mixture, from_prior
from stages.pipeline import files
from stages.pipeline.errors import user_errors
from stages.pipeline.params import Sampling, load_params


def to_bytes(pixels: np.ndarray) -> np.ndarray:
    """[0, 1] floats -> uint8."""
    return np.rint(pixels * 255).astype(np.uint8)


def shown(pixels: np.ndarray, threshold: float | None) -> np.ndarray:
    """Images as a viewer and the verifier get them: lit from `threshold` on, or grey without one. -> uint8."""
    return to_bytes(pixels if threshold is None else (pixels >= threshold))


def draw_codes(model: GenerativeModel, images: np.ndarray, sampling: Sampling, count: int, seed: int) -> np.ndarray:
    """New codes [count, code] by the variant's choice; `images` are training images."""
    if sampling.codes == "prior":
        return from_prior(count, model.code, seed)
    _, drawn = model.encode(images, seed)
    assert sampling.components is not None
    return from_mixture(drawn, count, sampling.components, seed)


def main(key: str) -> None:
    """Write artifacts/samples/KEY.npz."""
    params = load_params()
    variant = params.variant(key)
    data = files.read_npz(files.DATA / f"{variant.data}.npz")
    images = data["x_test"]
    model = load(files.MODELS / key)
    verifier = Classifier()
    verifier.load_weights(files.VERIFIER / "verifier.weights.h5")

    codes, _ = model.encode(images, params.seed)
    found = {"codes": codes, **model.likelihood(images, params.seed)}
    if "missing" in variant.data:
        found["anomaly_scores"] = model.anomaly_score(images, params.seed)
    new = draw_codes(model, data["x_train"], variant.sample, params.evaluation.samples, params.seed)
    for name, source in (("reconstruction", codes), ("sample", new)):
        pixels = model.decode(source)
        found[f"{name}s"] = to_bytes(pixels)
        found[f"{name}_probabilities"] = verifier.probabilities(shown(pixels, variant.sample.threshold))
    files.write_npz(files.SAMPLES / f"{key}.npz", **found)
    print(f"{key}: {len(images)} reconstructions and {len(new)} samples")


if __name__ == "__main__":
    with user_errors():
        main(sys.argv[1])
