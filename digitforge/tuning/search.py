"""The search: Ray Tune starts trials that Optuna's TPE suggests, and ASHA stops those that fall behind.

ASHA: Li 2020, arXiv:1810.05934. TPE: Bergstra 2011, "Algorithms for hyper-parameter optimization". Ray keeps the state
of a search in the study's folder below .scratch, and a later call goes on from it. That state is pickled: Ray unpickles
what this project wrote there itself, so don't put files of others in that folder.
"""

import json
import logging
import os
import shutil
import signal
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from digitforge.ending import Terminated
from digitforge.metrics.metric import HIGHER
from digitforge.runner.machine import Machine, cores
from digitforge.settings.tune import Range
from digitforge.threads import limit
from digitforge.tuning.records import Records
from digitforge.tuning.study import LAST, Study
from digitforge.tuning.trial import trial

NAME = "ray"  # of the folder with Ray's state
OBJECT_STORE = 80 << 20  # bytes: trials share nothing through it
ENVIRONMENT = {
    "RAY_USAGE_STATS_ENABLED": "0",  # nothing leaves the machine
    "RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER": "0",  # else it takes 127.0.0.1 for the address that others reach
    "RAY_CHDIR_TO_TRIAL_DIR": "0",
    "TUNE_DISABLE_AUTO_CALLBACK_LOGGERS": "1",
    "TUNE_DISABLE_SIGINT_HANDLER": "1",  # see `interruptible`
    "TUNE_GLOBAL_CHECKPOINT_S": "2",  # so often its state is saved
    "RAY_AIR_NEW_OUTPUT": "0",  # the lines are `Progress`'s
    "RAY_TRAIN_ENABLE_V2_MIGRATION_WARNINGS": "0",
    "RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO": "0",
}


@contextmanager
def cluster(machine: Machine) -> Iterator[None]:
    """Ray on this machine alone, one CPU of it a trial at a time; whatever happens, none of its processes is left."""
    limit(max(1, cores() // machine.jobs))
    for name, value in ENVIRONMENT.items():
        os.environ.setdefault(name, value)
    import ray

    # The paths of its sockets may have 107 characters, which TMPDIR could use up.
    folder = tempfile.mkdtemp(prefix="ray-", dir="/tmp" if Path("/tmp").is_dir() else None)
    try:
        ray.init(
            address="local",
            num_cpus=machine.jobs,
            num_gpus=len(machine.gpus),
            include_dashboard=False,
            object_store_memory=OBJECT_STORE,
            log_to_driver=False,
            logging_level=logging.ERROR,
            _node_ip_address="127.0.0.1",
            _temp_dir=folder,
        )
        yield
    finally:
        ray.shutdown()
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def interruptible() -> Iterator[None]:
    """Have Ctrl-C and SIGTERM end a search only once Ray has saved its state; a second one doesn't wait for that.

    SIGUSR1 is the signal that asks Ray Tune to do so.
    """
    came: list[BaseException] = []
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}

    def note(number: int, frame: object) -> None:
        if came:
            raise came[0]
        came.append(Terminated() if number == signal.SIGTERM else KeyboardInterrupt())
        signal.raise_signal(signal.SIGUSR1)

    signal.signal(signal.SIGUSR1, signal.SIG_IGN)  # until Ray Tune takes it
    for number in before:
        signal.signal(number, note)
    try:
        yield
        if came:
            raise came[0]
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def distribution(found: Range, value: Any) -> Any:
    """Optuna's form of a range; value: the row's own, which says whether numbers are whole."""
    from optuna import distributions

    if found.choices is not None:
        return distributions.CategoricalDistribution([json.dumps(choice) for choice in found.choices])
    of_kind: Any = distributions.IntDistribution if isinstance(value, int) else distributions.FloatDistribution
    step = {"step": found.step} if found.step else {}
    return of_kind(found.low, found.high, log=found.log, **step)


def searcher(study: Study) -> Any:
    """Optuna's sampler, which begins with the row as it is."""
    import optuna
    from ray.tune.search.optuna import OptunaSearch

    optuna.logging.set_verbosity(optuna.logging.ERROR)
    own, ranges = study.committed, study.ranges
    first = {path: json.dumps(own[path]) if found.choices else own[path] for path, found in ranges.items()}
    modes = ["max" if study.better(metric) == HIGHER else "min" for metric in study.metrics]
    one, startup = len(modes) == 1, max(5, min(10, study.trials // 3))  # so many trials are drawn at random
    return OptunaSearch(
        {path: distribution(found, own[path]) for path, found in ranges.items()},
        metric=study.metrics[0] if one else study.metrics,
        mode=modes[0] if one else modes,
        points_to_evaluate=[first],
        sampler=optuna.samplers.TPESampler(seed=study.general["seed"], n_startup_trials=startup),
    )


def scheduler(study: Study) -> Any:
    """ASHA; for two metrics none, as no trial is behind in both before its end."""
    from ray.tune.schedulers import AsyncHyperBandScheduler, FIFOScheduler

    if len(study.metrics) > 1:
        return FIFOScheduler()
    mode = "max" if study.better(study.metrics[0]) == HIGHER else "min"
    return AsyncHyperBandScheduler("rung", study.metrics[0], mode, max_t=LAST, reduction_factor=3)


def search(study: Study, records: Records, experiment: str, machine: Machine) -> None:
    """Run what is left of a study's trials; a trial that fails doesn't end it. experiment: of MLflow."""
    with cluster(machine), interruptible():
        from ray import tune

        from digitforge.tuning.progress import Progress

        logging.getLogger("ray.tune").setLevel(logging.CRITICAL)  # `Progress` says what there is to say
        goes_on = any((study.folder / NAME).glob("experiment_state-*.json"))
        if not goes_on:
            records.trials.clear()
        progress = Progress(study, records, experiment)
        tune.run(
            trial,
            name=NAME,
            config={"study": str(study.folder), "root": str(Path.cwd())},
            resources_per_trial={"cpu": 1, "gpu": 1 if machine.gpus else 0},
            num_samples=study.trials,
            storage_path=str(study.folder),
            search_alg=searcher(study),
            scheduler=scheduler(study),
            callbacks=[progress],
            max_concurrent_trials=machine.jobs,
            raise_on_failed_trial=False,
            reuse_actors=True,
            resume=goes_on,
            verbose=0,
        )
    progress.finish()
