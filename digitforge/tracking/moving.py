"""A project that was moved or copied: MLflow keeps absolute paths of artifacts in its database, which must follow."""

import sqlite3
from contextlib import closing
from pathlib import Path

# Where MLflow 3 keeps paths: tables and columns.
COLUMNS = (
    ("experiments", "artifact_location"),
    ("runs", "artifact_uri"),
    ("logged_models", "artifact_location"),
    ("model_versions", "storage_location"),
)


def follow(database: Path, artifacts: Path) -> list[str]:
    """Make the paths in an sqlite store those of `artifacts`, a folder of the same name -> the folders before.

    Nothing changes if there is no such folder, or no path of another one.
    """
    if not (database.is_file() and artifacts.is_dir()):
        return []
    new = artifacts.resolve().as_uri()
    with closing(sqlite3.connect(database, timeout=60)) as store, store:
        known = {name for (name,) in store.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        if not {table for table, _ in COLUMNS} <= known:  # a store that is empty, or of another version
            return []
        ended = f"%/{artifacts.name}"
        rows = store.execute(
            "SELECT DISTINCT artifact_location FROM experiments WHERE artifact_location LIKE ?", [ended]
        )
        others = [old for (old,) in rows if old.startswith("file:") and old != new]
        for old in others:
            for table, column in COLUMNS:
                changed = f"UPDATE {table} SET {column} = ? || substr({column}, ?)"
                below = f"{column} = ? OR substr({column}, 1, ?) = ?"
                store.execute(f"{changed} WHERE {below}", [new, len(old) + 1, old, len(old) + 1, f"{old}/"])
    return others
