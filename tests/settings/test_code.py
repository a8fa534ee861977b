"""Hashes of what code does: recorded ones hold under every Python that the project accepts."""

import ast
import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from digitforge.settings import code

ROOT = Path(__file__).parents[2]


def meaning(source):
    return code.meaning(ast.parse(source))


# Each with the hash that Python 3.11, 3.12 and 3.13 give it.
RECORDED = {
    "x = 1": "56128b5a7620e3cd",
    "def f(a, /, b: int = 2, *c, d=3, **e) -> int:\n    return a + b": "b9b59f56b6a1a4c8",
    "class A(B, m=C):\n  x: int = 0\n  async def g(self):\n    async with self as h: yield h": "c4d840660c795eae",
    'f"{x!r:>{w}} {y=} {{z}}" f"{a[\'b\']}"': "508353d27e494b69",
    "match x:\n    case [1, *_] | {'a': None, **r} if r: pass\n    case A(b=True): ...": "8aeb4105bf1f3b02",
    "try:\n    pass\nexcept* (A, B) as e:\n    raise C from e": "f9d1c3efe0fde0dc",
    "[i async for i in j if (k := i)]; lambda *, a=1: (yield); 1_000.0; 1j; ...; b'x'; -0.0": "6888bc3501addf0a",
    "@d\ndef f():\n    'docs'\n": "4b107e89bb611f4e",
}


@pytest.mark.parametrize("source", RECORDED)
def test_recorded_hashes_hold(source):
    assert meaning(source) == RECORDED[source]


@pytest.mark.parametrize("version", ["3.11", "3.12", "3.13"])
def test_other_pythons_give_the_same_hashes(version):
    python = shutil.which(f"python{version}")
    if python is None or subprocess.run([python, "-c", ""], capture_output=True, check=False).returncode:
        pytest.skip(f"no python{version} here")
    script = (
        "import importlib.util as u, json, sys\n"
        f"spec = u.spec_from_file_location('code_', {str(code.__file__)!r}); c = u.module_from_spec(spec)\n"
        "spec.loader.exec_module(c); print(json.dumps([c.meaning(c.ast.parse(s)) for s in json.load(sys.stdin)]))"
    )
    command = [python, "-c", script]
    done = subprocess.run(command, input=json.dumps(list(RECORDED)), capture_output=True, text=True, check=True)
    assert json.loads(done.stdout) == list(RECORDED.values())


SOURCE = '''"""A module."""

import math


class A:
    """A class."""

    size: int = 1

    def area(self, r):
        """Its area."""
        return math.pi * r**2
'''


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"""A module."""', '"""Another text\n\nof two lines."""'),
        ('"""A module."""\n', ""),
        ('        """Its area."""\n', "        # why\n\n"),
        ("return math.pi * r**2", "return (math.pi * r ** 2)  # as ever"),
        ("\n", "\r\n"),
        ("def area(self, r):", "def area(self, r: float) -> float:"),
        ("class A:\n", "class A:\n\n\n"),
        ("class A:\n", "if TYPE_CHECKING:\n    import b\n\n\nclass A:\n"),
    ],
)
def test_what_does_nothing_does_not_count(old, new):
    assert old in SOURCE
    assert meaning(SOURCE.replace(old, new)) == meaning(SOURCE)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("r**2", "r**3"),
        ("r**2", "r**2.0"),
        ("size: int = 1", "size: float = 1"),  # a schema's annotation is what it accepts
        ("size: int = 1", "size: int = True"),
        ("def area", "async def area"),
        ("import math", "import cmath as math"),
        ("self, r)", "self, r=None)"),
        ("return math", "math"),
        ("class A:", "class A(object):"),
    ],
)
def test_what_does_something_counts(old, new):
    assert old in SOURCE
    assert meaning(SOURCE.replace(old, new)) != meaning(SOURCE)


@pytest.fixture
def project(tmp_path):
    """A project whose stage needs some of its code."""
    written = {
        "stages/__init__.py": "",
        "stages/a.py": "import os\nfrom digitforge.x import y\nimport digitforge.w as w",
        "digitforge/__init__.py": "",
        "digitforge/x/__init__.py": "",
        "digitforge/x/y.py": "def f():\n    from digitforge.z import g\n    import digitforge.log.b",
        "digitforge/x/unused.py": "1",
        "digitforge/x/texts/a.md": "text",
        "digitforge/x/__pycache__/y.pyc": "compiled",
        "digitforge/z.py": "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import digitforge.x.unused\ng = 1",
        "digitforge/w.py": "import digitforge.x.y",
        "digitforge/log/__init__.py": "",
        "digitforge/log/b.py": "import digitforge.x.unused",
    }
    for name, text in written.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    return tmp_path


def test_a_closure_is_what_is_imported_and_what_lies_beside_it(project):
    found = code.Code(project).closure(("stages.a",), without=("digitforge.log",))
    assert set(found) == {
        "stages/__init__.py",
        "stages/a.py",
        "digitforge/__init__.py",
        "digitforge/x/__init__.py",
        "digitforge/x/y.py",
        "digitforge/x/texts/a.md",
        "digitforge/z.py",
        "digitforge/w.py",
    }
    assert list(found) == sorted(found)
    whole = code.Code(project).closure(("stages.a",))
    assert set(whole) - set(found) == {"digitforge/log/__init__.py", "digitforge/log/b.py", "digitforge/x/unused.py"}


def test_every_module_that_a_stage_loads_is_in_its_closure():
    """The static closure against what Python really imports, of a stage that imports much."""
    code_ = "import sys, json, stages.evaluate; print(json.dumps([m.__file__ for n, m in sys.modules.items() "
    code_ += "if n.split('.')[0] in ('digitforge', 'stages') and m.__file__]))"
    done = subprocess.run([sys.executable, "-c", code_], cwd=ROOT, capture_output=True, text=True, check=True)
    loaded = {Path(path).relative_to(ROOT).as_posix() for path in json.loads(done.stdout)}
    assert loaded <= set(code.Code(ROOT).closure(("stages.evaluate",)))
