import numpy as np
import pytest

from benchmarks.page import EPOCH, HERE, exponent, historic, parts, render, shared
from digitforge.report import rendering


def test_exponent_of_a_power_law():
    costs = {str(size): 0.3 * size**0.8 for size in (32, 64, 128, 256)}
    assert exponent(costs) == pytest.approx(0.8)
    assert exponent(costs | {"32": 100.0}, least=64) == pytest.approx(0.8)


def test_parts_add_up_to_the_step():
    contest = {
        "parts": {"kernels": 0.03, "gradients": 0.04, "one_batch": 0.045, "full": 0.05},
        "seconds_per_step": {"digitforge": 0.06},
        "operations": 1e7,
        "batch": 200,
        "ceiling": 1e11,
    }
    found = parts(contest)
    assert sum(found.values()) == pytest.approx(60)
    assert found["arithmetic"] == pytest.approx(20)
    assert found["host"] == pytest.approx(10)


def test_the_historic_recipe_is_extrapolated_along_its_power_law():
    curve = [{"step": epoch * EPOCH, "nats": 110 + 20 * epoch**-0.6} for epoch in np.linspace(0.4, 10, 25)]
    found = historic({"historic": {"curve": curve}}, step_seconds=0.1)
    assert found["nats"] == pytest.approx(110 + 20 * 100**-0.6, abs=0.05)
    assert found["seconds"] == pytest.approx(0.1 * 100 * 60_000 / 256)


def test_the_committed_page_is_that_of_the_committed_results(tmp_path, monkeypatch):
    from benchmarks import page

    committed = (page.HERE / "README.md").read_text()
    monkeypatch.setattr(page, "growth_figure", lambda growth: None)
    monkeypatch.setattr(page.scaling, "figure", lambda found, path: None)
    assert set(render()) == {"speed", "quality", "scale", "stages", "photographs"}
    assert (page.HERE / "README.md").read_text() == committed


def test_states_of_two_budgets_are_not_compared():
    facts = {"processor": "a", "cores": 2, "gigabytes": 8, "python": "3", "packages": {}}
    one = {"train@a": {"seconds": 70.0, "training_seconds": 50.0, "gigabytes": 1.0}}
    now = {"machine": facts, "commit": "new", "budget": 0.5, "stages": one}
    said = rendering.render(
        "stages.md", now | shared({"stages": now, "before": now | {"budget": 1.0}}), HERE / "templates"
    )
    assert "Trainings have 0.5 of their budget" in said
    assert "stale: they are of another budget (1)" in said
    assert "before: count" not in said


@pytest.mark.parametrize("cores", [2, 16])
def test_the_state_before_is_compared_only_where_it_was_measured_on_the_same_machine(cores):
    facts = {"processor": "a", "cores": 2, "gigabytes": 8, "python": "3", "packages": {}}
    one = {"train@a": {"seconds": 70.0, "training_seconds": 50.0, "gigabytes": 1.0}}
    now = {"machine": facts, "commit": "new", "stages": one}
    old = {"train@a": one["train@a"] | {"seconds": 95.0}, "check": {"seconds": 3.3, "gigabytes": 0.1}}
    before = {"machine": facts | {"cores": cores}, "commit": "old", "stages": old}
    said = rendering.render("stages.md", now | shared({"stages": now, "before": before}), HERE / "templates")
    assert "In all 1:10 minutes, of which 0:20 aren't training, with 1 variants." in said
    assert ("| `train` | 1 | 70.0 | 100 % | 50 | 20.0 | 1.0 | 1 | 95.0 | 45.0 |" in said) == (cores == 2)
    assert ("| `check` | – | – | – | – | – | – | 1 | 3.3 | 3.3 |" in said) == (cores == 2)
    assert ("stale" in said and "16 cores" in said) == (cores == 16)
    assert ("95.0" in said) == (cores == 2)
