"""`make experiments`: the experiments of `dvc exp run` side by side, a line for each number that differs.

`dvc exp show` has a column for each number, and no screen is wide enough for that.
"""

import io
import subprocess
import sys

import pandas as pd

from digitforge.errors import UserError, user_errors

DEPS = r"^(artifacts|digitforge|stages|params\.yaml|reports/[a-z]+$)"  # files: only their hashes would be shown
UNDONE = ("Failed", "Queued", "Running")
FOUND = ["rev", "typ", "Created", "parent", "State", "Executor"]


def short(name: str) -> str:
    """The name of a metric without folders: "reports/metrics/rae.json:samples.fid" -> "rae: samples.fid"."""
    return name.removeprefix("reports/metrics/").replace(".json:", ": ")


def compare(csv: str) -> str:
    """What `dvc exp show --csv` prints -> a table with a column for each experiment that has results of its own.

    Those that have none, DVC shows with the numbers of their parents: they are named below, with their state.
    """
    found = pd.read_csv(io.StringIO(csv))
    names = found["Experiment"].fillna(found["rev"].str[:7])
    state = found["State"].fillna("") if "State" in found else pd.Series("", found.index)
    without = [f"{name}: {word.lower()}, no results" for name, word in zip(names, state, strict=True) if word in UNDONE]
    done = ~state.isin(UNDONE)
    return "\n".join([differences(found[done], names[done]), *without])


def differences(found: pd.DataFrame, names: "pd.Series[str]") -> str:
    """The table of what differs between experiments, a column for each."""
    table = found.drop(columns=[name for name in ("Experiment", *FOUND) if name in found]).T
    table.columns = pd.Index(names)
    table.index = pd.Index([short(name) for name in table.index])
    differ = table[table.nunique(axis=1, dropna=False) > 1]
    if differ.empty:
        return "No experiment differs from HEAD. `dvc exp run -S seed=2`, say, makes one."
    return differ.to_string(na_rep="-")


def main() -> None:
    """Print the comparison."""
    command = [sys.executable, "-m", "dvc", "exp", "show", "--csv", "--hide-workspace", "--drop", DEPS]
    shown = subprocess.run(command, capture_output=True, text=True, check=False)
    if shown.returncode:
        raise UserError(f"dvc exp show: {' '.join(shown.stderr.split())[-200:] or f'ended with {shown.returncode}'}")
    print(compare(shown.stdout))


if __name__ == "__main__":
    with user_errors():
        main()
