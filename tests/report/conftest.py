"""Made-up results of variants, enough to write a report of."""

import copy
import json

import numpy as np
import pytest

from digitforge import files
from digitforge.data.dataset import Dataset
from digitforge.data.modes import Mode
from digitforge.data.nondigits.disturbances import DISTURBANCES
from digitforge.data.raw import SourceFacts
from digitforge.report import writing
from digitforge.settings.judges import NAMES
from digitforge.settings.params import ResultParams, parse
from tests import small

READ = ("recognised", "right", "predictability", "accuracy")  # shares of reconstructions
DISTANCES = ("fid", "kid", "precision", "recall", "density", "coverage_prdc")
BELIEFS = {values: {"1": 0.7, "3": 0.4} for values in ("float", "binary")}  # from which on an image is recognised


def estimate(value, ci95=0.01):
    return {"value": value, "ci95": ci95}


def spread(fid=3.0):
    values = {"kid": 0.03, "precision": 0.9, "recall": 0.5, "density": 1.0, "coverage_prdc": 0.8}
    return {"fid": estimate(fid, 0.3), **{name: estimate(value) for name, value in values.items()}}


def likeness(psnr=15.0):
    return {"psnr_db": estimate(psnr), "ssim": estimate(0.6)}


def copies():
    chances = {"copying": estimate(0.5), "exact_copies": estimate(0.0, 0.0)}
    shown = {"images": [0, 1], "pixels": [2, 3], "features": [4, 5]}
    return {"pixels": chances, "features": chances, "shown": {"samples": shown, "held_out": shown}}


def samples(classes=10):
    found = {"recognised": estimate(0.7), "recognised_modes": estimate(float(classes), 0.0)}
    found |= {"recognised_kl_nats": estimate(0.03), "predictability": estimate(0.9)}
    found |= {"coverage": estimate(1.0, 0.0), "expected_coverage": 1.0}
    found |= {"trained_classes": classes, "modes": estimate(float(classes), 0.0), "kl_nats": estimate(0.02)}
    found |= {"kl_floor_nats": 0.0005, **spread(), "copies": copies()}
    found["real"] = {"recognised": estimate(0.95, 0.004), **spread(0.3)}
    if classes == 10:
        found |= {"class_shares": [0.1] * 10, "trained_class_shares": [0.1] * 10}
    return found


def with_encoder(row, missing_digit):
    """The groups of metrics of a variant that reconstructs."""
    levels = {kind: likeness() for kind in ("model", "median", "noisy")}
    code = {"bytes": 8.0, "entropy_bytes": estimate(7.0), **likeness()}
    names = ("reconstruction_error", "importance_sampling")
    table = {name: {"noise": {"auroc": estimate(0.9)}} for name in names}
    anomaly = {"scores": table}
    if not row.data.complete:
        for found in table.values():
            found[f"digit {missing_digit}"] = {"auroc": estimate(0.8)}
        fields = {name: estimate(0.8) for name in ("auroc", "average_precision", "fpr95")}
        anomaly |= {**fields, "score": names[-1]}
    codec = {"codec": "JPEG", "quality": 1, "bytes": estimate(200.0), "payload_bytes": estimate(50.0), **likeness()}
    shares = {name: estimate(0.9) for name in (*READ, "mse")}
    return {
        "reconstruction": {**shares, "bce_nats": estimate(90.0), **likeness()},
        "anomaly": anomaly,
        "denoising": {**likeness(), "levels": {"0.25": levels, "0.5": levels}},
        "compression": {"codes": {"8": code, "4": code}, "codecs": [codec]},
    }


def with_likelihood(data):
    names = ("nll_nats", "reconstruction_nats", "kl_nats")
    found = {"elbo_nats": estimate(-90.0), **{name: estimate(80.0) for name in names}}
    return {**found, "data": data, "tight_images": 50, "active_units": 8, "units": 20}


@pytest.fixture
def make_details():
    def make(row, missing_digit=8):
        """Details of a variant: every group that one of its family has."""
        details = {"samples": samples(1000 if row.data.color else 10)}
        if row.family != "gan":
            details |= with_encoder(row, missing_digit)
        if row.family in ("vae", "conditional_vae"):
            details["likelihood"] = with_likelihood("threshold" if row.data.binary else "dynamic")
        if row.sample.codes != "prior":
            details["samples"]["baseline"] = samples()
        if row.data.complete and not row.data.color:
            details["stacked"] = {"samples": samples(1000), "recognised": estimate(0.5)}
            if row.family != "gan":
                details["stacked"]["reconstruction"] = {name: estimate(0.9) for name in READ}
                details["stacked"] |= {"right": estimate(0.9), "accuracy": estimate(0.9)}
        return copy.deepcopy(details)

    return make


def judged_kind(known):
    numbers = {"plain": 0.6, "strict": 0.02, "auroc": 0.987, "left_out": 0.034}
    return {"known": known, **numbers, "binary": numbers | {"strict": 0.05}}


@pytest.fixture
def judge():
    """What stage `judge` says: of two kinds, and of two variants."""
    curve = {metric: [0.0, 0.1, 0.2, 0.3, 0.4] for metric in DISTANCES}
    return {
        "source": "mnist",
        "classes": 10,
        "answers": 11,
        "real": {values: {"recognised": 0.951, "accuracy": 0.99} for values in ("float", "binary")},
        "kinds": {"overlaid": judged_kind(True), "left_by_right": judged_kind(False)},
        "rank_correlation": 0.9731,
        "variants": {"ae_deep": {"strict": 0.7, "control": 0.6}, "vae_conv": {"strict": 0.4, "control": 0.3}},
        "features": {name: dict.fromkeys(DISTURBANCES, curve) for name in ("plain", "strict")},
    }


@pytest.fixture
def params():
    return small.params()


@pytest.fixture
def minimal():
    """What the least of all variants has: samples."""
    return {"samples": samples()}


def explored(family, images):
    """Arrays of `models.exploring` that a variant of a family has. images: [30, H, W, C]."""
    between = images.reshape(3, 10, *images.shape[1:])
    if family == "gan":
        return {"interpolations": between}
    if family == "vqvae":
        return {}
    found = {"traversals": between, "traversal_coordinates": np.array([4, 0, 2])}
    found["traversal_values"] = np.linspace(-2, 2, 30).reshape(3, 10)
    if family == "conditional_vae":
        return found | {"by_class": between}
    found |= {"plane": images[:9].reshape(3, 3, *images.shape[1:]), "plane_axes": np.array([[-1.0, 0, 1], [-2, 0, 2]])}
    found |= {"plane_points": np.linspace(-1, 1, 20).reshape(10, 2), "plane_images": np.arange(10)}
    return found | {"interpolations": between, "interpolation_images": np.array([[0, 1], [2, 3], [4, 5]])}


@pytest.fixture
def write_results(make_details, judge):
    """Writes everything that stage `report` reads, of all variants of `params`; `pictures`: of colour pictures."""

    def write(params, root, pictures=False):
        rng = np.random.default_rng(0)
        (root / "artifacts/raw").mkdir(parents=True, exist_ok=True)
        source = SourceFacts("mnist", pictures=pictures)
        source.write(root)
        modes = [Mode.parse(name) for name in ("mono-float-complete", "color-float-complete")]
        for key, row in params.variants.items():
            channels = row.data.channel_count
            images = rng.integers(0, 256, (30, 28, 28, channels)).astype(np.uint8)
            labels = np.arange(30) % 10
            for mode in (row.data, *modes):
                if mode == row.data or not (root / Dataset.path(mode)).exists():
                    found = {"x_train": images, "y_train": labels, "x_test": images, "y_test": labels}
                    Dataset(mode, source, found).write(root)
            arrays = {"samples": images, "subset": np.arange(10), "codes": rng.normal(size=(30, 2))}
            arrays["sample_strict"] = rng.dirichlet(np.full(11, 0.1), (30, channels))[..., :10]
            if row.family != "gan":
                denoised = np.stack([images[:10]] * len(params.evaluation.noise))
                arrays |= {"reconstructions": images, "denoised": denoised, "cross_entropy_nats": rng.normal(size=30)}
            arrays |= explored(row.family, images)
            if row.sample.codes != "prior":
                arrays["baselines"] = images[:20]
            folder = root / f"artifacts/models/{key}"
            for needed in (folder, root / "artifacts/samples", root / "reports/metrics"):
                needed.mkdir(parents=True, exist_ok=True)
            np.savez(root / f"artifacts/samples/{key}.npz", **arrays)
            config = {"family": row.family, "shape": [28, 28, channels], "model": {}, "weights": 1_234_567}
            (folder / "config.json").write_text(json.dumps(config))
            moments = {"samples": np.stack([images] * 3)}
            if row.family != "gan":
                moments |= {"originals": moments["samples"][:, :10], "reconstructions": moments["samples"][:, :10]}
            np.savez(folder / "album.npz", steps=np.array([0, 8, 16]), **moments)
            (folder / "history.csv").write_text("step,loss,val_loss,val_kl_nats\n10,3,3,1\n20,2,2,1\n")
            details = make_details(row, params.data.missing_digit)
            (root / f"reports/metrics/{key}.details.json").write_text(json.dumps(details))
        (root / "artifacts/raw/t10k-labels-idx1-ubyte").write_bytes(b"labels")
        numbers = {
            "accuracy": 0.99,
            "accuracy_binary": 0.99,
            "calibration_error": 0.01,
            "calibration_error_binary": 0.01,
        }
        for name in NAMES:
            files.write_json(root / files.METRICS / "verifier" / f"{name}.json", numbers)
            history = "step,accuracy,val_accuracy\n1,0.5,0.6\n2,0.9,0.95\n"
            files.write_text(root / files.VERIFIER / name / "history.csv", history)
            files.write_json(
                root / files.VERIFIER / name / "judge.json", {"classes": 10, "answers": 11, "thresholds": BELIEFS}
            )
        shares = {key: {"strict": 0.7, "control": 0.6} for key in params.variants}
        files.write_json(root / files.METRICS / "judge.json", judge | {"variants": shares})
        shown = {kind: rng.integers(0, 256, (24, 28, 28, 1)).astype(np.uint8) for kind in judge["kinds"]}
        files.write_npz(root / files.NONDIGITS, **shown)

    return write


@pytest.fixture
def write_report(tmp_path, monkeypatch, write_results):
    """Writes the report of made-up results of a few variants of tests/params.yaml -> the folder of pages."""

    def write(keys, peers=None, pictures=False, missing_digit=8):
        content = small.content()
        content["data"]["missing_digit"] = missing_digit
        params = parse(content)
        study = params.leave_one_out.model_copy(update={"digits": []})
        rows = {key: params.variants[key] for key in keys}
        params = params.model_copy(update={"variants": rows, "leave_one_out": study})
        write_results(params, tmp_path, pictures)
        if peers:
            judge = files.sha256(tmp_path / files.VERIFIER / "strict" / "judge.json")
            found = {name: {"judge": judge} | numbers for name, numbers in peers.items()}
            files.write_json(tmp_path / files.METRICS / "peers.json", found)
        monkeypatch.chdir(tmp_path)
        writing.write(ResultParams.model_validate(params.model_dump(mode="json", exclude={"tracking", "tune"})))
        return tmp_path / "reports"

    return write
