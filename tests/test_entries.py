"""An image comes out bit for bit alike, whichever way it gets in: prepared by one function, as the project says."""

import io
import warnings
from importlib import import_module
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from digitforge.data import own
from digitforge.data.modes import Mode
from digitforge.data.preparation import Preparation
from digitforge.data.stacked import binarize, in_channels
from digitforge.errors import UserError
from digitforge.explorer.drawing import as_models_take
from digitforge.incoming import read_files

RNG = np.random.default_rng(0)


@pytest.fixture(scope="module")
def serving():
    """The script of the served model, of whose type hints MLflow warns."""
    with warnings.catch_warnings(action="ignore"):
        return import_module("digitforge.serving")


def grey():
    """Images that fill their frame, some with light edges."""
    return RNG.integers(0, 256, (28, 28))


def photographs():
    """Thick strokes on paper that is a little grey."""
    pixels = RNG.integers(200, 230, (90, 70, 3))
    left = RNG.integers(10, 45)
    pixels[15:75, left : left + 12] = (30, 30, 90)
    return pixels


def colours():
    return RNG.integers(0, 256, (40, 64, 3))


@pytest.mark.parametrize(
    ("make", "mode", "how"),
    [
        (grey, "mono-float-complete", Preparation("black", "frame")),
        (grey, "mono-binary-complete", Preparation("white", "frame")),
        (photographs, "mono-float-complete", Preparation("white", "ink")),
        (photographs, "mono-binary-complete", Preparation("auto", "ink")),
        (colours, "color-float-complete", Preparation("black", "frame")),
        (colours, "mono-binary-complete", Preparation("black", "frame")),
    ],
)
def test_a_training_image_is_the_same_in_every_entry(serving, tmp_path, make, mode, how):
    for name in "ab":
        (tmp_path / "own" / name).mkdir(parents=True)
        for i in range(30):
            Image.fromarray(make().astype(np.uint8)).save(tmp_path / "own" / name / f"{i:02}.png")
    variant = SimpleNamespace(data=Mode.parse(mode), preparation=how, binary=Mode.parse(mode).binary)
    paths = [path for path in sorted((tmp_path / "own").glob("*/*.png")) if int(path.stem) % 5 != 4]

    trained = in_channels(own.read(tmp_path / "own", how).images["train"], variant.data)
    assert (read_files(paths, how).of(variant.data) == trained).all()
    sent = pd.DataFrame({"image": [path.read_bytes() for path in paths]})
    assert (serving.read(sent, variant) == trained).all()
    for path, image in zip(paths[::12], trained[::12], strict=True):
        picture = Image.open(path).convert("RGBA")
        drawn = {"composite": picture, "background": picture}
        seen, _ = as_models_take(drawn, variant, to_ink=how.fit == "ink")
        assert (seen == (binarize(image) if variant.binary else image)).all()


def test_images_of_a_known_data_set_are_the_same_in_every_entry(serving):
    variant = SimpleNamespace(data=Mode.parse("mono-float-complete"), preparation=Preparation(), binary=False)
    for _ in range(5):
        image = grey().astype(np.uint8)
        file = io.BytesIO()
        Image.fromarray(image).save(file, "PNG")
        assert (serving.read(pd.DataFrame({"image": [file.getvalue()]}), variant)[0, ..., 0] == image).all()
        picture = Image.open(file).convert("RGBA")
        drawn = {"composite": picture, "background": picture}
        assert (as_models_take(drawn, variant, to_ink=False)[0][..., 0] == image).all()


def test_a_large_picture_is_refused_by_the_served_model(serving, monkeypatch):
    monkeypatch.setattr("digitforge.data.image_files.MOST_PIXELS", 100)
    file = io.BytesIO()
    Image.new("L", (28, 28)).save(file, "PNG")
    variant = SimpleNamespace(data=Mode.parse("mono-float-complete"), preparation=Preparation())
    with pytest.raises(UserError, match="image 0: received 28 x 28 pixels; accepted: PNG"):
        serving.read(pd.DataFrame({"image": [file.getvalue()]}), variant)
