"""The strict verifier: what digit an image shows, if any, and how sure that is."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from digitforge.images import array, to_pictures
from digitforge.metrics.verifier import beliefs_and_classes


class Verifier:
    """The network that decides what the report calls recognised. `digitforge.verifier()` gives it."""

    def __init__(self, network: Any, thresholds: Mapping[str, Mapping[str, float]], names: Sequence[str]) -> None:
        self.network = network  # digitforge.models.verifier.VerifierNetwork
        self.thresholds = thresholds  # of digitforge.protocol.judge
        self.names = tuple(names)  # of the classes, in the order of their labels

    def read(self, x: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Read images [N, 28, 28, C], or [N, 28, 28] if grey, of uint8 or of floats in [0, 1].

        -> labels [N], beliefs [N] in 0..1, probabilities [N, C, K] of the K classes. What these lack to 1 is that of
        "no digit". Of a stack the label is the number 0..10^C - 1 that its channels show, ones first, and the belief
        the product of theirs. Where the project's data are colour pictures these are read whole, as if C were 1.
        `recognises` tells which labels mean anything.
        """
        probabilities, _ = self.network.read(pictures_of(x))
        beliefs, labels = beliefs_and_classes(probabilities)
        return labels, beliefs, probabilities

    def name_of(self, label: int, channels: int = 1) -> str:
        """What a label of `read` is called, of an image of so many channels: its class, or the number of a stack."""
        return self.names[label] if self.reads_whole(channels) else f"{label:0{channels}}"

    def reads_whole(self, channels: int) -> bool:
        """Whether it reads an image of so many channels as one class, and not channel by channel."""
        return channels == 1 or self.network.pictures

    def threshold(self, channels: int, *, binary: bool) -> float:
        """The belief from which on an image is recognised: 95 % of real digits, or stacks of 3 channels, reach it.

        channels: 1 or 3; binary: whether its pixels are black and white alone.
        """
        return self.thresholds["binary" if binary else "float"]["1" if self.reads_whole(channels) else "3"]

    def threshold_of(self, x: np.ndarray) -> float:
        """The threshold of images as of `read`, by their channels and by whether they are black and white alone."""
        images = pictures_of(x)
        return self.threshold(images.shape[3], binary=bool(np.isin(images, (0, 255)).all()))

    def recognises(self, x: np.ndarray) -> np.ndarray:
        """Which images, as of `read`, are recognised as digits -> [N] bool."""
        return self.read(x)[1] >= self.threshold_of(x)


def pictures_of(x: np.ndarray) -> np.ndarray:
    """Images as of `Verifier.read` -> uint8 [N, 28, 28, C]; raises InputError for others."""
    x = array("images", x)
    return to_pictures(x, (28, 28, 3 if x.ndim == 4 and x.shape[3] == 3 else 1))


def answer(name: str, belief: float, threshold: float, *, digits: bool = True) -> str:
    """A reading as a sentence, in Markdown: its name, or that there is none. digits: whether classes are digits."""
    if belief >= threshold:
        return f"The verifier reads **{name}**, with a belief of {belief:.0%}."
    none = "no digit" if digits else "none of its classes"
    return f"The verifier sees **{none}**. Its belief in {name}, the likeliest reading, is {belief:.0%}."
