"""Stage `track`: complete the MLflow runs with metrics and figures, and restore those that never ran here.

A stage that came out of DVC's cache executed nothing, so it logged nothing: its run is made from the files. Trained
variants become registered models. Running this stage again changes nothing. Writes artifacts/tracked.json, the runs'
names.
"""

import sys
from pathlib import Path

from filelock import FileLock
from pydantic import TypeAdapter

from digitforge import files
from digitforge.data.raw import SourceFacts
from digitforge.errors import user_errors
from digitforge.settings.params import Tracking
from digitforge.settings.recipe import Recipe
from digitforge.settings.seeds import Seeds
from digitforge.settings.variants import Variant
from digitforge.tracking import completing, runs
from digitforge.wording import redacted

SETTINGS = ("data.missing_digit", "leave_one_out.digits", "seeds", "tracking", "variants")
CODE = ("digitforge.serving",)
TITLES = {
    "verifier_plain": "The classifier of ten digits, as the literature has it",
    "verifier_strict": "The classifier that can answer 'no digit', and decides what is recognised",
    "verifier_control": "Another such classifier, which tells whether it can be trusted",
}


def main() -> None:
    """Complete the runs of the verifiers, of every variant and of the leave-one-out study; register the variants."""
    recipe = Recipe.read("track")
    settings = Tracking.model_validate(recipe["tracking"])
    rows = TypeAdapter(dict[str, Variant]).validate_python(recipe["variants"])
    source = SourceFacts.read().label
    titles = TITLES | {key: row.title for key, row in rows.items()}
    again = Seeds.model_validate(recipe["seeds"])
    titles |= {key: f"{rows[row].title}, seed {seed}" for row in again.rows for seed, key in again.keys(row).items()}
    trainings = list(completing.trainings([*rows, *again.all_keys], recipe["leave_one_out.digits"]))
    files.write_json(Path("artifacts/tracked.json"), {"runs": [training.name for training in trainings]})
    try:
        store = runs.Store(settings.experiment, again=True)
        with FileLock(files.scratch() / "track.lock"):  # workers of DVC's queue may be here at once
            for training in trainings:
                title = titles.get(training.name, f"Never saw a {training.recipe.key}")
                completing.complete(store, training, title, source)
            completing.register(store, rows, settings.champion, recipe["data.missing_digit"])
    except Exception as error:  # whatever MLflow, its server or its database can raise
        runs.warn(error)
        print("WARNING: `dvc repro -f -s track` completes runs and models once it can", file=sys.stderr)
        return
    print(f"track: {len(trainings)} runs complete, {len(rows)} models registered in {redacted(runs.tracking_uri())}")


if __name__ == "__main__":
    with user_errors():
        main()
