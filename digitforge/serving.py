"""The script of the MLflow model: images in and out are PNG files, and `task` says what is asked.

MLflow runs this file where the model is loaded; TensorFlow is imported only then.
"""

import io
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from mlflow.exceptions import MlflowException
from mlflow.models import set_model
from mlflow.protos.databricks_pb2 import INVALID_PARAMETER_VALUE
from mlflow.pyfunc import PythonModel, PythonModelContext

from digitforge.data.image_files import open_image, to_png
from digitforge.data.preparation import prepared
from digitforge.data.stacked import in_channels
from digitforge.errors import UserError
from digitforge.images import InputError
from digitforge.variant import Variant


class Sent(io.BytesIO):
    """An image file that was sent; errors call it by its place."""

    def __init__(self, content: bytes, place: int) -> None:
        super().__init__(content)
        self.place = place

    def __str__(self) -> str:
        return f"image {self.place}"


def read(sent: pd.DataFrame, variant: Variant) -> np.ndarray:
    """Column `image` of image files, prepared as the variant's training images were -> uint8 [N, 28, 28, C]."""
    if "image" not in sent or not len(sent):
        raise InputError("image: missing; accepted: a column `image`, an image file in each row")
    pictures = [open_image(Sent(file, i)) for i, file in enumerate(sent["image"])]
    images = [prepared(picture, variant.preparation) for picture in pictures]
    return in_channels(np.concatenate(images), variant.data)


def files(pictures: np.ndarray) -> pd.DataFrame:
    """uint8 [N, H, W, C] -> a column `image` of PNG files."""
    return pd.DataFrame({"image": [to_png(picture) for picture in pictures]})


def sample(variant: Variant, sent: pd.DataFrame, params: dict[str, Any]) -> pd.DataFrame:
    """New images: `count` of them by `seed`, and where the variant can, of `label`, unless that is -1."""
    label = None if params["label"] == -1 else params["label"]
    return files(variant.as_shown(variant.sample(params["count"], params["seed"], label)))


def reconstruct(variant: Variant, sent: pd.DataFrame, params: dict[str, Any]) -> pd.DataFrame:
    """What the variant makes of each image."""
    return files(variant.as_shown(variant.reconstruct(read(sent, variant))))


def anomaly_score(variant: Variant, sent: pd.DataFrame, params: dict[str, Any]) -> pd.DataFrame:
    """How strange each image is, and the per cent of known test images that are no stranger."""
    images = read(sent, variant)
    scores, percentiles = variant.anomaly_score(images), variant.anomaly_percentile(images)
    return pd.DataFrame({"anomaly_score": scores, "percentile": percentiles})


TASKS = {task.__name__: task for task in (sample, reconstruct, anomaly_score)}


class Served(PythonModel):
    """A packed variant, as MLflow serves it."""

    def load_context(self, context: PythonModelContext) -> None:
        from digitforge.packing import unpack

        self.variant = unpack(Path(context.artifacts["variant"]))

    def predict(
        self, context: PythonModelContext, model_input: pd.DataFrame, params: dict[str, Any] | None = None
    ) -> pd.DataFrame:
        """One of TASKS, by `params["task"]`."""
        asked = params or {}
        try:
            if asked.get("task") not in TASKS:
                raise InputError(f"task: received {asked.get('task')!r}; accepted: {', '.join(TASKS)}")
            return TASKS[asked["task"]](self.variant, model_input, asked)
        except UserError as error:  # the server passes the text of MLflow's own errors on, and of no others
            raise MlflowException(str(error), error_code=INVALID_PARAMETER_VALUE) from None


set_model(Served())
