import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from PIL import Image
from scipy.ndimage import median_filter

from digitforge.data.dataset import Dataset
from digitforge.data.modes import Mode
from digitforge.data.noise import add_noise
from digitforge.data.raw import SourceFacts
from digitforge.report.figures import variant
from digitforge.report.figures.images import image_grid, strips
from digitforge.report.figures.style import save

RNG = np.random.default_rng(0)


def numbered(count, start=0, channels=1):
    """Images that say which they are: number i is `start + i` all over."""
    values = np.arange(start, start + count, dtype=np.uint8)
    return np.broadcast_to(values[:, None, None, None], (count, 4, 4, channels)).copy()


def numbers(images):
    assert all(len(np.unique(image)) == 1 for image in images)
    return [int(image.flat[0]) for image in images]


LABELS = np.array([7, 2, 1, 0, 4, 1, 4, 9, 5, 9, 0, 6, 9, 0, 1, 5, 9, 7, 3, 4, 9, 6, 6, 5, 4], np.int32)
FIRSTS = [3, 2, 1, 18, 4, 8, 11, 0, 7]  # of 0 to 9; there is no 8


def of_data(channels=1, **arrays):
    """Arrays of single digits, or of stacks."""
    mode = Mode.parse("mono-float-complete" if channels == 1 else "color-float-complete")
    return Dataset(mode, SourceFacts("digits"), arrays)


@pytest.mark.parametrize("channels", [1, 3])
def test_reconstructions_stand_below_their_originals(channels):
    data = of_data(channels, x_test=numbered(25, channels=channels), y_test=LABELS)
    found = {"reconstructions": numbered(25, start=100, channels=channels)}
    rows = variant.reconstructions(data, found, None)
    assert list(rows) == ["original", "reconstruction"]
    assert numbers(rows["original"]) == FIRSTS
    assert numbers(rows["reconstruction"]) == [100 + position for position in FIRSTS]
    assert rows["reconstruction"].shape == (9, 4, 4, channels)


def test_a_threshold_makes_reconstructions_black_and_white_and_leaves_originals():
    data = of_data(x_test=numbered(25), y_test=LABELS)
    rows = variant.reconstructions(data, {"reconstructions": numbered(25, start=100)}, 105 / 255)
    assert numbers(rows["original"]) == FIRSTS
    assert numbers(rows["reconstruction"]) == [255 if 100 + position >= 105 else 0 for position in FIRSTS]


def test_denoised_shows_the_same_images_of_the_subset_in_every_row():
    data = of_data(x_test=RNG.integers(0, 256, (25, 6, 6, 1)).astype(np.uint8), y_test=LABELS)
    subset = np.array([2, 5, 6, 9, 12, 13, 20])  # labels 1 1 4 9 9 0 9
    noise = [0.1, 0.5, 1.0]
    denoised = np.stack([numbered(7, start=start) for start in (10, 20, 30)])
    rows = variant.denoised(data, {"subset": subset, "denoised": denoised}, noise, 0.5, seed=3)
    assert list(rows) == ["original", "noisy (0.5)", "model", "median filter"]
    chosen = [5, 0, 2, 3]  # in the subset: the first 0, 1, 4 and 9
    noisy = add_noise(data["x_test"][subset], 0.5, 3)  # as the model got them
    np.testing.assert_array_equal(rows["original"], data["x_test"][[13, 2, 6, 9]])
    np.testing.assert_array_equal(rows["noisy (0.5)"], noisy[chosen])
    assert numbers(rows["model"]) == [20 + position for position in chosen]
    for shown, position in zip(rows["median filter"], chosen, strict=True):
        np.testing.assert_array_equal(shown[..., 0], median_filter(noisy[position, ..., 0], 3))


@pytest.mark.parametrize("threshold", [None, 0.5])
def test_neighbours_stand_below_what_they_are_nearest_to(threshold):
    data = of_data(x_train=numbered(50, start=200), x_test=numbered(20, start=50))
    found = {"samples": numbered(30, start=110)}
    shown = {
        "samples": {"images": [4, 25], "pixels": [40, 41], "features": [3, 49]},
        "held_out": {"images": [19, 0, 7], "pixels": [1, 0, 2], "features": [30, 31, 32]},
    }
    rows = variant.neighbours(data, found, shown, threshold)
    assert {name: numbers(images) for name, images in rows.items()} == {
        "sample": [114, 135] if threshold is None else [0, 255],
        "training image nearest to the sample in pixels": [240, 241],
        "training image nearest to the sample in features": [203, 249],
        "test image": [69, 50, 57],
        "training image nearest to the test image in pixels": [201, 200, 202],
        "training image nearest to the test image in features": [230, 231, 232],
    }
    assert [name.startswith("training") for name in rows] == [False, True, True, False, True, True]


def test_anomalies_are_the_highest_and_the_lowest_scores_with_their_labels():
    scores = RNG.permutation(25).astype(float)
    rows = variant.anomalies(of_data(x_test=numbered(25), y_test=LABELS), scores)
    by_score = sorted(range(25), key=lambda position: -scores[position])
    expected = {"most": by_score[:10], "least": by_score[15:]}
    assert {name: numbers(images) for name, images in rows.items()} == {
        f"{name} anomalous (labels {' '.join(str(LABELS[p]) for p in chosen)})": chosen
        for name, chosen in expected.items()
    }


def test_samplers_stand_one_above_the_other():
    found = {"samples": numbered(40), "baselines": numbered(30, start=100)}
    rows = variant.samplers(found, None, ("a flow", "the prior"))
    assert {name: numbers(images) for name, images in rows.items()} == {
        "codes from a flow": list(range(10)),
        "codes from a flow, more": list(range(10, 20)),
        "codes from the prior": list(range(100, 110)),
        "codes from the prior, more": list(range(110, 120)),
    }


def beliefs_of(*beliefs):
    """Readings of the strict verifier with these beliefs -> [S, 1, 10]."""
    found = np.full((len(beliefs), 1, 10), 0.001)
    found[np.arange(len(beliefs)), 0, np.arange(len(beliefs)) % 10] = beliefs
    return found


@pytest.mark.parametrize("threshold", [None, 40 / 255])
def test_judged_samples_are_those_nearest_to_the_border_on_both_sides(threshold):
    beliefs = RNG.permutation(60) / 60
    found = {"samples": numbered(60), "sample_strict": beliefs_of(*beliefs)}
    by_belief = sorted(range(60), key=lambda position: beliefs[position])  # the belief of number i is i / 60
    rows = variant.judged(found, 25 / 60, threshold)
    expected = {
        "just accepted": by_belief[25:35],
        "just accepted, more": by_belief[35:45],
        "just refused": by_belief[24:14:-1],
        "just refused, more": by_belief[14:4:-1],
    }
    if threshold is not None:
        expected = {name: [255 if p >= 40 else 0 for p in positions] for name, positions in expected.items()}
    assert {name: numbers(images) for name, images in rows.items()} == expected


def test_judged_samples_of_stacks_go_by_the_product_over_channels():
    single = np.concatenate([beliefs_of(0.9, 0.8, 0.7), beliefs_of(0.5, 0.9, 0.8), beliefs_of(0.9, 0.9, 0.9)], axis=1)
    found = {"samples": numbered(3, channels=3), "sample_strict": single}  # 0.405, 0.648, 0.504
    rows = variant.judged(found, 0.5, None)
    assert {name: numbers(images) for name, images in rows.items()} == {"just accepted": [2, 1], "just refused": [0]}


def test_a_belief_at_the_border_is_accepted_and_a_side_without_samples_has_no_row():
    found = {"samples": numbered(3), "sample_strict": beliefs_of(0.5, 0.75, 0.25)}
    for needed, expected in (
        (0.5, {"just accepted": [0, 1], "just refused": [2]}),
        (0.2, {"just accepted": [2, 0, 1]}),
        (0.8, {"just refused": [1, 0, 2]}),
    ):
        rows = variant.judged(found, needed, None)
        assert {name: numbers(images) for name, images in rows.items()} == expected


def test_pictures_are_those_that_the_arrays_allow():
    data = of_data(x_train=numbered(25), x_test=numbered(25), y_test=LABELS)
    one = {"images": [0], "pixels": [1], "features": [2]}
    samples = {"copies": {"shown": {"samples": one, "held_out": one}}}
    row = {"sample": {"threshold": None}, "sampler": "a flow", "prior": "the prior", "details": {"samples": samples}}
    found = {"samples": numbered(25), "sample_strict": beliefs_of(*np.linspace(0, 1, 25))}
    assert list(variant.pictures(data, found, row, 0.5, [0.5], 0.5, 0)) == ["judged", "neighbours"]
    found |= {"reconstructions": numbered(25), "baselines": numbered(25), "cross_entropy_nats": np.arange(25.0)}
    found |= {"denoised": numbered(7)[None], "subset": np.arange(7)}
    row["details"]["anomaly"] = {"auroc": {"value": 0.9, "ci95": 0.1}}
    assert list(variant.pictures(data, found, row, 0.5, [0.5], 0.5, 0)) == [
        "reconstructions",
        "samplers",
        "judged",
        "neighbours",
        "denoised",
        "anomalies",
    ]


def test_draw_writes_every_picture_and_leaves_none_open(tmp_path):
    def figures():
        yield "one", strips({"a": numbered(10), "b": numbered(10, start=90)})
        yield "samples", image_grid(numbered(45), 20)

    assert variant.draw(figures(), tmp_path / "figures/vae_x") == ["one", "samples"]
    assert plt.get_fignums() == []
    assert {path.name for path in (tmp_path / "figures").iterdir()} == {"vae_x-one.png", "vae_x-samples.png"}


def test_every_variant_has_samples_and_curves_after_its_other_pictures():
    data = of_data(x_train=numbered(25), x_test=numbered(25), y_test=LABELS)
    one = {"images": [0], "pixels": [1], "features": [2]}
    samples = {"copies": {"shown": {"samples": one, "held_out": one}}}
    row = {"sample": {"threshold": None}, "details": {"samples": samples}}
    history = pd.DataFrame({"step": [10, 20, 30], "loss": [9.0, 5.0, 4.0], "val_loss": [9.5, 6.0, 5.0]})
    found = {"samples": numbered(25), "interpolations": numbered(20).reshape(2, 10, 4, 4, 1)}
    found["sample_strict"] = beliefs_of(*np.linspace(0, 1, 25))
    moments = {0: {"samples": numbered(40)}, 30: {"samples": numbered(40)}}
    drawn = [name for name, _ in variant.figures(data, found, row, history, moments, 0.5, [0.5], 0.5, 0)]
    assert drawn == ["judged", "neighbours", "interpolations", "samples", "forming", "curves"]


@pytest.mark.parametrize("channels", [1, 3])
def test_forming_has_a_row_for_each_moment(channels, monkeypatch):
    monkeypatch.setattr(variant, "gallery", lambda rows: rows)
    moments = {
        step: {
            "originals": numbered(10, channels=channels),
            "reconstructions": numbered(10, start=start, channels=channels),
            "samples": numbered(40, start=start + 50, channels=channels),
        }
        for step, start in ((0, 100), (1008, 120))
    }
    gap = 0 if channels == 1 else 255  # paper, as `mosaic` draws it
    assert {name: numbers(images) for name, images in variant.forming(moments, None).items()} == {
        "step 0": [*range(100, 110), gap, *range(150, 160)],
        "step 1,008": [*range(120, 130), gap, *range(170, 180)],
    }
    alone = {8: {"samples": numbered(40, channels=channels)}}
    assert {name: numbers(images) for name, images in variant.forming(alone, None).items()} == {"step 8": [*range(10)]}
    crisp = variant.forming(alone, 4 / 255)  # as the card shows its other pictures
    assert {name: numbers(images) for name, images in crisp.items()} == {"step 8": [0] * 4 + [255] * 6}


@pytest.mark.parametrize("counts", [(10, 10), (10, 7)])
def test_strips_of_six_rows_can_be_drawn(counts, tmp_path):
    """Samples of few digits: the rows of samples are shorter than those of test images."""
    data = of_data(x_train=numbered(50, start=200), x_test=numbered(20, start=50))
    kinds = zip(("samples", "held_out"), counts, strict=True)
    shown = {kind: {name: list(range(n)) for name in ("images", "pixels", "features")} for kind, n in kinds}
    rows = variant.neighbours(data, {"samples": numbered(30)}, shown, None)
    save(strips(rows), tmp_path / "s.png")
    with Image.open(tmp_path / "s.png") as picture:
        assert picture.width > 900
