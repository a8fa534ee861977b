import pickle

import pytest
from pydantic import BaseModel, ValidationError

from digitforge.data.modes import MODES, Mode
from digitforge.errors import UserError


class Asked(BaseModel):
    mode: Mode


def test_there_are_eight_modes_each_with_a_name_of_its_own():
    assert len(set(MODES)) == len(set(map(str, MODES))) == 8


@pytest.mark.parametrize("mode", MODES, ids=str)
def test_the_name_of_a_mode_gives_the_mode_back(mode):
    assert Mode.parse(str(mode)) == mode == pickle.loads(pickle.dumps(mode))
    assert f"{mode}.npz" == f"{mode.channels}-{mode.values}-{mode.digits}.npz"


def test_modes_are_in_the_order_of_their_names():
    assert list(map(str, sorted(MODES))) == sorted(map(str, MODES))


def test_what_a_mode_says():
    mode = Mode.parse("mono-binary-missing")
    assert (mode.channel_count, mode.color, mode.binary, mode.complete) == (1, False, True, False)
    mode = Mode.parse("color-float-complete")
    assert (mode.channel_count, mode.color, mode.binary, mode.complete) == (3, True, False, True)


@pytest.mark.parametrize("name", ["", "mono", "mono-float", "float-mono-complete", "mono-float-complete-"])
def test_another_name_is_an_error_that_lists_those_that_exist(name):
    with pytest.raises(UserError) as caught:
        Mode.parse(name)
    assert str(caught.value).startswith(f"data mode: received {name!r}; accepted: mono-binary-complete, ")


def test_a_schema_reads_and_writes_the_name():
    asked = Asked.model_validate({"mode": "mono-float-complete"})
    assert asked.mode is Mode.parse("mono-float-complete")
    assert asked.model_dump() == {"mode": "mono-float-complete"}
    assert asked.model_dump_json() == '{"mode":"mono-float-complete"}'
    for wrong in ("mono", 5, None):
        with pytest.raises(ValidationError, match="'mono-binary-complete', "):
            Asked.model_validate({"mode": wrong})
