"""Every kind of non-digit, and a few against slow computations of their own."""

from dataclasses import replace

import numpy as np
import pytest

from digitforge.data.nondigits import kinds
from digitforge.data.nondigits.kinds import KINDS, make
from digitforge.data.nondigits.mixtures import others

COUNT, SIDE = 120, 28
RNG = np.random.default_rng(0)
LABELS = np.arange(COUNT) % 10
# Strokes of any brightness, which no two images share, in the middle as MNIST's digits: no symmetry, no empty half.
IMAGES = np.zeros((COUNT, SIDE, SIDE), np.uint8)
IMAGES[:, 4:24, 4:24] = np.where(RNG.random((COUNT, 20, 20)) < 0.4, RNG.integers(1, 256, (COUNT, 20, 20)), 0)
NOTHING = np.zeros_like(IMAGES)

OF_NOTHING = ["noise", "blobs", "blank", "constant", "gratings", "strokes", "scribbles", "lines", "shapes"]
OF_ONE = [
    "quarters_shuffled", "tiles_shuffled", "pixels_shuffled", "band_erased", "half_erased", "boxes_erased", "shredded",
    "rows_jittered", "strips_shifted", "folded", "quarter_turned", "mirrored", "upside_down", "warped", "swirled",
    "waved", "enlarged", "blurred", "coarse", "fattened", "noisy", "inverted", "phases_scrambled",
]  # fmt: skip
OF_MANY = [name for name in KINDS if name not in (*OF_NOTHING, *OF_ONE)]
CUTS = {"top_on_bottom": [(1, 0)], "left_by_right": [(0, 1)], "diagonal_halves": [(1, 1), (1, -1), (-1, 1), (-1, -1)]}


@pytest.fixture
def made(monkeypatch):
    """A function that makes non-digits of a kind -> (what they are made of, its labels, the non-digits), in bytes."""

    def call(name, count=COUNT, seed=1):
        seen = {}

        def spy(digits, labels, rng):
            seen.update(digits=np.rint(255 * digits).astype(np.uint8), labels=labels)
            return KINDS_BEFORE[name].make(digits, labels, rng)

        monkeypatch.setitem(kinds.KINDS, name, replace(KINDS_BEFORE[name], make=spy))
        found = make(name, IMAGES, LABELS, count, np.random.default_rng(seed))
        return seen["digits"], seen["labels"], found

    return call


KINDS_BEFORE = dict(KINDS)


def places(image):
    """The position in IMAGES of each image."""
    [found] = np.flatnonzero(np.all(image == IMAGES, axis=(1, 2)))
    return found


def test_every_kind_is_made_of_nothing_of_one_image_or_of_many():
    assert set(OF_NOTHING + OF_ONE) <= set(KINDS)
    assert len(OF_MANY) == len(KINDS) - len(OF_NOTHING) - len(OF_ONE) == 11


@pytest.mark.parametrize("name", KINDS)
def test_every_kind_gives_as_many_images_of_bytes_by_its_generator(name):
    before = IMAGES.copy()
    found = make(name, IMAGES, LABELS, 50, np.random.default_rng(3))
    assert found.shape == (50, SIDE, SIDE)
    assert found.dtype == np.uint8
    np.testing.assert_array_equal(found, make(name, IMAGES, LABELS, 50, np.random.default_rng(3)))
    assert np.any(found != make(name, IMAGES, LABELS, 50, np.random.default_rng(4)))
    np.testing.assert_array_equal(IMAGES, before)
    assert make(name, IMAGES, LABELS, 1, np.random.default_rng(3)).shape == (1, SIDE, SIDE)


@pytest.mark.parametrize("name", KINDS)
def test_every_kind_stays_within_black_and_white(name):
    digits = IMAGES.astype(np.float32) / 255
    found = KINDS[name].make(digits, LABELS, np.random.default_rng(0))
    assert found.shape == digits.shape
    assert np.isfinite(found).all()
    assert found.min() >= -1e-6
    assert found.max() <= 1 + 1e-6
    assert found.max() > 0.3  # and isn't all dark


@pytest.mark.parametrize("name", KINDS)
def test_no_non_digit_is_the_image_that_it_is_made_of(made, name):
    digits, _, found = made(name)
    assert np.all(np.any(digits != found, axis=(1, 2)))
    # Nor any other one.
    assert not any(np.any(np.all(image == IMAGES, axis=(1, 2))) for image in found)


@pytest.mark.parametrize("name", KINDS)
def test_every_kind_is_made_of_other_images_of_the_digits_that_it_spoils(made, name):
    of = KINDS[name].of or tuple(range(10))
    there = COUNT // 10 * len(of)
    digits, labels, _ = made(name, there)
    positions = [places(image) for image in digits]
    assert len(set(positions)) == there  # each image once, as far as there are enough
    np.testing.assert_array_equal(LABELS[positions], labels)
    assert set(labels) == set(of)
    digits, labels, found = made(name, there + 30)
    assert len(found) == there + 30
    assert set(labels) <= set(of)


def test_most_kinds_spoil_every_digit():
    assert all(kind.of is None or (kind.of and set(kind.of) < set(range(10))) for kind in KINDS.values())
    assert sum(kind.of is None for kind in KINDS.values()) > 30
    assert all(KINDS[name].of is None for name in (*OF_NOTHING, *OF_MANY))
    # A mirrored 0, 1 or 8 is one; so is a 0 that lies on its side.
    assert not {0, 1, 8} & set(KINDS["mirrored"].of)
    assert not {0, 1, 3, 8} & set(KINDS["upside_down"].of)
    assert 0 not in KINDS["quarter_turned"].of


@pytest.mark.parametrize("name", OF_NOTHING)
def test_patterns_show_nothing_of_the_digits(name):
    of_digits, of_nothing = (make(name, x, LABELS, 30, np.random.default_rng(5)) for x in (IMAGES, NOTHING))
    np.testing.assert_array_equal(of_digits, of_nothing)


@pytest.mark.parametrize(
    ("name", "join"), [("overlaid", np.maximum), ("averaged", lambda a, b: np.rint((a.astype(float) + b) / 2))]
)
def test_two_digits_of_different_labels_in_one_against_a_loop(made, name, join):
    digits, labels, found = made(name)
    for image, label, mixed in zip(digits, labels, found, strict=True):
        partners = [j for j in range(COUNT) if np.all(np.abs(join(image, digits[j]) - mixed.astype(float)) <= 1)]
        assert partners
        assert label not in labels[partners]


@pytest.mark.parametrize("name", CUTS)
def test_cut_images_are_one_digit_on_one_side_of_a_line_and_another_on_the_other(made, name):
    digits, labels, found = made(name)
    rows, columns = np.mgrid[:SIDE, :SIDE]
    normals = set()
    for image, label, mixed in zip(digits, labels, found, strict=True):
        own = mixed == image
        [partner] = [j for j in range(COUNT) if np.any(digits[j] != image) and np.all((mixed == digits[j]) | own)]
        assert labels[partner] != label
        theirs = mixed == digits[partner]
        straight = [
            normal
            for normal in CUTS[name]
            if (across := normal[0] * rows + normal[1] * columns)[~theirs].max() < across[~own].min()
        ]
        assert len(straight) == 1  # all that is only of the one lies before all that is only of the other
        assert min(np.sum(~theirs), np.sum(~own)) > 30
        normals |= set(straight)
    assert normals == set(CUTS[name])


def blocks(image, across):
    side = SIDE // across
    return [image[r : r + side, c : c + side].tobytes() for r in range(0, SIDE, side) for c in range(0, SIDE, side)]


@pytest.mark.parametrize(("name", "across"), [("quarters_shuffled", 2), ("tiles_shuffled", 4)])
def test_shuffled_parts_are_the_same_parts_in_another_order(made, name, across):
    orders = set()
    for seed in range(4):  # enough for the identity to turn up, were it not kept out
        digits, _, found = made(name, seed=seed)
        for image, mixed in zip(digits, found, strict=True):
            before, after = blocks(image, across), blocks(mixed, across)
            assert sorted(before) == sorted(after)
            assert before != after
            orders.add(tuple(before.index(part) for part in after))
    if across == 2:
        assert len(orders) == 23  # all but the old one


def test_shuffled_pixels_are_the_same_pixels(made):
    digits, _, found = made("pixels_shuffled")
    np.testing.assert_array_equal(np.sort(found.reshape(COUNT, -1)), np.sort(digits.reshape(COUNT, -1)))


def shifts(row, shifted):
    """By how many pixels a row may have been turned around."""
    return {shift for shift in range(-14, 15) if np.array_equal(np.roll(row, shift), shifted)}


@pytest.mark.parametrize(("name", "most"), [("rows_jittered", 6), ("strips_shifted", 5)])
def test_shifted_rows_are_turned_around(made, name, most):
    digits, _, found = made(name, 40)
    used = set()
    for image, mixed in zip(digits, found, strict=True):
        for row, shifted in zip(image[4:24], mixed[4:24], strict=True):
            possible = shifts(row, shifted)
            assert possible
            assert min(map(abs, possible)) <= most
            used |= possible if len(possible) == 1 else set()
    assert min(used) < -3
    assert max(used) > 2


def test_strips_have_one_shift_each_to_either_side_in_turn(made):
    digits, _, found = made("strips_shifted", 40)
    for image, mixed in zip(digits, found, strict=True):
        by_row = [shifts(row, shifted) for row, shifted in zip(image[4:24], mixed[4:24], strict=True)]
        assert len(set().union(*(one for one in by_row if len(one) == 1))) == 2


def test_turned_images_are_turned_to_either_side(made):
    digits, _, found = made("quarter_turned", 100)
    sides = []
    for image, turned in zip(digits, found, strict=True):
        sides.append([k for k in (1, 2, 3) if np.array_equal(np.rot90(image, k), turned)])
    assert {tuple(side) for side in sides} == {(1,), (3,)}
    assert 20 < sides.count([1]) < 80


@pytest.mark.parametrize(
    ("name", "slow"),
    [("mirrored", np.fliplr), ("upside_down", np.flipud), ("inverted", lambda image: 255 - image)],
)
def test_images_that_nothing_is_drawn_for(made, name, slow):
    digits, _, found = made(name)
    for image, changed in zip(digits, found, strict=True):
        np.testing.assert_array_equal(changed, slow(image))


def test_folded_images_are_symmetric_and_a_half_of_the_digit(made):
    digits, _, found = made("folded", 36)
    np.testing.assert_array_equal(found, found[:, :, ::-1])
    left = [np.array_equal(a[:, :14], b[:, :14]) for a, b in zip(digits, found, strict=True)]
    right = [np.array_equal(a[:, 14:], b[:, 14:]) for a, b in zip(digits, found, strict=True)]
    assert all(a != b for a, b in zip(left, right, strict=True))
    assert any(left)
    assert any(right)


def test_an_erased_band_is_dark_from_border_to_border_and_the_rest_is_untouched(made):
    digits, _, found = made("band_erased")
    directions = set()
    for image, erased in zip(digits, found, strict=True):
        assert np.all(erased <= image)
        changed = erased != image
        assert np.all(erased[changed] == 0)
        for axis in (0, 1):
            lines = np.flatnonzero(changed.any(axis=1 - axis))
            band = np.take(erased, range(lines.min(), lines.max() + 1), axis=axis)
            if not band.any():
                directions.add(axis)
                assert 5 <= len(lines) <= 10
                break
        else:
            pytest.fail("neither rows nor columns are dark throughout")
    assert directions == {0, 1}


@pytest.mark.parametrize("name", ["half_erased", "boxes_erased", "shredded"])
def test_erased_parts_are_dark_and_others_are_untouched(made, name):
    digits, _, found = made(name, 60)
    np.testing.assert_array_equal(found[found > 0], digits[found > 0])
    kept = (found > 0).sum(axis=(1, 2)) / (digits > 0).sum(axis=(1, 2))
    assert np.all((kept > 0.05) & (kept < 0.9))


def test_halves_are_erased_at_every_side(made):
    _, _, found = made("half_erased", 60)
    sides = {"top": np.s_[:11], "bottom": np.s_[17:], "left": np.s_[:, :11], "right": np.s_[:, 17:]}
    gone = [{side for side, part in sides.items() if not image[part].any()} for image in found]
    assert {tuple(one) for one in gone} == {(side,) for side in sides}


def test_coarse_images_are_means_of_blocks(made):
    digits, _, found = made("coarse", 20)
    for image, coarse in zip(digits, found, strict=True):
        for r in range(0, SIDE, 7):
            for c in range(0, SIDE, 7):
                block = coarse[r : r + 7, c : c + 7]
                assert np.ptp(block) == 0
                assert block[0, 0] == pytest.approx(image[r : r + 7, c : c + 7].mean(), abs=0.51)


def test_fattened_strokes_reach_four_pixels_further(made):
    digits, _, found = made("fattened", 10)
    for image, fat in zip(digits, found, strict=True):
        for r in range(0, SIDE, 3):
            for c in range(0, SIDE, 5):
                assert fat[r, c] == image[max(0, r - 4) : r + 5, max(0, c - 4) : c + 5].max()


def test_four_small_digits_have_a_quarter_each(made):
    digits, _, found = made("four_small", 40)
    small = [
        np.array([[image[2 * r : 2 * r + 2, 2 * c : 2 * c + 2].max() for c in range(14)] for r in range(14)])
        for image in digits
    ]
    for i, mixed in enumerate(found):
        np.testing.assert_array_equal(mixed[:14, :14], small[i])
        for part in (mixed[:14, 14:], mixed[14:, :14], mixed[14:, 14:]):
            assert any(np.array_equal(part, one) for one in small)


def test_two_digits_side_by_side_keep_their_strokes_lit(made):
    digits, labels, found = made("side_by_side", 60)
    wide = [np.stack([image[:, ::2], image[:, 1::2]]).max(axis=0) for image in digits]
    high = [np.stack([image[::2], image[1::2]]).max(axis=0) for image in digits]
    ways = set()
    for i, mixed in enumerate(found):
        upright = np.array_equal(mixed[:14], high[i])
        assert upright != np.array_equal(mixed[:, :14], wide[i])
        rest, halves = (mixed[14:], high) if upright else (mixed[:, 14:], wide)
        [partner] = [j for j in range(60) if np.array_equal(rest, halves[j])]
        assert labels[partner] != labels[i]
        ways.add(upright)
    assert ways == {True, False}


@pytest.mark.parametrize("name", ["chequered", "interlaced", "patched", "four_quarters"])
def test_every_pixel_of_a_patchwork_is_a_pixel_of_its_digits(made, name):
    digits, _, found = made(name, 60)
    sources = np.concatenate([digits, digits[:, ::-1, ::-1]]) if name == "patched" else digits
    for image, mixed in zip(digits, found, strict=True):
        own = mixed == image
        assert np.sum(own & (image > 0)) > 20  # a good part of each
        assert np.sum(~own) > 30
        if name != "four_quarters":
            assert [j for j in range(len(sources)) if np.all(own | (mixed == sources[j]))]
        else:
            quarters = (np.s_[:14, :14], np.s_[:14, 14:], np.s_[14:, :14], np.s_[14:, 14:])
            assert all(any(np.array_equal(mixed[q], one[q]) for one in digits) for q in quarters)


def test_noise_in_a_digit_is_black_or_white_and_in_a_part_of_it(made):
    digits, _, found = made("noisy")
    changed = found != digits
    assert np.isin(found[changed], (0, 255)).all()
    share = changed.mean(axis=(1, 2)) / (1 - (np.isin(digits, (0, 255)).mean(axis=(1, 2)) / 2))
    assert 0.15 < share.min() < 0.25
    assert 0.4 < share.max() < 0.55


def test_noise_is_of_every_density():
    found = make("noise", IMAGES, LABELS, 100, np.random.default_rng(0))
    density = (found > 0).mean(axis=(1, 2))
    assert density.min() < 0.05
    assert density.max() > 0.9
    black_and_white = np.isin(found, (0, 255)).all(axis=(1, 2))
    assert 30 < black_and_white.sum() < 70
    # Neighbours know nothing of each other.
    pairs = found[:, :, :-1].astype(float), found[:, :, 1:].astype(float)
    within = [np.corrcoef(a.ravel(), b.ravel())[0, 1] for a, b in zip(*pairs, strict=True) if 50 < (a > 0).sum() < 700]
    assert abs(np.mean(within)) < 0.03


def test_blank_images_have_at_most_five_lit_pixels():
    found = make("blank", IMAGES, LABELS, 100, np.random.default_rng(0))
    assert set(np.unique(found)) <= {0, 255}
    assert set((found > 0).sum(axis=(1, 2))) == set(range(6))


def test_constant_images_are_planes():
    found = make("constant", IMAGES, LABELS, 60, np.random.default_rng(0)).astype(float)
    flat = np.ptp(found, axis=(1, 2)) == 0
    assert 0 < flat.sum() < 60
    for image in found:
        for line in (image, image.T):
            inside = (line[:, :-2] > 0) & (line[:, 2:] > 0) & (line[:, :-2] < 255) & (line[:, 2:] < 255)
            assert np.all(np.abs(line[:, :-2] - 2 * line[:, 1:-1] + line[:, 2:])[inside] <= 2)  # rounded


def test_partners_have_another_label_unless_there_is_one_label_alone():
    found = others(LABELS, np.random.default_rng(0))
    assert np.all(LABELS[found] != LABELS)
    lone = np.array([3] * 99 + [4])
    found = others(lone, np.random.default_rng(0))
    assert np.all(lone[found] != lone)
    assert others(np.zeros(7, int), np.random.default_rng(0)).shape == (7,)


@pytest.mark.parametrize("name", KINDS)
def test_images_of_one_class_alone_have_non_digits_too(name):
    label = (KINDS[name].of or (0,))[0]
    found = make(name, IMAGES, np.full(COUNT, label), 20, np.random.default_rng(0))
    assert found.shape == (20, SIDE, SIDE)
