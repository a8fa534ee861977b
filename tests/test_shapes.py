"""Wrong shapes, kinds of numbers and results are errors in every test."""

import importlib
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from jaxtyping import TypeCheckError

from digitforge.metrics import distances, intervals, reconstruction, verifier
from tests import shapes

ROOT = Path(__file__).parents[1]
IMAGES = np.zeros((4, 12, 12, 1), np.uint8)
BELIEFS = np.full((4, 1, 10), 0.1)


@pytest.mark.parametrize(
    ("call", "what"),
    [
        (lambda: verifier.accuracy(BELIEFS[..., 0], np.zeros(4, int), 0.5), "probabilities"),  # no classes
        (lambda: verifier.predictability(BELIEFS[:, 0], 0.5), "probabilities"),  # no channels
        (lambda: verifier.accuracy(BELIEFS, np.zeros(3, int), 0.5), "labels"),  # of fewer images
        (lambda: verifier.accuracy(BELIEFS, np.zeros(4), 0.5), "labels"),  # floats
        (lambda: reconstruction.mse(IMAGES, IMAGES[:3]), "others"),
        (lambda: reconstruction.mse(IMAGES / 255, IMAGES), "images"),
        (lambda: distances.similarity(np.ones((3, 2)), np.ones((4, 3))), "fake"),
        (lambda: intervals.mean([1.0, 2.0]), "values"),  # a list
    ],
)
def test_a_wrong_argument_is_named(call, what):
    with pytest.raises(TypeCheckError, match=f"typechecking parameter '{what}'"):
        call()


def test_a_wrong_result_is_an_error(tmp_path):
    source = (
        "from __future__ import annotations\nimport numpy as np\n"
        'def first(x: Float[np.ndarray, "N D"]) -> Float[np.ndarray, "N"]:\n    return x[0]\n'
    )
    first = load(tmp_path, source).first
    assert first(np.eye(3)).tolist() == [1, 0, 0]
    with pytest.raises(TypeCheckError, match="return value"):
        first(np.ones((3, 2)))


def test_an_annotation_that_nothing_defines_is_an_error(tmp_path):
    with pytest.raises(NameError, match="Flaot"):
        load(tmp_path, 'from __future__ import annotations\ndef first(x: Flaot[np.ndarray, "N"]): ...\n')


def load(folder, source):
    """A module of this source, as a checked one is imported."""
    path = folder / "checked_example.py"
    path.write_text(source)
    spec = importlib.util.spec_from_loader(path.stem, shapes.Loader(path.stem, str(path)))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_runs_import_no_jaxtyping():
    """Its import takes nearly as long as that of all metrics, and a run would check again what tests have checked."""
    script = "import digitforge.metrics.catalogue, sys; print('jaxtyping' in sys.modules, 'beartype' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "False"]
