"""Images of one's own are looked for from the project, and nothing is asked of those that are gone."""

import pytest

from digitforge.errors import UserError
from digitforge.settings.checks import check_source
from digitforge.settings.params import parse
from tests import small


def with_source(source):
    content = small.content()
    content["data"] |= {"source": source, "missing_digit": 9}
    return parse(content)


@pytest.mark.parametrize("source", ["gone", "x" * 5000])
def test_of_a_source_that_is_nowhere_nothing_is_asked(repository, source):
    check_source(with_source(source))


def test_images_are_looked_for_from_the_project(repository):
    for digit in range(9):
        (repository / "own" / str(digit)).mkdir(parents=True)
        for i in range(5):
            (repository / "own" / str(digit) / f"{i}.png").write_bytes(b"")
    with pytest.raises(UserError, match=r"data\.missing_digit: received 9, which variants\..* accepted: 0 to 8"):
        check_source(with_source("own"))
