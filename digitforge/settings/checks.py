"""Checks of params.yaml that look into the folder of images of `data.source`. Only stage `recipes` makes them."""

from pathlib import Path

from digitforge.data.folder import TEST_EVERY, class_folders, image_files
from digitforge.data.sources import SOURCES
from digitforge.errors import UserError
from digitforge.files import main_repository
from digitforge.settings.params import PARAMS_FILE, Params

LEAST = 6  # test images that a variant needs: each is compared with its five nearest others


def is_folder(path: Path) -> bool:
    """Whether this is a folder; a name too long for any folder is not."""
    try:
        return path.is_dir()
    except OSError:
        return False


def check_source(params: Params) -> None:
    """Raise UserError if the source's folder isn't there, or if its classes don't suit `data.missing_digit`."""
    if params.data.source in SOURCES:
        return
    folder = main_repository() / params.data.source
    if not is_folder(folder):
        raise UserError(
            f"{PARAMS_FILE}: data.source: received {params.data.source!r}; accepted: {', '.join(SOURCES)}, or an "
            "existing folder of images"
        )
    leaving_out = [key for key, variant in params.variants.items() if not variant.data.complete]
    classes = class_folders(folder)
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
