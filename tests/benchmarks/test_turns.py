import json
import sys
import time

import pytest

from benchmarks.jobs import jobs
from benchmarks.turns import Contestant, interleave

SLEEPER = """
import sys, time
from benchmarks.turns import Turns
turns = Turns()
print("noise that must not disturb")
turns.start(weights=3)
while True:
    time.sleep(float(sys.argv[1]))
    turns.done(2)
"""


def sleeper(name, seconds):
    return Contestant(name, [sys.executable, "-c", SLEEPER, str(seconds)])


def test_medians_are_of_the_blocks_after_the_first_per_step():
    fast, slow = sleeper("fast", 0.02), sleeper("slow", 0.2)
    found = interleave([fast, slow], rounds=3)
    assert fast.facts == {"weights": 3}
    assert [len(rival.blocks) for rival in (fast, slow)] == [4, 4]
    assert found["fast"] >= 0.01
    assert found["slow"] >= 0.1
    assert found["slow"] == sorted(slow.blocks[1:])[1]
    for rival in (fast, slow):
        rival.close()
        assert rival.process.returncode == 0


def test_waiting_for_a_turn_is_not_counted():
    rival = sleeper("patient", 0)
    rival.turn()
    time.sleep(0.5)
    assert rival.turn() < 0.2
    rival.close()


def test_a_contestant_that_dies_is_told_with_its_last_words():
    with pytest.raises(RuntimeError, match=r"mortal ended: (?s:.*)ZeroDivisionError"):
        Contestant("mortal", [sys.executable, "-c", "1 / 0"])


def test_the_engine_competes():
    job = jobs()["leave_one_out"] | {"steps": 8}
    small = job["model"]["network"] | {"encoder": [8], "decoder": [8]}
    job |= {"model": job["model"] | {"network": small}, "fit": job["fit"] | {"batch": 16}}
    rivals = [
        Contestant(name, [sys.executable, "-m", f"benchmarks.{name}", json.dumps(job)])
        for name in ("engine", "keras_fit")
    ]
    assert rivals[0].facts["weights"] == rivals[1].facts["weights"]
    assert all(seconds > 0 for seconds in interleave(rivals, rounds=1).values())
    for rival in rivals:
        rival.close()
