"""A new sqlite store of MLflow's: there whole, or not at all.

MLflow makes its tables in some fifty steps. A store whose making was cut short can't be opened any more.
"""

import os
import shutil
import sqlite3
import tempfile
from contextlib import closing
from pathlib import Path
from urllib.parse import quote

from mlflow import MlflowClient


def found(database: Path) -> None:
    """Make the store, unless it is there. One that was cut short, and so has no runs, is made anew.

    Only one process at a time may do so.
    """
    if database.exists() and not cut_short(database):
        return
    beginning = f"{database.name}.partial-"
    for left in database.parent.glob(f"{beginning}*"):  # by a process that was killed
        shutil.rmtree(left)
    with tempfile.TemporaryDirectory(prefix=beginning, dir=database.parent) as folder:
        partial = Path(folder) / database.name
        MlflowClient(f"sqlite:///{quote(str(partial))}").search_experiments(max_results=1)
        with closing(sqlite3.connect(partial)) as store:
            store.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        for beside in ("-wal", "-shm", "-journal"):  # of the store that is replaced
            database.with_name(database.name + beside).unlink(missing_ok=True)
        os.replace(partial, database)


def cut_short(database: Path) -> bool:
    """Whether the making of a store was cut short: MLflow's last steps are missing, and it has no run."""
    with closing(sqlite3.connect(database, timeout=60)) as store:
        tables = {name for (name,) in store.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        begun = "alembic_version" not in tables or any(name.startswith("_alembic_tmp_") for name in tables)
        return begun and ("runs" not in tables or not store.execute("SELECT 1 FROM runs LIMIT 1").fetchone())
