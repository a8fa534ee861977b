"""A project with tiny variants, trained and sampled by the real classes."""

import json
from contextlib import chdir
from pathlib import Path

import numpy as np
import pytest

from digitforge import files
from digitforge.data.dataset import Dataset
from digitforge.data.modes import Mode
from digitforge.data.raw import SourceFacts
from digitforge.data.stacked import binarize
from digitforge.models import build, scoring
from digitforge.models.verifier import VerifierNetwork
from digitforge.protocol.judge import thresholds
from digitforge.settings.fit import Fit
from digitforge.settings.params import load_params
from digitforge.training.fit import optimizer, save_weights
from stages import sample
from tests import small

RNG = np.random.default_rng(0)
DENSE = {"name": "dense", "encoder": [32], "decoder": [32], "activation": "tanh", "code_activation": "linear"}
PATCH = {"name": "patch", "channels": 4, "blocks": 0, "hidden": 8, "shared_channels": False}
FIT = small.fit(batch=20)
PARTS = {"network": DENSE, "pixels": "bernoulli"}
TERMS = {"posterior": {"name": "diagonal"}, "prior": {"name": "normal"}, "objective": small.ELBO}
LABELS = {"hidden": 16, "beta": 1.0}
PRIOR = small.FROM_PRIOR


def row(family, data, model, sampling):
    return {"title": f"Tiny {family}", "family": family, "data": data, "model": model, "fit": FIT, "sample": sampling}


VARIANTS = {
    "untrained": row("vae", "mono-float-complete", {"code": 2, **PARTS, **TERMS}, PRIOR),
    "tiny": row(
        "vae",
        "mono-binary-missing",
        {"code": 2, **PARTS, **TERMS},
        small.FROM_MIXTURE | {"components": 3, "threshold": 0.4},
    ),
    "labelled": row("conditional_vae", "mono-float-complete", {"code": 3, **PARTS, **LABELS}, PRIOR),
    "game": row("gan", "color-float-complete", {"code": 4, "network": PATCH, "game": small.GAME, "pack": 1}, PRIOR),
}


def images(count, rng):
    """Digits 0 to 9 as dots at ten places, uint8 [N, 28, 28, 1], and their labels."""
    labels = np.arange(count) % 10
    dim = rng.integers(0, 90, (count, 28, 28, 1))
    for i, label in enumerate(labels):
        top, left = 5 + 12 * (label % 2), 2 + 5 * (label // 2)
        dim[i, top : top + 6, left : left + 4] += rng.integers(100, 160)
    return dim.astype(np.uint8), labels.astype(np.int32)


def write_data():
    """Data files, as stages `download`, `stack` and `ood` do."""
    x_train, y_train = images(200, RNG)
    x_test, y_test = images(60, RNG)
    kept = y_train != 8
    source = SourceFacts("digits", "mnist")
    arrays = {"x_test": x_test, "y_test": y_test, "digits_test": np.arange(60, dtype=np.int32)[:, None]}
    grey = arrays | {"x_train": x_train, "y_train": y_train}
    Dataset(Mode.parse("mono-float-complete"), source, grey).write()
    binary = arrays | {"x_test": binarize(x_test), "x_train": binarize(x_train[kept]), "y_train": y_train[kept]}
    Dataset(Mode.parse("mono-binary-missing"), source, binary).write()
    source.write()
    files.write_npz(files.OOD, inverted=255 - x_test[:20, :, :, 0])


def write_verifiers():
    """Untrained ones, and the thresholds of the strict one and of its control, as stage `verifier` does."""
    digits = Dataset.read(Mode.parse("mono-float-complete"), "x_test")["x_test"]
    for seed, name in enumerate(("plain", "strict", "control"), start=5):
        refuses = name != "plain"
        network, folder = VerifierNetwork(refuses=refuses, seed=seed), files.VERIFIER / name
        save_weights(network, folder / "verifier.weights.h5")
        accepts = {} if name == "plain" else {"thresholds": thresholds(network.read, digits, 1)}
        files.write_json(folder / "judge.json", {"classes": 10, "answers": 10 + refuses, **accepts})


def train(key, params):
    """A few steps, and what stage `train` writes."""
    variant = params.variant(key)
    shape = (28, 28, variant.data.channel_count)
    model = build(variant.family, shape, variant.model.model_dump(), seed=3)
    if shape[2] == 1:
        data = Dataset.read(variant.data)
        model.adapt(data["x_train"], data["y_train"])
        model.compile(optimizer=optimizer(Fit(**FIT), 9))
        labels = {"y": data["y_train"]} if model.needs_labels else {}
        for _ in range(40):
            model.train_on_batch(data["x_train"], **labels)
    folder = files.MODELS / key
    save_weights(model, folder / "model.weights.h5")
    model_of = variant.model.model_dump()
    config = {"family": variant.family, "data": str(variant.data), "classes": 10, "shape": shape, "model": model_of}
    files.write_json(folder / "config.json", config)


@pytest.fixture(scope="session")
def project(tmp_path_factory):
    """The folder of such a project; `tiny` went through stage `sample`."""
    root = tmp_path_factory.mktemp("project")
    content = small.content() | {"variants": VARIANTS}
    content["evaluation"]["samples"] = {"mono": 100, "color": 100}
    content["evaluation"]["likelihood"] = {"draws": 2, "tight_draws": 2, "tight_images": 2}
    content["evaluation"]["noise"] = [0.5]
    with chdir(root), pytest.MonkeyPatch.context() as patch:
        patch.setattr(scoring, "PRIOR_DRAWS", 50)
        # JSON is YAML too.
        files.write_json(Path("params.yaml"), json.loads(json.dumps(content)))
        Path("dvc.yaml").write_text("stages: {}\n")  # with params.yaml, the marks of a project
        write_data()
        params = load_params()
        for key in ("tiny", "labelled", "game"):
            train(key, params)
        write_verifiers()
        small.write_recipe("sample", "tiny", content)
        sample.main("tiny")
        for key in ("labelled", "game"):
            digest = files.sha256(files.MODELS / key / "model.weights.h5")
            files.write_npz(files.SAMPLERS / f"{key}.npz", name=np.array("prior"), model_sha256=np.array(digest))
    return root
