"""`params.yaml`: its schema, its reader, and the budget rule.

`python -m digitforge.settings.params` checks the file alone. Nothing here imports TensorFlow.
"""

import math
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import Field, ValidationError, model_validator
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError
from ruamel.yaml.events import CollectionEndEvent, CollectionStartEvent
from ruamel.yaml.nodes import Node, ScalarNode, SequenceNode

from digitforge.data.modes import Mode
from digitforge.data.outliers import MAKERS
from digitforge.data.preparation import Background
from digitforge.data.preparation import Fit as Prepare
from digitforge.data.raw import MOST_CLASSES
from digitforge.data.sources import FETCHED, SOURCES
from digitforge.errors import UserError, user_errors
from digitforge.metrics.catalogue import HEADLINES
from digitforge.schema import Positive, Schema, Share
from digitforge.settings.families import FAMILIES
from digitforge.settings.fit import Fit
from digitforge.settings.seeds import Seed, Seeds
from digitforge.settings.tune import Space, check
from digitforge.settings.vae import VaeSettings
from digitforge.settings.variants import Row, Variant
from digitforge.settings.verifiers import Verifiers
from digitforge.wording import redacted, shortened, shown

PARAMS_FILE = Path("params.yaml")
MOST_BYTES, MOST_VALUES, MOST_LEVELS = (
    1 << 20,
    50_000,
    100,
)  # of it; the committed one has 30 kB, 2,000 values, 7 levels
LARGEST = 2**31 - 1
NOT_VARIANTS = ("verifier", "judge", "peers", "leave_one_out")  # names of other things in reports/metrics
# Names of files and DVC stages should not be longer than this; a dot would break look-ups of `variants.KEY`.
Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")]


class Data(Schema):
    source: Annotated[str, Field(min_length=1)]
    background: Background
    prepare: Prepare
    offline: Literal["digits", "fail"]
    mirrors: dict[str, list[Annotated[str, Field(pattern=r"^https?://")]]]
    missing_digit: Annotated[int, Field(ge=0, lt=MOST_CLASSES)]
    stacks_per_digit: Annotated[float, Field(ge=0.1, le=5)]

    @model_validator(mode="after")
    def mirrors_are_of_sources(self) -> "Data":
        for name, addresses in self.mirrors.items():
            if any("@" in urlsplit(address).netloc for address in addresses):
                accepted = "addresses without, as ~/.netrc may have it"
                raise ValueError(f"mirrors.{name}: received a user's name or password; accepted: {accepted}")
            if name not in FETCHED:
                raise ValueError(f"mirrors: received the key {name!r}; accepted: {', '.join(FETCHED)}")
        return self


class Tolerance(Schema):
    """An image counts as predictable if the plain verifier believes its reading at least so much."""

    mono: Share
    color: Share


class SampleCounts(Schema):
    """How many images a variant generates: more of stacks, which have 1,000 classes."""

    mono: Annotated[int, Field(ge=100, le=1_000_000)]
    color: Annotated[int, Field(ge=100, le=1_000_000)]


class Likelihood(Schema):
    """Importance samples of log p(x): `draws` for every test image, `tight_draws` for `tight_images` of them."""

    draws: Annotated[int, Field(ge=1, le=100_000)]
    tight_draws: Annotated[int, Field(ge=1, le=100_000)]
    tight_images: Annotated[int, Field(ge=2)]  # a spread is taken of them


OOD = (*MAKERS, *FETCHED)  # sets that are made from test images, or other data sets


class Evaluation(Schema):
    samples: SampleCounts
    tolerance: Tolerance
    likelihood: Likelihood
    nondigits: Annotated[int, Field(ge=24)]
    noise: Annotated[list[Annotated[float, Field(gt=0, le=10)]], Field(min_length=1)]
    ood: list[Literal[OOD]]  # type: ignore[valid-type]

    @model_validator(mode="after")
    def levels_differ(self) -> "Evaluation":
        if len(set(self.noise)) < len(self.noise):
            raise ValueError(f"noise: received {self.noise}; accepted: each deviation at most once")
        return self


class LeaveOneOut(Schema):
    """The study that trains one model without each of `digits` in turn; [] switches it off."""

    digits: list[Annotated[int, Field(ge=0, lt=MOST_CLASSES)]]
    model: VaeSettings
    fit: Fit

    @model_validator(mode="after")
    def digits_differ(self) -> "LeaveOneOut":
        if len(set(self.digits)) < len(self.digits):
            raise ValueError(f"digits: received {self.digits}; accepted: each digit at most once")
        return self


class Champion(Schema):
    """Which registered model of a family is its champion: the one whose `metric` is best among those of a data mode."""

    metric: str
    data: Mode

    @model_validator(mode="after")
    def metric_has_a_best(self) -> "Champion":
        accepted = [metric.key for metric in HEADLINES if metric.better]
        if self.metric not in accepted:
            raise ValueError(f"metric: received {self.metric!r}; accepted: {', '.join(accepted)}")
        return self


class Tracking(Schema):
    experiment: Annotated[str, Field(min_length=1)]
    system_metrics: bool
    champion: dict[Literal[tuple(FAMILIES)], Champion]  # type: ignore[valid-type]


class ResultParams(Schema):
    """The parameters that results depend on: all of params.yaml but `tracking` and `tune`."""

    budget: Annotated[float, Field(gt=0, le=1000)]
    max_epochs: Positive
    seed: Seed
    seeds: Seeds
    data: Data
    verifiers: Verifiers
    evaluation: Evaluation
    leave_one_out: LeaveOneOut
    variants: Annotated[dict[Name, Variant], Field(min_length=1)]

    @model_validator(mode="after")
    def digits_exist(self) -> "ResultParams":
        named = {"data.missing_digit": [self.data.missing_digit], "leave_one_out.digits": self.leave_one_out.digits}
        for path, digits in named.items():
            if self.data.source in SOURCES and max(digits, default=0) > 9:
                raise ValueError(f"{path}: received {max(digits)}; accepted: 0 to 9, of {self.data.source}")
        return self

    @model_validator(mode="after")
    def seeds_are_of_rows_and_differ_from_theirs(self) -> "ResultParams":
        for key in self.seeds.rows:
            if key not in self.variants:
                raise ValueError(f"seeds.rows: received {shown(key)}; accepted: {', '.join(self.variants)}")
        if self.seed in self.seeds.values:
            raise ValueError(f"seeds.values: received {self.seed}, which is `seed`; accepted: other seeds")
        return self

    def variant(self, key: str) -> Row:
        """Return a variant's row; an unknown key raises UserError naming those that exist."""
        if not isinstance(key, str) or key not in self.variants:
            raise UserError(f"{PARAMS_FILE}: no variant {shown(key)}; there are {', '.join(self.variants)}")
        return self.variants[key]


class Params(ResultParams):
    """The whole of params.yaml."""

    tracking: Tracking
    tune: dict[Name, Space] = Field(default_factory=dict)

    @model_validator(mode="after")
    def spaces_are_of_rows(self) -> "Params":
        for key, space in self.tune.items():
            if key not in self.variants:
                raise ValueError(f"tune: received the key {key!r}; accepted: {', '.join(self.variants)}")
            try:
                check(space, self.variants[key])
            except ValueError as error:
                raise ValueError(f"tune.{key}.{error}") from None
        return self


def titled(params: Params) -> Params:
    """The parameters, with the left-out digit written into the titles that say `{missing_digit}`."""
    digit = str(params.data.missing_digit)
    rows = {
        key: row.model_copy(update={"title": row.title.replace("{missing_digit}", digit)})
        for key, row in params.variants.items()
    }
    return params.model_copy(update={"variants": rows})


def written(loc: tuple[int | str, ...], content: Any) -> str:
    """The dotted path of a value as the user wrote it: pydantic's, without the tags that chose members of unions."""
    path, place = [], content
    for part in loc:
        within = isinstance(place, Mapping)
        if part == "[key]" or (within and part not in place and part in place.values()):
            continue
        path.append(as_key(part))
        known = part in place if within else isinstance(place, list) and isinstance(part, int)
        place = place[part] if known else None
    return ".".join(path)


def as_key(name: Any) -> str:
    """A key as a path shows it: as it is, or quoted if the screen can't show it."""
    return name if isinstance(name, str) and name.isprintable() else shown(name)


def explain(error: ValidationError, content: Any) -> str:
    """Put the first violation of a schema in one line: key, value received, what is accepted."""
    first = error.errors(include_url=False)[0]
    path = written(first["loc"], content)
    received = first["input"]
    what = f"received {shown(received)}" if not isinstance(received, Mapping) else "received a mapping"
    match first["type"]:
        case "extra_forbidden":
            return f"{path}: unknown key ({what}); remove it or correct its spelling"
        case "missing":
            return f"{path}: missing; this key is required"
        case "union_tag_invalid":
            context = first["ctx"]
            key = f"{path}.{context['discriminator'].strip(chr(39))}"
            return f"{key}: received {shown(context['tag'])}; accepted: {context['expected_tags']}"
        case "union_tag_not_found":
            return f"{path}.{first['ctx']['discriminator'].strip(chr(39))}: missing; this key is required"
        case "model_type":
            return f"{path}: {what}; accepted: a mapping of settings"
        case "value_error":
            return f"{path}.{first['ctx']['error']}".removeprefix(".")
        case _:
            return f"{path}: {what}; {first['msg'][0].lower()}{first['msg'][1:]}"


def values(content: Any) -> Iterator[tuple[tuple[Any, ...], Any]]:
    """The keys and the value of everything in nested mappings and lists, at any depth, the whole first."""
    waiting: list[tuple[tuple[Any, ...], Any]] = [((), content)]
    while waiting:
        path, value = waiting.pop()
        yield path, value
        parts: Any = value.items() if isinstance(value, Mapping) else ()
        parts = enumerate(value) if isinstance(value, list) else parts
        waiting += [((*path, key), part) for key, part in parts]


def too_large(content: Any) -> tuple[str, Any] | None:
    """The path and value of a number beyond `LARGEST`, whose square may be no number any more; None without one."""
    for path, value in values(content):
        if isinstance(value, int | float) and not isinstance(value, bool) and LARGEST < abs(value) < math.inf:
            return ".".join(map(as_key, path)), value
    return None


def parse(content: Any, name: str = str(PARAMS_FILE)) -> Params:
    """Validate the whole of a params mapping; raises UserError with one line on the first fault."""
    if not isinstance(content, Mapping):
        raise UserError(f"{name}: received {type(content).__name__}; accepted: a mapping of settings")
    if found := too_large(content):
        accepted = f"numbers from {-LARGEST} to {LARGEST}"
        raise UserError(shortened(f"{name}: {found[0]}: received {shown(found[1])}; accepted: {accepted}"))
    try:
        params = Params.model_validate(content)
    except ValidationError as error:
        raise UserError(shortened(redacted(f"{name}: {explain(error, content)}"))) from None
    for key in params.variants:
        if key in NOT_VARIANTS or key.startswith("leave_one_out"):
            raise UserError(f"{name}: variants.{key}: received a variant of this name; accepted: any other name")
    return titled(params)


def read_yaml(path: Path | str) -> Any:
    """Read YAML 1.2 as DVC does: 1e-5 is a number, a key that stands twice is an error.

    Raises ValueError for a file, or for what its aliases unfold to, that is far larger or deeper than any params.yaml.
    """
    size = Path(path).stat().st_size
    if size > MOST_BYTES:
        raise ValueError(f"{size:,} bytes; accepted: at most {MOST_BYTES:,}")
    text = Path(path).read_text(encoding="utf-8")
    depth = 0
    for event in YAML(typ="safe").parse(text):  # what reads the values follows each level by a call, and C has no limit
        depth += isinstance(event, CollectionStartEvent) - isinstance(event, CollectionEndEvent)
        if depth > MOST_LEVELS:
            raise ValueError(f"nested more than {MOST_LEVELS} levels deep")
    if unfolded(YAML(typ="safe").compose(text), {}) > MOST_VALUES:
        raise ValueError(f"more than {MOST_VALUES:,} values, with what its aliases and merge keys stand for")
    return YAML(typ="safe", pure=True).load(text)


def unfolded(node: Node | None, known: dict[int, float]) -> float:
    """How many values a node of YAML stands for; nothing is unfolded to count them. known: of nodes met before."""
    if node is None or isinstance(node, ScalarNode):
        return 1
    if id(node) not in known:
        known[id(node)] = math.inf  # for an alias of a node within itself
        parts = node.value if isinstance(node, SequenceNode) else [value for _, value in node.value]
        known[id(node)] = 1 + sum(unfolded(part, known) for part in parts)
    return known[id(node)]


def load_params(path: Path = PARAMS_FILE) -> Params:
    """Read and validate params.yaml; raises UserError for a missing, malformed or invalid file."""
    try:
        content = read_yaml(path)
    except (FileNotFoundError, IsADirectoryError):
        raise UserError(f"{path}: no such file; run from the project's root") from None
    except UnicodeDecodeError as error:
        raise UserError(f"{path}: received bytes that are not UTF-8 ({error.reason}); accepted: UTF-8 text") from None
    except (YAMLError, ValueError, RecursionError) as error:  # the second of a day that doesn't exist, say
        reason = " ".join(str(error).split()).partition(" To suppress this check")[0]  # ruamel.yaml's advice
        raise UserError(shortened(f"{path}: not YAML: {reason}")) from None
    return parse(content, str(path))


if __name__ == "__main__":
    with user_errors():
        if len(sys.argv) > 2:
            raise UserError(f"received {len(sys.argv) - 1} arguments; accepted: a file, by default {PARAMS_FILE}")
        file = Path(sys.argv[1]) if len(sys.argv) > 1 else PARAMS_FILE
        checked = load_params(file)
        print(f"{file} is valid: {len(checked.variants)} variants ({', '.join(checked.variants)})")
