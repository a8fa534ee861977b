"""The rows under `verifiers`; test_params.py has what is refused."""

import pytest

from digitforge.data.nondigits.kinds import KINDS
from digitforge.settings.judges import NAMES
from digitforge.settings.params import parse
from digitforge.settings.recipes import declared, put, setting
from tests import small


def test_there_are_three_each_with_a_training():
    verifiers = small.params().verifiers
    assert NAMES == ("plain", "strict", "control")
    assert all(getattr(verifiers, name).fit.steps > 0 for name in NAMES)
    assert not hasattr(verifiers.plain, "nondigits")


@pytest.mark.parametrize("name", KINDS)
def test_every_kind_can_be_learnt(name):
    content = small.content()
    content["verifiers"]["strict"]["nondigits"]["kinds"] = [name]
    assert parse(content).verifiers.strict.nondigits.kinds == [name]


@pytest.mark.parametrize("name", NAMES)
def test_a_verifiers_recipe_has_its_own_row(name):
    params, settings = small.params().model_dump(mode="json"), {}
    for path in declared("verifier", small.ROOT)["SETTINGS"]:
        put(settings, *setting(params, path, name))
    assert settings["verifier"] == params["verifiers"][name]
    assert "verifiers" not in settings
