import re

import pytest

from digitforge.errors import UserError
from digitforge.report import portfolio
from digitforge.report.cards import captions, describe, facts, settings_text
from digitforge.report.markup import display, drawn, inline, paragraphs
from digitforge.report.portfolio import TEXTS, card_of
from digitforge.report.rendering import render
from digitforge.settings.params import parse
from tests import small

ROWS = small.params().variants
CARDS = {path.relative_to(TEXTS).with_suffix("").as_posix(): portfolio.read(path) for path in TEXTS.rglob("*.md")}
FAMILIES = {row.family: key for key, row in ROWS.items() if key in CARDS}
TEXT = (TEXTS / "ae_deep.md").read_text()


def made(key, details, name=None):
    return describe(name or key, ROWS[key], {"weights": 1_234_567}, 1008, details)


def card(row, pictures=("samples", "curves")):
    return render("card.md", {"row": {**row, "pictures": captions(row, pictures)}})


@pytest.mark.parametrize("text", CARDS.values(), ids=CARDS)
def test_texts_say_what_it_is_in_three_sentences_and_cite_a_paper(text):
    assert len(re.findall(r"[.!?](?=\s|$)", text.about)) == 3
    assert re.search(r"arXiv:\d{4}\.\d{5}|arXiv:\d{4}\.\d{4}|doi:10\.|CS294A|SNU Data Mining", text.paper)
    assert text.weakness.endswith(".")
    assert text.recipe.endswith(".")
    for equation in text.equations:
        assert equation.count("{") == equation.count("}")
        assert len(re.findall(r"\\left\b", equation)) == len(re.findall(r"\\right\b", equation))


@pytest.mark.parametrize(
    ("before", "after", "message"),
    [
        ("## Paper", "## Papers", "received the headings What it is, Objective, Papers, Known weakness, Recipe; "),
        ("## What it is", "# Deep\n\n## What it is", "received the headings What it is, Objective, Paper, "),
        ("```math", "```", "Objective: received '```"),
        ("{steps}", "{epochs}", "Recipe: received ['epochs']; accepted in braces: ['batch', 'code', 'steps']"),
        ("{steps}", "{steps", "Recipe: "),
        (TEXT, "", "received the headings none; accepted: What it is, Objective, Paper, Known weakness, Recipe, "),
    ],
)
def test_a_malformed_text_is_one_line_that_names_the_file(tmp_path, before, after, message):
    path = tmp_path / "mine.md"
    path.write_text(TEXT.replace(before, after))
    with pytest.raises(UserError) as error:
        card_of("mine", "vae", tmp_path)
    assert str(error.value).startswith(f"{path}: {message}")
    assert "\n" not in str(error.value)
    assert "accepted" in str(error.value)


def test_a_variant_without_a_text_has_its_familys_and_without_that_none(tmp_path, minimal):
    assert card_of("mine", "gan") == CARDS["families/gan"]
    assert card_of("mine", "gan", tmp_path) is None
    row = made("ae_deep", minimal)
    for name in ("card.md", "card.html"):
        text = render(name, {"row": {**row, "card": None, "pictures": {}}, "of": {}})
        assert ROWS["ae_deep"].title in text
        assert "Recipe" not in text


def test_titles_say_the_digit_that_is_left_out(params):
    content = params.model_dump()
    content["data"]["missing_digit"] = 3
    content["variants"]["ae_deep"]["title"] = "Never saw the digit {missing_digit}, {so} to say"
    assert parse(content).variants["ae_deep"].title == "Never saw the digit 3, {so} to say"


@pytest.mark.parametrize("key", [key for key, row in ROWS.items() if row.family == "autoencoder" and key in CARDS])
def test_equations_of_autoencoders_are_of_the_pixels_that_they_are_trained_on(key):
    equation, pixels = " ".join(card_of(key, "autoencoder").equations), ROWS[key].model.pixels
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
    assert row["card"].about == card_of(name or key, ROWS[key].family).about
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
    objective = getattr(ROWS[key].model, "objective", None)
    assert ("model.objective.beta=" in text) == hasattr(objective, "beta")
    assert ("model.beta=" in text) == hasattr(ROWS[key].model, "beta")
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
    assert "a mixture of up to 5 Gaussians fitted to training codes" in captions(row, ["samples"])["samples"]


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
    assert found["network"].startswith("dense: encoder 32-16-16;")


def test_a_code_of_many_vectors_says_how_many_numbers_it_has():
    row = describe("vqvae", ROWS["vqvae"], {"weights": 1}, 1, {"samples": {}}, 784)
    assert row["code"] == 784
    assert row["facts"]["code"] == f"{ROWS['vqvae'].model.code} (784 numbers in all)"


def test_long_equations_are_below_each_other():
    assert display(("a = b", "c = d")) == r"a = b, \qquad c = d"
    long = "x" * 100
    assert display((long, long)) == f"\\begin{{gathered}}\n{long} \\\\\n{long}\n\\end{{gathered}}"


@pytest.mark.parametrize("text", CARDS.values(), ids=CARDS)
def test_every_equation_can_be_drawn(text):
    for equation in text.equations:
        shape = drawn(equation)
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
