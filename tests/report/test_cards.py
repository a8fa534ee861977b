import re

import pytest

from digitforge.report.cards import captions, card_of, describe, facts, settings_text
from digitforge.report.markup import broken, drawn, inline, paragraphs
from digitforge.report.portfolio import CARDS, FALLBACK, KINDS
from digitforge.report.rendering import render
from digitforge.settings.params import load_params, read_yaml

ROWS = load_params().variants
FAMILIES = {row.family: key for key, row in ROWS.items()}


def made(key, details, name=None):
    return describe(name or key, ROWS[key], {"weights": 1_234_567}, 1008, details)


def card(row, pictures=("samples", "curves")):
    return render("card.md", {"row": {**row, "pictures": captions(row, pictures)}})


def test_every_variant_of_params_has_a_text_of_its_own():
    without = set(read_yaml("params.yaml")["variants"]) - set(CARDS)
    assert without == set(), "a text of their own, in report/portfolio.py, would say more than their family's"


def test_every_family_has_a_text_and_a_kind():
    assert set(FAMILIES) <= set(FALLBACK)
    assert set(FALLBACK) == set(KINDS)


@pytest.mark.parametrize("text", [*CARDS.values(), *FALLBACK.values()])
def test_texts_say_what_it_is_in_three_sentences_and_cite_a_paper(text):
    assert len(re.findall(r"[.!?](?=\s|$)", text.about)) == 3
    assert re.search(r"arXiv:\d{4}\.\d{5}|arXiv:\d{4}\.\d{4}|doi:10\.|CS294A|SNU Data Mining", text.paper)
    assert text.weakness.endswith(".")
    assert text.recipe.endswith(".")
    assert text.equation.count("{") == text.equation.count("}")
    assert text.equation.count(r"\left") - text.equation.count(r"\lefteqn") == text.equation.count(r"\right")


@pytest.mark.parametrize("key", [key for key, row in ROWS.items() if row.family == "autoencoder"])
def test_equations_of_autoencoders_are_of_the_pixels_that_they_are_trained_on(key):
    equation, pixels = CARDS[key].equation, ROWS[key].model.pixels
    if r"\log \hat x" in equation:
        assert pixels == "bernoulli"
    if r"\lVert x - \hat x" in equation:
        assert pixels in ("gaussian", "rectified")


@pytest.mark.parametrize("name", [None, "of_the_user"])
@pytest.mark.parametrize("key", FAMILIES.values(), ids=FAMILIES)
def test_a_card_renders_for_every_family_with_the_least_details(key, name, minimal):
    row = made(key, minimal, name)
    text = card(row)
    assert text.startswith(f"# {ROWS[key].title}\n")
    assert row["card"] == (CARDS[key] if name is None else FALLBACK[ROWS[key].family])
    assert f'digitforge.load("{name or key}")' in text
    assert "1,008 steps" in text
    assert "**Samples**" in text
    for absent in ("**Reconstructions**", "**Likelihood**", "**Compression**", "AUROC"):
        assert absent not in text
    assert "None" not in text
    assert "\n\n\n\n" not in text


@pytest.mark.parametrize("key", ROWS)
def test_a_card_renders_for_every_variant_with_all_that_it_has(key, make_details):
    text = card(made(key, make_details(ROWS[key])))
    groups = {"**Reconstructions**", "**Compression**", "**Denoising at deviation 0.5**"}
    assert all((group in text) == (ROWS[key].family != "gan") for group in groups)
    assert ("**Likelihood**" in text) == (ROWS[key].family in ("vae", "conditional_vae"))
    assert ("**The left-out digit**" in text) == (not ROWS[key].data.complete)
    # An importance-weighted bound has no beta to change.
    assert ("model.beta=" in text) == (hasattr(ROWS[key].model, "beta") and getattr(ROWS[key].model, "draws", 1) == 1)
    assert "nan" not in text.replace("rnan", "")


def test_the_five_lines_are_python():
    text = card(made("ae_deep", {"samples": {}}))
    block = text.split("```python\n")[1].split("```")[0]
    assert len([line for line in block.splitlines() if line]) == 5
    compile(block, "card", "exec")


def test_only_the_pictures_that_there_are_are_linked_in_the_order_of_the_page():
    row = made("ae_deep", {"samples": {}})
    text = card(row, ["curves", "samples", "unknown"])
    assert re.findall(r"\.\./figures/(\S+)\.png", text) == ["ae_deep-samples", "ae_deep-curves"]
    assert "a mixture of up to 100 Gaussians fitted to training codes" in captions(row, ["samples"])["samples"]


def test_settings_are_words():
    settings = {"name": "dense", "encoder": [256, 64], "decoder": [], "activation": "relu", "prior": {"name": "flow"}}
    assert settings_text(settings) == "dense: encoder 256-64; activation relu; prior (flow)"
    assert settings_text({"encoder": [[32, 3, 2], [64, 3, 2]]}) == "encoder 32-3-2, 64-3-2"


def test_facts_have_the_training_and_where_codes_come_from():
    found = facts(made("ae_deep", {"samples": {}}))
    row = ROWS["ae_deep"]
    assert found["training"] == f"1,008 steps of {row.fit.batch} images"
    assert found["weights"] == "1,234,567"
    assert found["code"] == "5"
    assert found["pixels shown"] == "lit from 0.38 on"
    assert found["network"].startswith("dense: encoder 1000-1000-1000-1000-500-300-150;")


def test_a_code_of_many_vectors_says_how_many_numbers_it_has():
    row = describe("vqvae", ROWS["vqvae"], {"weights": 1}, 1, {"samples": {}}, 784)
    assert row["code"] == 784
    assert row["facts"]["code"] == f"{ROWS['vqvae'].model.code} (784 numbers in all)"


def test_long_equations_are_broken_into_lines():
    assert broken(r"a = b, \qquad c = d") == r"a = b, \qquad c = d"
    long = "x" * 100
    assert broken(rf"{long}, \qquad {long}") == f"\\begin{{gathered}}\n{long} \\\\\n{long}\n\\end{{gathered}}"


def test_an_unknown_key_gets_the_text_of_its_family():
    assert card_of("mine", "gan") is FALLBACK["gan"]


@pytest.mark.parametrize("text", [*CARDS.values(), *FALLBACK.values()])
def test_every_equation_can_be_drawn(text):
    shapes = drawn(text.equation)
    assert len(shapes) == 1 + text.equation.count(r", \qquad ")
    for shape in shapes:
        assert shape.startswith("<svg ")
        assert len(shape) > 1000


def test_captions_say_what_is_interpolated():
    assert captions(made("gan_dcgan", {"samples": {}}), ["interpolations"]) == {
        "interpolations": "From one draw to another"
    }
    assert "test image" in captions(made("ae_deep", {"samples": {}}), ["interpolations"])["interpolations"]


def test_markdown_becomes_html_and_tags_in_it_stay_text():
    assert inline("*a* `b` <i>") == "<em>a</em> <code>b</code> &lt;i&gt;"
    assert paragraphs("[a](b.md)") == '<p><a href="b.md">a</a></p>\n'
