"""Stage `download`: fetch a data set as four IDX files, or read one's own images, or take the stand-in if allowed."""

from digitforge import files
from digitforge.data.obtaining import obtain
from digitforge.data.preparation import Preparation
from digitforge.data.raw import SourceFacts, read_images
from digitforge.data.record import Record
from digitforge.data.sources import SOURCES
from digitforge.errors import user_errors
from digitforge.settings.recipe import Recipe

SETTINGS = ("data.source", "data.offline", "data.mirrors", "data.background", "data.prepare")


def main() -> None:
    """Write artifacts/raw: the four IDX files, source.json with the facts, and of one's own images preparation.json."""
    recipe = Recipe.read("download")
    asked, how = recipe["data.source"], Preparation(recipe["data.background"], recipe["data.prepare"])
    found = obtain(asked, recipe["data.mirrors"], recipe["data.offline"], how)
    for file, content in found.files.items():
        with files.atomic(files.RAW / file) as partial:
            partial.write_bytes(content)
    stand_in_for = asked if found.name == "digits" and asked != "digits" else None
    SourceFacts(found.name, stand_in_for, found.classes, pictures=read_images("train").ndim == 4).write()
    if asked not in SOURCES:
        Record(how, found.odd).write()
    for sentence in found.odd:
        print(f"WARNING: {sentence}")


if __name__ == "__main__":
    with user_errors():
        main()
