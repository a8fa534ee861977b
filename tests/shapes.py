"""Checks shapes in tests: of what a function with `Float[np.ndarray, "N D"]` in its annotations is given and returns.

Library files import jaxtyping for mypy alone, so a run does not wait for its import and checks nothing.
"""

import sys
from importlib.abc import MetaPathFinder
from importlib.machinery import PathFinder, SourceFileLoader
from inspect import isclass, isfunction
from typing import get_type_hints

import jaxtyping
from beartype import BeartypeConf, beartype
from jaxtyping import AbstractDtype

CHECKED = ("digitforge.data.", "digitforge.metrics.")
NAMES = {name: kind for name, kind in vars(jaxtyping).items() if isclass(kind) and issubclass(kind, AbstractDtype)}
# An int counts as a float too, as mypy has it.
check = jaxtyping.jaxtyped(typechecker=beartype(conf=BeartypeConf(is_pep484_tower=True)))


class Loader(SourceFileLoader):
    """Gives a module jaxtyping's names, then checks its functions."""

    def exec_module(self, module):
        vars(module).update(NAMES)
        super().exec_module(module)
        for name, value in list(vars(module).items()):
            own = isfunction(value) and value.__module__ == module.__name__
            if own and "[np.ndarray, " in str(value.__annotations__):
                get_type_hints(value)  # raises NameError for a name that jaxtyping would not check
                setattr(module, name, check(value))


class Finder(MetaPathFinder):
    """Finds the modules that are CHECKED."""

    def find_spec(self, fullname, path=None, target=None):
        if not fullname.startswith(CHECKED):
            return None
        spec = PathFinder.find_spec(fullname, path, target)
        if spec is not None and isinstance(spec.loader, SourceFileLoader):
            spec.loader = Loader(spec.loader.name, spec.loader.path)
        return spec


def install():
    """Check the modules from now on; those that are imported already would never be."""
    assert not [name for name in sys.modules if name.startswith(CHECKED)]
    sys.meta_path.insert(0, Finder())
