"""How a network is trained: the section `fit` of a row, of `verifier` and of `leave_one_out`."""

from typing import Annotated, Literal

from pydantic import Field

from digitforge.nn.augmentations import Augmentation
from digitforge.nn.optimizers import Optimizer
from digitforge.schema import Positive, Schema


class Fit(Schema):
    """How long and how fast a network is trained, and on which images. `ema` above 0 averages its weights.

    `devices`, which a row may leave out: whether all GPUs that are there share every batch, or one takes it whole.
    """

    steps: Positive
    batch: Annotated[int, Field(ge=1, le=65536)]
    learning_rate: Annotated[float, Field(gt=0, le=1)]
    schedule: Literal["constant", "cosine"]
    ema: Annotated[float, Field(ge=0, lt=1)]
    optimizer: Optimizer
    augmentation: Augmentation
    devices: Literal["one", "all"] = "one"
