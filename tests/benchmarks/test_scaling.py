"""What the page derives of measured runs, and that figures of two machines never meet there."""

import copy
import json

import pytest

from benchmarks.machine import machine, named, stale
from benchmarks.page import kinds, result_file
from benchmarks.scaling import LINKS, RAY_SECONDS, figure, of_ray, overhead, predicted, simulated

STAGES = {
    name: {"seconds": seconds, "processor_seconds": seconds, "gigabytes": memory, "needs": needs, "bytes": 125_000_000}
    for name, seconds, memory, needs in (
        ("recipes", 1.0, 0.1, []),
        ("download", 2.0, 0.1, ["recipes"]),
        ("train@a", 10.0, 1.0, ["download"]),
        ("train@b", 6.0, 2.0, ["download"]),
        ("sample@a", 4.0, 0.5, ["train@a"]),
        ("sample@b", 4.0, 0.5, ["train@b"]),
        ("report", 3.0, 0.2, ["sample@a", "sample@b"]),
    )
}
MACHINE = machine()


@pytest.fixture
def results():
    run = {"1": {"seconds": 31.0, "around": 2.0, "stages": {k: STAGES[k] for k in STAGES if k != "recipes"}}}
    measured = {"machine": MACHINE, "projects": {"2": run}}
    stages = {"machine": MACHINE, "stages": copy.deepcopy(STAGES)}
    return {"scale": copy.deepcopy(measured), "stages": stages}


def other(**facts):
    return MACHINE | facts


@pytest.mark.parametrize("facts", [
    {"processor": "another"}, {"cores": 99}, {"python": "3.99"}, {"packages": MACHINE["packages"] | {"keras": "2"}},
])  # fmt: skip
def test_another_machine_is_told_with_both_names(facts):
    why = stale(other(**facts), MACHINE)
    assert named(other(**facts)) in why
    assert named(MACHINE) in why


def test_what_peers_brought_makes_no_other_machine():
    assert stale(other(packages=MACHINE["packages"] | {"torch": "2"}), MACHINE) == ""
    assert MACHINE["processor"]


def test_the_portfolio_is_simulated_where_its_stages_are_of_the_same_machine(results):
    found = simulated(results)
    assert found.of == "the variants of `params.yaml`"
    assert found.why == ""
    disk = found.found["one disk"]
    assert disk.alone == 30
    assert disk.walls[1] == pytest.approx(30 + 7 * RAY_SECONDS)
    assert disk.walls[1000] == disk.path == pytest.approx(20 + 5 * RAY_SECONDS)
    assert disk.enough == 2
    assert disk.speedup(1) < 1 < 30 / 20
    slow = found.found["100 Mbit/s"]
    assert slow.path - disk.path == pytest.approx(5 * 125e6 / LINKS["100 Mbit/s"])


@pytest.mark.parametrize("kind", ["another machine", "older results", "none"])
def test_figures_of_two_machines_never_meet(results, kind):
    if kind == "another machine":
        results["stages"]["machine"] = other(cores=16)
    elif kind == "older results":
        del results["stages"]["stages"]["report"]["needs"]
    else:
        del results["stages"]
    found = simulated(results)
    assert found.of == "the small project of 2 variants"
    assert found.found["one disk"].alone == 29
    assert found.why
    assert ("16 cores" in found.why) == (kind == "another machine")


def test_shorter_trainings_are_not_simulated(results):
    results["stages"]["budget"] = 0.1
    assert "smaller budget" in simulated(results).why


def test_two_jobs_are_predicted_by_the_stages_of_one(results):
    # download, train@a beside train@b and sample@b, sample@a, report: one core each, so nothing goes slower
    run = results["scale"]["projects"]["2"]
    assert predicted(run, 2, cores=2) == pytest.approx(2 + 2 + 14 + 3)
    assert predicted(run, 1, cores=2) == pytest.approx(31)
    # On one core two jobs bring nothing.
    assert predicted(run, 2, cores=1) == pytest.approx(31)


def test_what_ray_adds_is_what_is_left(results):
    steps = {"clone": 1.0, "pull": 2.0, "run": 10.0, "push": 0.5}
    results["scale"]["ray"] = {"a": steps | {"wall": 15.0}, "b": steps | {"wall": 14.0}, "c": steps | {"wall": 20.0}}
    found = of_ray(results["scale"]["ray"])
    assert found["ray"] == (1.5, 6.5)
    assert found["pull"] == (2.0, 2.0)
    assert overhead(results) == 1.0 + 1.5


def test_the_figure_is_drawn(results, tmp_path):
    figure(simulated(results).found, tmp_path / "scale.png")
    assert (tmp_path / "scale.png").stat().st_size > 5_000


def test_kinds_add_up(results):
    stages = STAGES | {"train@a": STAGES["train@a"] | {"training_seconds": 8.0}}
    found = kinds(stages)
    assert list(found)[:2] == ["train", "sample"]
    assert found["train"] == {"count": 2, "seconds": 16.0, "training": 8.0, "other": 8.0, "gigabytes": 2.0}
    assert sum(row["seconds"] for row in found.values()) == 30


@pytest.mark.parametrize("name", [file.stem for file in result_file("speed").parent.glob("*.json")])
def test_every_result_names_its_machine(name):
    assert named(json.loads(result_file(name).read_text())["machine"])
