"""A quick share of `make soak`: nothing is lost."""

from types import SimpleNamespace

import pytest

from tests.soak import calls, downloads, idx, images, page, params
from tests.soak.__main__ import parser
from tests.soak.kinds import KINDS, injector
from tests.soak.outcome import Outcome

QUICK = {"params": (params, 40), "images": (images, 100), "idx": (idx, 60)}


@pytest.mark.parametrize("name", QUICK)
def test_nothing_is_lost(name):
    file, count = QUICK[name]
    outcome = file.run(count, 1)
    assert (outcome.injected, outcome.lost) == (count, [])


def test_no_download_is_lost(monkeypatch):
    monkeypatch.setattr(downloads, "answers", some(downloads.answers))
    outcome = downloads.run(6, 1)
    assert (outcome.injected, outcome.lost) == (6, [])


def some(answers):
    """Every fifth way to misbehave, so that six of them are of all sorts."""

    def chosen(*arguments):
        ways = answers(*arguments)
        return {name: ways[name] for name in [*ways][::5]}

    return chosen


def test_no_call_is_lost(project):
    outcome = calls.run(30, 1, SimpleNamespace(root=project))
    assert (outcome.injected, outcome.lost) == (30, [])


def test_every_kind_has_its_injector_and_its_count():
    options = vars(parser().parse_args([]))
    assert options["kills"] == 100
    assert options["requests"] == 200
    for _, function, _ in KINDS.values():
        assert callable(injector(function))


def test_what_is_raised_or_said_is_lost_and_stands_on_the_page(tmp_path):
    outcome = Outcome("kind", "it lives")
    outcome.inject("first", lambda: None)
    outcome.inject("second", lambda: "it | died")
    outcome.inject("third", lambda: 1 / 0)
    assert (outcome.injected, outcome.survived, len(outcome.lost)) == (3, 1, 2)
    served = Outcome("requests", "answers", injected=2, figures={"p50": "1 ms", "p99": "2 ms"})
    page.write(tmp_path / "page.md", [outcome, served], "--kills 3", 5.0)
    text = (tmp_path / "page.md").read_text()
    assert "| kind | 3 | 1 | 2 |" in text
    assert "| requests | 1 ms | 2 ms |" in text
    assert "- kind: second: it \\| died" in text
    assert "ZeroDivisionError" in text
