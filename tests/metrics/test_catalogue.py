"""Every metric's direction and key, stated a second time by what a good and a bad model score."""

import importlib
import inspect
import pkgutil
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

import digitforge.metrics
from digitforge import files
from digitforge.metrics import catalogue, distances
from digitforge.metrics.catalogue import CATALOGUE, HEADLINES, metric
from digitforge.metrics.intervals import Estimate
from digitforge.metrics.metric import HIGHER, LOWER, NEITHER, Metric, look_up
from digitforge.protocol.champions import champions
from digitforge.report import card_numbers, index, nats, questions, summary
from digitforge.report.figures import charts
from digitforge.report.tables import best, of_metric, written

RNG = np.random.default_rng(0)
IMAGES = np.where(RNG.random((20, 14, 14, 1)) < 0.2, np.uint8(255), np.uint8(0))
NOISE = RNG.integers(0, 256, IMAGES.shape).astype(np.uint8)
FEATURES = RNG.normal(size=(60, 4))
LABELS = np.arange(50) % 10
RIGHT = np.eye(10)[LABELS][:, None]  # an image of each class, read with certainty
COLLAPSED = np.eye(10)[np.zeros(50, int)][:, None] * 0.6 + 0.04  # the same class again and again, doubtfully
ANOMALOUS = np.arange(40) < 10
UNIFORM, EVEN, UNEVEN = np.full(10, 0.1), np.full(10, 5), np.array([50] + 9 * [0])
LIKELY, UNLIKELY = np.full(9, -1.0), np.full(9, -5.0)  # log-densities of codes
LEARNT = np.tile([4, 4, 4, 5], (40, 1)).T.reshape(-1, 1)  # levels of training codes


def two_images(function):
    """Of a good reconstruction, and of noise."""
    return function(IMAGES, IMAGES), function(IMAGES, NOISE)


def two_sets(function):
    """Of features drawn alike, and of distant ones."""
    alike = RNG.normal(size=FEATURES.shape)
    return function(FEATURES, alike), function(FEATURES, alike + 3)


def read(function, *arguments):
    """Of images that are read right, and of doubtful ones of one class."""
    return function(RIGHT, *arguments, 0.8), function(COLLAPSED, *arguments, 0.8)


def counted(function, *arguments):
    """Of all classes alike, and of one class alone."""
    return function(EVEN, *arguments), function(UNEVEN, *arguments)


def nats_of(function):
    """Of an image that is expected, and of a surprising one, in nats."""
    return function(np.full(9, 80.0)), function(np.full(9, 200.0))


def detected(function):
    """Of a score that is high for anomalies, and of one that is low."""
    score = np.where(ANOMALOUS, 2.0, 1.0) + RNG.random(40) / 2
    return function(score, ANOMALOUS), function(-score, ANOMALOUS)


# key -> what a good and a bad model score, by the metric's own function
CONTESTS = {
    "verifier.accuracy": lambda f: (f(RIGHT[:, 0], LABELS), f(COLLAPSED[:, 0], LABELS)),
    "verifier.calibration_error": lambda f: (f(RIGHT[:, 0], LABELS), f(RIGHT[:, 0], LABELS + 1)),
    "reconstruction.recognised": read,
    "reconstruction.right": lambda f: read(f, LABELS),
    "reconstruction.predictability": read,
    "reconstruction.accuracy": lambda f: read(f, LABELS),
    "reconstruction.coverage": lambda f: read(f, UNIFORM > 0),
    "reconstruction.mse": two_images,
    "reconstruction.bce_nats": two_images,
    "reconstruction.psnr_db": two_images,
    "reconstruction.ssim": two_images,
    "samples.recognised": read,
    "samples.recognised_modes": counted,
    "samples.recognised_kl_nats": lambda f: counted(f, UNIFORM),
    "samples.predictability": read,
    "samples.coverage": lambda f: read(f, UNIFORM > 0),
    "samples.modes": counted,
    "samples.kl_nats": lambda f: counted(f, UNIFORM),
    "samples.fid": two_sets,
    "samples.kid": two_sets,
    "samples.precision": two_sets,
    "samples.recall": two_sets,
    "samples.coverage_prdc": two_sets,
    "samples.untrained_share": lambda f: (f(np.zeros(9)), f(np.ones(9))),  # 1 of a sample that is read as untrained
    "samples.copies.pixels.exact_copies": lambda f: (f(np.zeros(9)), f(np.ones(9))),  # 1 of a copy
    "likelihood.elbo_nats": lambda f: nats_of(lambda error: f(error, np.zeros(9))),
    "likelihood.nll_nats": lambda f: nats_of(lambda nll: f(nll, nll[:3], np.arange(3))),
    "likelihood.reconstruction_nats": nats_of,
    "likelihood.bits_per_dimension": lambda f: (f(80.0, 784), f(200.0, 784)),
    "likelihood.active_units": lambda f: (f(FEATURES), f(np.zeros_like(FEATURES))),
    "likelihood.mutual_information_nats": lambda f: (f(LIKELY, UNLIKELY), f(LIKELY, LIKELY)),
    "likelihood.marginal_kl_nats": lambda f: (f(LIKELY, LIKELY), f(LIKELY, UNLIKELY)),
    "anomaly.auroc": detected,
    "anomaly.average_precision": detected,
    "anomaly.fpr95": detected,
    "denoising.psnr_db": two_images,
    "denoising.ssim": two_images,
    "compression.codes.8.entropy_bytes": lambda f: (f(LEARNT, LEARNT, 8).mean(), f(LEARNT, 255 - LEARNT, 8).mean()),
    "stacked.right": lambda f: read(f, LABELS),
    "stacked.recognised": read,
    "stacked.accuracy": lambda f: read(f, LABELS),
    "stacked.modes": counted,
    "stacked.kl_nats": lambda f: counted(f, UNIFORM),
}
# Too low is as wrong as too high, or nothing is compared.
WITHOUT_CONTEST = {
    "samples.density",
    "samples.copies.pixels.copying",
    "likelihood.kl_nats",
    "likelihood.data",
    "anomaly.score",
}


def scored(known: Metric) -> tuple[float, float]:
    """What a good and a bad model score."""
    found = (one[known.name] if isinstance(one, dict) else one for one in CONTESTS[known.key](known.function))
    good, bad = (one.value if isinstance(one, Estimate) else float(one) for one in found)
    return good, bad


def is_told_right(known: Metric) -> bool:
    """Whether a metric's direction is that in which the good model differs from the bad one."""
    if known.key in WITHOUT_CONTEST:
        return known.better == NEITHER
    good, bad = scored(known)
    return known.better == np.sign(good - bad) != NEITHER


def flips(known):
    return [replace(known, better=other) for other in {HIGHER, LOWER, NEITHER} - {known.better}]


def named(metrics):
    return pytest.mark.parametrize("known", metrics, ids=[one.key for one in metrics])


CONTESTED = [one for one in CATALOGUE if one.better]


def test_every_metric_has_a_contest_or_none():
    assert set(CONTESTS) | WITHOUT_CONTEST == {one.key for one in CATALOGUE}
    assert not set(CONTESTS) & WITHOUT_CONTEST


@named(CATALOGUE)
def test_the_good_model_wins_and_no_other_direction_would_have_it(known):
    assert is_told_right(known)
    assert not any(map(is_told_right, flips(known)))


@named(CONTESTED)
def test_tables_make_the_good_model_bold_and_the_other_when_flipped(known):
    good, bad = scored(known)
    rows = [{"key": key, "data": "", "details": {}} for key in ("bad", "good")]
    column = of_metric(known.key)._replace(
        find=lambda row: {"good": good, "bad": bad}[row["key"]], write=repr, contest=True
    )
    assert best(rows, column)["key"] == "good"
    assert [cell.bold for [cell] in written(rows, [column], bold=True)] == [False, True]
    assert best(rows, column._replace(metric=replace(known, better=-known.better)))["key"] == "bad"
    assert best(rows, column._replace(metric=replace(known, better=NEITHER))) is None


@named([one for one in HEADLINES if one.better])
def test_the_good_model_is_champion_and_the_other_when_flipped(known, tmp_path, monkeypatch):
    rows = {key: SimpleNamespace(family="vae", data="mono-float-complete") for key in ("good", "bad")}
    rules = {"vae": SimpleNamespace(metric=known.key, data="mono-float-complete")}
    for key, score in zip(rows, scored(known), strict=True):
        files.write_json(tmp_path / files.METRICS / f"{key}.json", {known.group: {known.name: score}})
    assert champions(rows, rules, tmp_path) == {"vae": "good"}
    monkeypatch.setitem(catalogue.BY_KEY, known.key, replace(known, better=-known.better))
    assert champions(rows, rules, tmp_path) == {"vae": "bad"}


@named(CATALOGUE)
def test_a_misspelt_key_is_an_error_that_lists_what_there_is(known):
    for misspelt in (known.key + "s", known.key[:-1], known.key.replace(".", "/")):
        with pytest.raises(ValueError, match=rf"^metric: received '{misspelt}'; accepted: verifier\.accuracy, "):
            metric(misspelt)
        with pytest.raises(ValueError, match="accepted"):
            of_metric(misspelt)


# What compares variants, each by the metrics that its source names.
READERS = (questions, nats, index, card_numbers, summary, charts)
USED = [(reader, one) for reader in READERS for one in CATALOGUE if f'"{one.key}"' in inspect.getsource(reader)]


@pytest.mark.parametrize(("reader", "known"), USED, ids=[f"{reader.__name__}: {one.key}" for reader, one in USED])
def test_a_key_that_is_gone_is_an_error_at_import(reader, known, monkeypatch):
    monkeypatch.delitem(catalogue.BY_KEY, known.key)
    source = inspect.getsource(reader)
    with pytest.raises(ValueError, match=f"received '{known.key}'"):
        exec(compile(source, reader.__name__, "exec"), {"__name__": "misspelt"})


def test_a_headline_that_no_section_of_the_card_names_ends_the_section_of_its_group(monkeypatch):
    assert card_numbers.NUMBERS == card_numbers.NAMED
    new = [replace(metric("samples.recall"), key=key) for key in ("samples.new", "other_group.new")]
    for one in new:
        monkeypatch.setitem(catalogue.BY_KEY, one.key, one)
    found = card_numbers.completed(card_numbers.NAMED, (*HEADLINES, *new))
    added = {title: found[title][len(card_numbers.NAMED.get(title, [])) :] for title in found}
    keys = {title: [column.metric.key for column in columns] for title, columns in added.items() if columns}
    assert keys == {"Samples": ["samples.new"], "Other group": ["other_group.new"]}


def test_keys_and_places_are_unique():
    assert len(catalogue.BY_KEY) == len(CATALOGUE)
    assert len({one.title for one in CATALOGUE}) == len(CATALOGUE)


def test_every_metric_but_words_has_a_function_of_this_package():
    modules = {f"digitforge.metrics.{found.name}" for found in pkgutil.iter_modules(digitforge.metrics.__path__)}
    for one in CATALOGUE:
        assert (one.function is None) == (one.unit == "word")
        assert one.function is None or one.function.__module__ in modules
        assert one.function is None or getattr(importlib.import_module(one.function.__module__), one.function.__name__)


def test_every_part_of_an_entry_is_said():
    for one in CATALOGUE:
        assert all((one.title, one.label, one.meaning, one.best, one.worst, one.source, one.checked)), one.key
        assert one.meaning.endswith(".")


def test_headings_have_their_unit():
    assert metric("likelihood.nll_nats").heading == "NLL (nats)"
    assert metric("samples.fid").heading == "FID"
    assert metric("samples.fid").path == "samples/fid"
    assert "Lower is better. Best: 0; " in metric("samples.fid").explanation
    assert "is better" not in metric("samples.density").explanation


def test_winners_need_a_contest():
    fid = metric("samples.fid")
    assert fid.winner({"a": 2.0, "b": 1.0, "c": 1.0}) == "b"
    assert fid.winner({}) is None
    assert metric("samples.density").winner({"a": 2.0}) is None


def test_what_is_not_there_is_none():
    assert look_up({"a": {"b": 1}}, "a/b") == 1
    assert [look_up({"a": {"b": 1}}, path) for path in ("a/c", "b", "a/b/c")] == [None] * 3


def test_density_is_one_for_a_set_that_is_as_the_real_one():
    """Why it has no best: a generator that crowds the middle reads more than real images do."""
    alike, crowded, far = RNG.normal(size=(200, 4)), RNG.normal(size=(200, 4)) / 9, RNG.normal(size=(200, 4)) + 9
    real = RNG.normal(size=(200, 4))
    density = [distances.similarity(real, one)["density"].value for one in (far, alike, crowded)]
    assert density[0] == 0
    assert density[1] == pytest.approx(1, abs=0.25)
    assert density[2] > 1.2 * density[1]
