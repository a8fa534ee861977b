import pytest

from digitforge.data.modes import Mode
from digitforge.report.cards import describe
from digitforge.report.index import others, summary, tables
from digitforge.report.tables import markdown


@pytest.fixture
def rows(params, make_details):
    config = {"weights": 1000}
    return [describe(key, row, config, 100, make_details(row)) for key, row in params.variants.items()]


LEFT_OUT = {"3": {"code_neighbours": {"auroc": {"value": 0.5}}}, "8": {"code_neighbours": {"auroc": {"value": 0.75}}}}


JUDGED = {"kinds": {}, "variants": {}}


def written(rows, peers=None, judge=JUDGED):
    """Every table, in Markdown."""
    coded = next((row for row in rows if "compression" in row["details"]), None)
    found = tables(rows, peers or {}, judge, LEFT_OUT if coded else {}, coded, 8, "0.5")
    return {name: markdown(one) for name, one in found.items()}


def of(rows, key):
    return next(row for row in rows if row["key"] == key)


def test_the_summary_names_the_best_of_each_kind_and_the_best_of_all_in_bold(rows):
    of(rows, "ae_vanilla")["details"]["reconstruction"]["right"]["value"] = 0.95
    of(rows, "vae_conv")["details"]["reconstruction"]["right"]["value"] = 0.98
    lines = markdown(summary(rows, 8, "0.5")).splitlines()
    assert lines[0] == "| question | best autoencoder | best VAE | best GAN |"
    assert lines[2] == (
        "| Reconstructions read right | 95.0 ± 1.0 % [ae_vanilla](cards/ae_vanilla.md) "
        "| **98.0 ± 1.0 % [vae_conv](cards/vae_conv.md)** | – |"
    )


def test_nats_of_different_pixels_are_never_in_one_table(rows):
    for row in rows:
        if row["details"].get("likelihood", {}).get("data") == "threshold":
            row["details"]["likelihood"]["nll_nats"]["value"] = 1.0
    of(rows, "vae_conv")["details"]["likelihood"]["data"] = "grey"
    text = written(rows)["likelihood"]
    parts = text.split("Nats of ")[1:]
    kinds = {name: [p for p in parts if p.startswith(name)] for name in ("dynamic", "thresholded", "grey")}
    assert sum(map(len, kinds.values())) == len(parts)
    assert "vae_conv" in kinds["grey"][0]
    assert all("vae_conv" not in part for name in ("dynamic", "thresholded") for part in kinds[name])
    [dynamic] = [line for line in markdown(summary(rows, 8, "0.5")).splitlines() if "dynamic" in line]
    assert "1.00" not in dynamic


def test_a_gan_is_in_the_tables_of_samples_alone(rows):
    found = written(rows)
    there = {name for name, text in found.items() if "[gan_dcgan]" in text}
    assert there <= {"summary", "models", "comparison", "read", "spread", "copies", "stacks"}
    assert there >= {"read", "spread", "copies", "stacks"}


def test_every_table_has_rows(rows, judge):
    found = written(rows, judge=judge)
    assert found.pop("seeds") == ""  # none has several
    assert all("\n|" in text for text in found.values())


def test_kinds_of_non_digits_have_both_verifiers_shares(rows, judge):
    assert written(rows, judge=judge)["judge"].splitlines() == [
        "| kind | learnt | plain accepts (%) | strict accepts (%) | AUROC | not learnt, accepted (%) "
        "| strict, thresholded (%) |",
        "|:--|:--|--:|--:|--:|--:|--:|",
        "| overlaid | yes | 60.0 | 2.0 | 0.987 | 3.4 | 5.0 |",
        "| left by right | no | 60.0 | 2.0 | 0.987 | 3.4 | 5.0 |",
    ]
    for found in judge["kinds"].values():
        found["left_out"] = None  # both have learnt it
    assert "not learnt, accepted" not in written(rows, judge=judge)["judge"]
    assert written(rows)["judge"] == ""


def test_every_variant_stands_with_the_shares_of_the_strict_verifier_and_of_its_control(rows, judge):
    assert written(rows, judge=judge)["control"].splitlines() == [
        "| model | strict (%) | control (%) |",
        "|:--|--:|--:|",
        "| [ae_deep](cards/ae_deep.md) | 70.0 | 60.0 |",
        "| [vae_conv](cards/vae_conv.md) | 40.0 | 30.0 |",
    ]


def test_recognised_leads_and_real_images_stand_beside_it(rows):
    for text in written(rows)["read"].split("\n\n"):
        if text.startswith("|"):
            assert text.splitlines()[0].startswith("| model | recognised |")
            [real] = [line for line in text.splitlines() if line.startswith("| *real* |")]
            assert real.startswith("| *real* | 95.0 ± 0.4 % | – |")
    assert written(rows)["reconstruction"].splitlines()[2].startswith("| model | recognised | right | predictability |")


def test_stacks_have_true_and_channelwise_models_in_one_table(rows):
    text = written(rows)["stacks"]
    assert "| [vae_stacked](cards/vae_stacked.md) | three channels |" in text
    assert "| [ae_deep](cards/ae_deep.md) | channel by channel |" in text
    assert "vae_anomaly" not in text


def test_pictures_in_colour_are_no_stacks_and_count_in_the_summary(rows):
    of(rows, "vae_stacked")["stacked"] = False
    of(rows, "vae_stacked")["details"]["reconstruction"]["right"]["value"] = 0.999
    found = written(rows)
    assert "[vae_stacked]" not in found["stacks"]
    assert "[ae_stacked]" in found["stacks"]
    [line] = [line for line in found["summary"].splitlines() if "Reconstructions read right" in line]
    assert "**99.9 ± 1.0 % [vae_stacked]" in line


def test_samplers_are_those_that_have_a_baseline(rows):
    text = written(rows)["samplers"]
    for row in rows:
        assert (f"[{row['key']}]" in text) == (row["sample"]["codes"] != "prior")


def test_the_anomaly_table_goes_by_the_last_score(rows):
    row = of(rows, "vae_anomaly")
    row["details"]["anomaly"]["scores"]["importance_sampling"]["digit 8"]["auroc"]["value"] = 0.987
    text = written(rows)["anomalies"]
    [line] = [line for line in text.splitlines() if "[vae_anomaly]" in line]
    assert "0.987" in line
    assert line.endswith("| importance sampling |")


def test_peers_stand_in_italics_in_the_tables_of_their_data(rows):
    peer = {"recognised": {"value": 0.7, "ci95": 0.01}, "fid": {"value": 9.0, "ci95": 0.3}}
    peers = {"other VAE": peer | {"data": "mono-float-complete"}, "no mode": peer}
    found = written(rows, peers)
    assert found["read"].count("*other VAE*") == 1
    assert found["spread"].count("| *other VAE* | 9.0 ± 0.3 | – |") == 1
    beside = others(peers, rows)
    assert set(beside(Mode.parse("mono-float-complete"), [])) == {"other VAE"}
    assert set(beside(Mode.parse("color-binary-complete"), [])) == set()
    assert set(beside(rows[0]["data"], [])) == {"no mode"}


def test_tables_without_numbers_are_empty(params, minimal):
    key, row = next(iter(params.variants.items()))
    found = written([describe(key, row, {"weights": 1}, 1, minimal)])
    full = {"summary", "models", "comparison", "read", "spread", "copies"}  # and no judge's
    assert {name for name, text in found.items() if text} == full


def test_digits_left_out_in_turn_have_a_mean(rows):
    assert written(rows)["in_turn"].splitlines() == [
        "| score | 3 | 8 | mean |",
        "|:--|--:|--:|--:|",
        "| code neighbours | 0.500 | 0.750 | 0.625 |",
    ]


def test_the_comparison_has_every_variant_and_no_best(rows):
    text = written(rows)["comparison"]
    assert text.count("\n") == len(rows) + 1
    assert "**" not in text
    assert "nats" in text.splitlines()[0]


def test_codecs_are_named_in_plain_text(rows):
    assert "| JPEG | 1 | 200 | 50 |" in written(rows)["codecs"]
