"""How a program of the project ends early: on SIGTERM, and a stage when the `dvc` that runs it is gone."""

import os
import signal
import threading
import time

import psutil

LOOK_EVERY_SECONDS = 2.0
SHELLS = {"sh", "bash", "dash", "zsh", "fish", "ksh", "csh", "tcsh", "nu"}


class Terminated(KeyboardInterrupt):
    """SIGTERM came: nothing more is written, and what is half-written is removed."""


def raise_on_signals() -> None:
    """Have SIGTERM raise Terminated, and SIGINT KeyboardInterrupt; only a program's first thread may ask for it."""

    def handle(number: int, frame: object) -> None:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)  # one is enough: what cleans up must not be interrupted
        raise Terminated

    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGTERM, handle)
        if signal.getsignal(signal.SIGINT) is signal.SIG_DFL:
            signal.signal(signal.SIGINT, signal.default_int_handler)


def end_with_parent() -> None:
    """Watch who runs this process, the `dvc` of a stage say, and when it is gone, end as if by SIGTERM.

    A stage that outlived its `dvc` would write its results later, over those of newer parameters.
    """
    watched = runners(psutil.Process())
    threading.Thread(target=terminate_without, args=(watched,), daemon=True).start()


def runners(process: psutil.Process) -> list[psutil.Process]:
    """Who runs a process: its parent, and if that is a shell that runs one command, the shell's parent too."""
    found: list[psutil.Process] = []
    try:
        found = process.parents()[:2]
        return found if found and found[0].name() in SHELLS else found[:1]
    except psutil.Error:  # it is gone already
        return found


def terminate_without(watched: list[psutil.Process]) -> None:
    """Wait until one of the processes is gone, then send this one SIGTERM."""
    while all(alive(process) for process in watched):
        time.sleep(LOOK_EVERY_SECONDS)
    os.kill(os.getpid(), signal.SIGTERM)


def alive(process: psutil.Process) -> bool:
    """Whether it runs; a zombie doesn't."""
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.Error:
        return False
