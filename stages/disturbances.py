"""Stage `disturbances`: how each distance grows as real digits are disturbed, in the features of both verifiers.

Writes artifacts/disturbances.json: {verifier: {disturbance: {metric: [at each level]}}}.
"""

from digitforge import files
from digitforge.errors import user_errors
from digitforge.protocol.trust import DISTURBED, of_features

SETTINGS = ()


def main() -> None:
    """Write artifacts/disturbances.json."""
    found = of_features(files.read_npz(files.NONDIGITS))
    files.write_json(DISTURBED, found)
    print(f"disturbances: {', '.join(next(iter(found.values())))}")


if __name__ == "__main__":
    with user_errors():
        main()
