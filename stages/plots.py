"""Stage `plots`: what `dvc plots show` and `dvc plots diff` draw, as tables and sample grids in artifacts/plots."""

import pandas as pd
from pydantic import TypeAdapter

from digitforge import files
from digitforge.errors import user_errors
from digitforge.report.plots import PLOTS, TABLES, of_variant
from digitforge.settings.recipe import Recipe
from digitforge.settings.variants import Variant

SETTINGS = ("data.missing_digit", "variants")


def main() -> None:
    """Write artifacts/plots."""
    recipe = Recipe.read("plots")
    variants = TypeAdapter(dict[str, Variant]).validate_python(recipe["variants"])
    of_all = [of_variant(key, row, recipe["data.missing_digit"]) for key, row in variants.items()]
    for name, columns in TABLES.items():
        rows = [row for tables in of_all for row in tables.get(name, [])]
        table = pd.DataFrame(rows, columns=["variant", "group", *columns])
        files.write_text(PLOTS / f"{name}.csv", table.drop_duplicates().to_csv(index=False))
    print(f"plots: {PLOTS}; `dvc plots show` makes a page of them")


if __name__ == "__main__":
    with user_errors():
        main()
