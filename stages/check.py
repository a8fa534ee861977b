"""Stage `check`: validate params.yaml as a whole before any work.

`download` depends on the file it writes, whose content never changes: so this stage comes first in every
`dvc repro` after an edit, and yet makes nothing run again by itself.
"""

from pathlib import Path

from stages.pipeline.errors import user_errors
from stages.pipeline.files import write_text
from stages.pipeline.params import load_params

CHECKED = Path("artifacts/params.checked")

if __name__ == "__main__":
    with user_errors():
        load_params()
        write_text(CHECKED, "params.yaml is valid\n")
