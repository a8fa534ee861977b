import json
from dataclasses import replace
from itertools import product

import numpy as np
import pytest

from digitforge.data.dataset import Dataset
from digitforge.data.modes import Mode
from digitforge.data.noise import add_noise
from digitforge.data.raw import SourceFacts
from digitforge.data.stacked import has_digit, make_split
from digitforge.metrics.catalogue import CATALOGUE, HEADLINES
from digitforge.metrics.intervals import Estimate, plain, significant
from digitforge.protocol import reference, samples
from digitforge.protocol.groups import nats_of, of_variant
from digitforge.protocol.samples import target_shares
from digitforge.report.tables import at
from digitforge.settings.params import parse
from digitforge.settings.recipe import Recipe
from digitforge.settings.recipes import put, setting
from stages.evaluate import SETTINGS, headlines
from tests import small

PARAMS = small.params()
RNG = np.random.default_rng(0)
COUNT = 60
DIGITS = SourceFacts("mnist")
FEATURES = RNG.normal(size=(COUNT, 6)).astype(np.float16)
NEEDED = {"1": 0.9, "3": 0.75}  # beliefs from which on the strict verifier recognises an image
READ = ("probabilities", "strict", "features")  # what the verifiers leave of samples
STRICT = np.eye(10)[np.arange(COUNT) % 10] * np.where(np.arange(COUNT) < 45, 0.95, 0.85)[:, None]  # of test digits


def digits_of(labels, channels):
    return np.stack([labels // 10**place % 10 for place in range(channels)], axis=1)


def arrays(key):
    """Data, features and what a perfect model would leave: its reconstructions and samples are the test images."""
    mode = PARAMS.variant(key).data
    channels = mode.channel_count
    labels = np.arange(COUNT) % 10**channels
    images = np.where(RNG.random((COUNT, 28, 28, channels)) < 0.2, np.uint8(255), np.uint8(0))
    positions = np.stack([RNG.permutation(COUNT) for _ in range(channels)], axis=1).astype(np.int32)
    trained = np.flatnonzero(~has_digit(labels, 8, channels)) if not mode.complete else np.arange(COUNT)
    data = {"x_test": images, "y_test": labels, "digits_test": positions}
    data |= {"x_train": images[trained], "y_train": labels[trained], "digits_train": positions[trained]}
    perfect = np.eye(10)[digits_of(labels, channels)]
    subset = trained
    codes = RNG.normal(size=(COUNT, 4)).astype(np.float32)
    found = {
        "codes": codes,
        "training_codes": codes,
        "training_means": codes,
        "subset": subset,
        "reconstructions": images,
        "reconstruction_probabilities": perfect,
        "reconstruction_strict": perfect,
        "samples": images[trained],
        "sample_probabilities": perfect[trained],
        "sample_strict": perfect[trained],
        "sample_features": FEATURES[positions[trained]],
        "denoised": np.stack([images[subset]] * len(PARAMS.evaluation.noise)),
        "compressed_8": images[subset],
        "compressed_4": images[subset],
        "cross_entropy_nats": np.where(labels % 10 == 8, 200.0, 100.0) + RNG.random(COUNT),
        "noise_cross_entropy_nats": np.full(30, 900.0),
    }
    return data, {"train": FEATURES, "test": FEATURES, "strict": STRICT}, found


def evaluate(arrays, features, found, key, params, source=DIGITS):
    """The groups of a variant, beside the reference of its data mode."""
    mode, settings = params.variant(key).data, params.evaluation
    data = Dataset(mode, source, arrays)
    kept = data.known(params.data.missing_digit)
    count = getattr(settings.samples, mode.channels)
    numbers, real = reference.of_mode(arrays, features, kept, count, settings.noise, NEEDED, params.seed)
    if data.can_be_stacked:
        real |= reference.of_stacks(stacks_of(data))
    return of_variant(data, features, (numbers, real), found, recipe_of(key, params))


def recipe_of(key, params):
    """The recipe of stage `evaluate` for a variant."""
    settings = {}
    for path in SETTINGS:
        put(settings, *setting(params.model_dump(mode="json"), path, key))
    return Recipe("evaluate", key, settings, {})


def stacks_of(data):
    """Labels of stacks of three of the grey images."""
    drawn = RNG.integers(COUNT, size=(80, 3))
    labels = data["y_test"][drawn] @ [1, 10, 100]
    return {"digits_test": drawn, "y_test": labels, "y_train": np.arange(1000)}


def of_a_generator_alone(found):
    """What stage `sample` leaves of a model without an encoder."""
    return {name: array for name, array in found.items() if name == "subset" or name.startswith("sample")}


def with_baseline(found):
    """A historic sampler that draws the first image again and again."""
    again = {name: np.repeat(found[f"sample_{name}"][:1], 50, axis=0) for name in READ}
    return found | {f"baseline_{name}": array for name, array in again.items()} | {"baselines": found["samples"][:10]}


def with_likelihood(found):
    nats = {"reconstruction_nats": 80.0, "kl_nats": 20.0, "log_p": -98.0, "prior_log_p": -110.0}
    found |= {name: np.full(COUNT, value) for name, value in nats.items()}
    found |= {f"noise_{name}": np.full(30, value) for name, value in nats.items()}
    found |= {"tight_images": found["subset"][:5], "tight_log_p": np.full(5, -97.0)}
    return found | {"log_q_zx": np.full(9, -3.0), "log_q_z": np.full(9, -7.0), "log_p_z": np.full(9, -9.0)}


def test_a_perfect_autoencoder():
    groups = headlines(evaluate(*arrays("ae_deep"), "ae_deep", PARAMS))
    shares = dict.fromkeys(("recognised", "right", "predictability", "accuracy"), 1)
    assert groups["reconstruction"] == shares | {"mse": 0, "psnr_db": 100, "ssim": 1}
    samples = groups["samples"]
    assert samples.pop("density") == pytest.approx(1, abs=0.01)
    assert samples.pop("fid") == pytest.approx(0, abs=1e-8)
    perfect = {"recognised": 1, "recognised_modes": 10, "predictability": 1, "coverage": 1, "modes": 10, "kl_nats": 0}
    assert samples == perfect | {"precision": 1, "recall": 1, "coverage_prdc": 1}
    assert groups["denoising"] == {"psnr_db": 100, "ssim": 1}
    assert "likelihood" not in groups
    assert "anomaly" not in groups


def test_pictures_in_colour_are_one_image_each_of_the_classes_of_their_folder():
    row = PARAMS.variant("ae_stacked").model_copy(update={"data": Mode.parse("color-binary-missing")})
    without_0 = PARAMS.data.model_copy(update={"missing_digit": 0})
    params = PARAMS.model_copy(update={"variants": {"ae_stacked": row}, "data": without_0})
    pictures, labels = RNG.integers(0, 256, (COUNT, 28, 28, 3)).astype(np.uint8), np.arange(COUNT) % 3
    data = {}
    for split, leave_out in (("train", 0), ("test", None)):
        made = make_split(pictures, labels, row.data, pictures=True, leave_out=leave_out, stacks=COUNT, seed=[1])
        data |= {f"{name}_{split}": array for name, array in zip(("x", "y", "digits"), made, strict=True)}
    kept = labels != 0
    perfect, images = np.eye(10)[labels][:, None], data["x_test"]
    found = {"subset": np.flatnonzero(kept), "reconstructions": images, "samples": images[kept]}
    found |= {f"reconstruction_{name}": perfect for name in ("probabilities", "strict")}
    found |= {f"sample_{name}": perfect[kept] for name in ("probabilities", "strict")}
    found["sample_features"] = FEATURES[data["digits_test"][kept]]
    source = SourceFacts("folder shapes", pictures=True)
    features = {"train": FEATURES, "test": FEATURES, "strict": STRICT}
    groups = evaluate(data, features, found, "ae_stacked", params, source)
    assert set(groups) == {"reconstruction", "samples"}
    assert headlines(groups)["reconstruction"]["accuracy"] == 1
    assert headlines(groups)["samples"]["modes"] == groups["samples"]["trained_classes"] == 2
    assert headlines(groups)["samples"]["fid"] == pytest.approx(0, abs=1e-8)
    assert groups["samples"]["class_shares"] == [0, 0.5, 0.5] + 7 * [0]


def test_a_likelihood_says_what_it_is_of():
    data, features, found = arrays("vae_stacked")
    groups = evaluate(data, features, with_likelihood(found), "vae_stacked", PARAMS)
    assert headlines(groups)["likelihood"] == {"elbo_nats": -100, "nll_nats": 97, "data": "threshold"}
    found = plain(groups)["likelihood"]
    assert found["bits_per_dimension"] == pytest.approx(97 / 2352 / np.log(2), rel=1e-3)
    assert found["mutual_information_nats"]["value"] == 4
    assert found["marginal_kl_nats"]["value"] == 2
    assert found["mutual_information_ceiling_nats"] == pytest.approx(np.log(COUNT), rel=1e-3)


def test_a_left_out_digit_is_an_anomaly_and_not_a_reconstruction():
    data, features, found = arrays("vae_anomaly")
    found = with_likelihood(found)
    found["log_p"] = np.where(data["y_test"] == 8, -150.0, -98.0)
    found["reconstruction_probabilities"] = np.where(
        (data["y_test"] == 8)[:, None, None], 0.1, found["reconstruction_probabilities"]
    )
    groups = evaluate(data, features, found, "vae_anomaly", PARAMS)
    assert headlines(groups)["anomaly"] == {"auroc": 1, "average_precision": 1, "score": "importance_sampling"}
    assert groups["anomaly"]["score"] == "importance_sampling"
    assert set(groups["anomaly"]["scores"]) == {
        "reconstruction_error",
        "reconstruction_probability",
        "negative_elbo",
        "prior_sampling",
        "importance_sampling",
    }
    assert groups["anomaly"]["scores"]["reconstruction_error"].keys() == {"digit 8", "noise"}
    assert groups["anomaly"]["scores"]["negative_elbo"]["digit 8"]["auroc"].value == 0.5
    assert groups["reconstruction"]["accuracy"].value == 1
    assert headlines(groups)["likelihood"]["nll_nats"] == 97
    assert groups["samples"]["untrained_share"].value == 0
    assert groups["samples"]["kl_nats"].value == pytest.approx(0, abs=1e-12)
    assert groups["samples"]["expected_coverage"] == pytest.approx(1, abs=0.01)
    assert groups["samples"]["coverage"].value == groups["reconstruction"]["coverage"].value == 1
    assert groups["samples"]["modes"].value == groups["samples"]["trained_classes"] == 9


def test_an_anomaly_needs_the_digit_in_the_test_split():
    data, features, found = arrays("ae_anomaly")
    for split in ("train", "test"):
        data[f"y_{split}"] = np.where(data[f"y_{split}"] == 8, 3, data[f"y_{split}"])
    found |= {"subset": np.arange(COUNT), "denoised": np.stack([data["x_test"]] * len(PARAMS.evaluation.noise))}
    found |= {"compressed_8": data["x_test"], "compressed_4": data["x_test"]}
    groups = evaluate(data, features, found, "ae_anomaly", PARAMS)
    assert "anomaly" not in headlines(groups)
    assert groups["anomaly"]["scores"]["reconstruction_error"].keys() == {"noise"}


def test_tolerance_depends_on_the_channels():
    for key, belief, expected in (("ae_deep", 0.7, 0), ("vae_stacked", 0.8, 1)):  # 0.8^3 = 0.512
        data, features, found = arrays(key)
        probabilities = found["sample_probabilities"]
        found["sample_probabilities"] = np.where(probabilities == 1, belief, (1 - belief) / 9)
        assert evaluate(data, features, found, key, PARAMS)["samples"]["predictability"].value == expected


def test_what_is_recognised_is_by_the_strict_verifier_and_predictability_by_the_plain_one():
    data, features, found = arrays("ae_deep")
    sure = np.arange(COUNT) < 15
    found["sample_strict"] = np.where(sure[:, None, None], found["sample_strict"], 0.01)
    found["reconstruction_strict"] = found["sample_strict"]
    groups = evaluate(data, features, found, "ae_deep", PARAMS)
    for group in ("samples", "reconstruction"):
        assert groups[group]["recognised"].value == 0.25
        assert groups[group]["predictability"].value == groups[group]["coverage"].value == 1
    assert groups["reconstruction"]["right"].value == 0.25
    assert groups["reconstruction"]["accuracy"].value == 1
    assert headlines(groups)["samples"]["recognised"] == 0.25
    # Beside it stands what test images reach: 45 of the 60 have a belief of 0.95, others of 0.85.
    assert groups["samples"]["real"]["recognised"].value == 0.75
    assert groups["stacked"]["recognised"].value == pytest.approx(0.25**3, abs=0.03)
    found["sample_probabilities"], found["sample_strict"] = found["sample_strict"], found["sample_probabilities"]
    groups = evaluate(data, features, found, "ae_deep", PARAMS)
    assert groups["samples"]["recognised"].value == 1
    assert groups["samples"]["predictability"].value == 0.25


@pytest.mark.parametrize(
    ("key", "belief", "expected"), [("ae_deep", 0.89, 0), ("vae_stacked", 0.92, 1)]
)  # 0.92^3: 0.78
def test_what_is_recognised_depends_on_the_channels(key, belief, expected):
    data, features, found = arrays(key)
    for name in ("sample_strict", "reconstruction_strict"):
        found[name] = found[name] * belief
    groups = evaluate(data, features, found, key, PARAMS)
    assert groups["samples"]["recognised"].value == groups["reconstruction"]["recognised"].value == expected


def test_samples_of_which_none_is_recognised_have_no_recognised_classes():
    data, features, found = arrays("ae_deep")
    found["sample_strict"] = found["sample_strict"] * 0.5
    found_groups = evaluate(data, features, found, "ae_deep", PARAMS)
    assert found_groups["samples"]["recognised"].value == 0
    assert not {"recognised_modes", "recognised_kl_nats"} & set(found_groups["samples"])
    assert found_groups["samples"]["modes"].value == 10


def test_copies_of_training_images_are_found_and_named():
    data, features, found = arrays("ae_anomaly")
    data["x_test"] = np.where(RNG.random(data["x_test"].shape) < 0.2, np.uint8(255), np.uint8(0))
    copies = evaluate(data, features, found, "ae_anomaly", PARAMS)["samples"]["copies"]
    assert copies["pixels"]["copying"].value == 1
    assert copies["pixels"]["distance"].value == 0
    shown = copies["shown"]["samples"]
    np.testing.assert_array_equal(found["samples"][shown["images"]], data["x_train"][shown["pixels"]])
    held_out = copies["shown"]["held_out"]["images"]
    assert sorted(data["y_test"][held_out]) == [0, 1, 2, 3, 4, 5, 6, 7, 9]


def test_denoising_stands_beside_a_median_filter_and_the_noisy_image():
    data, features, found = arrays("ae_deep")
    clean = data["x_test"][found["subset"]]
    index = PARAMS.evaluation.noise.index(0.5)
    found["denoised"][index] = add_noise(clean, 0.5, PARAMS.seed)
    groups = evaluate(data, features, found, "ae_deep", PARAMS)
    level = groups["denoising"]["levels"]["0.5"]
    assert level["model"] == level["noisy"] == {name: groups["denoising"][name] for name in ("psnr_db", "ssim")}
    assert level["median"] != level["noisy"]
    assert groups["denoising"]["levels"]["0.25"]["model"]["psnr_db"].value == 100


def test_targets_are_the_training_labels_or_uniform_over_stacks_of_trained_digits():
    np.testing.assert_allclose(target_shares(np.array([0, 0, 1, 9]), 1), [0.5, 0.25, 0, 0, 0, 0, 0, 0, 0, 0.25])
    shares = target_shares(np.array([55, 705]), 3)  # of 0, 5 and 7: 27 stacks, drawn or not
    digits = ("0", "5", "7")
    assert {f"{label:03}" for label in np.flatnonzero(shares)} == {
        "".join(three) for three in product(digits, repeat=3)
    }
    np.testing.assert_allclose(shares[shares > 0], 1 / 27)


def test_samples_of_untrained_digits_alone_have_no_class_divergence():
    data, features, found = arrays("ae_anomaly")
    found["sample_probabilities"] = np.tile(np.eye(10)[[[8]]], (len(found["samples"]), 1, 1))
    found["sample_strict"] = found["sample_probabilities"]
    groups = evaluate(data, features, found, "ae_anomaly", PARAMS)
    assert not {"kl_nats", "recognised_modes", "recognised_kl_nats"} & set(groups["samples"])
    assert groups["samples"]["recognised"].value == 1  # an 8 is a digit
    assert groups["samples"]["untrained_share"].value == 1
    assert groups["samples"]["coverage"].value == 0


def test_a_model_without_an_encoder_has_the_numbers_of_its_samples_alone():
    data, features, found = arrays("ae_deep")
    groups = evaluate(data, features, of_a_generator_alone(found), "ae_deep", PARAMS)
    assert set(groups) == {"samples", "stacked"}
    assert set(groups["stacked"]) == {"recognised", "modes", "kl_nats", "samples"}
    whole = evaluate(data, features, found, "ae_deep", PARAMS)
    assert groups["samples"] == whole["samples"]
    assert set(headlines(groups)) == {"samples", "stacked"}


@pytest.mark.parametrize(
    ("gone", "group"), [("denoised", "denoising"), ("compressed_8", "compression"), ("cross_entropy_nats", "anomaly")]
)
def test_what_an_array_is_missing_for_is_absent(gone, group):
    data, features, found = arrays("vae_stacked")
    del found[gone]
    groups = evaluate(data, features, found, "vae_stacked", PARAMS)
    assert set(groups) == {"reconstruction", "samples", "anomaly", "denoising", "compression"} - {group}


def test_the_historic_sampler_stands_beside_the_chosen_one():
    data, features, found = arrays("ae_deep")
    samples = evaluate(data, features, with_baseline(found), "ae_deep", PARAMS)["samples"]
    alone = evaluate(data, features, found, "ae_deep", PARAMS)["samples"]
    assert "baseline" not in alone
    baseline = samples.pop("baseline")
    assert samples == alone
    assert {metric.name for metric in HEADLINES if metric.group == "samples"} <= set(baseline)
    assert baseline["predictability"].value == baseline["recognised"].value == 1
    assert baseline["modes"].value == baseline["recognised_modes"].value == 1
    assert baseline["coverage"].value == 0.1
    assert baseline["kl_nats"].value == pytest.approx(np.log(10))
    assert baseline["fid"].value > samples["fid"].value
    assert baseline["recall"].value < samples["recall"].value
    as_chosen = {name: found[f"sample_{name}"] for name in READ}
    same = found | {f"baseline_{name}": array for name, array in as_chosen.items()}
    baseline = evaluate(data, features, same, "ae_deep", PARAMS)["samples"]["baseline"]
    assert baseline == {name: alone[name] for name in baseline}


def test_a_grey_model_is_measured_on_stacks_too():
    data, features, found = arrays("ae_deep")
    content = small.content()
    content["evaluation"]["samples"]["color"] = 26_000  # enough to meet each of 1,000 classes
    stacked = evaluate(data, features, found, "ae_deep", parse(content))["stacked"]
    assert stacked["accuracy"].value == stacked["reconstruction"]["predictability"].value == 1
    assert stacked["right"].value == stacked["reconstruction"]["recognised"].value == stacked["recognised"].value == 1
    assert stacked["samples"]["recognised_modes"].value == 1000
    assert stacked["modes"] == stacked["samples"]["modes"]
    assert stacked["samples"]["coverage"].value == 1
    assert stacked["kl_nats"].value == pytest.approx(stacked["samples"]["kl_floor_nats"], rel=0.2)
    for key in ("vae_stacked", "vae_anomaly"):
        assert "stacked" not in evaluate(*arrays(key), key, PARAMS)


def test_dynamically_binarised_pixels_are_their_own_kind_of_data():
    row = PARAMS.variant("vae_tril")
    changed = row.model_copy(
        update={"data": Mode.parse("mono-float-complete"), "model": row.model.model_copy(update={"pixels": "dynamic"})}
    )
    params = PARAMS.model_copy(update={"variants": PARAMS.variants | {"drawn": changed}})
    data, features, found = arrays("vae_tril")
    likelihood = evaluate(data, features, with_likelihood(found), "drawn", params)["likelihood"]
    assert likelihood["data"] == "dynamic"
    assert likelihood["bits_per_dimension"] == pytest.approx(97 / 784 / np.log(2), rel=1e-3)


def test_posteriors_without_a_density_have_no_mutual_information():
    data, features, found = arrays("vae_stacked")
    found = with_likelihood(found)
    for name in ("log_q_zx", "log_q_z", "log_p_z"):
        del found[name]
    likelihood = evaluate(data, features, found, "vae_stacked", PARAMS)["likelihood"]
    assert not {"mutual_information_nats", "marginal_kl_nats", "mutual_information_ceiling_nats"} & set(likelihood)
    assert likelihood["active_units"] == 4


def test_samples_and_reference_must_be_of_the_same_images():
    data, features, found = arrays("ae_deep")
    found["subset"] = found["subset"][:20]
    with pytest.raises(ValueError, match="other subsets"):
        evaluate(data, features, found, "ae_deep", PARAMS)


@pytest.mark.parametrize(
    ("values", "pixels", "kind"),
    [
        ("float", "gaussian", "density"),
        ("float", "bernoulli", "grey"),
        ("float", "dynamic", "dynamic"),
        ("binary", "bernoulli", "threshold"),
        ("binary", "dynamic", "threshold"),  # drawing from black and white changes nothing
        ("binary", "gaussian", "density"),
    ],
)
def test_nats_are_of_what_pixels_are(values, pixels, kind):
    assert nats_of(Mode.parse(f"mono-{values}-complete"), pixels) == kind


def test_a_label_is_no_unit_of_the_code():
    data, features, found = arrays("vae_conditional")
    units = PARAMS.variant("vae_conditional").model.code
    styles = RNG.normal(size=(COUNT, units)) * (np.arange(units) < units - 1)
    codes = np.concatenate([np.eye(10)[data["y_test"]], styles], axis=1)
    found = with_likelihood(found) | {"codes": codes, "training_codes": codes, "training_means": codes}
    likelihood = evaluate(data, features, found, "vae_conditional", PARAMS)["likelihood"]
    assert (likelihood["active_units"], likelihood["units"]) == (units - 1, units)


def test_a_coordinate_that_is_not_used_costs_nothing():
    data, features, found = arrays("ae_deep")
    best = found["codes"] * [1, 1, 1, 0]
    drawn = best + RNG.normal(size=best.shape) * [0, 0, 0, 1]
    found |= {"codes": best, "training_means": np.tile(best, (40, 1)), "training_codes": np.tile(drawn, (40, 1))}
    used = evaluate(data, features, found, "ae_deep", PARAMS)["compression"]["codes"]["8"]
    found["training_means"] = found["training_codes"]
    as_drawn = evaluate(data, features, found, "ae_deep", PARAMS)["compression"]["codes"]["8"]
    assert used["entropy_bytes"].value < as_drawn["entropy_bytes"].value - 0.3


def test_distances_are_to_test_images_of_every_class(monkeypatch):
    monkeypatch.setattr(samples, "COMPARED", 20)
    data, features, _ = arrays("ae_deep")
    data["digits_test"], features = np.arange(COUNT)[:, None], {"test": np.arange(COUNT)[:, None]}
    found = samples.real_features(data, features, np.full(COUNT, True))
    assert found.shape == (20, 1)
    assert np.ptp(found) == COUNT - 1


def test_grey_values_have_no_bits_per_dimension():
    data, features, found = arrays("vae_stacked")
    grey = PARAMS.variant("vae_stacked").model_copy(update={"data": Mode.parse("color-float-complete")})
    rows = PARAMS.variants | {"grey": grey}
    params = PARAMS.model_copy(update={"variants": rows})
    likelihood = evaluate(data, features, with_likelihood(found), "grey", params)["likelihood"]
    assert likelihood["data"] == "grey"
    assert "bits_per_dimension" not in likelihood


def measured_details():
    """Details that have every metric of a variant."""
    groups = {}
    for key in ("vae_anomaly", "ae_deep"):
        data, features, found = arrays(key)
        groups = evaluate(data, features, with_likelihood(with_baseline(found)), key, PARAMS) | groups
    return groups


def test_the_catalogue_names_what_is_there_and_all_that_is_measured():
    groups = measured_details()
    details = json.loads(json.dumps(plain(groups)))
    of_variants = [metric for metric in CATALOGUE if metric.group != "verifier"]
    for metric in of_variants:
        assert metric.within(details) is not None, metric.key
        misspelt = replace(metric, key=f"{metric.key[:-1]}_")
        assert misspelt.within(details) is None
    measured = {
        f"{group}.{name}" for group in groups for name, value in groups[group].items() if isinstance(value, Estimate)
    }
    assert measured <= {metric.key for metric in CATALOGUE}
    assert {metric.key for metric in CATALOGUE if metric.companion} == {
        "samples.recognised",
        "samples.coverage",
        "samples.kl_nats",
        "likelihood.active_units",
        "likelihood.mutual_information_nats",
    }
    assert all(at(metric.companion_path)({"details": details}) is not None for metric in CATALOGUE if metric.companion)


def test_headlines_are_grouped_in_the_order_of_the_catalogue():
    short = headlines(measured_details())
    assert [f"{group}.{name}" for group, found in short.items() for name in found] == [
        metric.key for metric in HEADLINES
    ]
    words = {metric.key for metric in HEADLINES if isinstance(metric.within(short), str)}
    assert words == {metric.key for metric in HEADLINES if metric.unit == "word"}


@pytest.mark.parametrize(
    ("value", "expected"), [(0.987654, 0.9877), (-134.5678, -134.6), (0.00123456, 0.001235), (0, 0)]
)
def test_significant(value, expected):
    assert significant(value) == expected


def test_plain_is_json_of_short_numbers():
    content = {"a": Estimate(8.371634, 0.38712), "b": [np.float64(1 / 3), np.int64(4)], "c": {"d": "text"}}
    expected = {"a": {"value": 8.3716, "ci95": 0.39}, "b": [0.3333, 4], "c": {"d": "text"}}
    assert json.loads(json.dumps(plain(content))) == expected
