"""Stage `check`: validate params.yaml as a whole before any work.

`download` depends on a file it writes, whose content never changes: so this stage comes first in every `dvc repro`
after an edit, and yet makes nothing run again by itself. artifacts/modes.json names the data modes in use, for stage
`reference`, which has no work with the others.
"""

from pathlib import Path

from digitforge.data.folder import TEST_EVERY, class_folders, image_files
from digitforge.data.sources import SOURCES
from digitforge.errors import UserError, user_errors
from digitforge.files import MODES_IN_USE, main_repository, write_json, write_text
from digitforge.settings.params import PARAMS_FILE, Params, load_params

CHECKED = Path("artifacts/params.checked")
LEAST = 6  # test images that a variant needs: their neighbourhoods are of five others


def check_classes(params: Params) -> None:
    """Raise UserError where a folder has no classes, lacks the one that is left out, or has too little but that."""
    leaving_out = [key for key, variant in params.variants.items() if not variant.data.complete]
    if params.data.source in SOURCES:
        return
    classes = class_folders(main_repository() / params.data.source)
    digit, names = params.data.missing_digit, [path.name for path in classes]
    if len(names) == 1 and digit == 0:
        raise UserError(
            f"{PARAMS_FILE}: data.missing_digit: received 0, the only class, {names[0]}; accepted: 1 to 9, to leave "
            "nothing out"
        )
    if not leaving_out:
        return
    if digit >= len(names) or len(names) < 2:
        accepted = f"0 to {len(names) - 1}, for the folders {', '.join(names)}" if len(names) > 1 else "no such variant"
        raise UserError(
            f"{PARAMS_FILE}: data.missing_digit: received {digit}, which variants.{leaving_out[0]} leaves out; "
            f"accepted: {accepted}"
        )
    tested = sum(len(image_files(path)) // TEST_EVERY for path in classes if path != classes[digit])
    if tested < LEAST:
        raise UserError(
            f"{PARAMS_FILE}: data.missing_digit: received {digit}, without which {tested} test images are left; "
            f"accepted: a class that leaves {LEAST}, every fifth image of each class being for testing"
        )


if __name__ == "__main__":
    with user_errors():
        params = load_params()
        check_classes(params)
        write_text(CHECKED, "params.yaml is valid\n")
        write_json(MODES_IN_USE, {"modes": sorted({str(variant.data) for variant in params.variants.values()})})
