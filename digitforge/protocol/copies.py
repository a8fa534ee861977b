"""Whether samples are copies of training images, beside held-out images."""

from typing import Any

import numpy as np

from digitforge.data.subsets import spread
from digitforge.metrics.intervals import mean
from digitforge.metrics.memorisation import copying, nearest

QUERIES = 1_000  # images whose nearest training image is looked for
SPACES = ("pixels", "features")

Arrays = dict[str, np.ndarray]


def near_training(images: Arrays, training: Arrays) -> Arrays:
    """Nearest training image of up to 1,000 images, in pixels and in features.

    images, training: "pixels" [N, H, W, C] and "features" [N, C, F] -> "images", positions of the chosen ones [Q], and
    for both spaces SPACE_apart [Q], the distance to the nearest training image, and SPACE_nearest [Q], its position.
    """
    rows = spread(len(images["features"]), QUERIES)
    found = {"images": rows}
    for space in SPACES:
        queries, pool = images[space][rows], training[space]
        apart, index = nearest(queries.reshape(len(queries), -1), pool.reshape(len(pool), -1))
        found |= {f"{space}_apart": apart, f"{space}_nearest": index}
    return found


def of_samples(samples: Arrays, digits: np.ndarray, held_out: Arrays, held_out_digits: np.ndarray) -> dict[str, Any]:
    """What `near_training` says of samples, against what it says of held-out images.

    digits, held_out_digits: [Q], the classes of the chosen images. `shown` are the samples, and the held-out images, of
    each class that lie nearest to a training image in pixels, as positions, with the nearest training images in both
    spaces.
    """
    found: dict[str, Any] = {}
    for space in SPACES:
        apart, of_held_out = samples[f"{space}_apart"], held_out[f"{space}_apart"]
        found[space] = {
            "copying": copying(apart, of_held_out, digits, held_out_digits),
            "exact_copies": mean(apart == 0),
            "distance": mean(apart),
            "held_out_distance": mean(of_held_out),
        }
    found["shown"] = {
        "samples": closest_of_each(samples, digits),
        "held_out": closest_of_each(held_out, held_out_digits),
    }
    return found


def closest_of_each(near: Arrays, digits: np.ndarray) -> dict[str, list[int]]:
    """The image of each digit nearest to a training image in pixels, and its nearest in both spaces, as positions."""
    closest = nearest_of_each(near["pixels_apart"], digits)
    neighbours = {space: near[f"{space}_nearest"][closest].tolist() for space in SPACES}
    return {"images": near["images"][closest].tolist(), **neighbours}


def nearest_of_each(distances: np.ndarray, digits: np.ndarray) -> list[int]:
    """Position of the smallest distance among the images of each digit that there is. [N], [N] -> positions."""
    order = np.argsort(distances, kind="stable")
    return [int(order[np.argmax(digits[order] == digit)]) for digit in np.unique(digits)]
