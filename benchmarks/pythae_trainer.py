"""Contestant: a plain VAE by pythae's own trainer (Chadebec 2022). python -m benchmarks.pythae_trainer JOB

Runs in the peers' environment. The network is the job's dense one, with a diagonal posterior; the trainer's settings
are its own but for batch and rate.
"""

import json
import sys
import tempfile
from itertools import pairwise
from typing import Any

import torch
from pythae.data.datasets import BaseDataset
from pythae.models import VAE, VAEConfig
from pythae.models.base.base_utils import ModelOutput
from pythae.models.nn import BaseDecoder, BaseEncoder
from pythae.trainers import BaseTrainer, BaseTrainerConfig
from pythae.trainers.training_callbacks import TrainingCallback
from torch import nn

from benchmarks.turns import IMAGES, Turns


class Encoder(BaseEncoder):
    """784 -> hidden -> mean and log variance."""

    def __init__(self, sizes: list[int], code: int) -> None:
        super().__init__()
        self.body = nn.Sequential(*(p for a, b in pairwise([784, *sizes]) for p in (nn.Linear(a, b), nn.ReLU())))
        self.mean, self.log_variance = nn.Linear(sizes[-1], code), nn.Linear(sizes[-1], code)

    def forward(self, x: torch.Tensor) -> ModelOutput:
        h = self.body(x.flatten(1))
        return ModelOutput(embedding=self.mean(h), log_covariance=self.log_variance(h))


class Decoder(BaseDecoder):
    """code -> hidden -> pixels."""

    def __init__(self, sizes: list[int], code: int) -> None:
        super().__init__()
        self.body = nn.Sequential(*(p for a, b in pairwise([code, *sizes]) for p in (nn.Linear(a, b), nn.ReLU())))
        self.last = nn.Linear(sizes[-1], 784)

    def forward(self, z: torch.Tensor) -> ModelOutput:
        return ModelOutput(reconstruction=torch.sigmoid(self.last(self.body(z))).view(-1, 1, 28, 28))


def main() -> None:
    """Train forever, a block of `steps` a turn."""
    turns, job = Turns(), json.loads(sys.argv[1])
    code, network, fit = job["model"]["code"], job["model"]["network"], job["fit"]

    class Block(TrainingCallback):
        """Ends a block every `steps` batches."""

        trained = 0

        def on_train_step_end(self, training_config: BaseTrainerConfig, **kwargs: Any) -> None:
            self.trained += 1
            if self.trained % job["steps"] == 0:
                turns.done(job["steps"])

    model = VAE(
        VAEConfig(input_dim=(1, 28, 28), latent_dim=code, reconstruction_loss="bce"),
        encoder=Encoder(network["encoder"], code),
        decoder=Decoder(network["decoder"], code),
    )
    images = (torch.rand(IMAGES, 1, 28, 28) < 0.2).float()
    with tempfile.TemporaryDirectory() as folder:
        settings = BaseTrainerConfig(
            output_dir=folder,
            num_epochs=1_000_000,
            learning_rate=fit["learning_rate"],
            per_device_train_batch_size=fit["batch"],
            optimizer_cls="Adam",
        )
        data = BaseDataset(images, torch.zeros(IMAGES))
        trainer = BaseTrainer(model, train_dataset=data, training_config=settings, callbacks=[Block()])
        turns.start(weights=sum(p.numel() for p in model.parameters()))
        trainer.train()


if __name__ == "__main__":
    main()
