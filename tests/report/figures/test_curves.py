import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest

from digitforge.report.figures.curves import accuracy_curve, loss_curves


@pytest.fixture
def history():
    step = np.arange(1, 51) * 20
    loss = 100 + 900 * np.exp(-step / 20)
    return pd.DataFrame({"step": step, "loss": loss, "val_loss": loss + 3})


def close(figure):
    plt.close(figure)


def test_curves_show_the_data_and_the_scale_leaves_out_the_first_peak(history):
    figure = loss_curves(history)
    [axes] = figure.axes
    np.testing.assert_allclose(axes.lines[0].get_ydata(), history["loss"])
    np.testing.assert_allclose(axes.lines[1].get_ydata(), history["val_loss"])
    assert axes.get_ylim()[1] < 200
    assert [text.get_text() for text in axes.get_legend().get_texts()] == ["training", "test images"]
    close(figure)


def test_a_vae_also_shows_its_parts(history):
    figure = loss_curves(history.assign(val_reconstruction_nats=80.0, val_kl_nats=20.0))
    assert [line.get_label() for line in figure.axes[1].lines] == ["reconstruction", "KL"]
    close(figure)


def test_parts_that_are_nothing_or_the_loss_itself_are_left_out(history):
    parts = {"val_penalty": 0.0, "val_reconstruction_nats": history["val_loss"], "val_nothing": np.nan}
    figure = loss_curves(history.assign(**parts))
    assert len(figure.axes) == 1
    close(figure)


def test_parts_of_any_name_are_shown_in_words(history):
    figure = loss_curves(history.assign(val_generator_loss=-1.0, val_label_nats=2.0))
    assert [line.get_label() for line in figure.axes[1].lines] == ["generator loss", "label"]
    low, high = figure.axes[1].get_ylim()
    assert low < -1 < 2 < high
    close(figure)


def test_curves_of_a_run_of_one_interval(history):
    figure = loss_curves(history[:1])
    figure.canvas.draw()
    close(figure)


def test_accuracies_are_in_percent_under_the_verifiers_name():
    history = pd.DataFrame({"step": [1, 2], "accuracy": [0.5, 0.9], "val_accuracy": [0.6, 0.95]})
    figure = accuracy_curve("strict", history)
    [axes] = figure.axes
    assert "strict" in axes.get_title(loc="left")
    np.testing.assert_allclose(axes.lines[0].get_ydata(), [50, 90])
    np.testing.assert_allclose(axes.lines[1].get_ydata(), [60, 95])
    assert axes.get_ylim()[0] < 50 < 100 < axes.get_ylim()[1]
    close(figure)
