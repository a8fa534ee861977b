"""The training of a trial: a row with other values, by the project's engine, and how good its model is so far."""

import math
import shutil
import time
from pathlib import Path
from typing import Any

import numpy as np

from digitforge.data.subsets import spread
from digitforge.models import build
from digitforge.settings.fit import Fit
from digitforge.settings.tune import BUDGET, with_values
from digitforge.training.callbacks import Point
from digitforge.training.fit import Plan, fit, plan
from digitforge.training.resumable import VALIDATION
from digitforge.tuning.held_out import HeldOut
from digitforge.tuning.study import LAST, RUNGS, SECONDS

EARLY_SAMPLES = 2_000  # at a rung before the last: a distance of fewer is larger, so rungs compare only with themselves
TIMED = Plan(interval=16, intervals=5)  # a training that tells how long a step takes


class Training:
    """That of one trial. values: of its row, {path: value}; scratch: for its checkpoints, used by nothing later."""

    def __init__(self, data: HeldOut, values: dict[str, Any], scratch: Path) -> None:
        self.held_out, self.study, self.scratch = data, data.study, scratch
        self.row = self.study.row_with(values)
        self.counts = self.study.general["evaluation"]["samples"][self.study.mode.channels]
        self.measuring = 0.0  # seconds spent on it

    def build(self) -> Any:
        """The untrained model."""
        data, family = self.held_out.data, self.row["family"]
        seed = self.study.general["seed"]
        model = build(family, data["x_train"].shape[1:], self.row["model"], classes=data.class_count, seed=seed)
        model.adapt(data["x_train"], data["y_train"])
        return model

    def fit(self, model: Any, steps: Plan, listener: Any, watcher: Any) -> list[Point]:
        """Train a model."""
        data, names = self.held_out.data, ("x", "y")[: 1 + model.needs_labels]
        rows = spread(len(data["x_test"]), VALIDATION)
        return fit(
            model,
            tuple(data[f"{name}_train"] for name in names),
            tuple(data[f"{name}_test"][rows] for name in names),
            settings=Fit.model_validate(self.row["fit"]),
            steps=steps,
            seed=self.study.general["seed"],
            label=self.study.key,
            scratch=self.scratch,
            listener=listener,
            watcher=watcher,
        )

    def steps(self) -> Plan:
        """How long it trains: the row's own steps, times the budgets, or as many as take the study's seconds."""
        general, examples = self.study.general, len(self.held_out.data["x_train"])
        if self.study.seconds is not None:
            times: list[float] = []
            self.fit(self.build(), TIMED, lambda point: times.append(time.monotonic()), lambda step: None)
            shutil.rmtree(self.scratch, ignore_errors=True)
            wanted = max(1, int(self.study.seconds / np.diff(times).min() * TIMED.interval))
            self.row = with_values(self.row, {BUDGET: wanted})
            settings = Fit.model_validate(self.row["fit"])
            return plan(settings, examples=examples, budget=1.0, max_epochs=max(1, wanted))
        budget = general["budget"] * self.study.budget
        return plan(
            Fit.model_validate(self.row["fit"]), examples=examples, budget=budget, max_epochs=general["max_epochs"]
        )

    def run(self, report: Any) -> None:
        """Train, and report at each rung; raises UserError for a loss that isn't finite."""
        steps = self.steps()
        rungs = {math.ceil(steps.intervals * i * i / 100) * steps.interval: rung for i, rung in RUNGS.items()}
        model = self.build()
        began = time.monotonic()
        self.measuring = 0.0

        def watch(step: int) -> None:
            if step not in rungs:
                return
            seconds, start = time.monotonic() - began - self.measuring, time.monotonic()
            count = self.counts if rungs[step] == LAST else min(self.counts, EARLY_SAMPLES)
            found = self.held_out.measure(model, self.row, count)
            values = {name: value.value for name, value in found.items()}
            if set(self.study.metrics) <= {*values, SECONDS}:
                intervals = {f"{name} ci95": value.ci95 for name, value in found.items()}
                about = {"rung": rungs[step], "step": step, "steps": steps.steps, "fit.steps": self.row["fit"]["steps"]}
                report({**values, **intervals, **about, SECONDS: seconds})
            self.measuring += time.monotonic() - start

        self.fit(model, steps, lambda point: None, watch)
