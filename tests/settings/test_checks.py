"""Images of one's own are looked for from the project, and nothing is asked of those that are gone."""

import pytest

from digitforge.errors import UserError
from digitforge.models import build
from digitforge.settings.checks import check_memory, check_source, memory
from digitforge.settings.memory import costs
from digitforge.settings.params import LARGEST, parse
from tests import small


def with_source(source):
    content = small.content()
    content["data"] |= {"source": source, "missing_digit": 9}
    return parse(content)


@pytest.mark.parametrize("source", ["gone", "x" * 5000])
def test_of_a_source_that_is_nowhere_nothing_is_asked(repository, source):
    check_source(with_source(source))


def test_images_are_looked_for_from_the_project(repository):
    for digit in range(9):
        (repository / "own" / str(digit)).mkdir(parents=True)
        for i in range(5):
            (repository / "own" / str(digit) / f"{i}.png").write_bytes(b"")
    with pytest.raises(UserError, match=r"data\.missing_digit: received 9, which variants\..* accepted: 0 to 8"):
        check_source(with_source("own"))


LARGE = 10**9
SIZES = [
    ("vae_dense", "model.network.encoder", [LARGE, 512]),
    ("vae_dense", "model.network.decoder", [512, LARGE]),
    ("vae_dense", "model.code", LARGE),
    ("vae_conv", "model.network.encoder", [[LARGE, 3, 2], [64, 3, 2]]),
    ("vae_conv", "model.network.start", LARGE),
    ("vae_tril", "model.code", 10**6),
    ("vae_vamp", "model.prior.components", LARGE),
    ("vae_flow_prior", "model.prior.components", LARGE),
    ("vae_flow_prior", "model.prior.hidden", 10**6),
    ("vae_flow_prior", "model.prior.layers", LARGE),
    ("vae_flow_posterior", "model.posterior.hidden", 10**6),
    ("vae_hierarchical", "model.prior.hidden", 10**6),
    ("vae_conditional", "model.hidden", LARGE),
    ("ae_conv", "model.network.filters", [LARGE]),
    ("rae", "model.network.channels", LARGE),
    ("rae", "model.network.hidden", LARGE),
    ("vqvae", "model.prior_units", LARGE),
    ("vqvae", "model.prior_depth", LARGE),
    ("gan_dcgan", "model.network.channels", 10**6),
    ("ae_vanilla", "sample.components", LARGE),
]


def with_size(key, path, value):
    content = small.content()
    *parts, name = path.split(".")
    place = content["variants"][key]
    for part in parts:
        place = place[part]
    place[name] = value
    return parse(content)


@pytest.mark.parametrize(("key", "path", "value"), SIZES)
def test_a_size_that_can_not_fit_is_named_before_any_work(key, path, value):
    with pytest.raises(
        UserError, match=rf"^params.yaml: variants\.{key}\.{path}: received .*; accepted: what fits into"
    ):
        check_memory(with_size(key, path, value))


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("evaluation.samples.color", 1_000_000),
        ("verifiers.plain.fit.batch", 65_536),
        ("leave_one_out.model.code", 10**9),
    ],
)
def test_so_is_what_no_variant_asks_for(key, value, monkeypatch):
    monkeypatch.setattr("digitforge.settings.checks.memory", lambda: 10 << 30)
    content = small.content()
    *parts, name = key.split(".")
    place = content
    for part in parts:
        place = place[part]
    place[name] = value
    with pytest.raises(UserError, match=rf"^params.yaml: {key}: received {value}; accepted: what fits into the 11 GB"):
        check_memory(parse(content))


def test_a_container_s_limit_counts(tmp_path, monkeypatch):
    (tmp_path / "max").write_text("max\n")
    (tmp_path / "limit").write_text("1000000\n")
    monkeypatch.setattr("digitforge.data.mapped.LIMITS", (tmp_path / "max", tmp_path / "none", tmp_path / "limit"))
    assert memory() == 1_000_000
    with pytest.raises(UserError, match="accepted: what fits into the 0 GB of this machine"):
        check_memory(small.params())


def test_what_fits_is_accepted():
    check_memory(small.params())


@pytest.mark.parametrize("key", small.params().variants)
def test_the_weights_of_an_estimate_are_about_those_of_the_model(key):
    row = small.params().variants[key]
    content, channels = row.model_dump(mode="json"), row.data.channel_count
    model = build(row.family, (28, 28, channels), content["model"], classes=10, seed=1)
    estimated = sum(weights for _, weights, _ in costs(content | {"sample": {}}, channels))
    assert 0.4 < estimated / model.count_params() < 2.5  # most are within a tenth; the tiniest count biases too


@pytest.mark.parametrize(
    ("section", "value"), [("budget", 1e300), ("seed", 2**63), ("max_epochs", 10**30), ("seed", LARGEST + 1)]
)
def test_numbers_without_bounds_have_one(section, value):
    with pytest.raises(UserError, match=rf"^params.yaml: {section}: received .*; accepted: numbers from -2147483647"):
        parse(small.content() | {section: value})
