"""The whole stage on made-up results, one variant a family and the two special data modes."""

import json
import re

import pytest

from stages import report
from stages.pipeline.params import load_params

PARAMS = load_params()
KEYS = ("ae_deep", "vae_conv", "vae_conditional", "vqvae", "gan_dcgan", "vae_stacked", "vae_anomaly")


def few(params, keys):
    study = params.leave_one_out.model_copy(update={"digits": []})
    rows = {key: params.variants[key] for key in keys}
    return params.model_copy(update={"variants": rows, "leave_one_out": study})


@pytest.fixture
def run(tmp_path, monkeypatch, write_results):
    def go(keys, peers=None):
        params = few(PARAMS, keys)
        write_results(params, tmp_path)
        if peers:
            (tmp_path / "reports/metrics/peers.json").write_text(json.dumps(peers))
        monkeypatch.chdir(tmp_path)
        monkeypatch.setattr(report, "load_params", lambda: params)
        report.main()
        return tmp_path / "reports"

    return go


def links(page):
    return {
        page.parent / target
        for target in re.findall(r"\]\(([^)#:]+)\)", page.read_text())
        if "CONTRIBUTING" not in target
    }


def test_every_link_leads_somewhere_and_every_picture_is_shown(run, capsys):
    reports = run(KEYS, {"other VAE": {"predictability": {"value": 0.5, "ci95": 0.1}}})
    pages = [reports / "index.md", *sorted((reports / "cards").iterdir())]
    assert [page.stem for page in pages[1:]] == sorted(KEYS)
    found = {target.resolve() for page in pages for target in links(page)}
    assert [target for target in found if not target.exists()] == []
    pictures = {path.resolve() for path in (reports / "figures").iterdir()}
    assert pictures - found == set()
    text = pages[0].read_text()
    assert "nan" not in text
    assert "*other VAE*" in text
    assert "WARNING" not in capsys.readouterr().out


@pytest.mark.parametrize("keys", [("gan_dcgan",), ("vae_stacked",), ("vae_anomaly",)])
def test_a_report_of_a_single_model(run, keys):
    reports = run(keys)
    assert {target for target in links(reports / "index.md") if not target.exists()} == set()
    text = (reports / "index.md").read_text()
    assert ("## Denoising" in text) == (keys != ("gan_dcgan",))


def test_equal_results_are_an_equal_report(run):
    written = []
    for _ in range(2):
        reports = run(("ae_deep", "gan_dcgan"))
        written.append({path: path.read_bytes() for path in reports.rglob("*") if path.is_file()})
    assert written[0] == written[1]


def test_leftovers_are_named(run, tmp_path, capsys):
    (tmp_path / "artifacts/models/old").mkdir(parents=True)
    run(("gan_dcgan",))
    assert "WARNING: artifacts/models/old belongs to nothing" in capsys.readouterr().out
