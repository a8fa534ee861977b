import numpy as np
import pytest

from digitforge.report.numbers import FILTERS, decimals, label, measured, percent, score


@pytest.mark.parametrize(
    ("value", "error", "expected"),
    [
        (8.3716, 0.39, "8.4 ± 0.4"),
        (113.14, 1.0, "113.1 ± 1.0"),
        (113.14, 1.94, "113.1 ± 1.9"),
        (113.14, 2.4, "113 ± 2"),
        (113.14, 12.0, "113 ± 12"),
        (113.14, 250.0, "113 ± 250"),
        (0.51234, 0.0123, "0.512 ± 0.012"),
        (0.51234, 0.0323, "0.51 ± 0.03"),
        (-97.512, 0.07, "-97.51 ± 0.07"),
        (0.000123, 0.0004, "0.0001 ± 0.0004"),
    ],
)
def test_measured_shows_the_error_and_no_digit_more_than_it_allows(value, error, expected):
    assert measured({"value": value, "ci95": error}) == expected


def test_without_an_error_the_value_stands_alone():
    assert measured({"value": 8.3716, "ci95": 0.0}) == "8.4"


def test_an_error_too_small_to_show_is_left_out():
    assert measured({"value": 8.3716, "ci95": 1e-7}) == "8.3716"
    assert measured({"value": 8.3716, "ci95": 0.04}, 1) == "8.4"


def test_places_can_be_asked_for():
    assert measured({"value": 8.3716, "ci95": 0.39}, 3) == "8.372 ± 0.390"
    assert measured({"value": 8.3716, "ci95": 0.39}, 0) == "8"


def test_decimals_keep_one_digit_of_the_error_or_two_where_the_first_is_a_one():
    for error in np.geomspace(0.002, 90, 400):
        shown = f"{error:.{decimals(error)}f}"
        digits = shown.replace(".", "").lstrip("0")
        if error >= 10:
            assert decimals(error) == 0
        else:
            assert len(digits) == (2 if digits.startswith("1") else 1)
            assert abs(float(shown) - error) <= 0.25 * error


def test_decimals_of_no_error_and_of_a_tiny_one():
    assert decimals(0.0) == 1
    assert decimals(1e-12) == 4


def test_percent_of_a_measurement_and_of_a_plain_share():
    assert percent({"value": 0.9482, "ci95": 0.0043}) == "94.8 ± 0.4 %"
    assert percent({"value": 0.9482, "ci95": 0.0001}) == "94.8 %"
    assert percent({"value": 1.0, "ci95": 0.0}) == "100.0 %"
    assert percent(0.98) == "98.0 %"
    assert percent(0.0006) == "0.1 %"


def test_score_has_three_places():
    assert score({"value": 0.8974, "ci95": 0.0102}) == "0.897 ± 0.010"
    assert score({"value": 1.0, "ci95": 0.0}) == "1.000"


def test_label_is_words():
    assert label("negative_elbo") == "negative ELBO"
    assert label("importance_sampling") == "importance sampling"


def test_thousands_are_grouped():
    assert FILTERS["thousands"](1234567) == "1,234,567"
