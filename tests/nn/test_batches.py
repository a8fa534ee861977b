import numpy as np
import psutil

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


def test_mapped_arrays_give_the_same_batches(tmp_path):
    labels = IMAGES[:, 0].astype(np.int32)
    np.save(tmp_path / "images.npy", IMAGES)
    on_disk = np.load(tmp_path / "images.npy", mmap_mode="r")
    held, mapped = (batches((images, labels), batch=4, seed=1, start=3) for images in (IMAGES, on_disk))
    assert held.element_spec == mapped.element_spec
    for ours, theirs in zip(held.take(9), mapped.take(9), strict=True):
        for one, other in zip(ours, theirs, strict=True):
            np.testing.assert_array_equal(one, other)


def test_only_what_is_used_of_a_mapped_array_is_read(tmp_path):
    images = np.memmap(tmp_path / "sparse", np.uint8, "w+", shape=(5_000_000, 28, 28, 1))  # 3.9 GB, of zeros
    before = psutil.Process().memory_info().rss
    drawn = list(batches((images,), batch=256, seed=1).take(20))
    assert sum(len(batch) for batch in drawn) == 20 * 256
    assert psutil.Process().memory_info().rss - before < 500_000_000
