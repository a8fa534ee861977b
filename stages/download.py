"""Stage `download`: fetch a data set as four IDX files, or fall back on the stand-in when that is allowed."""

from digitforge import files
from digitforge.data.folder import class_folders, from_image_folder
from digitforge.data.places import IdxFiles, fetch, from_scikit_learn
from digitforge.data.raw import SourceFacts, read_images
from digitforge.data.sources import SOURCES
from digitforge.errors import UserError, user_errors
from digitforge.settings.params import Data, load_params

SETTINGS = ("data.source", "data.offline", "data.mirrors")


def by_hand(source: str) -> str:
    """How to place the files by hand."""
    folder = f"data/{SOURCES[source].torchvision}/raw"
    where = f"into {folder}" + (", or into any folder and set DIGITFORGE_MNIST to it" if source == "mnist" else "")
    return f"put {', '.join(f'{name}.gz' for name in SOURCES[source].files)} {where}; or set data.offline: digits"


def obtain(data: Data) -> tuple[str, IdxFiles]:
    """The data set asked for, or the stand-in where `offline` allows it -> (its name, the four files).

    Raises UserError, listing every place asked and why it failed, when there is none and `offline` is `fail`.
    """
    if data.source == "digits":
        return "digits", from_scikit_learn()
    if data.source not in SOURCES:
        folder = files.main_repository() / data.source
        return f"folder {folder.resolve().name}", from_image_folder(folder)  # no name of a data set
    mirrors = data.mirrors.get(data.source, [])
    found, failures = fetch(data.source, mirrors, files.scratch(), files.main_repository())
    if found:
        return data.source, found
    asked = "; ".join(failures)
    if data.offline == "fail":
        raise UserError(
            f"data.source {data.source}: no place has it. Asked: {asked}. To mend it, {by_hand(data.source)}"
        )
    print(f"WARNING: {data.source} could not be had. Asked: {asked}.")
    print(f"WARNING: going on with scikit-learn's 1,797 digits instead of {data.source}; no number below is of it.")
    print("WARNING: once a place answers, `dvc repro -f download && dvc repro` brings the real data in.")
    return "digits", from_scikit_learn()


def main() -> None:
    """Write artifacts/raw: the four IDX files and source.json, the facts about their source."""
    data = load_params().data
    name, found = obtain(data)
    for file, content in found.items():
        with files.atomic(files.RAW / file) as partial:
            partial.write_bytes(content)
    stand_in_for = data.source if name == "digits" and data.source != "digits" else None
    folders = class_folders(files.main_repository() / data.source) if data.source not in SOURCES else []
    classes = tuple(path.name for path in folders)
    SourceFacts(name, stand_in_for, classes, pictures=read_images("train").ndim == 4).write()


if __name__ == "__main__":
    with user_errors():
        main()
