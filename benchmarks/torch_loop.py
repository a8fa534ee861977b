"""Contestant: the same networks in PyTorch, by a plain training loop. python -m benchmarks.torch_loop eager|compile JOB

Runs in the peers' environment, which has PyTorch and none of the project's packages. The loop is a good one: images
stay in memory as bytes, batches are gathered there, Adam is PyTorch's fused one, and convolutions run in
`channels_last`, the faster layout here.
"""

import json
import math
import sys
from itertools import pairwise
from typing import Any

import torch
from torch import nn
from torch.nn import functional as F

from benchmarks.turns import IMAGES, Turns


class Residual(nn.Module):
    """Pre-activation residual block."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.first = nn.Conv2d(channels, channels, 3, padding=1)
        self.second = nn.Conv2d(channels, channels, 3, padding=1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x + self.second(F.silu(self.first(F.silu(x))))


class PixelBias(nn.Module):
    """A learned value per pixel and channel."""

    def __init__(self, *shape: int) -> None:
        super().__init__()
        self.bias = nn.Parameter(torch.zeros(shape))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x + self.bias


def layers(sizes: list[int]) -> list[nn.Module]:
    """Fully connected layers, each from a size to the next one, and their ReLUs."""
    return [part for a, b in pairwise(sizes) for part in (nn.Linear(a, b), nn.ReLU())]


def dense(shape: list[int], features: int, code: int, model: dict[str, Any]) -> tuple[nn.Module, nn.Module]:
    """Fully connected layers; the last one's bias is the learned value per pixel."""
    pixels = math.prod(shape)
    ends = [nn.ReLU()] if model["code_activation"] == "relu" else []
    encoder = [nn.Flatten(), *layers([pixels, *model["encoder"]]), nn.Linear(model["encoder"][-1], features), *ends]
    decoder = [*layers([code, *model["decoder"]]), nn.Linear(model["decoder"][-1], pixels)]
    return nn.Sequential(*encoder), nn.Sequential(*decoder)


def conv(shape: list[int], features: int, code: int, model: dict[str, Any]) -> tuple[nn.Module, nn.Module]:
    """Convolutions down, transposed ones up, dense layers over all pixels, whose last bias is the value per pixel."""
    (height, width, colors), pixels = shape, math.prod(shape)
    down: list[nn.Module] = []
    filters = colors
    for wider, kernel, stride in model["encoder"]:
        down += [nn.Conv2d(filters, wider, kernel, stride, kernel // 2), nn.ReLU()]
        filters, height, width = wider, math.ceil(height / stride), math.ceil(width / stride)
    hidden = [filters * height * width, *model["encoder_hidden"]]
    encoder = [*down, nn.Flatten(), *layers(hidden), nn.Linear(hidden[-1], features)]

    sizes, filters = [code, *model["decoder_hidden"]], model["start"]
    up = [nn.Unflatten(1, (sizes[-1], 1, 1)), nn.ConvTranspose2d(sizes[-1], filters, (height, width)), nn.ReLU()]
    for fewer, kernel, stride in model["decoder"]:
        up += [nn.ConvTranspose2d(filters, fewer, kernel, stride, kernel // 2, stride - 1), nn.ReLU()]
        filters = fewer
    kernel, hidden = model["output_kernel"], [pixels, *model["output_hidden"]]
    up += [nn.Conv2d(filters, colors, kernel, 1, kernel // 2), nn.Flatten(), *layers(hidden)]
    return nn.Sequential(*encoder), nn.Sequential(*layers(sizes), *up, nn.Linear(hidden[-1], pixels))


def patch(shape: list[int], features: int, code: int, model: dict[str, Any]) -> tuple[nn.Module, nn.Module]:
    """Residual blocks at a quarter of the resolution."""
    (height, width, colors), channels, hidden = shape, model["channels"], model["hidden"]
    size = channels * (height // 4) * (width // 4)
    blocks = [[Residual(channels) for _ in range(model["blocks"])] for _ in range(2)]
    encoder = nn.Sequential(
        *(nn.Conv2d(colors, channels, 6, 4, 1), *blocks[0], nn.SiLU(), nn.Flatten()),
        *(nn.Linear(size, hidden), nn.SiLU(), nn.Linear(hidden, features)),
    )
    decoder = nn.Sequential(
        *(nn.Linear(code, hidden), nn.SiLU(), nn.Linear(hidden, size)),
        *(nn.Unflatten(1, (channels, height // 4, width // 4)), *blocks[1], nn.SiLU()),
        *(nn.Conv2d(channels, 16 * colors, 3, 1, 1), nn.PixelShuffle(4), PixelBias(colors, height, width)),
    )
    return encoder, decoder


def sample(parameters: torch.Tensor, code: int, posterior: str) -> tuple[torch.Tensor, torch.Tensor]:
    """Posterior's parameters [B, P] -> (a draw [B, code], KL to N(0, I) [B])."""
    mu, rest = parameters[:, :code], parameters[:, code:]
    noise = torch.randn_like(mu)
    if posterior == "diagonal":
        deviation = F.softplus(rest) + 1e-5
        kl = 0.5 * (deviation.square() + mu.square() - 1).sum(1) - deviation.log().sum(1)
        return mu + deviation * noise, kl
    rows, columns = torch.tril_indices(code, code)
    lower = torch.zeros(len(mu), code, code)
    lower[:, rows, columns] = rest
    diagonal = F.softplus(lower.diagonal(dim1=1, dim2=2)) + 1e-5
    lower = lower.tril(-1) + torch.diag_embed(diagonal)
    kl = 0.5 * (lower.square().sum((1, 2)) + mu.square().sum(1) - code) - diagonal.log().sum(1)
    return mu + torch.einsum("bij,bj->bi", lower, noise), kl


def main() -> None:
    """Train forever, a block of `steps` a turn."""
    turns, how, job = Turns(), sys.argv[1], json.loads(sys.argv[2])
    torch.manual_seed(1)
    shape, arguments = job["shape"], job["model"]
    code, network = arguments["code"], arguments["network"]
    posterior = arguments["posterior"]["name"] if job["family"] == "vae" else None
    features = {None: code, "diagonal": 2 * code, "tril": code + code * (code + 1) // 2}[posterior]
    networks = {"dense": dense, "conv": conv, "patch": patch}
    encoder, decoder = networks[network["name"]](shape, features, code, network)
    model = nn.ModuleList([encoder, decoder]).to(memory_format=torch.channels_last)
    height, width, colors = shape
    images = (torch.rand(IMAGES, colors, height, width) < 0.2).to(torch.uint8) * 255
    images = images.to(memory_format=torch.channels_last)

    def loss_of(x: torch.Tensor) -> torch.Tensor:
        z, kl = encoder(x), torch.zeros(())
        if posterior:
            z, kl = sample(z, code, posterior)
        logits = decoder(z).flatten(1)
        nats = F.binary_cross_entropy_with_logits(logits, x.reshape(len(x), -1), reduction="none").sum(1)
        return (nats + kl).mean()

    compute = torch.compile(loss_of) if how == "compile" else loss_of
    optimizer = torch.optim.Adam(model.parameters(), lr=job["fit"]["learning_rate"], fused=True)
    turns.start(weights=sum(p.numel() for p in model.parameters()))
    order, position, batch = torch.randperm(IMAGES), 0, job["fit"]["batch"]
    while True:
        for _ in range(job["steps"]):
            if position + batch > IMAGES:
                order, position = torch.randperm(IMAGES), 0
            x = images[order[position : position + batch]].float() / 255
            position += batch
            optimizer.zero_grad(set_to_none=True)
            compute(x).backward()
            optimizer.step()
        turns.done(job["steps"])


if __name__ == "__main__":
    main()
