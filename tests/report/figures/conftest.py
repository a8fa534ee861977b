import matplotlib.pyplot as plt
import pytest


@pytest.fixture(autouse=True)
def closed():
    """Each figure that a test leaves can be drawn without a warning; none outlives it."""
    yield
    for number in plt.get_fignums():
        plt.figure(number).canvas.draw()
    plt.close("all")
