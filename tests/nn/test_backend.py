"""How TensorFlow is imported."""

import subprocess
import sys

SCRIPT = """
import sys
from digitforge.nn.backend import keras
keras.Model
slow = {"matplotlib", "sklearn"} & sys.modules.keys()
import matplotlib.pyplot, sklearn.base
print(sorted(slow))
"""


def test_what_keras_imports_for_its_own_tools_is_left_out_and_can_be_imported_later():
    run = subprocess.run([sys.executable, "-c", SCRIPT], capture_output=True, text=True, check=True)
    assert run.stdout == "[]\n"
