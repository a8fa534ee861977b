"""What is trained in the benchmarks: jobs.yaml beside this file, checked by the schemas of params.yaml."""

from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, TypeAdapter, ValidationError

from digitforge.errors import UserError
from digitforge.settings.params import explain, read_yaml
from digitforge.settings.rows import Autoencoder, Fit, Positive, Strict, Vae

FILE = Path(__file__).with_name("jobs.yaml")


class Job(Strict):
    shape: Annotated[list[Positive], Field(min_length=3, max_length=3)]
    fit: Fit


class AutoencoderJob(Job):
    family: Literal["autoencoder"]
    model: Autoencoder


class VaeJob(Job):
    family: Literal["vae"]
    model: Vae


JOBS = TypeAdapter(dict[str, Annotated[AutoencoderJob | VaeJob, Field(discriminator="family")]])


def jobs(path: Path = FILE) -> dict[str, dict[str, Any]]:
    """name -> {family, shape, model, fit}, as JSON can carry it; raises UserError for an invalid file."""
    try:
        found = JOBS.validate_python(read_yaml(path))
    except ValidationError as error:
        raise UserError(f"{path}: {explain(error)}") from None
    return {name: job.model_dump() for name, job in found.items()}
