"""`make tidy`: delete what removed variants and digits of the study left in artifacts/ and reports/metrics/.

Reports, their cards and figures need no tidying: `dvc repro` makes these folders anew. Until a leftover is
deleted, stages that read its whole folder take it for data.
"""

import shutil
from pathlib import Path

from digitforge import files
from digitforge.errors import user_errors
from digitforge.settings.params import Params, load_params

OTHERS = ("verifier", "peers", "leave_one_out")  # files of metrics that are of no variant


def leftovers(params: Params, root: Path = Path()) -> list[Path]:
    """Files and folders of variants and digits that params.yaml no longer has."""
    variants, digits = {*params.variants, *OTHERS}, {*map(str, params.leave_one_out.digits)}
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


def main() -> None:
    """Delete the leftovers, each with a line."""
    found = leftovers(load_params())
    for path in found:
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink()
        print(f"deleted {path}")
    if not found:
        print("nothing is left of removed variants")


if __name__ == "__main__":
    with user_errors():
        main()
