"""Stage `features`: what the verifiers see in real digits.

Writes artifacts/features/binary.npz and float.npz, in the order of the IDX files: train [60000, F] and test [10000, F],
float16, for distances between generated and real images; strict [10000, 10] and control [10000, 10], the probabilities
that those verifiers give the digits of the test images. Data files say which digits an image shows (`digits_train`,
`digits_test`).
"""

from digitforge import files
from digitforge.data.raw import SPLITS, read_images
from digitforge.data.stacked import grey
from digitforge.errors import user_errors
from digitforge.models.verifiers import Verifiers
from digitforge.protocol.judge import VALUES

SETTINGS = ()


def main() -> None:
    """Write artifacts/features."""
    verifiers = Verifiers()
    raw = {split: grey(read_images(split))[..., None] for split in SPLITS}
    for values, prepare in VALUES.items():
        read = {split: verifiers.read(prepare(images)) for split, images in raw.items()}
        found = {split: of["features"][:, 0] for split, of in read.items()}
        control, _ = verifiers.networks["control"].read(prepare(raw["test"]))
        beliefs = {"strict": read["test"]["strict"][:, 0], "control": control[:, 0]}
        files.write_npz(files.FEATURES / f"{values}.npz", **found, **beliefs)
    print(f"features: {' and '.join(str(len(images)) for images in raw.values())} digits, binary and grey")


if __name__ == "__main__":
    with user_errors():
        main()
