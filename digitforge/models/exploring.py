"""What lies between a trained model's codes: a plane of them, one coordinate at a time, from one image to another.

Needed by stage `sample` alone.
"""

import numpy as np

from digitforge.data.pixels import to_bytes
from digitforge.data.subsets import one_of_each, spread
from digitforge.models.base import GenerativeModel

PLANE = 12  # images along each side
COORDINATES, STEPS = 8, 9
PAIRS, BETWEEN = 5, 10
STYLES, COLUMNS = 6, 30
RANGE = (2, 98)  # percentiles of codes: what lies beyond is rare, and drawn badly

Arrays = dict[str, np.ndarray]


def explore(
    model: GenerativeModel, means: np.ndarray, codes: np.ndarray, labels: np.ndarray, shown: np.ndarray, seed: int
) -> Arrays:
    """Pictures of the code space of a model that encodes.

    means: best codes [T, code] of training images; codes, labels: [N, code] and [N] of the test images, of stacks as
    their ones; shown: the positions [M] of those that may be looked at. -> the arrays of `plane`, `traversals` and
    `interpolations`, or where a code begins with a label those of `traversals` and `by_class`. Nothing where codes are
    discrete.
    """
    if model.discrete:
        return {}
    classes = getattr(model, "classes", 0)
    found = traversals(model, means, classes)
    if classes:
        return found | by_class(model, classes, getattr(model, "labels", np.arange(classes)), seed)
    return found | plane(model, means, codes[shown], shown) | between_digits(model, codes, labels, shown)


def decoded(model: GenerativeModel, codes: np.ndarray) -> np.ndarray:
    """Codes [..., code] -> expected pixels [..., H, W, C], uint8."""
    images = to_bytes(model.decode(codes.reshape(-1, codes.shape[-1]).astype(np.float32)))
    return images.reshape(*codes.shape[:-1], *images.shape[1:])


def steps(values: np.ndarray, count: int) -> np.ndarray:
    """Equal steps through the usual range of each column of [N, D] -> [D, count]."""
    low, high = np.percentile(values, RANGE, axis=0)
    return np.linspace(low, high, count, axis=1)


def principal(codes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Mean [code] and the first two principal components [2, code] of codes [N, code], largest entries positive."""
    mean = codes.mean(axis=0)
    _, directions = np.linalg.eigh(np.cov(codes - mean, rowvar=False))
    components = directions[:, :-3:-1].T
    signs = np.sign(np.take_along_axis(components, np.abs(components).argmax(axis=1)[:, None], axis=1))
    return mean, components * signs


def plane(model: GenerativeModel, means: np.ndarray, codes: np.ndarray, positions: np.ndarray) -> Arrays:
    """The plane of the first two principal components of training codes [T, code], where they have two coordinates.

    plane [G, G, H, W, C], rows from the greatest second coordinate down, columns along the first; plane_axes [2, G],
    the coordinates of columns and rows, rising; plane_points [M, 2], where the codes [M, code] of the test images at
    plane_images = `positions` [M] lie.
    """
    if means.shape[1] < 2:
        return {}
    mean, components = principal(means)
    axes = steps((means - mean) @ components.T, PLANE)
    x, y = np.meshgrid(axes[0], axes[1][::-1])
    grid = mean + x[..., None] * components[0] + y[..., None] * components[1]
    points = (codes - mean) @ components.T
    return {
        "plane": decoded(model, grid),
        "plane_axes": axes,
        "plane_points": points.astype(np.float32),
        "plane_images": positions,
    }


def traversals(model: GenerativeModel, means: np.ndarray, classes: int) -> Arrays:
    """The most active coordinates of training codes [T, code], each moved alone, the others those of a typical code.

    That is the code nearest to the mean. traversals [K, S, H, W, C], the coordinate of the greatest variance first;
    traversal_coordinates [K]; traversal_values [K, S]. The first `classes` coordinates, a label, stay as they are.
    """
    free = means[:, classes:]
    typical = means[np.square(free - free.mean(axis=0)).sum(axis=1).argmin()]
    chosen = classes + np.argsort(-free.var(axis=0), kind="stable")[:COORDINATES]
    values = steps(means[:, chosen], STEPS)
    codes = np.tile(typical, (*values.shape, 1))
    np.put_along_axis(codes, np.broadcast_to(chosen[:, None, None], (*values.shape, 1)), values[..., None], axis=-1)
    return {"traversals": decoded(model, codes), "traversal_coordinates": chosen, "traversal_values": values}


def between_digits(model: GenerativeModel, codes: np.ndarray, labels: np.ndarray, shown: np.ndarray) -> Arrays:
    """Straight lines between codes of test images [N, code] that show different classes.

    interpolations [P, S, H, W, C], from the reconstruction of one to that of the other; interpolation_images [P, 2],
    their positions.
    """
    firsts = shown[one_of_each(labels[shown], 1)]
    pairs = firsts[: len(firsts) // 2 * 2].reshape(-1, 2)[:PAIRS]
    if not len(pairs):
        return {}
    share = np.linspace(0, 1, BETWEEN)[:, None]
    start, end = codes[pairs[:, :1]], codes[pairs[:, 1:]]
    return {"interpolations": decoded(model, start + share * (end - start)), "interpolation_images": pairs}


def between_draws(model: GenerativeModel, seed: int) -> Arrays:
    """Arcs between codes drawn from N(0, I), on which every code is such a draw itself (White 2016, arXiv:1609.04468).

    interpolations [P, S, H, W, C].
    """
    start, end = model.draw(2 * PAIRS, seed).reshape(2, PAIRS, 1, model.code)
    angle = np.linspace(0, np.pi / 2, BETWEEN)[:, None]
    return {"interpolations": decoded(model, np.cos(angle) * start + np.sin(angle) * end)}


def by_class(model: GenerativeModel, classes: int, labels: np.ndarray, seed: int) -> Arrays:
    """by_class [R, L, H, W, C]: a row for each of R styles drawn from the prior, a column for each label.

    labels: those that the model was trained on, of which by_class_labels [L] are at most 30, evenly spread.
    """
    chosen = labels[spread(len(labels), COLUMNS)]
    styles = model.draw(STYLES, seed)[:, None, classes:]
    label = np.broadcast_to(np.eye(classes)[chosen], (STYLES, len(chosen), classes))
    codes = np.concatenate([label, styles.repeat(len(chosen), axis=1)], axis=2)
    return {"by_class": decoded(model, codes), "by_class_labels": chosen}
