"""Mutants of params.yaml: each is valid, or one line says which key is wrong."""

import copy
import io
import random
import re
import resource
import tempfile
import time
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

from digitforge.errors import UserError
from digitforge.settings.checks import check_source
from digitforge.settings.params import Params, load_params, parse, read_yaml
from digitforge.settings.params import values as walk
from tests.soak.outcome import Outcome, Progress, one_line

ROOT = Path(__file__).parents[2]
SURVIVAL = "valid, or one line of at most 500 characters that names the key; at most 10 s of computing and 500 MB"
SECONDS, MEGABYTES = 10, 500
NAMED = re.compile(r"[^:]*params\.yaml: ")


def places(content: Any) -> list[tuple]:
    """The path of every value below."""
    return [path for path, _ in walk(content) if path]


def bounds(schema: Any) -> list[Any]:
    """Every number, and every word of a choice, that the schema of params.yaml names."""
    if isinstance(schema, Mapping):
        own = [value for key, value in schema.items() if key in ("minimum", "maximum", "exclusiveMinimum", "const")]
        own += schema.get("enum", []) if isinstance(schema.get("enum"), list) else []
        return own + [one for value in schema.values() for one in bounds(value)]
    return [one for value in schema for one in bounds(value)] if isinstance(schema, list) else []


def deep(depth: int) -> Any:
    value: Any = 1
    for _ in range(depth):
        value = [value]
    return value


@cache
def values() -> st.SearchStrategy[Any]:
    """What may stand anywhere instead: what the schema names and its neighbours, and what it never heard of."""
    named = bounds(Params.model_json_schema())
    near = [n + step for n in named if isinstance(n, int | float) for step in (-1, 1, 0.5, -1e-9)]
    numbers = st.one_of(
        st.integers(-(10**30), 10**30),
        st.sampled_from([10**400, 2**31 - 1, 2**31, 2**63, 2**64, -(2**63), 10**4000]),
        st.floats(allow_nan=True, allow_infinity=True),
        st.sampled_from([1e300, 1e-300, 0.0, -0.0, 1e38, 3.5e38]),
    )
    texts = st.one_of(
        st.text(max_size=30),
        st.sampled_from(["x" * 100_000, "\n" * 50, "\x00", "ünï\u2028", "<b>", "../..", "{0}", "%s"]),
    )
    leaves = st.one_of(st.sampled_from(named + near), numbers, texts, st.booleans(), st.none(), st.binary(max_size=4))
    nested = st.recursive(
        leaves,
        lambda below: st.one_of(st.lists(below, max_size=4), st.dictionaries(st.text(max_size=9), below, max_size=4)),
    )
    return st.one_of(leaves, nested, st.integers(1, 2000).map(deep))


@st.composite
def mutants(draw: Any, content: Mapping[str, Any]) -> tuple[str, list[str], Any]:
    """A content with one to three changes -> what was changed, the keys on the way there, and the content."""
    changed, said, keys = copy.deepcopy(dict(content)), [], []
    for _ in range(draw(st.sampled_from([1, 1, 1, 2, 3]))):
        path = draw(st.sampled_from(places(changed)))
        place: Any = changed
        for part in path[:-1]:
            place = place[part]
        kind = draw(st.sampled_from(["value", "value", "value", "delete", "add", "swap", "rename"]))
        said.append(f"{kind} {'.'.join(map(str, path))}")
        keys += [str(part) for part in path if not isinstance(part, int)]
        if kind == "value":
            place[path[-1]] = draw(values())
        elif kind == "delete":
            del place[path[-1]]
        elif kind == "swap":  # a value from elsewhere in the file
            other: Any = content
            for part in draw(st.sampled_from(places(content))):
                other = other[part]
            place[path[-1]] = copy.deepcopy(other)
        elif isinstance(place, dict):
            key = draw(st.one_of(st.text(min_size=1, max_size=20), st.integers(), st.just("k" * 10_000)))
            keys.append(str(key))
            place[key] = draw(values()) if kind == "add" else place.pop(path[-1])
        else:
            place.append(draw(values()))
    return "; ".join(said), keys, changed


def wrong_of(read: Any, what: Any, keys: list[str] | None = None) -> str | None:
    """What is wrong with how reading ended."""
    began = time.process_time()
    try:
        check_source(read(what))
    except UserError as error:
        said = str(error)
        named = keys is None or any(key[:20] in said or repr(key)[1:20] in said for key in keys)
        wrong = one_line(said) or (None if NAMED.match(said) and named else f"names no key: {said!r}")
    else:
        wrong = None
    seconds = time.process_time() - began
    return wrong or (f"took {seconds:.0f} s" if seconds > SECONDS else None)


def texts(content: str, rng: random.Random) -> tuple[str, bytes]:
    """params.yaml as a text with something wrong in its writing."""
    lines = content.splitlines()
    at = rng.randrange(len(lines))
    kinds = {
        "cut short": lambda: content[: rng.randrange(len(content))],
        "a line twice": lambda: "\n".join([*lines[: at + 1], *lines[at:]]),
        "a line less": lambda: "\n".join(lines[:at] + lines[at + 1 :]),
        "a line indented": lambda: "\n".join([*lines[:at], " " + lines[at], *lines[at + 1 :]]),
        "a tab": lambda: "\n".join([*lines[:at], "\t" + lines[at], *lines[at + 1 :]]),
        "a character": lambda: (
            "".join(
                rng.choice("{}[]:,&*!|>'\"%@`#-? \x07é") if i == rng.randrange(len(content)) else c
                for i, c in enumerate(content)
            )
            if rng.random() < 0.02
            else put(content, rng)
        ),
        "an alias": lambda: put(content, rng, "*a"),
        "an alias to itself": lambda: content + "\nmore: &a [*a]\n",
        "a bomb": lambda: content + bomb(rng.randint(2, 9), rng.randint(2, 12)),
        "a merge": lambda: content + "\nbase: &b {seed: 2}\nother: {<<: *b}\n",
        "a tag": lambda: put(content, rng, "!!python/object:os.system "),
        "nested": lambda: content + "\nmore: " + "[" * rng.choice([10, 500, 5_000, 50_000]),
        "a long number": lambda: content + "\nmore: " + "9" * rng.choice([10, 5_000, 100_000]),
        "two documents": lambda: content + "\n---\nseed: 1\n",
        "bytes": lambda: content,
        "empty": lambda: rng.choice(["", "\n", "null", "[]", "seed", "---", "42"]),
    }
    kind = rng.choice([*kinds])
    made = kinds[kind]().encode("utf-8", "surrogatepass")
    if kind == "bytes":
        place = rng.randrange(len(made))
        made = made[:place] + bytes(rng.randrange(256) for _ in range(3)) + made[place + 3 :]
    return kind, made


def put(content: str, rng: random.Random, what: str = "") -> str:
    place = rng.randrange(len(content))
    return content[:place] + (what or rng.choice("{}[]:,&*!|>'\"%@`#-? \x07é")) + content[place + (not what) :]


def bomb(levels: int, width: int) -> str:
    """Aliases of aliases, which unfold to `width ** levels` values."""
    lines = ["\na0: &a0 [1]"]
    lines += [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * width)}]" for i in range(1, levels)]
    return "\n".join(lines) + "\n"


def contents() -> tuple[dict[str, Any], dict[str, Any], str]:
    """What the committed params.yaml says, the same of a few of its rows, and those as a text."""
    committed = read_yaml(ROOT / "params.yaml")
    rows = committed["variants"]
    families = {row["family"]: key for key, row in rows.items()}
    few = {**committed, "variants": {key: rows[key] for key in families.values()}}
    text = io.StringIO()
    YAML().dump(few, text)
    return committed, few, text.getvalue()


def run(count: int, start: int, workplace: Any = None) -> Outcome:
    """Of `count` mutants one in twenty is a text, of the others one in three of the whole committed file."""
    outcome = Outcome("params", SURVIVAL)
    progress = Progress(outcome.name, count)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    committed, few, written = contents()

    def tell(*fault: Any) -> None:
        outcome.inject(*fault)
        progress.step()

    of_text = count // 20  # reading a text takes far longer than checking what it says
    of_committed = (count - of_text) // 3
    for content, share in ((committed, of_committed), (few, count - of_text - of_committed)):

        @seed(start)
        @settings(
            max_examples=share,
            deadline=None,
            database=None,
            phases=[Phase.generate],
            derandomize=False,
            suppress_health_check=list(HealthCheck),
        )
        @given(mutants(content))
        def check(made: tuple[str, list[str], Any]) -> None:
            tell(f"mutant {outcome.injected} of seed {start} ({made[0][:200]})", wrong_of, parse, made[2], made[1])

        check()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "params.yaml"
        for number in range(count - outcome.injected):
            kind, made = texts(written, random.Random(f"{start}-params-{number}"))
            path.write_bytes(made)
            tell(f"text {number} of seed {start} ({kind})", wrong_of, load_params, path)
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - memory) // 1024
    if grown > MEGABYTES:
        outcome.lost.append(f"all of seed {start}: memory grew by {grown} MB")
    outcome.figures = {"memory grew by at most": f"{grown} MB"}
    return outcome
