"""Other libraries' samples under the verifiers: python -m benchmarks.peers writes reports/metrics/peers.json.

The next `dvc repro` shows them in the report beside the variants. Needs `make bench-peers` and a pipeline that has run.
"""

import subprocess
import tempfile
from pathlib import Path

import numpy as np

from digitforge import files
from digitforge.data.dataset import Dataset
from digitforge.data.modes import Mode
from digitforge.errors import UserError, user_errors
from digitforge.metrics.intervals import plain
from digitforge.models.verifiers import Verifiers
from digitforge.protocol import reference, samples
from digitforge.report.content import JUDGE
from digitforge.settings.params import load_params

PEERS = Path(".venv-peers/bin/python")
MODE = Mode.parse("mono-float-complete")
SECONDS = 60  # of training each: about what `rae` takes on two cores


def draw(images: np.ndarray, count: int) -> dict[str, np.ndarray]:
    """Train pythae's models on images [N, 28, 28, 1] and draw from them -> {name: [count, 28, 28, 1]}."""
    if not PEERS.exists():
        raise UserError(f"{PEERS}: no such file; `make bench-peers` installs PyTorch and pythae there")
    with tempfile.TemporaryDirectory() as folder:
        source, drawn = Path(folder) / "images.npy", Path(folder) / "samples.npz"
        np.save(source, images[..., 0])
        command = [PEERS, "-m", "benchmarks.pythae_samples", source, SECONDS, count, drawn]
        subprocess.run([str(part) for part in command], check=True)
        return files.read_npz(drawn)


def main() -> None:
    """Train, draw, let the verifiers read, and score."""
    settings = load_params().evaluation
    data = Dataset.read(MODE)
    real = files.read_npz(files.FEATURES / "float.npz", "test")["test"][: samples.COMPARED]
    known = reference.of_features(real)
    verifiers = Verifiers()
    needed = files.read_json(JUDGE)["thresholds"][MODE.values]
    target = samples.target_shares(data["y_train"], 1)
    found = {}
    for name, images in draw(data["x_train"], settings.samples.mono).items():
        seen = verifiers.read(images)
        spread = samples.spread_of(real, seen["features"][: samples.COMPARED, 0], known)
        read = samples.recognised(seen["strict"], target, needed)
        read |= samples.classes(seen["probabilities"], target, settings.tolerance.mono)
        found[name] = plain(read | spread) | {"data": str(MODE), "judge": files.sha256(JUDGE)}
        print(f"{name}: {read['recognised'].value:.3f} recognised, FID {spread['fid'].value:.2f}")
    files.write_json(files.METRICS / "peers.json", found)


if __name__ == "__main__":
    with user_errors():
        main()
