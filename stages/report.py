"""Stage `report`: metrics and arrays -> reports/index.md, index.html, metrics.md, cards and their figures."""

from digitforge.errors import user_errors
from digitforge.report.writing import write
from digitforge.settings.params import ResultParams
from digitforge.settings.recipe import Recipe

SETTINGS = ("budget", "max_epochs", "seed", "seeds", "data", "verifiers", "evaluation", "leave_one_out", "variants")


def main() -> None:
    """Write reports/index.md, index.html, metrics.md, cards and figures."""
    write(ResultParams.model_validate(Recipe.read("report").settings))


if __name__ == "__main__":
    with user_errors():
        main()
