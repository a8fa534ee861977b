"""What removed variants, seeds and digits of the study left in artifacts/, reports/metrics/ and dvc.lock.

Stages read whole folders of artifacts, so a leftover would count as their data, and a clone, which has none, would
differ. Stage `recipes` deletes those that DVC made; what was trained stays in its cache. `make tidy` deletes all, with
the entries of dvc.lock, which DVC itself writes while it runs. Cards and figures are the report's own to delete.
"""

import re
import shutil
from collections.abc import Container, Iterable
from pathlib import Path

from digitforge import files
from digitforge.errors import user_errors
from digitforge.settings.outputs import LOCK, copies_of, digest, last_run
from digitforge.settings.params import NOT_VARIANTS, Params, load_params
from digitforge.settings.recipes import make

# An entry of dvc.lock: its line, indented by two, and those below that are indented by more.
ENTRY = re.compile(r"^  ([^\s:]+):\n(?:   .*\n)*", re.MULTILINE)


def leftovers(params: Params, root: Path = Path()) -> list[Path]:
    """Files and folders that are of no variant, seed or digit that params.yaml asks for."""
    variants = {*params.variants, *params.seeds.all_keys, *NOT_VARIANTS}
    digits = {*map(str, params.leave_one_out.digits)}
    study = files.METRICS / "leave_one_out"
    known = dict.fromkeys((files.MODELS, files.SAMPLES, files.SAMPLERS, files.METRICS), variants)
    known |= {files.LEAVE_ONE_OUT: digits, study: digits}
    return [
        path
        for folder, names in known.items()
        if (root / folder).is_dir()
        for path in sorted((root / folder).iterdir())
        if path.name.split(".")[0] not in names and not path.name.startswith(".")
    ]


def without_entries(lock: str, wanted: Container[str]) -> str:
    """The text of dvc.lock with the entries of these stages alone: DVC keeps those of stages that are gone."""
    head, stages, entries = lock.partition("stages:\n")
    return head + stages + ENTRY.sub(lambda entry: entry[0] if entry[1] in wanted else "", entries)


def made_by_dvc(paths: Iterable[Path]) -> list[Path]:
    """Those that dvc.lock names as an output, or that DVC's cache has: git may have brought a newer dvc.lock."""
    outputs = {out["path"] for stage in last_run().values() for out in stage["outs"]}
    return [path for path in paths if path.as_posix() in outputs or is_kept(path)]


def is_kept(path: Path) -> bool:
    """Whether DVC's cache has a file, or all of a folder."""
    return all(copy.exists() for copy in copies_of({"md5": digest(path)}))


def delete(paths: Iterable[Path]) -> None:
    """Delete files and folders, each with a line."""
    for path in paths:
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink()
        print(f"deleted {path}, which is of nothing in params.yaml")


def main() -> None:
    """Delete all leftovers."""
    params = load_params()
    found = leftovers(params)
    delete(found)
    if LOCK.exists():
        before = LOCK.read_text(encoding="utf-8")
        after = without_entries(before, {"recipes", *dict(make(params))})
        if after != before:
            files.write_text(LOCK, after)
            print(f"deleted entries of {LOCK}")
        found += [LOCK] if after != before else []
    if not found:
        print("nothing is left of removed variants")


if __name__ == "__main__":
    with user_errors():
        main()
