import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from scipy.special import logsumexp
from scipy.stats import norm

import digitforge
from digitforge import InputError, UserError, files
from digitforge.data.pixels import to_bytes
from digitforge.data.raw import SourceFacts
from digitforge.data.stacked import binarize
from digitforge.models.verifiers import load
from digitforge.protocol.anomaly import leading_score
from digitforge.reading import answer
from digitforge.settings.outputs import digest

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def tiny(project):
    return digitforge.load("tiny", project)


@pytest.fixture(scope="module")
def labelled(project):
    return digitforge.load("labelled", project)


@pytest.fixture(scope="module")
def game(project):
    return digitforge.load("game", project)


@pytest.fixture(scope="module")
def found(project):
    """The arrays of stage `sample`."""
    return files.read_npz(project / files.SAMPLES / "tiny.npz")


@pytest.fixture(scope="module")
def data(project):
    return files.read_npz(project / files.DATA / "mono-binary-missing.npz")


def test_importing_it_and_listing_variants_needs_no_tensorflow(project, monkeypatch):
    monkeypatch.setenv("DIGITFORGE_PROJECT", str(project))
    code = "import sys, digitforge; digitforge.variants(); "
    code += "sys.exit('tensorflow' in sys.modules or 'keras' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True)


def test_trained_variants_are_listed_in_the_order_of_params(project):
    assert digitforge.variants(project) == ["tiny", "labelled", "game"]


@pytest.mark.parametrize(
    ("key", "message"),
    [("nobody", "no variant 'nobody'; there are untrained, tiny"), ("untrained", "untrained: not trained yet, `dvc")],
)
def test_what_can_not_be_loaded_says_why(project, key, message):
    with pytest.raises(UserError, match=message):
        digitforge.load(key, project)


def test_a_variant_says_what_it_is_and_can(tiny, labelled, game):
    assert (tiny.key, tiny.title, tiny.family, tiny.shape, tiny.code) == ("tiny", "Tiny vae", "vae", (28, 28, 1), 2)
    assert [(v.encodes, v.has_likelihood, v.classes, v.binary) for v in (tiny, labelled, game)] == [
        (True, True, None, True),
        (True, True, 10, False),
        (False, False, None, False),
    ]
    assert labelled.code == 13
    assert "Tiny vae" in repr(tiny)


def test_samples_are_those_of_the_report_bit_for_bit(tiny, found):
    samples = tiny.sample(100, seed=1)
    assert samples.dtype == np.float32
    np.testing.assert_array_equal(to_bytes(samples), found["samples"])
    np.testing.assert_array_equal(tiny.sample(5, seed=2), tiny.sample(5, seed=2))
    assert not np.array_equal(tiny.sample(5, seed=2), tiny.sample(5, seed=3))


def test_pixels_are_shown_by_the_threshold(tiny, labelled):
    pixels = np.tile([0.0, 0.39, 0.41, 1.0], 28 * 7).reshape(1, 28, 28, 1)
    np.testing.assert_array_equal(tiny.as_shown(pixels).ravel()[:4], [0, 0, 255, 255])
    np.testing.assert_array_equal(labelled.as_shown(pixels).ravel()[:4], [0, 99, 105, 255])


def test_codes_and_reconstructions_are_those_of_the_stage(tiny, found, data):
    codes = tiny.encode(data["x_train"][:50])
    assert codes.shape == (50, 2)
    np.testing.assert_allclose(codes, found["training_means"][:50], atol=1e-5)
    rebuilt = tiny.reconstruct(data["x_train"][:50])
    assert rebuilt.shape == (50, 28, 28, 1)
    np.testing.assert_array_equal(rebuilt, tiny.decode(codes))
    assert np.abs(rebuilt - data["x_train"][:50] / 255).mean() < 0.3


def test_the_forms_of_an_image_are_one(labelled, project):
    x = files.read_npz(project / files.DATA / "mono-float-complete.npz", "x_test")["x_test"][:4]
    expected = labelled.encode(x)
    for same in (x[..., 0], x / 255, (x / 255).astype(np.float32)[..., 0]):
        np.testing.assert_array_equal(labelled.encode(same), expected)


def test_a_model_of_binary_pixels_gets_binary_pixels(tiny):
    grey = np.random.default_rng(1).integers(0, 256, (3, 28, 28, 1)).astype(np.uint8)
    np.testing.assert_array_equal(tiny.encode(grey), tiny.encode(binarize(grey)))
    np.testing.assert_array_equal(tiny.as_seen(grey), binarize(grey))


@pytest.mark.parametrize(
    ("x", "message"),
    [
        (np.zeros((28, 28)), r"received an array of shape \(28, 28\); accepted: \[N, 28, 28, 1\] or \[N, 28, 28\]"),
        (np.zeros((5, 28, 28, 3)), r"shape \(5, 28, 28, 3\); accepted: \[N, 28, 28, 1\]"),
        (np.zeros((0, 28, 28)), r"shape \(0, 28, 28\); accepted: .*, at least one image"),
        (np.zeros((2, 28, 28), np.int64), "values of type int64; accepted: uint8 in 0..255, or floats"),
        (np.full((2, 28, 28), 255.0), r"floats from 255 to 255; accepted: floats in \[0, 1\]"),
        (np.full((2, 28, 28), np.nan), "floats from nan to nan"),
    ],
)
def test_an_array_of_another_kind_is_refused_by_what_it_is(tiny, x, message):
    for use in (tiny.encode, tiny.reconstruct, tiny.log_prob, tiny.anomaly_score, tiny.anomaly_percentile):
        with pytest.raises(InputError, match=message):
            use(x)


def test_colour_images_have_one_shape(game):
    with pytest.raises(ValueError, match=r"received an array of shape \(2, 28, 28\); accepted: \[N, 28, 28, 3\], at"):
        game.as_seen(np.zeros((2, 28, 28)))


@pytest.mark.parametrize("z", [np.zeros(2), np.zeros((4, 3)), np.zeros((0, 2))])
def test_codes_of_another_shape_are_refused(tiny, z):
    with pytest.raises(InputError, match=r"tiny: received codes of shape \(.*\); accepted: \[N, 2\]"):
        tiny.decode(z)


@pytest.mark.parametrize("z", [[["a", "b"]], [[np.nan, 0.0]], [[1j, 0]], [[np.inf, 0.0]]])
def test_codes_are_finite_numbers(tiny, z):
    with pytest.raises(InputError, match="tiny: received codes that are no finite real numbers; accepted: floats"):
        tiny.decode(z)


def test_log_prob_is_the_integral_over_codes(tiny, data):
    x, grid = data["x_test"][:3], np.linspace(-6, 6, 161)
    z = np.stack(np.meshgrid(grid, grid), axis=-1).reshape(-1, 2)
    p = np.clip(tiny.decode(z).reshape(len(z), -1).astype(np.float64), 1e-12, 1 - 1e-7)
    flat = x.reshape(3, -1) / 255
    log_p_xz = flat @ np.log(p).T + (1 - flat) @ np.log1p(-p).T
    exact = logsumexp(log_p_xz + norm.logpdf(z).sum(axis=1) + 2 * np.log(grid[1] - grid[0]), axis=1)
    np.testing.assert_allclose(tiny.log_prob(x, draws=20_000, seed=1), exact, atol=0.2)
    many = np.tile(x, (60, 1, 1, 1))
    few, more = (tiny.log_prob(many, draws=draws, seed=1).mean() for draws in (1, 30))
    assert few < more < exact.mean() + 0.1


def test_anomaly_scores_are_those_of_the_stage(tiny, found, data):
    name, scores = leading_score(found)
    assert name == "code_neighbours"
    np.testing.assert_allclose(tiny.anomaly_score(data["x_test"]), scores, atol=1e-6)


def test_percentiles_are_ranks_among_known_test_images(tiny, found, data):
    scores = found["code_distance"][data["y_test"] != 8]
    chosen = data["x_test"][[0, 7, 8, 31]]
    slow = [100 * np.mean(scores <= score + 1e-9) for score in found["code_distance"][[0, 7, 8, 31]]]
    np.testing.assert_allclose(tiny.anomaly_percentile(chosen), slow, atol=100 / len(scores) + 1e-9)
    everything = tiny.anomaly_percentile(data["x_test"])
    assert everything.max() == 100
    assert everything.min() >= 0


def test_a_label_is_the_first_part_of_the_code(labelled):
    codes, free = labelled.draw(5, seed=4, label=7), labelled.draw(5, seed=4)
    np.testing.assert_array_equal(codes[:, :10], np.tile(np.eye(10)[7], (5, 1)))
    np.testing.assert_array_equal(codes[:, 10:], free[:, 10:])
    np.testing.assert_array_equal(labelled.sample(5, seed=4, label=7), labelled.decode(codes))
    each = labelled.draw(3, label=[2, 0, 9])
    np.testing.assert_array_equal(each[:, :10].argmax(axis=1), [2, 0, 9])


def test_images_by_label_show_it(labelled):
    """Each digit of this data is light at a place of its own."""
    for label in (0, 3, 8):
        top, left = 5 + 12 * (label % 2), 2 + 5 * (label // 2)
        lit = labelled.sample(20, label=label).mean(axis=0)[..., 0]
        others = [other for other in (0, 3, 8) if other != label]
        places = [(5 + 12 * (other % 2), 2 + 5 * (other // 2)) for other in others]
        here = lit[top : top + 6, left : left + 4].mean()
        assert all(here > lit[y : y + 6, x : x + 4].mean() + 0.1 for y, x in places)


@pytest.mark.parametrize("label", [10, -1, 2.5, True, [1, 2], "seven"])
def test_another_label_is_refused(labelled, label):
    with pytest.raises(InputError, match="label: received"):
        labelled.sample(3, label=label)


def test_a_class_may_be_asked_for_by_its_name(labelled):
    assert labelled.names == list("0123456789")
    np.testing.assert_array_equal(labelled.sample(3, seed=1, label="7"), labelled.sample(3, seed=1, label=7))
    np.testing.assert_array_equal(labelled.draw(2, label=["2", "0"])[:, :10].argmax(axis=1), [2, 0])


def test_only_a_model_of_labels_takes_one(tiny):
    with pytest.raises(InputError, match="label: tiny doesn't generate by label"):
        tiny.sample(3, label=0)


@pytest.mark.parametrize("n", [0, 2.5, "3", True, 10**7])
def test_a_count_is_a_whole_number_in_reason(tiny, n):
    with pytest.raises(InputError, match=r"n: received .*; accepted: a whole number from 1 to 1000000"):
        tiny.sample(n)


@pytest.mark.parametrize("seed", [-1, 1.5, None, 2**31, 2**32 + 1, 2**63])
def test_a_seed_is_a_whole_number_below_two_to_the_31(tiny, data, seed):
    for use in (lambda: tiny.sample(1, seed=seed), lambda: tiny.log_prob(data["x_test"][:1], seed=seed)):
        with pytest.raises(InputError, match=r"seed: received .*; accepted: a whole number from 0 to 2147483647"):
            use()


def test_whole_numbers_of_numpy_count(tiny):
    assert np.array_equal(tiny.sample(np.int64(2), seed=np.int32(1)), tiny.sample(2, seed=1))


@pytest.mark.parametrize("draws", [0, 2.5, 10**30])
def test_draws_are_a_whole_number(tiny, data, draws):
    with pytest.raises(InputError, match=r"draws: received .*; accepted: a whole number from 1 to 100000"):
        tiny.log_prob(data["x_test"][:1], draws=draws)


def test_a_gan_samples_and_decodes_alone(game):
    assert game.sample(2, seed=1).shape == (2, 28, 28, 3)
    x = np.zeros((1, 28, 28, 3), np.uint8)
    for use in (game.encode, game.reconstruct, game.anomaly_score, game.anomaly_percentile):
        with pytest.raises(InputError, match="game: a model of family gan has no encoder"):
            use(x)
    with pytest.raises(InputError, match="game: a model of family gan has no likelihood"):
        game.log_prob(x)


def test_what_stage_sample_has_not_made_yet_is_one_line(labelled):
    with pytest.raises(
        UserError, match=r"samples/labelled.npz: missing or of another training, `dvc repro sample@labelled`"
    ):
        labelled.anomaly_score(np.zeros((1, 28, 28)))


@pytest.mark.parametrize(
    "edit", [{"family": "autoencoder"}, {"model": {"code": 3}}, {"data": "mono-float-missing"}], ids=str
)
def test_a_row_that_was_edited_since_the_training_is_refused(project, tmp_path, edit):
    shutil.copytree(project, tmp_path, dirs_exist_ok=True)
    params = files.read_json(tmp_path / "params.yaml")
    row = params["variants"]["tiny"]
    if edit == {"family": "autoencoder"}:
        row["model"] = {name: row["model"][name] for name in ("code", "network", "pixels")}
        row["model"] |= {"penalty": {"name": "none"}, "noise": 0.0, "decay": 0.0}
    row |= edit | ({"model": row["model"] | edit["model"]} if "model" in edit else {})
    files.write_json(tmp_path / "params.yaml", params)
    with pytest.raises(UserError, match=r"tiny: edited .* since it was trained; `dvc repro evaluate@tiny`"):
        digitforge.load("tiny", tmp_path)
    assert "tiny" in digitforge.variants(tmp_path)


def test_bytes_are_shown_as_they_are(labelled):
    images = labelled.as_shown(labelled.sample(4, seed=1))
    np.testing.assert_array_equal(labelled.as_shown(images), images)


@pytest.mark.parametrize("name", ["model.weights.h5", "config.json"])
def test_a_damaged_model_is_one_line(project, tmp_path, name):
    shutil.copytree(project, tmp_path, dirs_exist_ok=True)
    path = tmp_path / files.MODELS / "tiny" / name
    path.write_bytes(path.read_bytes()[:50])
    with pytest.raises(UserError, match=r"models/tiny: damaged \(.*\); `.*dvc repro -f -s train@tiny` makes it anew"):
        digitforge.load("tiny", tmp_path)


def test_weights_of_which_a_block_was_overwritten_are_one_line(project, tmp_path):
    shutil.copytree(project, tmp_path, dirs_exist_ok=True)
    path = tmp_path / files.MODELS / "tiny/model.weights.h5"
    content = bytearray(path.read_bytes())
    content[800:] = bytes(byte ^ 0xA5 for byte in content[800:])
    path.write_bytes(content)
    with pytest.raises(UserError, match=r"models/tiny: damaged \(.*\); `.*dvc repro -f -s train@tiny` makes it anew"):
        digitforge.load("tiny", tmp_path)


def test_changed_bits_of_a_model_and_of_the_verifier_are_told(project, tmp_path):
    shutil.copytree(project, tmp_path, dirs_exist_ok=True)
    folders = {f"train@{key}": files.MODELS / key for key in ("tiny", "game")} | {
        "verifier@strict": files.VERIFIER / "strict"
    }
    lines = [
        f"  {name}:\n    outs:\n    - path: {folder}\n      md5: {digest(tmp_path / folder)}"
        for name, folder in folders.items()
    ]
    (tmp_path / "dvc.lock").write_text("\n".join(["stages:", *lines, ""]))
    digitforge.load("tiny", tmp_path)
    digitforge.verifier(tmp_path)
    for path in (files.MODELS / "tiny/model.weights.h5", files.VERIFIER / "strict/verifier.weights.h5"):
        content = bytearray((tmp_path / path).read_bytes())
        content[len(content) // 2] ^= 1
        (tmp_path / path).write_bytes(content)
    with pytest.raises(
        UserError, match=r"models/tiny: not what `train@tiny` wrote, by dvc.lock; `cd .* && dvc repro -f"
    ):
        digitforge.load("tiny", tmp_path)
    with pytest.raises(UserError, match=r"verifier/strict: not what `verifier@strict` wrote"):
        digitforge.verifier(tmp_path)
    digitforge.load("game", tmp_path)


def test_a_model_of_an_older_version_is_trained_anew(project, tmp_path):
    shutil.copytree(project, tmp_path, dirs_exist_ok=True)
    path = tmp_path / files.MODELS / "tiny/config.json"
    config = files.read_json(path)
    del config["data"]
    files.write_json(path, config)
    with pytest.raises(UserError, match="`dvc repro evaluate@tiny` trains it anew"):
        digitforge.load("tiny", tmp_path)


def test_codes_and_samplers_of_another_training_are_refused(project, tmp_path):
    shutil.copytree(project, tmp_path, dirs_exist_ok=True)
    shutil.copyfile(project / files.MODELS / "game/model.weights.h5", tmp_path / files.MODELS / "tiny/other.weights.h5")
    retrained = digitforge.load("tiny", tmp_path)
    (tmp_path / files.MODELS / "tiny/other.weights.h5").rename(tmp_path / files.MODELS / "tiny/model.weights.h5")
    for use in (lambda: retrained.sample(1), lambda: retrained.anomaly_score(np.zeros((1, 28, 28)))):
        with pytest.raises(UserError, match="of another training, `dvc repro sample@tiny`"):
            use()
    for left in (b"PK\x03\x04cut off", b"", b"version https://git-lfs.github.com/spec/v1\n"):
        for folder in (files.SAMPLES, files.SAMPLERS):
            (tmp_path / folder / "tiny.npz").write_bytes(left)
        with pytest.raises(UserError, match="damaged"):
            retrained.sample(1)


def test_the_verifier_reads_digits_and_stacks(project):
    verifier = digitforge.verifier(project)
    x = np.random.default_rng(2).integers(0, 256, (4, 28, 28, 3)).astype(np.uint8)
    labels, beliefs, probabilities = verifier.read(x)
    assert probabilities.shape == (4, 3, 10)
    channels = [verifier.read(x[..., channel]) for channel in range(3)]
    np.testing.assert_array_equal(labels, sum(10**c * found[0] for c, found in enumerate(channels)))
    np.testing.assert_allclose(beliefs, np.prod([found[1] for found in channels], axis=0), rtol=1e-4)
    np.testing.assert_allclose(verifier.read(x[..., 0] / 255)[2], channels[0][2], atol=1e-5)
    with pytest.raises(InputError, match=r"received an array of shape \(28, 28\)"):
        verifier.read(x[0, :, :, 0])


def test_the_verifier_has_an_answer_for_what_is_no_digit(project):
    x = np.random.default_rng(2).integers(0, 256, (4, 28, 28, 1)).astype(np.uint8)
    verifier = digitforge.verifier(project)
    none = 1 - verifier.read(x)[2].sum(axis=2)
    assert np.all((none > 1e-3) & (none < 1))
    strict, plain = (load(project / files.VERIFIER / name) for name in ("strict", "plain"))
    np.testing.assert_array_equal(verifier.read(x)[2], strict.read(x)[0])
    np.testing.assert_allclose(plain.read(x)[0].sum(axis=2), 1, rtol=1e-5)


def test_the_verifier_recognises_what_reaches_the_threshold_of_its_channels_and_values(project):
    verifier, rng = digitforge.verifier(project), np.random.default_rng(2)
    grey = rng.integers(0, 256, (40, 28, 28, 3)).astype(np.uint8)
    for values, x in (("float", grey), ("binary", np.where(grey < 128, np.uint8(0), np.uint8(255)))):
        for images in (x, x[..., :1], x[..., 0], x / 255):
            channels = images.shape[3] if images.ndim == 4 else 1
            _, beliefs, _ = verifier.read(images)
            # Between the beliefs: a half of the images are recognised, and none by another threshold.
            needed = float(np.median(beliefs))
            verifier.thresholds = {kind: {"1": 2.0, "3": 2.0} for kind in ("float", "binary")}
            verifier.thresholds[values][str(channels)] = needed
            assert verifier.threshold(channels, binary=values == "binary") == needed
            recognised = verifier.recognises(images)
            assert recognised.tolist() == [belief >= needed for belief in beliefs]
            assert 0 < recognised.sum() < 40


def test_colour_pictures_have_the_threshold_of_one_image(project, tmp_path):
    copy_of_verifier(project, tmp_path)
    SourceFacts("folder shapes", pictures=True).write(tmp_path)
    verifier = digitforge.verifier(tmp_path)
    for binary, values in ((False, "float"), (True, "binary")):
        assert verifier.threshold(3, binary=binary) == verifier.thresholds[values]["1"]
        assert digitforge.verifier(project).threshold(3, binary=binary) == verifier.thresholds[values]["3"]
        assert verifier.thresholds[values]["1"] > verifier.thresholds[values]["3"]


@pytest.mark.parametrize(
    ("belief", "expected"),
    [
        (0.9, "The verifier reads **7**, with a belief of 90%."),
        (0.8, "The verifier reads **7**, with a belief of 80%."),
        (0.79, "The verifier sees **no digit**. Its belief in 7, the likeliest reading, is 79%."),
    ],
)
def test_no_digit_is_an_answer(belief, expected):
    assert answer("7", belief, 0.8) == expected


def copy_of_verifier(project, root):
    """The strict verifier alone, in another folder."""
    shutil.copytree(project / files.VERIFIER / "strict", root / files.VERIFIER / "strict")


def test_the_verifier_reads_colour_pictures_whole(project, tmp_path):
    copy_of_verifier(project, tmp_path)
    SourceFacts("folder shapes", pictures=True).write(tmp_path)
    x = np.random.default_rng(2).integers(0, 256, (4, 28, 28, 3)).astype(np.uint8)
    whole = digitforge.verifier(tmp_path).read(x)
    np.testing.assert_allclose(whole[2], digitforge.verifier(project).read(x.max(axis=3))[2], atol=1e-5)


@pytest.mark.parametrize("name", ["verifier.weights.h5", "judge.json"])
def test_a_damaged_verifier_is_one_line(project, tmp_path, name):
    copy_of_verifier(project, tmp_path)
    path = tmp_path / files.VERIFIER / "strict" / name
    path.write_bytes(path.read_bytes()[: min(1000, path.stat().st_size // 2)])
    with pytest.raises(UserError, match=r"strict: damaged \(.*\); `.*dvc repro -f -s verifier@strict` makes it anew$"):
        digitforge.verifier(tmp_path)


@pytest.mark.parametrize("channels", [0, 2])
def test_the_verifier_reads_no_other_channels(project, channels):
    with pytest.raises(InputError, match="received an array of shape"):
        digitforge.verifier(project).read(np.zeros((1, 28, 28, channels)))


def test_a_missing_verifier_is_one_line(tmp_path):
    with pytest.raises(UserError, match=r"verifier/strict: no verifier yet, `dvc repro verifier` trains it"):
        digitforge.verifier(tmp_path)


IMAGES = np.zeros((2, 28, 28, 1), np.uint8)
ODD = [
    None,
    "",
    "eight",
    b"8",
    True,
    -1,
    1.5,
    float("nan"),
    float("inf"),
    10**30,
    [],
    [[]],
    [[1], [1, 2]],
    {},
    object(),
]
ODD_ARRAYS = [
    *(IMAGES.astype(kind) for kind in ("int64", "complex64", "bool", "object", "U1")),
    *(np.full(IMAGES.shape, value) for value in (1.5, -0.1, np.nan, np.inf)),
    *(
        np.zeros(shape)
        for shape in ((), (0,), (0, 28, 28, 1), (28, 28), (1, 27, 28, 1), (1, 28, 28, 2), (1, 1, 28, 28, 1))
    ),
]
CALLS = {
    "sample n": lambda model, verifier, value: model.sample(value),
    "sample seed": lambda model, verifier, value: model.sample(1, seed=value),
    "sample label": lambda model, verifier, value: model.sample(1, label=value),
    "draw n": lambda model, verifier, value: model.draw(value),
    "encode": lambda model, verifier, value: model.encode(value),
    "decode": lambda model, verifier, value: model.decode(value),
    "reconstruct": lambda model, verifier, value: model.reconstruct(value),
    "log_prob x": lambda model, verifier, value: model.log_prob(value, draws=1),
    "log_prob draws": lambda model, verifier, value: model.log_prob(IMAGES, draws=value),
    "log_prob seed": lambda model, verifier, value: model.log_prob(IMAGES, draws=1, seed=value),
    "anomaly_score": lambda model, verifier, value: model.anomaly_score(value),
    "anomaly_percentile": lambda model, verifier, value: model.anomaly_percentile(value),
    "as_seen": lambda model, verifier, value: model.as_seen(value),
    "as_shown": lambda model, verifier, value: model.as_shown(value),
    "read": lambda model, verifier, value: verifier.read(value),
    "recognises": lambda model, verifier, value: verifier.recognises(value),
    "threshold_of": lambda model, verifier, value: verifier.threshold_of(value),
}
FINE = {"sample label": (None,)}


@pytest.fixture(scope="module")
def verifier(project):
    return digitforge.verifier(project)


@pytest.mark.parametrize("call", CALLS)
def test_an_odd_argument_is_refused_in_one_short_line(labelled, verifier, call):
    for value in ODD + ODD_ARRAYS:
        if any(value is fine for fine in FINE.get(call, ())):
            continue
        with pytest.raises(UserError, match="received") as refused:
            CALLS[call](labelled, verifier, value)
        assert len(str(refused.value)) < 500
        assert "\n" not in str(refused.value)


@pytest.mark.parametrize("value", [value for value in ODD if value is not None])
def test_an_odd_name_is_refused_in_one_short_line(project, value):
    for call in (lambda: digitforge.load(value, project), lambda: digitforge.champion(value, project)):
        with pytest.raises(UserError) as refused:
            call()
        assert len(str(refused.value)) < 500
