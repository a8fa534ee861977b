"""Stage `features`: what the verifier sees in real digits, for distances between generated and real images.

Writes artifacts/features/binary.npz and float.npz: train [60000, F] and test [10000, F], float16, in the order of the
IDX files. Data files say which digits an image shows (`digits_train`, `digits_test`).
"""

from digitforge import files
from digitforge.data.raw import SPLITS, read_images
from digitforge.data.stacked import binarize, grey
from digitforge.errors import user_errors
from digitforge.models.verifier import VerifierNetwork

SETTINGS = ()


def main() -> None:
    """Write artifacts/features."""
    verifier = VerifierNetwork()
    verifier.load_weights(files.VERIFIER / "verifier.weights.h5")
    raw = {split: grey(read_images(split))[..., None] for split in SPLITS}
    for values, prepare in (("binary", binarize), ("float", lambda images: images)):
        found = {split: verifier.read(prepare(images))[1][:, 0] for split, images in raw.items()}
        files.write_npz(files.FEATURES / f"{values}.npz", **found)
    print(f"features: {' and '.join(str(len(images)) for images in raw.values())} digits, binary and grey")


if __name__ == "__main__":
    with user_errors():
        main()
