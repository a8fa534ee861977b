import numpy as np
import pytest

from digitforge.data.nondigits.exposure import HELD_OUT, exposed, held_out, refusable
from digitforge.data.nondigits.kinds import KINDS
from digitforge.data.raw import SourceFacts
from digitforge.data.subsets import FEWEST

RNG = np.random.default_rng(0)
IMAGES = RNG.integers(0, 256, (120, 28, 28, 1)).astype(np.uint8)
LABELS = (np.arange(120) % 10).astype(np.uint8)


@pytest.mark.parametrize(
    ("count", "kept"), [(60_000, 5_000), (120_000, HELD_OUT), (1_200, 100), (143, 11), (11, 1), (1, 1)]
)
def test_a_twelfth_is_held_out_evenly_spread_and_at_most_5000(count, kept):
    found = held_out(count, wanted=True)
    assert found.shape == (count,)
    assert found.dtype == bool
    assert found.sum() == kept
    gaps = np.diff(np.flatnonzero(found))
    assert len(gaps) == 0 or np.ptp(gaps) <= 1
    assert kept == 1 or (found[0] and found[-1])
    assert not held_out(count, wanted=False).any()


def test_few_images_show_too_little_to_refuse_anything():
    kinds = list(KINDS)
    assert refusable(kinds, SourceFacts("mnist"), FEWEST) == kinds
    assert refusable(kinds, SourceFacts("mnist"), FEWEST - 1) == []
    assert refusable(["noise"], SourceFacts("mnist"), FEWEST) == ["noise"]


def test_of_a_folders_classes_a_turned_image_may_still_be_one():
    found = refusable(list(KINDS), SourceFacts("folder shapes", classes=("ring", "square")), FEWEST)
    assert set(KINDS) - set(found) >= {"quarter_turned", "mirrored", "upside_down"}
    assert len(found) > 35
    assert found == [name for name in KINDS if name in found]


@pytest.mark.parametrize("classes", [1, 2, 3])
def test_every_kind_that_is_refusable_can_be_made_of_a_folder_of_few_classes(classes):
    names = tuple("abc"[:classes])
    kinds = refusable(list(KINDS), SourceFacts("folder shapes", classes=names), FEWEST)
    images, labels = exposed(IMAGES, LABELS % classes, kinds, 10.0, seed=1)
    assert len(images) == len(labels) == 120 + round(1200 / len(kinds)) * len(kinds)


def test_of_many_classes_none_is_one_more_and_every_class_is_made_strange():
    labels = np.arange(120) % 26
    images, found = exposed(IMAGES, labels, ["inverted"], 1.0, seed=1, none=26)
    assert set(found[120:]) == {26}
    strange = {image.tobytes() for image in 255 - images[120:]}
    assert all(image.tobytes() in strange for image in IMAGES)


@pytest.mark.parametrize("per_digit", [0.5, 1.0, 1.5])
def test_non_digits_come_after_the_digits_as_many_of_each_kind(per_digit):
    kinds = ["inverted", "blank", "overlaid"]
    images, labels = exposed(IMAGES, LABELS, kinds, per_digit, seed=1)
    each = round(per_digit * 120 / 3)
    assert len(images) == len(labels) == 120 + 3 * each
    assert (images.dtype, labels.dtype) == (np.uint8, LABELS.dtype)
    assert images.shape[1:] == (28, 28, 1)
    np.testing.assert_array_equal(images[:120], IMAGES)
    np.testing.assert_array_equal(labels[:120], LABELS)
    assert set(labels[120:]) == {10}
    inverted, blank, overlaid = images[120:].reshape(3, each, 28, 28, 1)
    known = {image.tobytes() for image in IMAGES}
    assert all((255 - image).tobytes() in known for image in inverted)  # made of these digits and no others
    assert all((image > 0).sum() <= 5 for image in blank)
    assert overlaid.mean() > IMAGES.mean() + 20


def test_the_seed_decides_what_is_drawn():
    first, again, other = (exposed(IMAGES, LABELS, ["noise"], 1.0, seed)[0] for seed in (1, 1, 2))
    np.testing.assert_array_equal(first, again)
    assert np.any(first != other)
