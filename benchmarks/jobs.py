"""What is trained in the benchmarks: jobs.yaml beside this file, checked by the schemas of params.yaml."""

from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, TypeAdapter, ValidationError

from digitforge.errors import UserError
from digitforge.schema import Positive, Schema
from digitforge.settings.autoencoder import AutoencoderSettings
from digitforge.settings.fit import Fit
from digitforge.settings.params import explain, read_yaml
from digitforge.settings.vae import VaeSettings

FILE = Path(__file__).with_name("jobs.yaml")


class Job(Schema):
    shape: Annotated[list[Positive], Field(min_length=3, max_length=3)]
    fit: Fit


class AutoencoderJob(Job):
    family: Literal["autoencoder"]
    model: AutoencoderSettings


class VaeJob(Job):
    family: Literal["vae"]
    model: VaeSettings


JOBS = TypeAdapter(dict[str, Annotated[AutoencoderJob | VaeJob, Field(discriminator="family")]])


def jobs(path: Path = FILE) -> dict[str, dict[str, Any]]:
    """name -> {family, shape, model, fit}, as JSON can carry it; raises UserError for an invalid file."""
    content = read_yaml(path)
    try:
        found = JOBS.validate_python(content)
    except ValidationError as error:
        raise UserError(f"{path}: {explain(error, content)}") from None
    return {name: job.model_dump() for name, job in found.items()}
