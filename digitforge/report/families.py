"""What the report calls a family of params.yaml, and the kind of model that tables and charts put it with."""

from typing import NamedTuple

from digitforge.report.numbers import label


class Family(NamedTuple):
    """The words for one family."""

    name: str
    kind: str


# A family that isn't here is called by its name in params.yaml, and is a kind of its own.
FAMILIES = {
    "autoencoder": Family("autoencoder", "autoencoder"),
    "vae": Family("VAE", "VAE"),
    "conditional_vae": Family("conditional VAE", "VAE"),
    "vqvae": Family("VQ-VAE", "VAE"),
    "gan": Family("GAN", "GAN"),
}
KINDS = tuple(dict.fromkeys(family.kind for family in FAMILIES.values()))


def family_of(name: str) -> Family:
    """The words for a family of params.yaml."""
    return FAMILIES.get(name, Family(label(name), label(name)))
