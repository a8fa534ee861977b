import re
import subprocess
import sys
from pathlib import Path
from typing import get_args

import pytest

from digitforge.data.modes import MODES
from digitforge.data.outliers import MAKERS
from digitforge.data.sources import SOURCES
from digitforge.errors import UserError
from digitforge.settings.params import Evaluation, load_params, parse, read_yaml
from tests import small

ROOT = Path(__file__).parents[2]
CONTENT = small.content()
CONV, VANILLA = CONTENT["variants"]["vae_conv"]["model"]["network"], CONTENT["variants"]["ae_vanilla"]

NUMBERS = {"layers": 2, "hidden": 8, "steps": 20, "batch": 256, "learning_rate": 0.002}
FLOW = {"codes": "flow", **NUMBERS, "threshold": None}


def with_change(path, value):
    content = small.content()
    *parents, last = path.split(".")
    place = content
    for name in parents:
        place = place[name]
    if value is None:
        del place[last]
    else:
        place[last] = value
    return content


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        ("bugdet", 1.0, "bugdet: unknown key (received 1.0)"),
        ("budget", "much", "budget: received 'much'; input should be a valid number"),
        ("budget", 0.0, "budget: received 0.0; input should be greater than 0"),
        ("max_epochs", 2.5, "max_epochs: received 2.5; input should be a valid integer"),
        ("seed", None, "seed: missing"),
        ("seeds", None, "seeds: missing"),
        ("seeds.rows", ["vae_dense", "vea"], "seeds.rows: received 'vea'; accepted: ae_deep, ae_vanilla, ae_sigmoid"),
        ("seeds.rows", ["rae", "rae"], "seeds.rows: received ['rae', 'rae']; accepted: each row at most once"),
        ("seeds.rows", "rae", "seeds.rows: received 'rae'; input should be a valid list"),
        ("seeds.values", [2, 2], "seeds.values: received [2, 2]; accepted: each seed at most once"),
        ("seeds.values", [2, 1], "seeds.values: received 1, which is `seed`; accepted: other seeds"),
        ("seeds.values", [-1], "seeds.values.0: received -1; input should be greater than or equal to 0"),
        ("seeds.values", [2**31], "seeds.values.0: received 2147483648; accepted: numbers from"),
        ("seeds.values", [2.5], "seeds.values.0: received 2.5; input should be a valid integer"),
        ("seeds.values", [*range(2, 23)], "seeds.values: received [2, 3, 4, 5, 6"),
        ("data.missing_digit", 10, "data.missing_digit: received 10; accepted: 0 to 9, of mnist"),
        ("data.mirrors.mnist", ["ftp://x"], "data.mirrors.mnist.0: received 'ftp://x'"),
        ("evaluation.samples", 200, "evaluation.samples: received 200; accepted: a mapping of settings"),
        ("evaluation.samples.mono", 99, "evaluation.samples.mono: received 99; input should be greater than or equal"),
        ("evaluation.samples.color", None, "evaluation.samples.color: missing; this key is required"),
        ("evaluation.samples.colour", 100, "evaluation.samples.colour: unknown key"),
        ("evaluation.likelihood.draws", 0, "evaluation.likelihood.draws: received 0; input should be greater than"),
        ("evaluation.likelihood.tight_draws", 100_001, "evaluation.likelihood.tight_draws: received 100001; input"),
        ("evaluation.likelihood.tight_images", 0.5, "evaluation.likelihood.tight_images: received 0.5; input should"),
        ("evaluation.noise", [], "evaluation.noise: received []; list should have at least 1 item"),
        ("evaluation.noise", [0.1, 0.0], "evaluation.noise.1: received 0.0; input should be greater than 0"),
        (
            "evaluation.noise",
            [0.5, 0.5],
            "evaluation.noise: received [0.5, 0.5]; accepted: each deviation at most",
        ),
        ("evaluation.ood", ["noise", "nosie"], "evaluation.ood.1: received 'nosie'; input should be 'noise', 'inv"),
        ("evaluation.ood", "noise", "evaluation.ood: received 'noise'; input should be a valid list"),
        ("leave_one_out.digits", [3, 10], "leave_one_out.digits: received 10; accepted: 0 to 9, of mnist"),
        ("evaluation.nondigits", 3, "evaluation.nondigits: received 3; input should be greater than or equal to 24"),
        ("leave_one_out.digits", [1, 8, 1], "leave_one_out.digits: received [1, 8, 1]; accepted: each digit at most"),
        ("leave_one_out.model.posterior.name", "full", "leave_one_out.model.posterior.name: received 'full'; accepted"),
        ("leave_one_out.model.network.name", "cnov", "leave_one_out.model.network.name: received 'cnov'; accepted: "),
        ("leave_one_out.model.network.activation", "r", "leave_one_out.model.network.activation: received 'r'; input"),
        ("leave_one_out.fit.ema", 1.0, "leave_one_out.fit.ema: received 1.0; input should be less than 1"),
        ("tracking.system_metrics", 1, "tracking.system_metrics: received 1; input should be a valid boolean"),
        (
            "tracking.champion.vae.metric",
            "samples.fidd",
            "tracking.champion.vae.metric: received 'samples.fidd'; accept",
        ),
        ("tracking.champion.vae.metric", "likelihood.data", "tracking.champion.vae.metric: received 'likelihood.data'"),
        (
            "tracking.champion.vae.metric",
            "samples.density",
            "tracking.champion.vae.metric: received 'samples.density'; accepted: reconstruction.recognised",
        ),
        ("tracking.champion.vea", {}, "tracking.champion.vea: received 'vea'; input should be 'autoencoder'"),
        ("leave_one_out", None, "leave_one_out: missing; this key is required"),
        ("variants.vae_tril.family", "vea", "variants.vae_tril.family: received 'vea'; accepted: 'autoencoder', 'vae'"),
        ("variants.vae_tril.data", "mono", "variants.vae_tril.data: received 'mono'; input should be 'mono-binary"),
        ("variants.vae_tril.model.objective.beta", -1.0, "variants.vae_tril.model.objective.beta: received -1.0"),
        ("variants.vae_tril.model.betta", 1.0, "variants.vae_tril.model.betta: unknown key"),
        ("variants.vae_tril.model.network.name", "cnov", "variants.vae_tril.model.network.name: received 'cnov'"),
        ("variants.vae_stacked.model.network.channels", 0, "variants.vae_stacked.model.network.channels: received 0"),
        ("variants.ae_deep.sample.components", None, "variants.ae_deep.sample.components: missing"),
        ("variants.vae_dense.sample.components", 5, "variants.vae_dense.sample.components: unknown key (received 5)"),
        ("variants.vae_dense.sample.codes", "priro", "variants.vae_dense.sample.codes: received 'priro'; accepted: 'p"),
        ("variants.rae.fit.optimizer.name", "sgd", "variants.rae.fit.optimizer.name: received 'sgd'; accepted: 'adam'"),
        ("variants.rae.fit.optimizer.momentum", None, "variants.rae.fit.optimizer.momentum: missing; this key is req"),
        (
            "verifiers.plain.fit.augmentation.shift",
            -1.0,
            "verifiers.plain.fit.augmentation.shift: received -1.0; inp",
        ),
        ("verifiers.strict", None, "verifiers.strict: missing; this key is required"),
        ("verifiers.other", {}, "verifiers.other: unknown key"),
        ("verifiers.plain.nondigits", {}, "verifiers.plain.nondigits: unknown key"),
        ("verifiers.control.nondigits", None, "verifiers.control.nondigits: missing; this key is required"),
        (
            "verifiers.strict.nondigits.per_digit",
            0,
            "verifiers.strict.nondigits.per_digit: received 0; input should",
        ),
        ("verifiers.strict.nondigits.kinds", [], "verifiers.strict.nondigits.kinds: received []; list should have"),
        (
            "verifiers.strict.nondigits.kinds",
            ["noise", "nosie"],
            "verifiers.strict.nondigits.kinds.1: received 'nosie'; input should be 'overlaid', 'averaged', ",
        ),
        ("variants.judge", CONTENT["variants"]["vae_tril"], "variants.judge: received a variant of this name"),
        ("variants.rae.sample.temperature", 1.1, "variants.rae.sample.temperature: received 1.1; input should be less"),
        ("variants.rae.sample.shared_channels", True, "variants.rae.sample.shared_channels: received true; accepted: "),
        ("variants.gan_stacked.sample.shared_channels", True, "variants.gan_stacked.sample.shared_channels: unknown"),
        (
            "variants.vae_hierarchical.model.objective",
            {"name": "importance_weighted", "draws": 5},
            "variants.vae_hierarchical.model.objective: received importance_weighted; accepted: another with posterior",
        ),
        (
            "variants.vae_conv.model.network",
            CONV | {"encoder": [[32, 3, 2]] * 3, "decoder": [[32, 3, 2]] * 3},
            "variants.vae_conv.model.network.encoder: received strides that shrink 8 times, which 28 pixels don't",
        ),
        (
            "variants.vae_hierarchical.model.prior",
            {"name": "vamp", "components": 9},
            "variants.vae_hierarchical.model.prior: received vamp; accepted: another with posterior: two_layer",
        ),
        (
            "variants.ae_vanilla",
            VANILLA | {"model": VANILLA["model"] | {"code": 1}, "sample": FLOW},
            "variants.ae_vanilla.model.code: received 1; accepted: at least 2 with sample.codes: flow",
        ),
        (
            "variants.vae_flow_prior.model.objective.free_bits",
            4.0,
            "variants.vae_flow_prior.model.objective.free_bits: received 4; accepted: 0 with posterior: diagonal and",
        ),
        ("variants.vae_beta.model.draws", 5, "variants.vae_beta.model.draws: unknown key (received 5)"),
        ("variants.vae_flow_prior.model.code", 1, "variants.vae_flow_prior.model.code: received 1; accepted: at least"),
        (
            "variants.vae_hierarchical.model.prior.top",
            40,
            "variants.vae_hierarchical.model.prior.top: received 40; acc",
        ),
        (
            "variants.gan_dcgan.sample",
            FLOW,
            "variants.gan_dcgan.sample.codes: received 'flow'; accepted: 'prior' w",
        ),
        ("variants.vqvae.sample", FLOW, "variants.vqvae.sample.codes: received 'flow'; accepted: 'prior' with"),
        ("variants.gan_stacked.fit.batch", 1, "variants.gan_stacked.fit.batch: received 1; accepted: at least model.p"),
        ("variants.gan_stacked.model.code", 100, "variants.gan_stacked.model.code: received 100; accepted: a multiple"),
        ("data.missing_digit", 100, "data.missing_digit: received 100; input should be less than 100"),
        ("data.background", "grey", "data.background: received 'grey'; input should be 'black', 'white' or 'auto'"),
        ("data.prepare", "crop", "data.prepare: received 'crop'; input should be 'frame', 'ink' or 'page'"),
        ("variants.rae.model.network.name", "grid", "variants.rae.model.network.name: received 'grid'; accepted"),
        ("variants.vae_vamp.model.prior.components", 0, "variants.vae_vamp.model.prior.components: received 0; input"),
        ("variants.ae_sparse.model.penalty.weight", -1.0, "variants.ae_sparse.model.penalty.weight: received -1.0"),
        ("variants.vae_tril.model.network.decoder", [[64, 3, 2]], "variants.vae_tril.model.network.decoder: received"),
        ("variants.vae_tril.model.network.output_kernel", 4, "variants.vae_tril.model.network.output_kernel: received"),
        ("variants.vae_tril.family", None, "variants.vae_tril.family: missing; this key is required"),
        (
            "variants.vae_tril.model.objective.beta",
            float("inf"),
            "variants.vae_tril.model.objective.beta: received inf; input should be a fin",
        ),
        ("variants.verifier", CONTENT["variants"]["vae_tril"], "variants.verifier: received a variant of this name"),
        ("variants.peers", CONTENT["variants"]["vae_tril"], "variants.peers: received a variant of this name"),
        (
            "variants.vae_tril.title",
            "two\nlines",
            "variants.vae_tril.title: received 'two\\nlines'; string should",
        ),
        ("variants.vae_tril.title", " ", "variants.vae_tril.title: received ' '; string should"),
        ("data.source", "", "data.source: received ''; string should have at least 1 character"),
        ("data.mirrors", {"kmnst": []}, "data.mirrors: received the key 'kmnst'; accepted: mnist, fashion_mnist, kmn"),
        (
            "variants.ae_deep.model.penalty",
            {"name": "kl_sparsity", "weight": 1.0, "target": 0.1},
            "variants.ae_deep.model.penalty.name: received 'kl_sparsity'; accepted: another, or a dense network with",
        ),
        (
            "variants.wae_mmd.fit.devices",
            "all",
            "variants.wae_mmd.fit.devices: received 'all'; accepted: 'one' with model.penalty.name: mmd, which looks",
        ),
        (
            "variants.gan_stacked.fit.devices",
            "all",
            "variants.gan_stacked.fit.devices: received 'all'; accepted: 'one' with model.pack: 2, whose images",
        ),
        ("variants.Bad-Name", {}, "variants.Bad-Name: received 'Bad-Name'; string should match pattern"),
    ],
)
def test_one_line_names_key_value_and_what_is_accepted(path, value, message):
    with pytest.raises(UserError) as caught:
        parse(with_change(path, value))
    assert str(caught.value).startswith(f"params.yaml: {message}")
    assert "\n" not in str(caught.value)


def test_grey_images_and_stacks_have_settings_of_their_own():
    content = with_change("evaluation.samples", {"mono": 200, "color": 300})
    content["evaluation"]["tolerance"] = {"mono": 0.25, "color": 0.75}
    evaluation = parse(content).evaluation
    for mode in MODES:
        assert getattr(evaluation.samples, mode.channels) == (200 if mode.channels == "mono" else 300)
        assert getattr(evaluation.tolerance, mode.channels) == (0.25 if mode.channels == "mono" else 0.75)


def test_images_of_ones_own_may_have_more_classes_than_ten():
    content = with_change("data.source", "~/letters")
    content["data"]["missing_digit"] = 25
    content["leave_one_out"]["digits"] = [0, 61]
    assert parse(content).data.missing_digit == 25


@pytest.mark.parametrize("path", ["leave_one_out.digits", "evaluation.ood"])
def test_an_empty_list_switches_off(path):
    section, name = path.split(".")
    assert getattr(getattr(parse(with_change(path, [])), section), name) == []


def test_what_is_asked_for_arrives():
    content = with_change("evaluation.likelihood", {"draws": 3, "tight_draws": 7, "tight_images": 2})
    content["evaluation"] |= {"noise": [0.5, 2], "ood": ["kmnist", "mnist", "rotated"]}
    content["leave_one_out"]["digits"] = [9, 0]
    params = parse(content)
    assert params.evaluation.likelihood.model_dump() == {"draws": 3, "tight_draws": 7, "tight_images": 2}
    assert params.evaluation.noise == [0.5, 2.0]
    assert params.evaluation.ood == ["kmnist", "mnist", "rotated"]
    assert params.leave_one_out.digits == [9, 0]


def test_every_set_is_made_from_images_or_can_be_fetched():
    [names] = [get_args(kind) for kind in get_args(Evaluation.model_fields["ood"].annotation)]
    assert set(names) == set(MAKERS) | set(SOURCES) - {"digits"}


def test_the_command_checks_a_file_alone_without_tensorflow(tmp_path):
    bad = tmp_path / "bad.yaml"
    bad.write_text("budget: [1")
    command = [sys.executable, "-X", "importtime", "-m", "digitforge.settings.params", "tests/params.yaml"]
    good = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert good.returncode == 0
    assert good.stdout.startswith("tests/params.yaml is valid: ")
    assert not re.search(r"\b(tensorflow|tensorflow_probability|keras|sklearn)\b", good.stderr)
    run = subprocess.run(
        [*command[:1], *command[3:-1], str(bad)], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert run.returncode == 2
    assert run.stderr.startswith(f"error: {bad}: not YAML")
    assert run.stderr.count("\n") == 1
    both = [*command[:1], *command[3:], str(bad)]
    run = subprocess.run(both, cwd=ROOT, capture_output=True, text=True, check=False)
    assert run.returncode == 2
    assert run.stderr == "error: received 2 arguments; accepted: a file, by default params.yaml\n"


def test_what_is_no_file_of_text(tmp_path):
    with pytest.raises(UserError, match=r"nowhere\.yaml: no such file"):
        load_params(Path("nowhere.yaml"))
    with pytest.raises(UserError, match="no such file"):
        load_params(tmp_path)
    latin = tmp_path / "latin.yaml"
    latin.write_bytes(small.PARAMS_FILE.read_bytes() + "# déjà vu\n".encode("latin-1"))
    with pytest.raises(UserError, match=r"latin\.yaml: received bytes that are not UTF-8 \(.*\); accepted: UTF-8 text"):
        load_params(latin)
    dated = tmp_path / "dated.yaml"
    dated.write_text(small.PARAMS_FILE.read_text().replace("seed: 1", "seed: 2026-02-30"))
    with pytest.raises(UserError, match=r"dated\.yaml: not YAML: day is out of range"):
        load_params(dated)


def test_unknown_variant_lists_those_that_exist():
    with pytest.raises(UserError, match="no variant 'vae_trill'; there are ae_deep, "):
        parse(CONTENT).variant("vae_trill")


def test_yaml_is_read_as_dvc_reads_it(tmp_path):
    path = tmp_path / "p.yaml"
    path.write_text("rate: 1e-5\n")
    assert read_yaml(path) == {"rate": 1e-5}
    path.write_text(small.PARAMS_FILE.read_text() + "budget: 2.0\n")
    with pytest.raises(UserError, match=r"not YAML: .*duplicate key"):
        load_params(path)


def test_a_key_of_control_characters_is_shown_and_not_sent_to_the_screen():
    with pytest.raises(UserError, match=re.escape(r"params.yaml: '\x1b[2J': unknown key (received 1)")):
        parse(small.content() | {"\x1b[2J": 1})


def bomb(levels, key):
    """Nine times nine times ... an alias of the level before."""
    lines = ["a0: &a0 {x: 1}"]
    for level in range(1, levels):
        aliases = ", ".join([f"*a{level - 1}"] * 9)
        lines.append(f"a{level}: &a{level} {{{key}: [{aliases}]}}")
    return "\n".join(lines)


@pytest.mark.parametrize("key", ["x", "<<"])
def test_what_unfolds_without_end_is_refused_before_it_does(tmp_path, key):
    (tmp_path / "params.yaml").write_text(bomb(40, key))
    with pytest.raises(UserError, match="more than 50,000 values, with what its aliases and merge keys stand for"):
        load_params(tmp_path / "params.yaml")


@pytest.mark.parametrize("opening", ["[", "{a: ", "- "])
@pytest.mark.parametrize("levels", [101, 200_000])
def test_what_is_nested_deeper_than_any_settings_is_refused(tmp_path, opening, levels):
    (tmp_path / "params.yaml").write_text(f"a:\n  {opening * levels}")
    with pytest.raises(UserError, match=r"params\.yaml: not YAML: (nested more than 100 levels deep|[0-9,]+ bytes)"):
        load_params(tmp_path / "params.yaml")


def test_an_alias_within_itself_is_refused(tmp_path):
    (tmp_path / "params.yaml").write_text("a: &a [1, *a]")
    with pytest.raises(UserError, match="more than 50,000 values"):
        load_params(tmp_path / "params.yaml")


def test_merge_keys_are_read(tmp_path):
    (tmp_path / "some.yaml").write_text("a: &a {x: 1}\nb: {<<: *a, y: 2}\n")
    assert read_yaml(tmp_path / "some.yaml")["b"] == {"x": 1, "y": 2}


@pytest.mark.parametrize("address", ["https://ada:geheim@host/mnist", "http://ada@host/"])
def test_a_mirror_s_password_does_not_belong_into_a_committed_file(address):
    content = small.content()
    content["data"]["mirrors"] = {"mnist": [address]}
    with pytest.raises(UserError, match=r"mirrors.mnist: .*; accepted: addresses without, as ~/.netrc") as told:
        parse(content)
    assert "geheim" not in str(told.value)
