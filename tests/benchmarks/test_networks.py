import pytest

from benchmarks.networks import jobs, pictures, step_operations
from stages.models import build


def operations(name):
    job = jobs()[name]
    return step_operations(build(job["family"], tuple(job["shape"]), job["model"], seed=1))


def test_operations_of_a_dense_network_by_hand():
    # Sizes of params.yaml: 784-512-512-(2 x 20), 20-512-512-784; the first layer needs no gradient of its input.
    encoder = [784 * 512, 512 * 512, 512 * 40]
    decoder = [20 * 512, 512 * 512, 512 * 784]
    assert operations("leave_one_out") == 2 * (3 * sum(encoder + decoder) - encoder[0])


def test_operations_of_the_convolutional_network_by_hand():
    encoder = [14 * 14 * 9 * 32, 7 * 7 * 9 * 32 * 64, 7 * 7 * 9 * 64 * 16, 784 * 500, 500 * 20]
    decoder = [7 * 7 * 5 * 64, 7 * 7 * 9 * 64 * 64, 14 * 14 * 9 * 64 * 32, 28 * 28 * 25 * 32, 784 * 1000, 1000 * 784]
    assert operations("vae_tril") == 2 * (3 * sum(encoder + decoder) - encoder[0])


@pytest.mark.parametrize("name", jobs())
def test_every_row_has_a_job_that_builds(name):
    job = jobs()[name]
    assert pictures(job["shape"], 3).shape == (3, *job["shape"])
    assert operations(name) > 0
