"""The machine that a result is of. Figures of two machines never meet in one ratio."""

import os
import platform
from importlib.metadata import version
from pathlib import Path
from typing import Any

Facts = dict[str, Any]
PACKAGES = ("tensorflow", "keras", "tensorflow-probability", "numpy")
MODEL = ("cpu family", "model", "stepping")


def machine() -> Facts:
    """What a reader must know to compare."""
    gigabytes = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return {
        "processor": processor(),
        "cores": os.cpu_count(),
        "gigabytes": round(gigabytes),
        "python": platform.python_version(),
        "packages": {name: version(name) for name in PACKAGES},
    }


def processor() -> str:
    """Its name with its model, since clouds leave of the name no more than the make: AMD EPYC 23/49/0, say."""
    linux = Path("/proc/cpuinfo")
    if not linux.exists():
        return platform.processor()
    first = linux.read_text().partition("\n\n")[0]
    facts = {key.strip(): value.strip() for key, _, value in (line.partition(":") for line in first.splitlines())}
    model = "/".join(facts[key] for key in MODEL if key in facts)
    return f"{facts.get('model name', platform.processor())} {model}".strip()


def named(facts: Facts) -> str:
    """A machine and its versions, in a line."""
    packages = ", ".join(f"{name} {number}" for name, number in facts["packages"].items())
    size = f"{facts['cores']} cores, {facts['gigabytes']} GB"
    return f"{facts['processor']}, {size}; Python {facts['python']}, {packages}"


def stale(facts: Facts, other: Facts) -> str:
    """Why figures of two results may not meet, with both machines named; nothing if they may."""
    if _alike(facts) == _alike(other):
        return ""
    return f"of another machine or other versions ({named(facts)}) than these ({named(other)})"


def _alike(facts: Facts) -> Facts:
    return facts | {"packages": {name: facts["packages"].get(name) for name in PACKAGES}}
