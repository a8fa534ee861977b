"""Sources that are folders are looked for in the project, and by stage `recipes` alone."""

import pytest

from digitforge.errors import UserError
from digitforge.settings.checks import check_source
from digitforge.settings.params import parse
from tests import small


def with_source(source):
    content = small.content()
    content["data"]["source"] = source
    return parse(content)


@pytest.mark.parametrize("source", ["mnits", "x" * 5000])
def test_a_source_that_is_nowhere_is_one_line(repository, source):
    with pytest.raises(UserError) as error:
        check_source(with_source(source))
    assert str(error.value).startswith(f"params.yaml: data.source: received '{source[:5]}")
    assert str(error.value).endswith("accepted: mnist, fashion_mnist, kmnist, digits, or an existing folder of images")


def test_a_folder_of_images_is_named_from_the_project(repository):
    params = with_source("own")
    with pytest.raises(UserError, match=r"data\.source: received 'own'"):
        check_source(params)
    for digit in range(10):
        (repository / "own" / str(digit)).mkdir(parents=True)
        for i in range(5):
            (repository / "own" / str(digit) / f"{i}.png").write_bytes(b"")
    check_source(params)
