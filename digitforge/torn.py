"""DVC's own files, which a kill can tear as DVC writes them: a good dvc.lock is kept, and brought back.

What such a copy doesn't know of, DVC runs again: nothing in it is trusted that isn't so.
"""

import json
from pathlib import Path

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from digitforge import files
from digitforge.settings.outputs import LOCK

READERS = Path(".dvc/tmp/rwlock")  # who reads and writes what at the moment


def keep() -> None:
    """Keep a copy of dvc.lock, as it is while a stage begins, in .scratch. An experiment's workspace keeps none."""
    if files.main_repository() == Path.cwd() and is_whole(LOCK):
        files.write_text(files.scratch() / LOCK.name, LOCK.read_text(encoding="utf-8"))


def bring_back() -> list[str]:
    """Bring back what is torn, while no DVC runs -> what was done, in lines."""
    done, kept = [], files.scratch() / LOCK.name
    if LOCK.exists() and not is_whole(LOCK) and is_whole(kept):
        files.write_text(LOCK, kept.read_text(encoding="utf-8"))
        done.append(f"{LOCK} was torn; the one before the last stage is back, and what is missing there runs again")
    if READERS.exists():
        try:
            json.loads(READERS.read_text(encoding="utf-8"))
        except ValueError:
            READERS.unlink()
            done.append(f"{READERS} was torn, and is deleted")
    return done


def is_whole(lock: Path) -> bool:
    """Whether a dvc.lock was written to its end: it is YAML, with all that DVC asks of each stage."""
    try:
        content = YAML(typ="safe").load(lock.read_text(encoding="utf-8"))
        return "schema" in content and all("cmd" in stage for stage in content["stages"].values())
    except (OSError, UnicodeDecodeError, YAMLError, TypeError, KeyError, AttributeError):
        return False
