"""Stage `sample KEY`: a trained variant's reconstructions, samples and scores, judged by the verifier, as npz.

Arrays over the N test images (in the order of the data file) and S samples:
reconstructions [N, H, W, C] and samples [S, H, W, C], expected pixels, uint8; codes [N, code];
reconstruction_probabilities [N, C, 10] and sample_probabilities [S, C, 10] of the verifier;
reconstruction_nats and kl_nats [N] where the family has a likelihood; anomaly_scores [N] in `missing` modes.
"""

import numpy as np

from stages.data.pixels import crisp, to_bytes
from stages.models import load
from stages.models.base import GenerativeModel
from stages.models.classifier import Classifier
from stages.models.codes import FIT_ON, from_mixture, from_prior
from stages.pipeline import files
from stages.pipeline.errors import argument, user_errors
from stages.pipeline.params import Sampling, load_params


def draw_codes(model: GenerativeModel, images: np.ndarray, sampling: Sampling, count: int, seed: int) -> np.ndarray:
    """New codes [count, code] by the variant's choice; `images` are training images."""
    if sampling.codes == "prior":
        return from_prior(count, model.code, seed)
    assert sampling.components is not None
    _, drawn = model.encode(images[:FIT_ON], seed)
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
        images = to_bytes(model.decode(source))
        found[f"{name}s"] = images
        found[f"{name}_probabilities"] = verifier.probabilities(crisp(images, variant.sample.threshold))
    files.write_npz(files.SAMPLES / f"{key}.npz", **found)
    print(f"{key}: {len(codes)} reconstructions and {len(new)} samples")


if __name__ == "__main__":
    with user_errors():
        main(argument("the key of a variant"))
