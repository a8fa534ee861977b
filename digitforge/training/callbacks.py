"""Keras callbacks of the training engine. An "epoch" of Keras is an interval of steps here."""

import math
import shutil
import sys
import time
from collections.abc import Callable
from pathlib import Path

from tqdm import tqdm

from digitforge import files
from digitforge.errors import UserError
from digitforge.nn.backend import keras

Point = dict[str, float]  # of the curves: "step" and the interval's mean of each term; val_* are of held-out images
CHECKPOINT_EVERY_SECONDS = 20.0


class Progress(keras.callbacks.Callback):
    """A bar with loss and steps per second; in a log file, a line every 15 s instead."""

    def __init__(self, label: str, start: int, steps: int) -> None:
        super().__init__()
        live = sys.stderr.isatty()
        self.bar = tqdm(
            desc=label,
            initial=start,
            total=steps,
            unit="step",
            mininterval=0.2 if live else 15,
            dynamic_ncols=live,
        )

    def on_train_batch_end(self, batch: int, logs: Point | None = None) -> None:
        self.bar.set_postfix_str(f"loss {float((logs or {})['loss']):.4g}", refresh=False)
        self.bar.update(self.model.steps_per_execution)

    def on_train_end(self, logs: Point | None = None) -> None:
        self.bar.close()


class History(keras.callbacks.Callback):
    """Collects a point per interval, and passes it on to whoever listens live."""

    def __init__(self, points: list[Point], interval: int, listener: Callable[[Point], None]) -> None:
        super().__init__()
        self.points = points
        self.interval = interval
        self.listener = listener

    def on_epoch_end(self, epoch: int, logs: Point | None = None) -> None:
        values = {name: float(f"{float(value):.6g}") for name, value in (logs or {}).items()}
        self.points.append({"step": (epoch + 1) * self.interval, **values})
        self.listener(self.points[-1])


class Moments(keras.callbacks.Callback):
    """Calls `watcher(step)` at the start, at about ten moments that lie denser early on, and at the end.

    That is after a validation: before SwapEMAWeights in the list of callbacks, it finds the averaged weights in place.
    """

    def __init__(self, interval: int, intervals: int, watcher: Callable[[int], None]) -> None:
        super().__init__()
        self.interval = interval
        self.due = {math.ceil(intervals * i * i / 100) for i in range(11)}
        self.watcher = watcher
        self.done = 0

    def on_epoch_begin(self, epoch: int, logs: Point | None = None) -> None:
        self.done = epoch + 1
        if epoch == 0:
            self.watcher(0)

    def on_test_end(self, logs: Point | None = None) -> None:
        if self.done in self.due:
            self.watcher(self.done * self.interval)


class StopOnNonFinite(keras.callbacks.Callback):
    """A loss of nan or infinity ends the run with an error that says when, and what to change."""

    def __init__(self, label: str, interval: int, learning_rate: float) -> None:
        super().__init__()
        self.label = label
        self.interval = interval
        self.learning_rate = learning_rate

    def on_epoch_end(self, epoch: int, logs: Point | None = None) -> None:
        for name, value in (logs or {}).items():
            if math.isfinite(value):
                continue
            raise UserError(
                f"{self.label}: {name} became {float(value)} between steps {epoch * self.interval} and "
                f"{(epoch + 1) * self.interval}; lower fit.learning_rate (it is {self.learning_rate:g})"
            )


class Checkpoint(keras.callbacks.Callback):
    """Keeps weights, optimiser state and history in a scratch folder, so that a rerun resumes.

    The state file is replaced last and atomically: it always names weights that are complete.
    """

    def __init__(self, folder: Path, points: list[Point]) -> None:
        super().__init__()
        self.folder = folder
        self.points = points
        self.saved = time.monotonic()

    def restore(self, model: keras.Model) -> int:
        """Load the last state, if there is one -> number of intervals done."""
        state_file = self.folder / "state.json"
        if not state_file.exists():
            shutil.rmtree(self.folder, ignore_errors=True)
            return 0
        state = files.read_json(state_file)
        model.load_weights(self.folder / state["weights"])
        self.points.extend(state["history"])
        return int(state["intervals"])

    def on_epoch_end(self, epoch: int, logs: Point | None = None) -> None:
        if time.monotonic() - self.saved < CHECKPOINT_EVERY_SECONDS:
            return
        self.folder.mkdir(parents=True, exist_ok=True)
        name = f"{epoch + 1}.weights.h5"
        with files.atomic(self.folder / name) as partial:
            self.model.save_weights(partial)
        state = {"intervals": epoch + 1, "weights": name, "history": self.points}
        files.write_json(self.folder / "state.json", state)
        for path in self.folder.glob("*.weights.h5"):
            if path.name != name:
                path.unlink()
        self.saved = time.monotonic()
