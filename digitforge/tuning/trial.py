"""A trial, as Ray Tune calls it in a process of its own."""

import os
import shutil
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from digitforge.tuning.study import Study

if TYPE_CHECKING:
    from digitforge.tuning.held_out import HeldOut


@cache
def held_out(folder: Path) -> "HeldOut":
    """The data of a study; a process reads it once for all its trials."""
    from digitforge.tuning.held_out import HeldOut

    return HeldOut(Study.read(folder))


def trial(config: dict[str, Any]) -> None:
    """Train with the values of `config`, and report to Ray Tune at each rung, as `Training.run` says.

    config: the suggested values by their paths; "root", the project's folder; "study", the study's.
    """
    from ray import tune

    from digitforge.nn.backend import keras
    from digitforge.tuning.training import Training

    os.chdir(config["root"])
    data = held_out(Path(config["study"]))
    scratch = Path(config["study"]) / "trials" / str(tune.get_context().get_trial_id())
    shutil.rmtree(scratch, ignore_errors=True)  # an interrupted one can't tell how long it trained, so it starts anew
    keras.backend.clear_session()
    try:
        Training(data, data.study.decoded(config), scratch).run(tune.report)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
