"""The simulated run against cases by hand."""

import math

import networkx
import pytest

from benchmarks.simulation import (
    critical_path,
    graph_of,
    last_chain,
    multiplied,
    sharing,
    simulate,
    with_cost,
)

CHAIN = {"a": [], "b": ["a"], "c": ["b"]}
# After `a`, four stages of 6, 5, 4 and 3 s; then `z`.
FAN = {"a": [], "b": ["a"], "c": ["a"], "d": ["a"], "e": ["a"], "z": ["b", "c", "d", "e"]}
SECONDS = {"a": 2.0, "b": 6.0, "c": 5.0, "d": 4.0, "e": 3.0, "z": 1.0}
ROWS = {
    "data": [],
    **{f"train@{key}": ["data"] for key in "xy"},
    **{f"sample@{key}": [f"train@{key}"] for key in "xy"},
    **{f"evaluate@{key}": [f"sample@{key}"] for key in "xy"},
    "judge": ["sample@x", "sample@y"],
    "report": ["judge", "evaluate@x", "evaluate@y"],
}


@pytest.mark.parametrize("workers", [1, 2, 1000])
def test_more_workers_bring_a_chain_nothing(workers):
    assert simulate(graph_of(CHAIN), SECONDS, workers) == pytest.approx(13)


@pytest.mark.parametrize(("workers", "seconds"), [
    (1, 21),  # the sum
    (2, 2 + 9 + 1),  # 6 + 3 and 5 + 4 side by side
    (3, 2 + 7 + 1),  # 4 + 3 beside 6 and 5
    (4, 9),  # the critical path
    (1000, 9),
])  # fmt: skip
def test_stages_that_need_nothing_of_one_another_run_side_by_side_the_longest_first(workers, seconds):
    graph = graph_of(FAN)
    assert simulate(graph, SECONDS, workers) == pytest.approx(seconds)
    assert critical_path(graph, SECONDS) == 9


def test_what_the_scheduler_does_not_know_costs_time():
    # It takes `e` for the longest and starts it first, with `d`: 3 + 6 beside 4 + 5.
    known = {"a": 2, "b": 1, "c": 2, "d": 3, "e": 4, "z": 1}
    assert simulate(graph_of(FAN), SECONDS | {"e": 1.0, "d": 1.0}, 2, known=known) == pytest.approx(2 + 1 + 6 + 1)


def test_two_that_want_three_cores_of_two_go_slower_by_half():
    graph = graph_of({"b": [], "c": []})
    used = {"b": 1.5, "c": 1.5}
    # Side by side for 5 s of work each, then one alone for the last.
    assert simulate(graph, SECONDS, 2, sharing(used, 2)) == pytest.approx(5 * 1.5 + 1)
    assert simulate(graph, SECONDS, 2, sharing(used, 3)) == pytest.approx(6)
    assert simulate(graph, SECONDS, 1, sharing(used, 2)) == pytest.approx(11)


def test_each_stage_pays_for_its_start_and_for_what_it_moves():
    costs = with_cost({"a": 2.0, "b": 3.0}, 1.0, {"a": 100, "b": 0}, bandwidth=50)
    assert costs == {"a": 5.0, "b": 4.0}
    assert with_cost({"a": 2.0}, 0.0, {"a": 100}, math.inf) == {"a": 2.0}


def test_the_last_chain_is_what_needs_all_variants():
    assert last_chain(graph_of(ROWS)) == {"judge", "report"}


def test_more_variants_are_more_chains_between_the_same_stages():
    graph, original = multiplied(graph_of(ROWS), {name for name in ROWS if "@" in name}, 3)
    assert len(graph) == 3 + 3 * 6
    assert set(original.values()) == set(ROWS)
    assert set(graph.predecessors("evaluate@x.2")) == {"sample@x.2"}
    assert len(set(graph.predecessors("judge"))) == 6
    assert networkx.is_directed_acyclic_graph(graph)
