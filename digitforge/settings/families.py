"""The families of models: the only list of them.

A new family is a line here, a schema in `settings/`, a class in `models/` (whose names follow from the family's, see
`models/__init__.py`) and a row of params.yaml.
"""

from typing import NamedTuple

from digitforge.settings.autoencoder import AutoencoderSettings
from digitforge.settings.conditional_vae import ConditionalVaeSettings
from digitforge.settings.gan import GanSettings
from digitforge.settings.model import ModelSettings
from digitforge.settings.vae import VaeSettings
from digitforge.settings.vqvae import VqvaeSettings


class Family(NamedTuple):
    """The schema of a family's `model`, its name in texts, and the kind that tables and charts put it with."""

    schema: type[ModelSettings]
    title: str
    kind: str


FAMILIES = {
    "autoencoder": Family(AutoencoderSettings, "autoencoder", "autoencoder"),
    "vae": Family(VaeSettings, "VAE", "VAE"),
    "conditional_vae": Family(ConditionalVaeSettings, "conditional VAE", "VAE"),
    "vqvae": Family(VqvaeSettings, "VQ-VAE", "VAE"),
    "gan": Family(GanSettings, "GAN", "GAN"),
}
KINDS = tuple(dict.fromkeys(family.kind for family in FAMILIES.values()))
