"""The whole stage on made-up results, one variant a family and the two special data modes."""

import hashlib
import html
import re

import pytest
from ruamel.yaml import YAML

from digitforge.settings.params import parse

KEYS = ("ae_deep", "vae_conv", "vae_conditional", "vqvae", "gan_dcgan", "vae_stacked", "vae_anomaly")


def links(page):
    return {
        page.parent / target
        for target in re.findall(r"\]\(([^)#:]+)\)", page.read_text())
        if "CONTRIBUTING" not in target
    }


def test_every_link_leads_somewhere_and_every_picture_is_shown(write_report, capsys):
    peer = {"recognised": {"value": 0.5, "ci95": 0.1}}
    reports = write_report(KEYS, {"other VAE": peer, "stranger": peer | {"judge": "another"}})
    pages = [reports / "index.md", *sorted((reports / "cards").iterdir())]
    assert [page.stem for page in pages[1:]] == sorted(KEYS)
    found = {target.resolve() for page in pages for target in links(page)}
    assert [target for target in found if not target.exists()] == []
    pictures = {path.resolve() for path in (reports / "figures").iterdir()}
    assert pictures - found == set()
    text = pages[0].read_text()
    assert "nan" not in text
    assert "so none are stacked" not in text
    assert "*other VAE*" in text
    assert "stranger" not in text
    assert "WARNING" not in capsys.readouterr().out
    page = (reports / "index.html").read_text()
    assert page.count('src="data:image/png;base64,') == len(pictures)
    assert not re.search(r"\bnan\b", re.sub(r'src="[^"]*"', "", page))
    assert "<em>other VAE</em>" in page
    assert "so none are stacked" not in page
    assert not re.search(r"<p>(<b>[^<]*</b>)?[^<]*`", page)  # names of variants in a card's text are code
    assert f"<code>{hashlib.sha256(b'labels').hexdigest()}</code>" in page
    for key in KEYS:
        assert f'id="card-{key}"' in page
    parameters = YAML(typ="safe").load(html.unescape(page.split("<pre>")[1].split("</pre>")[0]))
    tracking = {"experiment": "x", "system_metrics": False, "champion": {}}
    assert set(parse(parameters | {"tracking": tracking}).variants) == set(KEYS)
    assert "<dt>git commit</dt><dd>none</dd>" in page  # the reports of this test lie outside git


def test_a_page_without_stacks_says_why_where_images_are_pictures_in_colour(write_report):
    reports = write_report(("vae_anomaly",), pictures=True)
    for name in ("index.md", "index.html"):
        assert "so none are stacked" in (reports / name).read_text()


def test_all_pages_name_the_digit_that_is_left_out(write_report):
    reports = write_report(("vae_conv", "vae_anomaly"), missing_digit=3)
    pages = {name: (reports / name).read_text() for name in ("index.md", "index.html", "cards/vae_anomaly.md")}
    words = re.compile(r"(?:digit|the|an?|unseen) 8\b")
    for name, text in pages.items():
        assert words.findall(text) == [], name
        assert "never saw the digit 3" in text, name
        assert "digit 3" in text, name
    for phrase in ("trained without the 3", "unseen 3 by its code", "The 3 was left out of training"):
        assert phrase in pages["index.md"]
        assert phrase in pages["index.html"]


@pytest.mark.parametrize("keys", [("gan_dcgan",), ("vae_stacked",), ("vae_anomaly",)])
def test_a_report_of_a_single_model(write_report, keys):
    reports = write_report(keys)
    assert {target for target in links(reports / "index.md") if not target.exists()} == set()
    text = (reports / "index.md").read_text()
    assert ("## Denoising" in text) == (keys != ("gan_dcgan",))
    headings = {heading.lower().replace(" ", "-") for heading in re.findall(r"^## (.+)$", text, re.MULTILINE)}
    assert {"best-at-what", "training"} < set(re.findall(r"\]\(#([\w-]+)\)", text)) <= headings


def test_equal_results_are_an_equal_report(write_report):
    written = []
    for _ in range(2):
        reports = write_report(("ae_deep", "gan_dcgan"))
        written.append({path: path.read_bytes() for path in reports.rglob("*") if path.is_file()})
    assert written[0] == written[1]
