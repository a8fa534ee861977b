"""Stage `download`: fetch a data set as four IDX files, or fall back on the stand-in when that is allowed."""

from digitforge import files
from digitforge.data.folder import class_folders
from digitforge.data.obtaining import obtain
from digitforge.data.raw import SourceFacts, read_images
from digitforge.data.sources import SOURCES
from digitforge.errors import user_errors
from digitforge.settings.recipe import Recipe

SETTINGS = ("data.source", "data.offline", "data.mirrors")


def main() -> None:
    """Write artifacts/raw: the four IDX files and source.json, the facts about their source."""
    recipe = Recipe.read("download")
    asked = recipe["data.source"]
    name, found = obtain(asked, recipe["data.mirrors"], recipe["data.offline"])
    for file, content in found.items():
        with files.atomic(files.RAW / file) as partial:
            partial.write_bytes(content)
    stand_in_for = asked if name == "digits" and asked != "digits" else None
    folders = class_folders(files.main_repository() / asked) if asked not in SOURCES else []
    classes = tuple(path.name for path in folders)
    SourceFacts(name, stand_in_for, classes, pictures=read_images("train").ndim == 4).write()


if __name__ == "__main__":
    with user_errors():
        main()
