"""Stage `check`: validate params.yaml as a whole before any work.

`download` depends on a file it writes, whose content never changes: so this stage comes first in every `dvc repro`
after an edit, and yet makes nothing run again by itself. artifacts/modes.json names the data modes in use, for stage
`reference`, which has no work with the others.
"""

from pathlib import Path

from stages.pipeline.errors import user_errors
from stages.pipeline.files import MODES_IN_USE, write_json, write_text
from stages.pipeline.params import load_params

CHECKED = Path("artifacts/params.checked")

if __name__ == "__main__":
    with user_errors():
        params = load_params()
        write_text(CHECKED, "params.yaml is valid\n")
        write_json(MODES_IN_USE, {"modes": sorted({variant.data for variant in params.variants.values()})})
