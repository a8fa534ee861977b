"""Keras callbacks of the training engine. An "epoch" of Keras is an interval of steps here."""

import math
import shutil
import sys
import time
from collections.abc import Callable
from pathlib import Path

from tqdm import tqdm

from digitforge import files
from digitforge.data.album import Album
from digitforge.errors import UserError, described
from digitforge.nn.backend import keras

Point = dict[str, float]  # of the curves: "step" and the interval's mean of each term; val_* are of held-out images
CHECKPOINT_EVERY_SECONDS = 20.0
# The files of a checkpoint: this one, and by the number of intervals done
STATE, WEIGHTS, ALBUM = "state.json", ".weights.h5", ".album.npz"
UNREADABLE = (*files.DAMAGED, TypeError, AttributeError, RuntimeError)  # what reading a damaged one raises
HEADER = 4_096  # bytes of HDF5 for a variable, at most


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
    """Keeps weights, optimiser state, history and album in a scratch folder, so that a rerun resumes.

    The state file is replaced last and atomically. It has checksums of itself and of the files that it names: a damaged
    checkpoint costs the training a new start, never other weights.
    """

    def __init__(self, folder: Path, label: str, points: list[Point], album: Album | None) -> None:
        super().__init__()
        self.folder = folder
        self.label = label
        self.points = points
        self.album = album
        self.saved = time.monotonic()

    def restore(self, model: keras.Model) -> int:
        """Load the last state, if there is a sound one -> number of intervals done."""
        done = 0
        if (self.folder / STATE).exists():
            variables = [*model.variables, *model.optimizer.variables]
            before = [variable.numpy() for variable in variables]
            try:
                done = self.load(model)
            except UNREADABLE as error:
                for variable, value in zip(variables, before, strict=True):
                    variable.assign(value)
                warn(f"{self.label}: the checkpoint in {self.folder} is damaged ({error}); training from the start")
        if not done:
            shutil.rmtree(self.folder, ignore_errors=True)
        return done

    def load(self, model: keras.Model) -> int:
        """Load the state; raises one of UNREADABLE if it is damaged."""
        whole = files.read_json(self.folder / STATE)
        state = whole["state"]
        if files.digest(state) != whole["sha256"]:
            raise ValueError(f"{STATE} is not as it was written")
        for name, expected in state["files"].items():
            if files.sha256(self.folder / name) != expected:
                raise ValueError(f"{name} is not as it was written")
        done = int(state["intervals"])
        model.load_weights(self.folder / f"{done}{WEIGHTS}")
        if self.album:
            self.album.load(self.folder / f"{done}{ALBUM}")
        self.points.extend(state["history"])
        return done

    def save(self, done: int) -> None:
        """Write the state after `done` intervals, then remove the last one. On a full disk what was written goes."""
        self.folder.mkdir(parents=True, exist_ok=True)
        weights, album = self.folder / f"{done}{WEIGHTS}", self.folder / f"{done}{ALBUM}"
        written = [weights, album] if self.album else [weights]
        try:
            write_weights(self.model, weights)
            if self.album:
                self.album.save(album)
            sums = {path.name: files.sha256(path) for path in written}
            state = {"intervals": done, "history": self.points, "files": sums}
            files.write_json(self.folder / STATE, {"state": state, "sha256": files.digest(state)})
        except OSError:
            for path in written:
                path.unlink(missing_ok=True)
            raise
        for path in self.folder.iterdir():
            if path.name not in {*sums, STATE}:
                path.unlink()

    def on_epoch_end(self, epoch: int, logs: Point | None = None) -> None:
        if time.monotonic() - self.saved < CHECKPOINT_EVERY_SECONDS:
            return
        try:
            self.save(epoch + 1)
        except OSError as error:
            warn(f"{self.label}: no checkpoint ({described(error)}); the training goes on")
        self.saved = time.monotonic()


def write_weights(model: keras.Model, path: Path) -> None:
    """Save weights, and the state of the optimiser if there is one, in Keras's format; raises OSError on a full disk.

    HDF5 ends a process that runs out of disk in a segmentation fault, so the room is tried first.
    """
    variables = [*model.variables, *(model.optimizer.variables if model.optimizer else [])]
    with files.atomic(path) as partial:
        files.ensure_room(partial, sum(HEADER + variable.numpy().nbytes for variable in variables))
        model.save_weights(partial)


def warn(message: str) -> None:
    """A line on stderr that doesn't end the training."""
    print(f"warning: {message}", file=sys.stderr, flush=True)
