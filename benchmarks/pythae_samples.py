"""Samples of pythae's models (Chadebec 2022): python -m benchmarks.pythae_samples IMAGES.npy SECONDS COUNT OUT.npz

Runs in the peers' environment. Its VAE and its RAE with an L2 penalty, with the library's own dense networks, trained
by its own trainer with Adam for so many seconds each; codes from N(0, I), and from the library's mixture of ten
Gaussians. IMAGES: uint8 [N, 28, 28] -> OUT: NAME [COUNT, 28, 28, 1] uint8.
"""

import sys
import tempfile
import time
from typing import Any

import numpy as np
import torch
from pythae.data.datasets import BaseDataset
from pythae.models import RAE_L2, VAE, RAE_L2_Config, VAEConfig
from pythae.samplers import GaussianMixtureSampler, GaussianMixtureSamplerConfig, NormalSampler
from pythae.trainers import BaseTrainer, BaseTrainerConfig
from pythae.trainers.training_callbacks import TrainingCallback

CODE, BATCH, RATE, COMPONENTS = 16, 256, 1e-3, 10


class TimeIsUp(Exception):
    """Ends a training."""


class Clock(TrainingCallback):
    """Raises TimeIsUp so many seconds after the first step."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self.began: float | None = None

    def on_train_step_end(self, training_config: BaseTrainerConfig, **kwargs: Any) -> None:
        """Look at the clock."""
        self.began = self.began or time.monotonic()
        if time.monotonic() - self.began > self.seconds:
            raise TimeIsUp


def train(model: Any, images: torch.Tensor, seconds: float) -> Any:
    """Train `model` in place for `seconds`."""
    with tempfile.TemporaryDirectory() as folder:
        settings = BaseTrainerConfig(
            output_dir=folder,
            num_epochs=1_000_000,
            learning_rate=RATE,
            per_device_train_batch_size=BATCH,
            optimizer_cls="Adam",
        )
        data = BaseDataset(images, torch.zeros(len(images)))
        trainer = BaseTrainer(model, train_dataset=data, training_config=settings, callbacks=[Clock(seconds)])
        try:
            trainer.train()
        except TimeIsUp:
            return trainer.model.eval()
    raise AssertionError("the clock never rang")


def main() -> None:
    """Train both models and draw from each."""
    path, seconds, count, out = sys.argv[1:]
    images = torch.tensor(np.load(path)[:, None] / 255, dtype=torch.float32)
    shape = {"input_dim": (1, 28, 28), "latent_dim": CODE}
    torch.manual_seed(1)
    mixture = GaussianMixtureSamplerConfig(n_components=COMPONENTS)
    found = {}
    for name, model in (
        ("pythae VAE", VAE(VAEConfig(**shape, reconstruction_loss="bce"))),
        ("pythae RAE", RAE_L2(RAE_L2_Config(**shape))),
    ):
        trained = train(model, images, float(seconds))
        fitted = GaussianMixtureSampler(trained, mixture)
        fitted.fit(images[:20_000])
        samplers = {f"{name}, mixture": fitted}
        if name == "pythae VAE":
            samplers[f"{name}, prior"] = NormalSampler(trained)
        for label, sampler in samplers.items():
            drawn = sampler.sample(num_samples=int(count), batch_size=500, return_gen=True)
            pixels = drawn.detach().cpu().numpy().reshape(-1, 28, 28, 1)
            found[label] = np.rint(255 * np.clip(pixels, 0, 1)).astype(np.uint8)
    np.savez(out, **found)


if __name__ == "__main__":
    main()
