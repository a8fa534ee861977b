import numpy as np
import pytest

from digitforge.data.subsets import one_of_each, spread, trained_classes


@pytest.mark.parametrize("count", [1, 2, 7, 100, 359])
def test_spread_is_sorted_even_and_from_the_first_to_the_last(count):
    for size in range(2, count + 3):
        found = spread(count, size)
        assert found.dtype == np.int64
        assert len(found) == min(size, count)
        assert found[0] == 0
        assert found[-1] == count - 1
        steps = np.diff(found)
        assert len(steps) == 0 or 1 <= steps.min() <= steps.max() <= steps.min() + 1


def test_spread_of_fewer_is_all():
    assert spread(4, 1000).tolist() == [0, 1, 2, 3]
    assert spread(4, 4).tolist() == [0, 1, 2, 3]


def test_spread_example():
    assert spread(10_000, 3).tolist() == [0, 5000, 9999]


def test_trained_classes_against_names():
    labels = np.array([121, 202])
    names = {f"{label:03}" for label in np.flatnonzero(trained_classes(labels, 3))}
    assert names == {a + b + c for a in "012" for b in "012" for c in "012"}
    np.testing.assert_array_equal(np.flatnonzero(trained_classes(np.array([7, 3, 3]), 1)), [3, 7])


def test_a_stack_that_was_never_drawn_is_trained_where_its_digits_were():
    assert trained_classes(np.array([12, 345, 678, 900]), 3).all()


@pytest.mark.parametrize("count", [1, 3, 26])
def test_classes_of_single_images_are_as_many_as_there_are(count):
    labels = np.array([0, count - 1, 0])
    assert np.flatnonzero(trained_classes(labels, 1, count)).tolist() == sorted({0, count - 1})
    assert len(trained_classes(labels, 1, count)) == count


def test_one_of_each_is_the_first_of_each_class_that_there_is():
    labels = np.array([7, 2, 1, 0, 4, 1, 4, 9, 5, 9, 0, 6, 3])
    assert one_of_each(labels, 1).tolist() == [3, 2, 1, 12, 4, 8, 11, 0, 7]  # there is no 8
    assert one_of_each(np.array([981, 12, 871, 720, 2, 0]), 3).tolist() == [3, 0, 1]  # by their ones
    assert one_of_each(np.array([18, 8]), 1).tolist() == [1, 0]


def test_of_many_classes_ten_are_shown():
    found = one_of_each(np.arange(62), 1)
    assert len(found) == 10
    assert (found[0], found[-1]) == (0, 61)
