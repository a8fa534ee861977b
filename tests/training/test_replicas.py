"""A training on two logical processors, in a process of its own, beside one on one of them."""

import json
import os
import subprocess
import sys

import numpy as np
import pytest

from digitforge.errors import UserError
from digitforge.settings.params import parse
from tests import small

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
CONV = small.params().variants["vae_compression"].model.network.model_dump()
GAN = small.params().variants["gan_dcgan"].model.model_dump()
PARTS = {"posterior": {"name": "diagonal"}, "prior": {"name": "normal"}, "objective": small.ELBO}
PLAIN = {"penalty": small.PLAIN, "noise": 0.0, "decay": 1e-3}
MODELS = {
    "autoencoder": lambda: build("autoencoder", (28, 28, 1), {"code": 4, "network": DENSE, "pixels": "bernoulli", **PLAIN}),
    "vae": lambda: build("vae", (28, 28, 1), {"code": 4, "network": DENSE, "pixels": "dynamic", **PARTS}),
    "dropout": lambda: build("vae", (28, 28, 1), {"code": 4, "network": CONV, "pixels": "bernoulli", **PARTS}),
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
        model, arrays, tuple(array[:100] for array in arrays), settings=settings, steps=Plan(8, 6), seed=1, label=name,
        scratch=Path(folder) / (scratch or f"{name}-{devices}"), listener=listener,
    )
    return {"rows": rows, "weights": [weight.ravel().tolist()[:2000] for weight in model.get_weights()]}


def stop(row):
    if row["step"] == 24:
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
MODELS = ("autoencoder", "vae", "dropout", "gan", "verifier")


@pytest.fixture(scope="module")
def trained():
    command = [sys.executable, "-W", "error", "-c", SCRIPT, *MODELS]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env={**os.environ, "PYTHONWARNINGS": ""})
    assert done.returncode == 0, done.stderr[-3000:]
    return json.loads(done.stdout.splitlines()[-1])
