"""Use what the pipeline trained.

    import digitforge
    model = digitforge.load("vae_tril")
    images = model.sample(64, seed=1)

Importing this package does not import TensorFlow; `load` and `verifier` do.
"""

from digitforge.images import InputError
from digitforge.project import champion, load, variants, verifier
from digitforge.reading import Verifier
from digitforge.variant import Variant
from stages.pipeline.errors import UserError

__all__ = ["InputError", "UserError", "Variant", "Verifier", "champion", "load", "variants", "verifier"]
