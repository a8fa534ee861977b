import numpy as np

from digitforge.nn.batches import batches

IMAGES = np.arange(10, dtype=np.uint8)[:, None]


def draw(count, **kwargs):
    return [x.numpy()[:, 0].tolist() for x in batches((IMAGES,), batch=4, seed=1, **kwargs).take(count)]


def test_every_epoch_is_a_new_permutation():
    stream = [i for x in draw(10) for i in x]  # 40 = four epochs of ten
    epochs = [stream[i : i + 10] for i in range(0, 40, 10)]
    assert all(sorted(epoch) == list(range(10)) for epoch in epochs)
    assert len({tuple(epoch) for epoch in epochs}) == 4


def test_a_resumed_stream_goes_on_where_it_was():
    assert draw(3, start=5) == draw(8)[5:]


def test_arrays_stay_together():
    labels = IMAGES[:, 0].astype(np.int32) * 3
    for x, y in batches((IMAGES, labels), batch=7, seed=2).take(4):
        np.testing.assert_array_equal(x[:, 0].numpy().astype(int) * 3, y)
