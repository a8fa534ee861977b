"""Section `tune`: what its ranges may be."""

import pytest

from digitforge.errors import UserError
from digitforge.settings.params import parse
from digitforge.settings.tune import Range, with_values
from tests import small

RATE = {"low": 0.001, "high": 0.1, "log": True}


def parsed(space, key="vae_small"):
    return parse(small.content() | {"tune": {key: space}})


def test_a_space_of_numbers_steps_and_choices_is_accepted():
    space = {
        "fit.learning_rate": RATE,
        "model.code": {"low": 3, "high": 12, "step": 3},
        "fit.batch": {"choices": [32, 64]},
        "sample": {"choices": [small.FROM_PRIOR, small.FROM_MIXTURE]},
        "model.objective.beta": {"low": 0, "high": 2},
    }
    assert set(parsed(space).tune["vae_small"]) == set(space)


@pytest.mark.parametrize(
    ("space", "message"),
    [
        ({}, "tune.vae_small: received a mapping"),
        ({"fit.rate": RATE}, "tune.vae_small.fit.rate: received a path that the row hasn't"),
        ({"title": {"choices": ["a", "b"]}}, "tune.vae_small.title: received a path that the row hasn't"),
        ({"fit.steps": {"low": 100, "high": 900}}, "tune.vae_small.fit.steps: received a range; accepted: another"),
        ({"fit.learning_rate": RATE | {"high": 2}}, "fit.learning_rate: received 2; accepted: what the row's schema"),
        ({"fit.learning_rate": RATE | {"low": 0.01}}, "accepted: a range that has the row's own value, 0.003"),
        ({"model.code": {"low": 1.5, "high": 9.5}}, "model.code: received 1.5; accepted: what the row's schema takes"),
        ({"model.code": {"low": 4, "high": 9, "step": 2}}, "step: received 2; accepted: one that leads from low to"),
        ({"model.code": {"low": 9, "high": 3}}, "high: received 3; accepted: more than low, which is 9"),
        ({"fit.batch": {"choices": [64, "many"]}}, "fit.batch: received 'many'; accepted: what the row's schema takes"),
        ({"fit.batch": {"choices": [32, 128]}}, "accepted: a range that has the row's own value, 64"),
        ({"fit.batch": {"choices": [64]}}, "tune.vae_small.fit.batch.choices: received [64]"),
        ({"fit.batch": {"low": 1}}, "tune.vae_small.fit.batch.received other keys"),
        ({"model.objective.beta": {"low": 0, "high": 2, "log": True}}, "log: received true; accepted: false where"),
        ({"fit.batch": {"lowest": 1}}, "tune.vae_small.fit.batch.lowest: unknown key"),
    ],
)
def test_a_mistake_is_one_line_that_names_the_key(space, message):
    with pytest.raises(UserError) as error:
        parsed(space)
    assert message in str(error.value)
    assert "\n" not in str(error.value)


def test_an_unknown_row_is_refused():
    with pytest.raises(UserError, match=r"params.yaml: tune: received the key 'x'; accepted: ae_deep, "):
        parsed({"fit.learning_rate": RATE}, "x")


def test_bounds_that_only_together_are_none_of_the_row_are_refused():
    space = {
        "model.code": {"low": 10, "high": 12, "step": 2},
        "model.network.shared_channels": {"choices": [False, True]},
    }
    with pytest.raises(UserError, match="accepted: what the row's schema takes"):
        parsed(space, "gan_stacked")


def test_values_are_put_into_a_copy():
    row = {"fit": {"batch": 1, "optimizer": {"name": "adam"}}, "title": "x"}
    assert with_values(row, {"fit.optimizer.name": "sgd"})["fit"] == {"batch": 1, "optimizer": {"name": "sgd"}}
    assert row["fit"]["optimizer"]["name"] == "adam"


def test_a_range_says_what_it_holds():
    found = Range(low=2, high=8, step=3)
    assert [value for value in range(10) if found.holds(value)] == [2, 5, 8]
    assert not Range(low=0.0, high=1.0).holds(True)
    assert Range(choices=["a", None]).holds(None)
