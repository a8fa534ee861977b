"""Stage `recipes`: check params.yaml as a whole, and write what decides each other stage's result, except its data.

It says what differs from the last run, and which stages will therefore run again, and deletes what removed variants
left. `make plan` says the same, and writes and deletes nothing.
"""

import sys

from digitforge import files
from digitforge.errors import UserError, user_errors
from digitforge.settings.checks import check_memory, check_source
from digitforge.settings.leftovers import delete, leftovers, made_by_dvc
from digitforge.settings.params import load_params
from digitforge.settings.plan import plan
from digitforge.settings.recipe import path_of
from digitforge.settings.recipes import make


def main(*, write: bool = True) -> None:
    """Print what will run again and why; with `write`, write artifacts/recipes too."""
    params = load_params()
    check_memory(params)
    check_source(params)
    recipes = dict(make(params))
    for line in plan(recipes):
        print(line)
    if write:
        delete(made_by_dvc(leftovers(params)))
        for recipe in recipes.values():
            files.write_json(path_of(recipe.stage, recipe.key), recipe.to_json())


if __name__ == "__main__":
    with user_errors():
        if sys.argv[1:] not in ([], ["--plan"]):
            raise UserError(f"recipes: received {' '.join(sys.argv[1:])}; accepted: nothing, or --plan")
        main(write=not sys.argv[1:])
