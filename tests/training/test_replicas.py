"""Trainings that two logical processors share, in a process of their own, beside the same on one of them."""

import json
import subprocess
import sys

import numpy as np
import pytest

SCRIPT = """
import json, sys, tempfile
from pathlib import Path
import numpy as np
from digitforge.nn.backend import tf

one = tf.config.LogicalDeviceConfiguration()
tf.config.set_logical_device_configuration(tf.config.list_physical_devices("CPU")[0], [one, one])
from digitforge.errors import UserError
from digitforge.models import build
from digitforge.models.verifier import VerifierNetwork
from digitforge.settings.fit import Fit
from digitforge.training import callbacks
from digitforge.training.device import describe_device, placed
from digitforge.training.fit import Plan, fit
from tests import small

DENSE = {"name": "dense", "encoder": [32], "decoder": [32], "activation": "relu", "code_activation": "linear"}
ROW = small.params().variants["gan_dcgan"].model.model_dump()
GAN = {**ROW, "game": {"name": "nonsaturating", "penalty": 1.0, "penalty_every": 2}}
PARTS = {"posterior": {"name": "diagonal"}, "prior": {"name": "normal"}, "objective": small.ELBO}
MODELS = {
    "vae": lambda: build("vae", (28, 28, 1), {"code": 4, "network": DENSE, "pixels": "dynamic", **PARTS}),
    "gan": lambda: build("gan", (28, 28, 1), GAN),
    "verifier": lambda: VerifierNetwork(seed=1),
}
rng = np.random.default_rng(0)
SHADES = rng.random((10, 28, 28, 1)) ** 3
LABELS = rng.integers(0, 10, 400).astype(np.int32)
IMAGES = (255 * np.clip(SHADES[LABELS] + rng.normal(0, 0.1, (400, 28, 28, 1)), 0, 1)).astype(np.uint8)


def train(name, devices, folder, batch=32, listener=lambda row: None, scratch=None):
    ema = 0.9 if name == "vae" else 0.0
    settings = Fit(**small.fit(batch=batch, learning_rate=0.002, schedule="cosine", ema=ema, devices=devices))
    with placed(settings):
        model = MODELS[name]()
    arrays = (IMAGES, LABELS) if name == "verifier" else (IMAGES,)
    rows = fit(
        model, arrays, tuple(array[:100] for array in arrays), settings=settings, steps=Plan(8, 4), seed=1, label=name,
        scratch=Path(folder) / (scratch or f"{name}-{devices}"), listener=listener,
    )
    return {"rows": rows, "weights": [weight.ravel().tolist()[:2000] for weight in model.get_weights()]}


def stop(row):
    if row["step"] == 16:
        raise KeyboardInterrupt


found = {}
with tempfile.TemporaryDirectory() as folder:
    for name in sys.argv[1:]:
        found[name] = {devices: train(name, devices, folder) for devices in ("one", "all")}
    found["said"] = describe_device(Fit(**small.fit(devices="all")))
    callbacks.CHECKPOINT_EVERY_SECONDS = 0
    try:
        train("vae", "all", folder, listener=stop, scratch="killed")
    except KeyboardInterrupt:
        found["resumed"] = train("vae", "all", folder, scratch="killed")
    try:
        train("vae", "all", folder, batch=33)
    except UserError as error:
        found["odd"] = str(error)
print(json.dumps(found))
"""


def on_two(*names):
    """What the script tells of these models."""
    done = subprocess.run([sys.executable, "-c", SCRIPT, *names], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    return json.loads(done.stdout.splitlines()[-1])


@pytest.fixture(scope="module")
def trained():
    return on_two("vae", "verifier")


def curves(rows):
    """The points of each term."""
    return {name: np.array([row[name] for row in rows]) for name in rows[0] if name != "step"}


def test_without_noise_two_devices_do_what_one_does(trained):
    one, both = trained["verifier"]["one"], trained["verifier"]["all"]  # with batch normalisation
    for ours, theirs in zip(one["weights"], both["weights"], strict=True):
        np.testing.assert_allclose(theirs, ours, rtol=1e-3, atol=1e-3)
    for term, points in curves(one["rows"]).items():
        np.testing.assert_allclose(curves(both["rows"])[term], points, rtol=1e-3, err_msg=term)


def assert_alike(found, tolerance):
    """With noise, which each device draws for itself, the curves agree within a tolerance."""
    one, both = (curves(found[devices]["rows"]) for devices in ("one", "all"))
    for term in [term for term in one if term.endswith("loss")]:
        np.testing.assert_allclose(both[term], one[term], rtol=tolerance, err_msg=term)
    assert found["one"]["weights"] != found["all"]["weights"]


def test_with_noise_curves_agree_within_tolerance(trained):
    assert_alike(trained["vae"], 0.02)


@pytest.mark.long
def test_so_do_those_of_a_gan():
    assert_alike(on_two("gan")["gan"], 0.08)


def test_it_says_so_and_resumes_to_the_same_weights(trained):
    assert trained["said"] == "training on 2 devices (processors)"
    assert trained["resumed"] == trained["vae"]["all"]


def test_a_batch_that_can_not_be_shared_evenly_is_refused(trained):
    assert trained["odd"] == "vae: fit.batch: received 33; accepted: a multiple of 2, the devices that share it"
