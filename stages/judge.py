"""Stage `judge`: how far the strict verifier can be trusted -> reports/metrics/judge.json.

It has what the strict verifier makes of real test digits, how much it and the plain one accept of each kind of
non-digit, whether its control ranks the variants alike, and how distances grow in each one's features.
"""

from digitforge.errors import user_errors
from digitforge.protocol.trusted import write
from digitforge.settings.recipe import Recipe

SETTINGS = ("evaluation.tolerance.mono", "verifiers.strict.nondigits", "verifiers.control.nondigits", "variants")


def main() -> None:
    """Write reports/metrics/judge.json."""
    recipe = Recipe.read("judge")
    content = write(recipe, list(recipe["variants"]))
    print(f"judge: {content['real']}, control ranks alike: {content['rank_correlation']}")


if __name__ == "__main__":
    with user_errors():
        main()
