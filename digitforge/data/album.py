"""What a model makes at moments of its training; checkpoints keep it, so that a resumed training has them all."""

from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np

from digitforge import files
from digitforge.data.pixels import mosaic

# Of the pictures in MLflow's slider
COLUMNS = 10
ZOOM = 2

Images = Mapping[str, np.ndarray]


class Album:
    """Moments of a training: {step: {name: uint8 [N, H, W, C]}}. `draw` gives those of the model as it is then."""

    def __init__(self, draw: Callable[[], Images]) -> None:
        self.draw = draw
        self.moments: dict[int, Images] = {}

    def take(self, step: int) -> np.ndarray:
        """Keep this moment -> its picture, uint8 [H', W', 3]."""
        self.moments[step] = self.draw()
        return picture(self.moments[step])

    def load(self, path: Path) -> None:
        """Go on from the moments in a file that `save` wrote."""
        self.moments = read(path)

    def save(self, path: Path) -> None:
        """Write an npz: steps [M], and every name's images [M, N, H, W, C]."""
        steps = sorted(self.moments)
        names = self.moments[steps[0]]
        arrays = {name: np.stack([self.moments[step][name] for step in steps]) for name in names}
        files.write_npz(path, steps=np.array(steps), **arrays)


def read(path: Path) -> dict[int, Images]:
    """The moments in a file that `Album.save` wrote."""
    arrays = files.read_npz(path)
    steps = arrays.pop("steps").tolist()
    return {step: {name: images[i] for name, images in arrays.items()} for i, step in enumerate(steps)}


def picture(images: Images) -> np.ndarray:
    """All images of a moment, one name below the other -> uint8 [H', W', 3]."""
    columns = min(COLUMNS, *map(len, images.values()))
    return mosaic(np.concatenate(list(images.values())), columns).repeat(ZOOM, axis=0).repeat(ZOOM, axis=1)
