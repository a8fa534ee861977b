"""Numbers over several seeds: on the first page, on the card, in the summary and in seeds.json."""

import copy
import json

import pytest

from digitforge.report import seeds
from digitforge.report.cards import captions, describe
from digitforge.report.index import summary
from digitforge.report.rendering import render
from digitforge.report.tables import markdown


def number(value, ci95=0.01):
    return {"value": value, "ci95": ci95}


def test_estimates_are_averaged_and_what_differs_otherwise_is_left_out():
    first = {"a": number(1.0), "word": "grey", "list": [1], "count": 3, "group": {"b": number(0.5), "odd": 1}}
    second = {"a": number(3.0), "word": "grey", "list": [1], "count": 3, "group": {"b": number(0.5), "odd": 2}}
    found = seeds.combined([first, second])
    assert found["a"] == pytest.approx((2.0, 12.7062))  # t of one degree of freedom, s = sqrt(2)
    assert found["group"] == {"b": (0.5, 0.0)}
    assert (found["word"], found["count"]) == ("grey", 3)
    assert "list" not in found
    assert seeds.combined([first, {"a": number(1.0)}]) is None


@pytest.fixture
def described(params, make_details):
    """A function that describes a variant of tests/params.yaml, whose metrics take these values from further seeds."""

    def of(key, **values):
        row, own = params.variants[key], make_details(params.variants[key])
        further = []
        for number in range(2):
            details = copy.deepcopy(own)
            for path, found in values.items():
                group, name = path.split("__")
                details[group][name]["value"] = found[number + 1]
                own[group][name]["value"] = found[0]
            further.append(details)
        details = seeds.plain(seeds.combined([own, *further]))
        several = {"seeds": [1, 11, 12], "details": details} if values else None
        return describe(key, row, {"weights": 1}, 9, own, several=several)

    return of


def lines(rows):
    return {line.split(" | ")[0].lstrip("| "): line for line in markdown(summary(rows, "8", "0.5")).splitlines()}


def test_the_summary_rests_on_all_seeds_and_bold_is_what_the_best_can_not_be_told_from(described):
    # The lucky first seed of one is best; over three, the other is. Intervals: t = 4.3027, s = .01.
    lucky = described("ae_vanilla", reconstruction__right=(0.99, 0.8, 0.79))
    steady = described("vae_dense", reconstruction__right=(0.94, 0.95, 0.96))
    once = described("vae_conv")  # .9, from one seed
    found = lines([lucky, steady, once])["Reconstructions read right"]
    assert "86.0 ± 28.0 %, 3 seeds [ae_vanilla](cards/ae_vanilla.md)**" in found  # so far that nothing is known
    assert "**95.0 ± 2.5 %, 3 seeds [vae_dense](cards/vae_dense.md)**" in found
    assert "vae_conv" not in found
    clear = described("ae_vanilla", reconstruction__right=(0.90, 0.90, 0.901))
    found = lines([clear, steady])["Reconstructions read right"]
    assert "| 90.0 ± 0.1 %, 3 seeds [ae_vanilla]" in found
    assert "**95.0 ± 2.5 %" in found
    assert "90.0 ± 1.0 % [ae_vanilla]" in lines([described("ae_vanilla"), steady])["Reconstructions read right"]


def test_the_first_page_has_one_seed_beside_all(described):
    rows = [described("ae_vanilla"), described("vae_dense", samples__fid=(9.0, 10.0, 11.0))]
    head, _, one, over = markdown(seeds.compared(rows)).splitlines()
    assert head.startswith("| model | seeds | ")
    assert one.startswith("| [vae_dense](cards/vae_dense.md) | 1 | ")
    assert over.startswith("| [vae_dense](cards/vae_dense.md) | 1, 11, 12 | ")
    assert "| 9.0 ± 0.3 |" in one
    assert "| 10 ± 2 |" in over
    assert seeds.compared(rows[:1]) == []


def test_the_card_names_the_seeds_and_has_both_numbers(described):
    row = described("vae_dense", samples__fid=(9.0, 10.0, 11.0))
    text = render("card.md", {"row": {**row, "pictures": captions(row, ("samples",))}})
    assert "| seeds | 1, 11, 12 |" in text
    assert "| | | one seed | mean over seeds |\n|:--|:--|--:|--:|\n" in text
    assert "|  | FID | 9.0 ± 0.3 | 10 ± 2 |" in text
    alone = described("ae_vanilla")
    text = render("card.md", {"row": {**alone, "pictures": captions(alone, ("samples",))}})
    assert "| | | |\n|:--|:--|--:|\n" in text
    assert "seed" not in text.split("## Load it")[0]


def test_headlines_are_those_of_variants_with_several_seeds(described):
    rows = [described("ae_vanilla"), described("vae_dense", samples__fid=(9.0, 10.0, 11.0))]
    found = json.loads(json.dumps(seeds.headlines(rows)))
    assert set(found) == {"vae_dense"}
    assert found["vae_dense"]["samples"]["fid"] == {"value": 10.0, "ci95": 2.5}
    assert "data" not in found["vae_dense"]["likelihood"]  # a word
